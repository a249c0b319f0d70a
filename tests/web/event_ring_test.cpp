#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "web/event_stream.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;

namespace {

constexpr scheduler::WallTime at_ten{1'795'341'600'000ms};

Happening happened(const std::string& type, const std::string& data = "{}") {
  return {.type = type, .at = at_ten, .conversation = "+989121234567", .data = data};
}

void publish(EventRing& ring, const std::string& type, int from, int to) {
  for (int i = from; i <= to; ++i) ring.publish({happened(type, std::to_string(i))});
}

/// A client in memory, whose time is told.
struct Listener {
  explicit Listener(const EventRing& ring, std::string_view after = {}, std::string_view types = {})
      : stream(ring, types.empty() ? EventFilter() : EventFilter::read(types).value(), after,
               {.silence = 15s, .check_every = 5s}, [this] { return ending; }) {}

  /// What it is given until there is nothing more.
  std::string hear(std::size_t room = 4096) {
    std::string heard;
    std::string piece(room, '\0');
    for (;;) {
      const auto given = stream.give({piece.data(), piece.size()}, now);
      ended = !given;
      if (!given || *given == 0) return heard;
      heard += piece.substr(0, *given);
    }
  }

  Stream::Time now{};
  std::optional<EventStream::Ending> ending{};
  bool ended = false;
  EventStream stream;
};

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

std::string last_id(const std::string& heard) {
  const auto at = heard.rfind("id: ") + 4;
  return heard.substr(at, heard.find('\n', at) - at);
}

}  // namespace

TEST_CASE("an event is told as its type, its time and its data, in one line") {
  EventRing ring(0xABC);
  Listener listener(ring);
  CHECK(listener.hear() == "retry: 2000\nid: 0000000000000abc-0000000000000000\n\n");
  ring.publish({happened("message.sent", R"({"id":"msg_1"})"), happened("inbox", "")});
  CHECK(listener.hear() ==
        "id: 0000000000000abc-0000000000000001\nevent: message.sent\n"
        R"(data: {"type":"message.sent","at":"2026-11-22T10:00:00.000Z","data":{"id":"msg_1"}})"
        "\n\nid: 0000000000000abc-0000000000000002\nevent: inbox\n"
        R"(data: {"type":"inbox","at":"2026-11-22T10:00:00.000Z","data":null})"
        "\n\n");
  CHECK(listener.hear().empty());
  CHECK_FALSE(listener.ended);
}

TEST_CASE("what a happening holds cannot make an event of its own") {
  EventRing ring(1);
  Listener listener(ring);
  (void)listener.hear();
  ring.publish({happened("a\nevent: b", "{\n\r\n\"text\":\n\"x\"}")});
  const auto heard = listener.hear();
  CHECK(count(heard, "\n") == 4);
  CHECK(count(heard, "\nevent: ") == 1);
  CHECK(heard.find('\r') == std::string::npos);
}

TEST_CASE("however little room there is at a time, all of it comes") {
  EventRing ring(1);
  Listener wide(ring);
  Listener narrow(ring);
  publish(ring, "message.sent", 1, 200);
  const auto heard = wide.hear(64 * 1024);
  CHECK(count(heard, "\n\n") == 201);
  CHECK(narrow.hear(7) == heard);
}

TEST_CASE("who comes again goes on where it was") {
  EventRing ring(1);
  Listener first(ring);
  publish(ring, "message.sent", 1, 3);
  const auto known = last_id(first.hear());
  publish(ring, "message.sent", 4, 5);
  Listener again(ring, known);
  const auto heard = again.hear();
  CHECK(heard.starts_with("retry: 2000\n\nid: "));
  CHECK(count(heard, "event: message.sent") == 2);
  CHECK(heard.find("\"data\":4}") < heard.find("\"data\":5}"));
  CHECK(count(heard, "reset") == 0);
}

TEST_CASE("who has heard of nothing yet can come again too") {
  EventRing ring(1);
  Listener first(ring);
  const auto known = last_id(first.hear());
  publish(ring, "message.sent", 1, 1);
  CHECK(count(Listener(ring, known).hear(), "event: message.sent") == 1);
}

