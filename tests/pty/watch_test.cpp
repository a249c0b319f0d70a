#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <fstream>
#include <future>
#include <optional>

#include "modem/port_set.hpp"
#include "modem/port_watch.hpp"
#include "tests/pty/pty_pair.hpp"

using bank::modem::PortWatch;
using bank::modem::WorkerPool;
using bank::test::Folder;
using bank::test::PtyPair;
using bank::test::run_until;
using Events = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

struct Watched {
  boost::asio::io_context io;
  WorkerPool pool{1};
  Events events;
  PortWatch watch;

  explicit Watched(std::vector<std::string> paths)
      : watch(io, pool, std::move(paths),
              {.appeared = [this](const bank::modem::PortFound& found) { note("+", found.path); },
               .gone = [this](const std::string& path) { note("-", path); },
               .trouble = [this](const std::string& what) { note("!", what); }}) {
    watch.start();
    CHECK(events.empty());  // never from within the call
  }
  void note(const char* mark, const std::string& path) {
    events.push_back(mark + fs::path(path).filename().string());
  }
  bool saw(const Events& expected) {
    const bool seen = run_until(io, [&] { return events.size() >= expected.size(); });
    CHECK(events == expected);
    events.clear();
    return seen;
  }
};

/// The kernel does not let go of whoever reads, until it is told to.
class Blocked {
 public:
  explicit Blocked(WorkerPool& pool) {
    REQUIRE(pool.try_post([until = until_.get_future().share()] { until.wait(); }));
  }
  ~Blocked() { let_go(); }
  void let_go() {
    if (!std::exchange(is_over_, true)) until_.set_value();
  }

 private:
  std::promise<void> until_;
  bool is_over_ = false;
};

}  // namespace

TEST_CASE("what is there at the start appears, in order") {
  const Folder folder;
  const PtyPair one, two;
  fs::create_symlink(two.slave(), folder / "slot-02");
  fs::create_symlink(one.slave(), folder / "slot-01");
  Watched watched({(folder / "slot-*").string()});
  CHECK(watched.saw({"+slot-01", "+slot-02"}));
}

TEST_CASE("a port that comes, moves to another device and goes is told each time") {
  const Folder folder;
  const PtyPair one, two;
  Watched watched({(folder / "*").string()});
  fs::create_symlink(one.slave(), folder / "slot-01");
  CHECK(watched.saw({"+slot-01"}));
  fs::create_symlink(two.slave(), folder / ".new");  // as udev does it: a new link, then a rename
  fs::rename(folder / ".new", folder / "slot-01");
  CHECK(watched.saw({"-slot-01", "+slot-01"}));
  fs::remove(folder / "slot-01");
  CHECK(watched.saw({"-slot-01"}));
}

TEST_CASE("a link renewed to the same device is no event") {
  const Folder folder;
  const PtyPair one, two;
  fs::create_symlink(one.slave(), folder / "slot-01");
  Watched watched({(folder / "*").string()});
  CHECK(watched.saw({"+slot-01"}));
  fs::create_symlink(one.slave(), folder / ".new");
  fs::rename(folder / ".new", folder / "slot-01");
  fs::create_symlink(two.slave(), folder / "slot-02");
  CHECK(watched.saw({"+slot-02"}));
}

TEST_CASE("a directory that does not exist yet is waited for, and again after it was removed") {
  const Folder folder;
  const PtyPair pty;
  const fs::path rack = folder / "dev" / "modembank";
  Watched watched({(rack / "*").string()});
  run_until(watched.io, [i = 0]() mutable { return ++i > 5; });
  for (int round = 0; round < 2; ++round) {
    fs::create_directories(rack);
    fs::create_symlink(pty.slave(), rack / "slot-01");
    CHECK(watched.saw({"+slot-01"}));
    fs::remove_all(folder / "dev");
    CHECK(watched.saw({"-slot-01"}));
  }
}

TEST_CASE("a fixed device that a pattern finds too is one port") {
  const Folder folder;
  const PtyPair pty, other;
  fs::create_symlink(pty.slave(), folder / "slot-01");
  Watched watched({(folder / "*").string(), (folder / "slot-01").string()});
  CHECK(watched.saw({"+slot-01"}));
  fs::create_symlink(other.slave(), folder / "slot-02");
  CHECK(watched.saw({"+slot-02"}));
}

TEST_CASE("a link that leads nowhere is not there, and a directory is no port") {
  const Folder folder;
  const PtyPair pty;
  fs::create_directory(folder / "below");
  fs::create_symlink(folder / "nowhere", folder / "slot-01");
  fs::create_symlink(pty.slave(), folder / "slot-02");
  Watched watched({(folder / "*").string()});
  CHECK(watched.saw({"+slot-02"}));
}

