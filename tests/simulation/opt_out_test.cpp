// People who write stop and start, with the program's own switchboard.
#include <algorithm>

#include "modem/virtual/pdu.hpp"
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {
namespace {

struct Answering : SmallRack {
  explicit Answering(unsigned modems = 1) : SmallRack(modems) {
    config.region.country = "IR";
    start();
    run(1min);
  }
  static std::string number(int who) { return fmt::format("+{}{:07}", number_begins, who); }
  [[nodiscard]] long taken(const std::string& to) const {
    return std::count_if(facts.taken.begin(), facts.taken.end(),
                         [&](const SeenPart& part) { return part.to == to; });
  }
  [[nodiscard]] std::int64_t in_state(int who, const std::string& state) const {
    return count("message WHERE class <> 'system' AND recipient = '" + number(who) +
                 "' AND state = '" + state + "'");
  }
  [[nodiscard]] std::int64_t answers(int who) const {
    return count("message WHERE class = 'system' AND recipient = '" + number(who) + "'");
  }
};

}  // namespace

TEST_CASE("a stop ends what waits for the person, is answered by one text, and no second one") {
  Answering it;
  for (int i = 0; i < 3; ++i) it.post(7);
  it.post(8);
  it.air.deliver(0, Answering::number(7), "STOP");
  it.run(5min);
  CHECK(it.in_state(7, "suppressed") >= 1);
  CHECK(it.in_state(7, "queued") == 0);
  CHECK(it.in_state(8, "delivered") == 1);
  CHECK(it.answers(7) == 1);
  const long before = it.taken(Answering::number(7));
  it.post(7);
  it.air.deliver(0, Answering::number(7), "stop!");
  it.run(5min);
  CHECK(it.taken(Answering::number(7)) == before);
  CHECK(it.answers(7) == 1);

  it.air.deliver(0, Answering::number(7), "START");
  it.run(1min);
  it.post(7);
  it.run(5min);
  CHECK(it.taken(Answering::number(7)) == before + 2);  // told that he is back, and the message
}

TEST_CASE("a stop in the middle of a message of ten parts is the end of it") {
  Answering it(2);
  it.post(7, 10);
  it.run(12s);
  const long begun = it.taken(Answering::number(7));
  REQUIRE(begun >= 1);
  REQUIRE(begun < 8);
  it.air.deliver(1, Answering::number(7), "لغو");  // to another SIM than the one that sends
  it.run(10min);
  // What was on the air when it came, and the answer.
  CHECK(it.taken(Answering::number(7)) <= begun + 3);
  CHECK(it.in_state(7, "suppressed") == 1);
  CHECK(it.answers(7) == 1);
  CHECK(it.count("submission s JOIN message m ON m.id = s.message JOIN inbound i ON i.sim = s.sim "
                 "WHERE m.class = 'system' AND s.outcome IN ('sent', 'delivered')") == 1);
}

TEST_CASE("who chats in long texts loses nothing of what we send him meanwhile") {
  Answering it;
  it.post(7, 6);
  for (int i = 0; i < 4; ++i) {
    it.run(4s);
    it.air.deliver(0, Answering::number(7), std::string(300, 'a' + static_cast<char>(i)));
  }
  it.run(20min);
  CHECK(it.in_state(7, "delivered") == 1);
  CHECK(it.taken(Answering::number(7)) == 6);
  CHECK(it.answers(7) == 0);
}

TEST_CASE("a crash after a stop leaves it in force, answered once") {
  Answering it;
  for (int i = 0; i < 3; ++i) it.post(7);
  it.air.deliver(0, Answering::number(7), "STOP");
  for (int i = 0; i < 40; ++i) {
    it.run(500ms);
    it.program.reset();
    it.start();
  }
  it.run(20min);
  CHECK(it.count("suppression WHERE number = '" + Answering::number(7) + "'") == 1);
  CHECK(it.in_state(7, "queued") == 0);
  CHECK(it.answers(7) == 1);
}

TEST_CASE("a stop whose second half never came holds promotion, also over a crash in between") {
  Answering it;
  const auto halves = modem::virt::deliver_pdus(
      Answering::number(7), "STOP\n" + std::string(200, 'x'),
      std::chrono::floor<std::chrono::seconds>(it.machine.now().wall), 0, 77);
  REQUIRE(it.air.deliver_pdu(0, halves.value().front()));
  it.run(1min);
  const auto gone = [&](const std::string& rows) { return it.count(rows) != 0; };
  CHECK_FALSE(gone("inbound"));
  it.run(72h - 3min);
  // The moment in which it comes out with its gap, and nothing is done about it yet.
  it.disk.least = it.disk.most = 50ms;
  for (int i = 0; i < 100'000 && !gone("inbound"); ++i) it.run(5ms);
  REQUIRE(gone("inbound"));
  REQUIRE_FALSE(gone("suppression"));
  it.program.reset();
  it.start();
  it.run(1min);
  CHECK(it.count("suppression WHERE held = 1 AND scope = 'promotional' AND number = '" +
                 Answering::number(7) + "'") == 1);
  CHECK(it.answers(7) == 0);
}

}  // namespace bank::simulation
