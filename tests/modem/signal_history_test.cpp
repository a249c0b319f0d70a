#include "modem/signal_history.hpp"

#include <catch2/catch.hpp>

#include "tests/modem/session_wire.hpp"

namespace bank::modem {

using namespace std::chrono_literals;

namespace {
constexpr at::TimePoint noon{12h};
}

TEST_CASE("readings of five minutes are told together") {
  SignalHistory history;
  CHECK(history.pieces(noon).empty());
  history.note(-71, noon);
  history.note(-77, noon + 1min);
  history.note(-74, noon + 4min + 59s);
  history.note(-90, noon + 5min);
  const auto pieces = history.pieces(noon + 5min);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0].begins == noon);
  CHECK(pieces[0].least == -77);
  CHECK(pieces[0].greatest == -71);
  CHECK(pieces[0].mean == Approx(-74));
  CHECK(pieces[0].readings == 3);
  CHECK(pieces[1].begins == noon + 5min);
  CHECK(pieces[1].mean == Approx(-90));
}

TEST_CASE("a time without readings is left out, not made up") {
  SignalHistory history;
  history.note(-71, noon);
  history.note(-72, noon + 2h);
  const auto pieces = history.pieces(noon + 2h);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[1].begins == noon + 2h);
}

TEST_CASE("what is older than a day is gone, also when nothing was noted since") {
  SignalHistory history;
  history.note(-71, noon);
  CHECK(history.pieces(noon + 23h + 59min).size() == 1);
  CHECK(history.pieces(noon + 24h).empty());
}

TEST_CASE("a week of readings leaves a day of them, oldest first") {
  SignalHistory history;
  auto now = noon;
  for (; now < noon + 24h * 7; now += 30s)
    history.note(-70 - static_cast<int>((now - noon) / 1h % 24), now);
  const auto pieces = history.pieces(now - 30s);
  REQUIRE(pieces.size() == 288);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    CHECK(pieces[i].begins == noon + 24h * 6 + i * 5min);
    CHECK(pieces[i].readings == 10);
    CHECK(pieces[i].least == pieces[i].greatest);
  }
}

TEST_CASE("any number of readings of one piece has its bound, and what no radio tells is none") {
  SignalHistory history;
  for (int i = 0; i < 100'000; ++i) history.note(-100, noon);
  history.note(-999, noon);
  history.note(4000, noon);
  const auto pieces = history.pieces(noon);
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0].mean == Approx(-100));
  CHECK(pieces[0].greatest == -100);
}

TEST_CASE("a session keeps what its modem told of the signal, over its port's closing") {
  test::Wire wire;
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  wire.run(20min);
  const auto before = wire.session.signal_history().pieces(wire.now);
  REQUIRE(before.size() >= 4);
  CHECK(before.front().least == *wire.session.facts().signal_dbm);
  (void)wire.session.lost(wire.now);
  CHECK(wire.session.signal_history().pieces(wire.now).size() == before.size());
}

}  // namespace bank::modem
