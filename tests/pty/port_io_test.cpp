#include <optional>
#include <thread>

#include "modem/port.hpp"
#include "tests/pty/pty_pair.hpp"

using bank::modem::open_port;
using bank::modem::Port;
using bank::modem::PortError;
using bank::modem::WorkerPool;
using bank::test::PtyPair;
using bank::test::run_until;
using Catch::Matchers::Contains;

namespace {

/// A port on a pseudo-terminal, with all it has said.
struct Wire {
  PtyPair pty;
  boost::asio::io_context io;
  WorkerPool pool{2};
  std::optional<Port> port;
  std::string read;
  int times_lost = 0;
  std::string why;

  Wire() {
    auto opened = open_port(pty.slave(), 115200);
    REQUIRE(opened.has_value());
    port.emplace(io, pool, std::move(*opened));
  }
  void listen() {
    port->read([this](std::string_view octets) { read += octets; },
               [this](const std::string& reason) { ++times_lost, why = reason; });
  }
  /// The loop runs dry: nothing more will be reported of what has happened.
  void settle() {
    io.restart();
    io.run_for(std::chrono::milliseconds(20));
  }
};

}  // namespace

TEST_CASE("octets go both ways in order") {
  Wire wire;
  wire.listen();
  CHECK(wire.port->write("AT"));
  CHECK(wire.port->write("+CSQ\r"));
  CHECK(wire.pty.hear() == "AT+CSQ\r");  // written at once: the loop has not run yet
  wire.pty.say("\r\n+CSQ: 17,0\r\n\r\nOK\r\n");
  CHECK(run_until(wire.io, [&] { return wire.read.ends_with("OK\r\n"); }));
  CHECK(wire.read == "\r\n+CSQ: 17,0\r\n\r\nOK\r\n");
}

TEST_CASE("every octet value passes unchanged") {
  Wire wire;
  wire.listen();
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(wire.port->write(all));
  CHECK(wire.pty.hear() == all);
  wire.pty.say(all);
  CHECK(run_until(wire.io, [&] { return wire.read.size() == all.size(); }));
  CHECK(wire.read == all);
}

TEST_CASE("an idle line has not ended") {
  Wire wire;
  wire.listen();
  wire.settle();
  CHECK(wire.times_lost == 0);
  wire.pty.say("RING");
  CHECK(run_until(wire.io, [&] { return wire.read == "RING"; }));
}

TEST_CASE("a hang-up is told once, after what was said before it, and then nothing is written") {
  Wire wire;
  wire.listen();
  wire.pty.hang_up();
  CHECK(run_until(wire.io, [&] { return wire.times_lost > 0; }));
  CHECK_THAT(wire.why, Contains(wire.port->device()) && Contains("unplugged"));
  CHECK_FALSE(wire.port->write("AT\r"));
  wire.settle();
  CHECK(wire.times_lost == 1);
  CHECK(wire.port->is_open());
  wire.port->close();
  CHECK_FALSE(wire.port->is_open());
}

TEST_CASE("a write that finds the line hung up does not call back from within the call") {
  Wire wire;
  wire.listen();
  wire.settle();
  wire.pty.hang_up();
  (void)wire.port->write("AT\r");
  CHECK(wire.times_lost == 0);
  CHECK(run_until(wire.io, [&] { return wire.times_lost > 0; }));
  wire.settle();
  CHECK(wire.times_lost == 1);
}

TEST_CASE("a line lost before anybody listens is told as soon as somebody does") {
  Wire wire;
  wire.pty.hang_up();
  (void)wire.port->write("AT\r");
  wire.settle();
  wire.listen();
  CHECK(wire.times_lost == 0);
  CHECK(run_until(wire.io, [&] { return wire.times_lost == 1; }));
}

TEST_CASE("a line that does not drain is fed to the bound and no further, and keeps the order") {
  Wire wire;
  wire.listen();
  std::string sent;
  for (int i = 0;; ++i) {
    const std::string block(1000, static_cast<char>('a' + i % 26));
    if (!wire.port->write(block)) break;
    sent += block;
    REQUIRE(sent.size() < 1'000'000);  // else there is no bound
  }
  CHECK(sent.size() + 1000 > Port::most_unwritten);
  CHECK_FALSE(wire.port->write(std::string(Port::most_unwritten + 1, 'x')));
  std::string heard;
  CHECK(run_until(wire.io, [&] {
    heard += wire.pty.hear();
    return heard.size() >= sent.size();
  }));
  CHECK(heard == sent);
  CHECK(wire.port->write("AT\r"));  // there is room again
  CHECK(wire.times_lost == 0);
}

TEST_CASE("more than the bound is refused whole, even on an empty line") {
  Wire wire;
  CHECK_FALSE(wire.port->write(std::string(Port::most_unwritten + 1, 'x')));
  CHECK(wire.pty.hear().empty());
}

