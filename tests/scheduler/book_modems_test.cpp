// What happened to modems, as it is read back.
#include <catch2/catch.hpp>

#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

TEST_CASE_METHOD(BookFixture, "events of a modem are read newest first, and of no other") {
  using Kind = ModemEvent::Kind;
  commit([&] {
    for (int i = 1; i <= 5; ++i) {
      book->note_modem({"slot-01", wall + i * 1s, Kind::state, "state " + std::to_string(i)});
      book->note_modem({"slot-02", wall, Kind::verdict, "good"});
    }
  });
  const auto page = reader->modem_events("slot-01", std::nullopt, 2);
  REQUIRE(page.size() == 2);
  CHECK(page.at(0).what == "state 5");
  CHECK(page.at(0).kind == "state");
  CHECK(page.at(0).at == wall + 5s);
  const auto rest = reader->modem_events("slot-01", page.at(1).id, 100);
  REQUIRE(rest.size() == 3);
  CHECK(rest.back().what == "state 1");
  CHECK(reader->modem_events("slot-03", std::nullopt, 100).empty());
}

TEST_CASE_METHOD(BookFixture, "a submission tells when its end was known") {
  const MessageId id = accept(to("+1000"));
  const SubmissionId part = begin(id).value().submission;
  CHECK_FALSE(reader->submissions(id).at(0).ended);
  const auto began = wall;
  pass(4s);
  sent(part, 7);
  CHECK(reader->submissions(id).at(0).at == began);
  CHECK(reader->submissions(id).at(0).ended == began + 4s);
}
