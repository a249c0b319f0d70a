#include "at/reassembly.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "at/split.hpp"

using namespace bank::at;
using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr std::chrono::sys_seconds start{seconds{1'790'000'000}};

/// Part `seq` of `total` of a message whose text says which part of which message it is.
struct Told {
  std::string message = "m";
  int seq = 1;
  int total = 2;
  int ref = 7;
  int bits = 8;
  std::int64_t sim = 1;
  std::string from = "+989121234567";
};

std::string text_of(const Told& told) {
  return told.message + std::to_string(told.seq) + ".";
}

Piece piece(const Told& told, std::int64_t id, seconds heard = 0s,
            std::optional<seconds> sent = 0s) {
  Deliver deliver;
  deliver.from = {told.from, Address::Kind::international};
  if (sent) deliver.timestamp = ServiceCentreTime{start + *sent, 0min};
  deliver.header.concat = Concat{told.ref, told.bits, told.seq, told.total};
  deliver.text = text_of(told);
  return {id, told.sim, start + heard, std::move(deliver)};
}

std::string whole_text(Told told) {
  std::string text;
  for (told.seq = 1; told.seq <= told.total; ++told.seq) text += text_of(told);
  return text;
}

std::vector<std::string> texts(const std::vector<Collected>& messages) {
  std::vector<std::string> all;
  for (const auto& message : messages) all.push_back(text_of(message, "[…]").value_or("binary"));
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("parts come out as one message in whatever order they come") {
  for (int total = 2; total <= 6; ++total) {
    std::vector<int> order;
    for (int seq = 1; seq <= total; ++seq) order.push_back(seq);
    do {
      Reassembly reassembly;
      for (int i = 0; i < total; ++i) {
        const auto heard =
            reassembly.hear(piece({.seq = order[static_cast<std::size_t>(i)], .total = total}, i));
        CHECK_FALSE(heard.duplicate_of.has_value());
        REQUIRE(heard.out.size() == (i + 1 == total ? 1 : 0));
        if (i + 1 == total) CHECK(texts(heard.out) == Texts{whole_text({.total = total})});
      }
      CHECK(reassembly.expire(start + 1000h).empty());
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST_CASE("the longest message comes out whole") {
  Reassembly reassembly;
  for (int seq = 255; seq >= 2; --seq) {
    CHECK(reassembly.hear(piece({.seq = seq, .total = 255}, seq)).out.empty());
  }
  const auto heard = reassembly.hear(piece({.seq = 1, .total = 255}, 1));
  CHECK(texts(heard.out) == Texts{whole_text({.total = 255})});
}

TEST_CASE("a part that comes again is a duplicate, before and after the message is whole") {
  Reassembly reassembly;
  CHECK(reassembly.hear(piece({.seq = 2}, 10)).out.empty());
  CHECK(reassembly.hear(piece({.seq = 2}, 11, 60s, 60s)).duplicate_of == 10);  // a later time stamp
  CHECK(reassembly.hear(piece({.seq = 1}, 12, 61s)).out.size() == 1);
  CHECK(reassembly.hear(piece({.seq = 1}, 13, 62s)).duplicate_of == 12);
  CHECK(reassembly.hear(piece({.seq = 2}, 14, 71h)).duplicate_of == 10);
  CHECK(reassembly.expire(start + 1000h).empty());
}

TEST_CASE("only what is in the part makes it the same, not what is around it") {
  Reassembly reassembly;
  static_cast<void>(reassembly.hear(piece({.seq = 2}, 10)));
  Piece other = piece({.seq = 2}, 11);
  SECTION("another text") {
    other.deliver.text = "else";
  }
  SECTION("binary") {
    other.deliver.text.reset();
    other.deliver.data = {1, 2};
  }
  SECTION("another alphabet") {
    other.deliver.alphabet = Alphabet::ucs2;
  }
  const auto heard = reassembly.hear(other);
  CHECK_FALSE(heard.duplicate_of.has_value());
  CHECK(heard.out.empty());
  CHECK(reassembly.sets() == 2);
  CHECK(reassembly.expire(start + 1000h).size() == 2);
}

TEST_CASE("what is told apart by its key is never mixed") {
  const Told base{};
  std::vector<Told> others(6, base);
  others[0].sim = 2;
  others[1].from = "+989120000000";
  others[2].ref = 8;
  others[3].bits = 16;
  others[4].total = 3;
  others[5].from = "989121234567";
  for (auto& other : others) {
    other.message = "o";
    other.seq = 2;
    Reassembly reassembly;
    CHECK(reassembly.hear(piece(base, 1)).out.empty());
    CHECK(reassembly.hear(piece(other, 2)).out.empty());
    CHECK(reassembly.sets() == 2);
    CHECK(texts(reassembly.expire(start + 72h)).size() == 2);
  }
}

TEST_CASE("a reference that is used again begins a new message") {
  const Told first{.message = "a"};
  const Told second{.message = "b"};
  const auto part = [](Told told, int seq) {
    told.seq = seq;
    return told;
  };
  Reassembly reassembly;
  SECTION("after the old one was whole") {
    static_cast<void>(reassembly.hear(piece(part(first, 1), 1)));
    CHECK(reassembly.hear(piece(part(first, 2), 2)).out.size() == 1);
    CHECK(reassembly.hear(piece(part(second, 2), 3, 5s, 5s)).out.empty());
    const auto heard = reassembly.hear(piece(part(second, 1), 4, 6s, 6s));
    CHECK(texts(heard.out) == Texts{whole_text(second)});
    CHECK(reassembly.expire(start + 1000h).empty());
  }
  SECTION("though the same text is sent again next day") {
    for (const seconds day : {seconds{0h}, seconds{24h}}) {
      static_cast<void>(reassembly.hear(piece(part(first, 1), 1, day, day)));
      const auto heard = reassembly.hear(piece(part(first, 2), 2, day, day));
      CHECK(texts(heard.out) == Texts{whole_text(first)});
    }
  }
  SECTION("while a part of the old one is missing") {
    static_cast<void>(reassembly.hear(piece(part(first, 1), 1)));
    CHECK(reassembly.hear(piece(part(second, 1), 2, 1h, 1h)).out.empty());
    const auto heard = reassembly.hear(piece(part(second, 2), 3, 1h, 1h));
    CHECK(texts(heard.out) == Texts{whole_text(second)});
    CHECK(texts(reassembly.expire(start + 72h)) == Texts{"a1.[…]"});
  }
  SECTION("and what the old one lacks is not taken from the new one") {
    static_cast<void>(reassembly.hear(piece(part(first, 1), 1)));
    CHECK(reassembly.hear(piece(part(second, 2), 2, 7h, 7h)).out.empty());
    const auto heard = reassembly.hear(piece(part(second, 1), 3, 7h, 7h));
    CHECK(texts(heard.out) == Texts{whole_text(second)});
  }
  SECTION("and two that run beside each other are told apart by their times, or their order") {
    const seconds between = GENERATE(0s, 30s);
    static_cast<void>(reassembly.hear(piece(part(first, 1), 1, 0s, 0s)));
    static_cast<void>(reassembly.hear(piece(part(second, 1), 2, 1s, between)));
    CHECK(texts(reassembly.hear(piece(part(first, 2), 3, 2s, 1s)).out) == Texts{whole_text(first)});
    CHECK(texts(reassembly.hear(piece(part(second, 2), 4, 3s, between)).out) ==
          Texts{whole_text(second)});
  }
}

TEST_CASE("parts days apart belong together if the service centre had them together") {
  Reassembly reassembly;
  CHECK(reassembly.hear(piece({.seq = 1}, 1)).out.empty());
  CHECK(texts(reassembly.hear(piece({.seq = 2}, 2, 71h)).out) == Texts{whole_text({})});
}

TEST_CASE("where a time stamp is missing the arrival counts") {
  Reassembly reassembly;
  CHECK(reassembly.hear(piece({.seq = 1}, 1, 0s, std::nullopt)).out.empty());
  SECTION("near") {
    CHECK(texts(reassembly.hear(piece({.seq = 2}, 2, 6h, 40h)).out) == Texts{whole_text({})});
  }
  SECTION("far") {
    CHECK(reassembly.hear(piece({.seq = 2}, 2, 6h + 1s, 0s)).out.empty());
    CHECK(reassembly.sets() == 2);
  }
}

TEST_CASE("what does not become whole comes out with its gaps, a life after its last part") {
  Reassembly reassembly;
  for (const int seq : {2, 3, 6}) {
    static_cast<void>(reassembly.hear(piece({.seq = seq, .total = 7}, seq, seconds{seq})));
  }
  static_cast<void>(reassembly.hear(piece({.seq = 3, .total = 7}, 99, 1h)));  // no new part
  CHECK(reassembly.expire(start + 6s + 72h - 1s).empty());
  const auto out = reassembly.expire(start + 6s + 72h);
  REQUIRE(out.size() == 1);
  CHECK_FALSE(out[0].whole());
  CHECK(out[0].gaps() == std::vector<int>{1, 4, 5, 7});
  CHECK(texts(out) == Texts{"[…]m2.m3.[…]m6.[…]"});
  CHECK(reassembly.sets() == 0);
  CHECK(reassembly.parts() == 0);

  CHECK(reassembly.hear(piece({.seq = 1, .total = 7}, 1, 80h)).out.empty());  // late: a new set
  CHECK(texts(reassembly.expire(start + 1000h)) == Texts{"m1.[…]"});
}

TEST_CASE("what is overdue comes out also when only a part is heard") {
  Reassembly reassembly;
  static_cast<void>(reassembly.hear(piece({.seq = 1}, 1)));
  const auto heard = reassembly.hear(piece({.message = "n", .seq = 2}, 2, 72h));
  CHECK(texts(heard.out) == Texts{"m1.[…]"});
  CHECK(reassembly.sets() == 1);
}

TEST_CASE("a clock that is set back expires nothing") {
  Reassembly reassembly;
  static_cast<void>(reassembly.hear(piece({.seq = 1}, 1, 100h)));
  CHECK(reassembly.expire(start - 1000h).empty());
  CHECK(texts(reassembly.hear(piece({.seq = 2}, 2, -100h)).out) == Texts{whole_text({})});
}

TEST_CASE("a character that a bad splitter cut between two parts is read whole") {
  struct Case {
    const char* name;
    std::vector<std::string> pdus;
    const char* text;
  };
  const Case cases[] = {{"an escape pair",
                         {"00440B916198058669F20000621122010000210F0500031F0201E0F2F4B80CAA6D00",
                          "00440B916198058669F20000621122010000210E0500031F0202CA20FA9B1CCE03"},
                         "price 5€ today"},
                        {"a surrogate pair",
                         {"00440B916198058669F20008621122010000210E0500031F0201006800690020D83D",
                          "00440B916198058669F20008621122010000210C0500031F0202DE0000200078"},
                         "hi 😀 x"}};
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Reassembly parts;
      (void)parts.hear({1, 1, start, decode_deliver(c.pdus[0]).value()});
      const auto heard = parts.hear({2, 1, start, decode_deliver(c.pdus[1]).value()});
      REQUIRE(heard.out.size() == 1);
      CHECK(text_of(heard.out[0], "…") == c.text);
    }
  }
}

TEST_CASE("a part without a sensible concatenation is a message by itself") {
  const std::optional<Concat> senseless[] = {
      std::nullopt,        Concat{1, 8, 1, 1},     Concat{1, 8, 1, 0},
      Concat{1, 8, 0, 2},  Concat{1, 8, 3, 2},     Concat{1, 8, -1, 2},
      Concat{1, 8, 1, -2}, Concat{1, 8, 300, 300}, Concat{1, 16, 2, 256}};
  for (const auto& concat : senseless) {
    Reassembly reassembly;
    auto part = piece({}, 5);
    part.deliver.header.concat = concat;
    for (int i = 0; i < 2; ++i) {  // nor a duplicate: that is for others to say
      const auto heard = reassembly.hear(part);
      CHECK_FALSE(heard.duplicate_of.has_value());
      REQUIRE(heard.out.size() == 1);
      CHECK(heard.out[0].whole());
      CHECK(heard.out[0].gaps().empty());
      CHECK(texts(heard.out) == Texts{"m1."});
    }
    CHECK(reassembly.sets() == 0);
  }
}

TEST_CASE("a message with a binary part has no text, and keeps its parts") {
  Reassembly reassembly;
  auto binary = piece({.seq = 1}, 1);
  binary.deliver.text.reset();
  binary.deliver.data = {0xAB};
  static_cast<void>(reassembly.hear(binary));
  const auto heard = reassembly.hear(piece({.seq = 2}, 2));
  REQUIRE(heard.out.size() == 1);
  CHECK_FALSE(text_of(heard.out[0], "").has_value());
  CHECK(heard.out[0].pieces[0].deliver.data == std::vector<std::uint8_t>{0xAB});
}

TEST_CASE("at the bound of sets the one longest without a new part comes out incomplete") {
  Reassembly reassembly;
  const ReassemblyLimits limits;
  for (int i = 0; i < static_cast<int>(limits.sets); ++i) {
    CHECK(reassembly.hear(piece({.total = 3, .ref = i, .bits = 16}, i, seconds{i})).out.empty());
  }
  static_cast<void>(reassembly.hear(piece({.seq = 2, .total = 3, .ref = 0, .bits = 16}, 5000, 2h)));
  const auto heard = reassembly.hear(piece({.total = 3, .ref = 9999, .bits = 16}, 5001, 3h));
  REQUIRE(heard.out.size() == 1);
  CHECK(heard.out[0].pieces[0].id == 1);
  CHECK(heard.out[0].gaps() == std::vector<int>{2, 3});
  CHECK(reassembly.sets() == limits.sets);
}

TEST_CASE("at the bound whole messages are forgotten before anything comes out incomplete") {
  Reassembly reassembly({.sets = 2});
  static_cast<void>(reassembly.hear(piece({.seq = 1, .ref = 1}, 1)));
  static_cast<void>(reassembly.hear(piece({.seq = 1, .ref = 2}, 2)));
  CHECK(reassembly.hear(piece({.seq = 2, .ref = 2}, 3)).out.size() == 1);
  CHECK(reassembly.hear(piece({.seq = 1, .ref = 3}, 4)).out.empty());
  CHECK_FALSE(reassembly.hear(piece({.seq = 2, .ref = 2}, 5)).duplicate_of.has_value());
}

TEST_CASE("at the bound of parts a set comes out, if it must be the one that grows") {
  Reassembly reassembly({.parts = 4});
  static_cast<void>(reassembly.hear(piece({.seq = 1, .ref = 1}, 1)));
  for (const int seq : {1, 2, 3}) {
    CHECK(reassembly.hear(piece({.seq = seq, .total = 9}, 10 + seq)).out.empty());
  }
  CHECK(texts(reassembly.hear(piece({.seq = 4, .total = 9}, 14)).out) == Texts{"m1.[…]"});
  CHECK(texts(reassembly.hear(piece({.seq = 5, .total = 9}, 15)).out) == Texts{"m1.m2.m3.m4.[…]"});
  CHECK(reassembly.parts() == 1);
}

TEST_CASE("what a sender cut and a modem printed is the text again") {
  const std::string text(
      "A text that is long enough for three parts: € and ~ take two septets each, […], and so on, "
      "until it is really long. ");
  const auto cut = split(text + text + text, Encoding::automatic);
  REQUIRE(cut.has_value());
  REQUIRE(cut->parts.size() >= 3);
  Reassembly reassembly;
  std::vector<Collected> out;
  for (std::size_t i = cut->parts.size(); i-- > 0;) {
    Deliver sent{.smsc = "+9891", .from = {"+989121234567", Address::Kind::international}};
    sent.timestamp = ServiceCentreTime{start, 0min};
    sent.alphabet = cut->alphabet;
    sent.text = cut->parts[i];
    sent.header.concat =
        Concat{200, 8, static_cast<int>(i) + 1, static_cast<int>(cut->parts.size())};
    const auto pdu = encode_deliver(sent);
    REQUIRE(pdu.has_value());
    auto read = decode_deliver(*pdu);
    REQUIRE(read.has_value());
    out = reassembly.hear({static_cast<std::int64_t>(i), 1, start, *std::move(read)}).out;
  }
  CHECK(texts(out) == Texts{text + text + text});
}

namespace {

/// A day of a rack: many senders at once, parts out of order, again, and lost.
struct Day {
  std::vector<Told> messages;
  std::vector<Piece> pieces;    // as they come; ids count from 0
  std::vector<std::size_t> of;  // the message of each piece
  std::set<std::pair<std::size_t, int>> lost;
};

Day day(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Day day;
  std::set<std::tuple<std::int64_t, std::string, int, int, int>> keys;
  struct Event {
    int at;
    std::size_t message;
    int seq;
    int sent;
  };
  std::vector<Event> events;
  for (int i = 0; i < 60; ++i) {
    Told told;
    told.message = "m" + std::to_string(i) + ":";
    told.sim = upto(3);
    told.from = "+98912000000" + std::to_string(upto(4));
    told.bits = upto(2) == 0 ? 8 : 16;
    told.ref = upto(6);
    told.total = 2 + upto(5);
    if (!keys.emplace(told.sim, told.from, told.bits, told.ref, told.total).second) continue;
    const auto message = day.messages.size();
    day.messages.push_back(told);
    const int sent = upto(3600);
    for (int seq = 1; seq <= told.total; ++seq) {
      if (upto(12) == 0) {
        day.lost.emplace(message, seq);
        continue;
      }
      const int times = upto(5) == 0 ? 1 + upto(3) : 1;
      for (int n = 0; n < times; ++n) {
        events.push_back({sent + upto(7200), message, seq, sent + seq + n * upto(600)});
      }
    }
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.at < b.at; });
  for (const auto& event : events) {
    Told told = day.messages[event.message];
    told.seq = event.seq;
    day.pieces.push_back(piece(told, static_cast<std::int64_t>(day.pieces.size()),
                               seconds{event.at}, seconds{event.sent}));
    day.of.push_back(event.message);
  }
  return day;
}

}  // namespace

TEST_CASE("of a rack's day every message comes out once, whole or with its gaps") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    const Day day = ::day(seed);
    Reassembly reassembly;
    std::vector<Collected> out;
    std::set<std::pair<std::size_t, int>> known;
    for (const auto& part : day.pieces) {
      auto heard = reassembly.hear(part);
      const auto message = day.of[static_cast<std::size_t>(part.id)];
      const bool again = !known.emplace(message, part.deliver.header.concat->seq).second;
      CHECK(heard.duplicate_of.has_value() == again);
      std::move(heard.out.begin(), heard.out.end(), std::back_inserter(out));
    }
    for (auto& rest : reassembly.expire(start + 1000h)) out.push_back(std::move(rest));

    std::set<std::size_t> seen;
    for (const auto& collected : out) {
      REQUIRE_FALSE(collected.pieces.empty());
      const auto message = day.of[static_cast<std::size_t>(collected.pieces.front().id)];
      CHECK(seen.insert(message).second);
      std::string expected;
      bool gap = false;
      Told told = day.messages[message];
      for (told.seq = 1; told.seq <= told.total; ++told.seq) {
        const bool lost = day.lost.contains({message, told.seq});
        if (!lost) expected += text_of(told);
        if (lost && !gap) expected += "[…]";
        gap = lost;
      }
      CHECK(text_of(collected, "[…]") == expected);
    }
    std::set<std::size_t> sent(day.of.begin(), day.of.end());
    CHECK(seen == sent);
  }
}

TEST_CASE("nothing is lost and no bound is passed, however little room there is") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    const Day day = ::day(seed);
    const ReassemblyLimits limits{.sets = 1 + seed % 7, .parts = 1 + seed % 11};
    Reassembly reassembly(limits);
    std::map<std::int64_t, int> times;  // that a part came out, or was told to be a duplicate
    const auto count = [&](const std::vector<Collected>& out) {
      for (const auto& message : out) {
        CHECK(message.gaps().size() + message.pieces.size() ==
              static_cast<std::size_t>(message.total));
        for (const auto& part : message.pieces) ++times[part.id];
      }
    };
    for (const auto& part : day.pieces) {
      const auto heard = reassembly.hear(part);
      if (heard.duplicate_of) ++times[part.id];
      count(heard.out);
      CHECK(reassembly.sets() <= limits.sets);
      CHECK(reassembly.parts() <= limits.parts);
    }
    count(reassembly.expire(start + 1000h));
    CHECK(times.size() == day.pieces.size());
    CHECK(std::all_of(times.begin(), times.end(), [](const auto& t) { return t.second == 1; }));
  }
}