TEST_CASE("a flood is read to its end") {
  Wire wire;
  wire.listen();
  const std::string block(3000, 'x');
  constexpr std::size_t all = 300'000;
  std::size_t said = 0;
  CHECK(run_until(wire.io, [&] {
    if (said < all && wire.read.size() == said) {
      wire.pty.say(block);
      said += block.size();
    }
    return wire.read.size() == all;
  }));
}

TEST_CASE("nothing is told after close, whatever was pending") {
  Wire wire;
  wire.listen();
  const std::string much(60'000, 'x');
  CHECK(wire.port->write(much));  // more than the line takes: a write is pending
  wire.pty.say("OK");
  wire.port->close();
  wire.pty.hang_up();
  wire.settle();
  CHECK(wire.read.empty());
  CHECK(wire.times_lost == 0);
  CHECK_FALSE(wire.port->write("AT\r"));
  wire.port->close();  // a second time does nothing
}

TEST_CASE("a closed port is free for the next one") {
  Wire wire;
  wire.listen();
  wire.port->close();
  bank::Result<bank::modem::OpenedPort, PortError> again =
      bank::unexpected(PortError{PortError::Kind::failed, ""});
  CHECK(run_until(wire.io, [&] {  // the pool closes it in its own time
    again = open_port(wire.pty.slave(), 115200);
    return again.has_value();
  }));
}

TEST_CASE("a callback may close its port") {
  Wire wire;
  wire.port->read(
      [&](std::string_view octets) {
        wire.read += octets;
        wire.port->close();
      },
      [&](const std::string&) { ++wire.times_lost; });
  wire.pty.say("OK");
  CHECK(run_until(wire.io, [&] { return !wire.port->is_open(); }));
  wire.settle();
  CHECK(wire.read == "OK");
  CHECK(wire.times_lost == 0);
}

TEST_CASE("a callback may destroy its port") {
  Wire wire;
  const auto kept = std::make_shared<int>(0);  // a capture that must outlive the call
  wire.port->read(
      [&wire, kept](std::string_view) {
        wire.port.reset();
        ++*kept;
      },
      [](const std::string&) {});
  wire.pty.say("OK");
  CHECK(run_until(wire.io, [&] { return *kept == 1; }));
  CHECK(kept.use_count() == 1);
}

TEST_CASE("a lost callback may destroy its port") {
  Wire wire;
  wire.port->read([](std::string_view) {}, [&](const std::string&) { wire.port.reset(); });
  wire.pty.hang_up();
  CHECK(run_until(wire.io, [&] { return !wire.port.has_value(); }));
}

TEST_CASE("a port is opened on the pool and given on the loop's thread") {
  PtyPair pty;
  boost::asio::io_context io;
  WorkerPool pool{2};
  std::optional<bank::Result<Port, PortError>> outcome;
  std::thread::id told_on;
  Port::open(io, pool, pty.slave(), 115200, [&](bank::Result<Port, PortError> result) {
    told_on = std::this_thread::get_id();
    outcome.emplace(std::move(result));
  });
  CHECK_FALSE(outcome.has_value());
  io.run_for(std::chrono::seconds(1));  // ends by itself when the answer is there
  REQUIRE(outcome.has_value());
  REQUIRE(outcome->has_value());
  CHECK(told_on == std::this_thread::get_id());
  CHECK((*outcome)->device() == pty.slave());
  CHECK((*outcome)->write("AT\r"));
  CHECK(pty.hear() == "AT\r");
}

TEST_CASE("a port that cannot be opened gives the error and nothing else") {
  boost::asio::io_context io;
  WorkerPool pool{1};
  int calls = 0;
  PortError::Kind kind{};
  Port::open(io, pool, "/dev/null", 115200, [&](bank::Result<Port, PortError> result) {
    ++calls;
    REQUIRE_FALSE(result.has_value());
    kind = result.error().kind;
  });
  io.run_for(std::chrono::seconds(1));
  CHECK(calls == 1);
  CHECK(kind == PortError::Kind::not_a_tty);
}

TEST_CASE("an opened port that nobody takes is closed again") {
  PtyPair pty;
  boost::asio::io_context io;
  WorkerPool pool{1};
  Port::open(io, pool, pty.slave(), 115200, [](const bank::Result<Port, PortError>&) {});
  io.run_for(std::chrono::seconds(1));
  CHECK(run_until(io, [&] { return open_port(pty.slave(), 115200).has_value(); }));
}

TEST_CASE(
    "a pool refuses jobs beyond its bound, runs those it took, and starts no needless thread") {
  std::size_t done = 0;
  std::size_t taken = 0;
  {
    WorkerPool pool{1};
    std::mutex gate;
    const std::scoped_lock closed(gate);
    REQUIRE(pool.try_post([&gate] { const std::scoped_lock wait(gate); }));
    while (taken <= WorkerPool::most_waiting && pool.try_post([&done] { ++done; })) ++taken;
    CHECK(taken <= WorkerPool::most_waiting);
    CHECK(taken + 1 >= WorkerPool::most_waiting);
    pool.post([&done] { ++done; });  // closing is never refused
  }
  CHECK(done == taken + 1);
}