TEST_CASE("more ports than a rack may have are left out and said once") {
  const Folder folder;
  for (std::size_t i = 0; i < PortWatch::most_ports + 2; ++i) {
    std::ofstream(folder / fmt::format("p{:04}", i)) << "";
  }
  Watched watched({(folder / "p*").string()});
  CHECK(run_until(watched.io, [&] { return watched.events.size() > PortWatch::most_ports; }));
  fs::remove(folder / "p0000");
  CHECK(run_until(watched.io, [&] { return watched.events.size() > PortWatch::most_ports + 2; }));
  const auto troubles = std::count_if(watched.events.begin(), watched.events.end(),
                                      [](const std::string& e) { return e.starts_with('!'); });
  CHECK(troubles == 1);
  CHECK(std::count(watched.events.begin(), watched.events.end(), "-p0000") == 1);
  CHECK(std::count(watched.events.begin(), watched.events.end(), "+p1024") == 1);
}

TEST_CASE("nothing is told after the watch was stopped, also from within its own callback") {
  const Folder folder;
  const PtyPair one, two;
  fs::create_symlink(one.slave(), folder / "slot-01");
  fs::create_symlink(two.slave(), folder / "slot-02");
  boost::asio::io_context io;
  WorkerPool pool{1};
  int told = 0;
  std::optional<PortWatch> watch;
  watch.emplace(io, pool, std::vector{(folder / "*").string()},
                PortWatch::Handlers{.appeared =
                                        [&](const bank::modem::PortFound&) {
                                          ++told;
                                          watch.reset();
                                        },
                                    .gone = [&](const std::string&) { ++told; },
                                    .trouble = {}});
  watch->start();
  io.run_for(std::chrono::milliseconds(200));
  CHECK(told == 1);
}

TEST_CASE("while a look is held up the loop goes on, and each port is told once afterwards") {
  const Folder folder;
  const PtyPair one, two, three;
  fs::create_symlink(one.slave(), folder / "slot-01");
  Watched watched({(folder / "slot-*").string()});
  CHECK(watched.saw({"+slot-01"}));

  Blocked blocked(watched.pool);
  int turns = 0;
  const auto turn = [&] {
    boost::asio::post(watched.io, [&] { ++turns; });
    run_until(watched.io, [i = 0]() mutable { return ++i > 20; });  // longer than `settle`
  };
  fs::create_symlink(two.slave(), folder / "slot-02");
  turn();
  fs::remove(folder / "slot-01");
  turn();
  fs::create_symlink(three.slave(), folder / "slot-03");
  fs::remove(folder / "slot-02");
  turn();
  CHECK(turns == 3);
  CHECK(watched.events.empty());
  CHECK(watched.pool.waiting() == 1);  // however much there was to notice

  blocked.let_go();
  CHECK(watched.saw({"-slot-01", "+slot-03"}));
  fs::create_symlink(two.slave(), folder / "slot-02");
  CHECK(watched.saw({"+slot-02"}));
}

TEST_CASE("a look that ends after the watch was stopped tells nothing") {
  const Folder folder;
  const PtyPair one;
  fs::create_symlink(one.slave(), folder / "slot-01");
  Watched watched({(folder / "slot-*").string()});
  Blocked blocked(watched.pool);
  run_until(watched.io, [i = 0]() mutable { return ++i > 5; });
  watched.watch.stop();
  blocked.let_go();
  watched.io.restart();
  watched.io.run_for(std::chrono::milliseconds(50));
  CHECK(watched.events.empty());
}

TEST_CASE("a look that the pool has no room for is made later") {
  const Folder folder;
  const PtyPair one, two;
  fs::create_symlink(one.slave(), folder / "slot-01");
  boost::asio::io_context io;
  WorkerPool pool{1};
  Blocked blocked(pool);
  while (pool.try_post([] {})) {
  }
  Events events;
  PortWatch watch(io, pool, {(folder / "slot-*").string()},
                  {.appeared = [&](const auto& found) { events.push_back(found.path); },
                   .gone = [&](const std::string& place) { events.push_back(place); },
                   .trouble = {}});
  watch.start();
  run_until(io, [i = 0]() mutable { return ++i > 5; });
  blocked.let_go();
  fs::create_symlink(two.slave(), folder / "slot-02");
  CHECK(run_until(io, [&] { return events.size() == 2; }));
}