TEST_CASE("who knows an event that is not known here is told so, and goes on from now") {
  EventRing ring(2, {.events = 4, .octets = 1 << 20});
  publish(ring, "message.sent", 1, 10);
  std::string id;
  SECTION("of an earlier run") {
    id = "0000000000000001-0000000000000009";
  }
  SECTION("of a later one") {
    id = "0000000000000003-0000000000000009";
  }
  SECTION("too old") {
    id = "0000000000000002-0000000000000005";
  }
  SECTION("not there yet") {
    id = "0000000000000002-000000000000000b";
  }
  SECTION("the last number there is") {
    id = "0000000000000002-ffffffffffffffff";
  }
  SECTION("nothing of ours") {
    id = "42";
  }
  SECTION("a sign") {
    id = "000000000000000-2-000000000000009";
  }
  SECTION("other letters") {
    id = "0000000000000002-000000000000000g";
  }
  SECTION("huge") {
    id = std::string(15'000, '9');
  }
  SECTION("octets") {
    id = std::string("\0\r\n\xff", 4);
  }
  Listener listener(ring, id);
  const auto heard = listener.hear();
  CHECK(count(heard, "event: ") == 1);
  CHECK(count(heard, "event: reset\n") == 1);
  CHECK(last_id(heard) == "0000000000000002-000000000000000a");
  const auto data = heard.substr(heard.find("data: ") + 6);
  CHECK(nlohmann::json::parse(data).at("reason") == "unknown_id");
  publish(ring, "message.sent", 11, 11);
  CHECK(count(listener.hear(), "\"data\":11}") == 1);
}

TEST_CASE("the oldest of what is kept is known by the one before it") {
  EventRing ring(2, {.events = 4, .octets = 1 << 20});
  publish(ring, "message.sent", 1, 10);
  CHECK(count(Listener(ring, "0000000000000002-0000000000000006").hear(), "event: m") == 4);
  CHECK(count(Listener(ring, "0000000000000002-000000000000000a").hear(), "event: ") == 0);
}

TEST_CASE("who is overtaken is told what it had taken, then that it has lost events") {
  EventRing ring(1, {.events = 100, .octets = 1 << 20});
  Listener listener(ring);
  publish(ring, "message.sent", 1, 10);
  std::string room(200, '\0');
  REQUIRE(listener.stream.give({room.data(), room.size()}, {}) == room.size());
  publish(ring, "message.sent", 11, 1000);
  auto heard = room + listener.hear();
  CHECK(count(heard, "event: message.sent") == 10);
  CHECK(heard.find("event: dropped\n") > heard.rfind("event: message.sent"));
  CHECK(nlohmann::json::parse(heard.substr(heard.rfind("data: ") + 6)).at("reason") == "too_slow");
  CHECK(listener.ended);
  // What it knows is too old: it is told when it comes again.
  CHECK(count(Listener(ring, last_id(heard)).hear(), "event: reset\n") == 1);
}

TEST_CASE("what is kept is bounded, in events and in octets") {
  EventRing ring(1, {.events = 1000, .octets = 100'000});
  const auto fill = [&](std::size_t which) { return ring.queues()[which]; };
  publish(ring, "message.sent", 1, 100);
  CHECK(fill(0).entries == 100);
  ring.publish(std::vector<Happening>(200, happened("inbox", std::string(10'000, ' ') + "1")));
  CHECK(fill(0).entries == 9);
  CHECK(fill(1).entries <= 100'000);
  ring.publish(std::vector<Happening>(3000, happened("inbox")));
  CHECK(fill(0).entries <= 1000);
  CHECK(fill(1).entries <= 100'000);

  Listener listener(ring);
  ring.publish({happened("inbox", std::string(EventRing::most_data + 1, '1'))});
  CHECK(count(listener.hear(), "\"data\":null}") == 1);
}

TEST_CASE("a client hears of the types that it names") {
  EventRing ring(1);
  const auto heard_of = [&](std::string_view types) {
    Listener listener(ring, {}, types);
    for (const auto* type : {"message", "message.sent", "message.failed", "messages.odd", "inbox"})
      ring.publish({happened(type)});
    return count(listener.hear(), "event: ");
  };
  CHECK(heard_of("") == 5);
  CHECK(heard_of("message.sent") == 1);
  CHECK(heard_of("message.*") == 2);
  CHECK(heard_of("inbox,message.*") == 3);
  CHECK(heard_of("inbox,inbox") == 1);
  CHECK(heard_of("alarm.raised") == 0);
}

TEST_CASE("what is no list of types is refused") {
  const std::string most(EventFilter::longest_type, 'a');
  std::string many = "a0";
  for (int i = 1; i < 32; ++i) many += ",a" + std::to_string(i);
  for (const auto& types : {std::string("message.sent"), most, many, std::string("a.b.c.*")}) {
    CAPTURE(types);
    CHECK(EventFilter::read(types));
  }
  for (const auto& types :
       {std::string(), std::string("*"), std::string(".*"), std::string("message.sent,"),
        std::string(",a"), std::string("a..*"), std::string("a.*.b"), std::string("*.sent"),
        std::string("Message.sent"), std::string("a b"), std::string("a*"), std::string("a."),
        std::string("a\n"), most + "a", many + ",a32"}) {
    CAPTURE(types);
    const auto read = EventFilter::read(types);
    REQUIRE_FALSE(read);
    CHECK(read.error().size() > 20);
  }
}

TEST_CASE("after a silence a comment comes, with where the client stands") {
  EventRing ring(1);
  Listener listener(ring, {}, "inbox");
  (void)listener.hear();
  publish(ring, "message.sent", 1, 3);  // not for this client
  listener.now += 14s;
  CHECK(listener.hear().empty());
  listener.now += 1s;
  CHECK(listener.stream.is_due(listener.now));
  CHECK(listener.hear() == ": nothing new\nid: 0000000000000001-0000000000000003\n\n");
  CHECK_FALSE(listener.stream.is_due(listener.now));
  listener.now += 14s;
  ring.publish({happened("inbox")});
  CHECK(count(listener.hear(), "event: inbox") == 1);
  listener.now += 14s;
  CHECK(listener.hear().empty());
  listener.now += 1s;
  CHECK(listener.hear().starts_with(": "));
}

TEST_CASE("there is nothing to see to while nothing happens that a client wants") {
  EventRing ring(1);
  Listener listener(ring, {}, "inbox");
  CHECK(listener.stream.is_due(listener.now));
  (void)listener.hear();
  publish(ring, "message.sent", 1, 1000);
  CHECK_FALSE(listener.stream.is_due(listener.now));
  ring.publish({happened("inbox")});
  CHECK(listener.stream.is_due(listener.now));
}

TEST_CASE("who may not listen any more is told so, after what it was being told") {
  EventRing ring(1);
  Listener listener(ring);
  (void)listener.hear();
  publish(ring, "message.sent", 1, 10);
  std::string room(30, '\0');
  REQUIRE(listener.stream.give({room.data(), room.size()}, listener.now) == room.size());
  listener.ending = {"signed_out", "your session is over"};
  listener.now += 5s;
  const auto heard = room + listener.hear();
  CHECK(count(heard, "event: message.sent\n") == 1);
  CHECK(count(heard, "\n\n") == 2);
  CHECK(heard.find("event: dropped\n") > heard.find("event: message.sent\n"));
  CHECK(nlohmann::json::parse(heard.substr(heard.rfind("data: ") + 6)).at("reason") ==
        "signed_out");
  CHECK(listener.ended);
}

TEST_CASE("whatever threads publish and listen, each client hears all in one order") {
  constexpr int publishers = 3;
  constexpr int each = 2000;
  EventRing ring(1);
  std::vector<std::thread> threads;
  std::vector<std::string> heard(4);
  for (auto& all : heard) {
    threads.emplace_back([&ring, &all, listener = std::make_shared<Listener>(ring)] {
      while (count(all, "\n\n") < publishers * each + 1U) {
        const auto more = listener->hear();
        if (more.empty()) std::this_thread::yield();
        all += more;
        if (listener->ended) return;
      }
    });
  }
  for (int i = 0; i < publishers; ++i) {
    threads.emplace_back([&ring, i] { publish(ring, "p" + std::to_string(i), 1, each); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& all : heard) CHECK(all == heard.front());
  for (int i = 0; i < publishers; ++i) {
    CHECK(count(heard.front(), "event: p" + std::to_string(i) + "\n") == each);
  }
}

}  // namespace bank::web::test
