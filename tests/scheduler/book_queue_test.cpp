#include <algorithm>
#include <catch2/catch.hpp>
#include <initializer_list>
#include <string_view>

#include "store/statement.hpp"
#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

std::vector<MessageId> ids(const std::vector<Candidate>& candidates) {
  std::vector<MessageId> found;
  for (const Candidate& candidate : candidates) found.push_back(candidate.id);
  return found;
}
using Ids = std::vector<MessageId>;

const Lane pool_lane{std::nullopt, "default"};

}  // namespace

TEST_CASE_METHOD(BookFixture, "ready messages leave by priority, then by age, page by page") {
  Ids expected(6);
  for (const int position : {4, 0, 5, 2, 1, 3}) {  // two of each priority
    NewMessage message = to("+1000");
    message.priority = 9 - position / 2 * 3;
    expected[static_cast<std::size_t>(position)] = accept(message);
  }
  for (std::size_t i = 0; i + 1 < expected.size(); i += 2) {
    if (expected[i] > expected[i + 1]) std::swap(expected[i], expected[i + 1]);
  }
  CHECK(ids(book->ready(pool_lane, {}, 10)) == expected);
  Ids paged;
  std::optional<QueueKey> after;
  while (true) {
    const auto page = book->ready(pool_lane, after, 1);
    if (page.empty()) break;
    paged.push_back(page.front().id);
    after = QueueKey{page.front().priority, page.front().id};
  }
  CHECK(paged == expected);
}

TEST_CASE_METHOD(BookFixture,
                 "a message waits in the lane of its pool, its SIM, or its parts' SIM") {
  NewMessage wanted = to("+1001");
  wanted.sim = other;
  NewMessage pooled = to("+1002", 2);
  pooled.pool = "bulk";
  const MessageId first = accept(wanted);
  const MessageId second = accept(pooled);
  CHECK(book->lanes() == std::vector<Lane>{{other, ""}, {std::nullopt, "bulk"}});
  const SubmissionId part = begin(second).value().submission;
  CHECK(book->ready({std::nullopt, "bulk"}, {}, 9).empty());
  end(part, {PartEnd::Kind::sent, 1, {}, true}, {.state = MessageState::queued});
  CHECK(ids(book->ready({sim, ""}, {}, 9)) == Ids{second});
  CHECK(ids(book->ready({other, ""}, {}, 9)) == Ids{first});
  const Candidate bound = book->candidate(second).value();
  CHECK(bound.bound_sim == sim);
  CHECK(bound.parts_sent == 1);
  CHECK(bound.concat_ref == 0);
  CHECK(lane_of(bound) == Lane{sim, ""});
  CHECK(book->ready({std::nullopt, "no such pool"}, {}, 9).empty());
}

TEST_CASE_METHOD(BookFixture, "a message with a time waits for it") {
  NewMessage later = to("+1000");
  later.send_at = wall + 1h;
  NewMessage past = to("+1000");
  past.send_at = wall - 1h;
  const MessageId waiting = accept(later);
  const MessageId ready = accept(past);
  CHECK(ids(book->ready(pool_lane, {}, 9)) == Ids{ready});
  CHECK(book->next_due() == wall + 1h);
  CHECK(begin(waiting).error() == Refusal::not_wanted);
  commit([&] { CHECK(book->wake(wall + 59min, 10).empty()); });
  pass(1h);
  commit([&] { CHECK(ids(book->wake(wall, 10)) == Ids{waiting}); });
  CHECK(ids(book->ready(pool_lane, {}, 9)) == Ids{waiting, ready});
  CHECK(book->next_due() == wall + 23h);
}

TEST_CASE_METHOD(BookFixture, "the next for one recipient is its oldest of that priority") {
  NewMessage urgent = to("+1000");
  urgent.priority = 9;
  const MessageId first = accept(to("+1000"));
  accept(to("+1001"));
  const MessageId high = accept(urgent);
  const MessageId second = accept(to("+1000"));
  CHECK(ids(book->ready_for("+1000", 5, 9)) == Ids{first, second});
  CHECK(ids(book->ready_for("+1000", 9, 9)) == Ids{high});
  CHECK(ids(book->ready_for("+1000", 5, 1)) == Ids{first});
}

TEST_CASE_METHOD(BookFixture, "messages past their life expire, in steps, also those that wait") {
  for (int i = 0; i < 3; ++i) accept(to("+1000"));
  NewMessage late = to("+1000");
  late.send_at = wall + 48h;
  accept(late);
  pass(24h);
  commit([&] {
    CHECK(book->expire(wall - 1ms, 10).empty());
    CHECK(book->expire(wall, 3).size() == 3);
    CHECK(book->expire(wall, 3).size() == 1);
    CHECK(book->expire(wall, 3).empty());
  });
  CHECK(count(MessageState::expired) == 4);
  CHECK_FALSE(book->next_due().has_value());
}

TEST_CASE_METHOD(BookFixture, "no statement of the book walks through a table that grows") {
  const auto any_begins = [](std::string_view text, std::initializer_list<std::string_view> heads) {
    return std::any_of(heads.begin(), heads.end(),
                       [&](std::string_view head) { return text.starts_with(head); });
  };
  // When two rows turn out to be one SIM, once in its life.
  const auto may_walk = [&](std::string_view sql) {
    return any_begins(sql, {"UPDATE message SET via = iif(via", "UPDATE submission SET sim = ?2",
                            "UPDATE unmatched_report SET sim", "UPDATE inbound SET sim",
                            "DELETE FROM sim ", "UPDATE message SET lane = iif(lane = home"});
  };
  // What is walked through has a row for each SIM, modem, key, state, lane, part in flight or
  // doubt, restore, batch that is being received or swept, or received part that waits for others,
  // whose number is bounded; or it is an index in the order that is asked for, of which a LIMIT
  // takes the first rows.
  const auto is_small = [&](std::string_view step, std::string_view sql) {
    return any_begins(
               step,
               {"SCAN sim", "SCAN api_key", "SCAN message_count", "SCAN lane", "SCAN (subquery",
                "SCAN CONSTANT ROW", "SCAN s USING INDEX submission_in_flight",
                "SCAN batch USING INDEX batch_receiving", "SCAN batch USING INDEX batch_sweep",
                "SCAN copy", "SCAN restoration", "SCAN gap_wish",
                "SCAN inbound_part USING COVERING INDEX inbound_part_open", "SCAN doubt",
                "SCAN paused_modem", "SCAN inbound_words VIRTUAL TABLE INDEX 0:=",
                "SCAN submission USING INDEX submission_in_flight"}) ||
           (step == "SCAN s" && sql.find("FROM sim s") != std::string_view::npos) ||
           (step == "SCAN boot" && sql.find("FROM boot ORDER BY id DESC LIMIT") != sql.npos) ||
           (step == "SCAN d" && sql.find("FROM doubt d") != std::string_view::npos) ||
           (step == "SCAN l" && sql.find("FROM loopback l ") != std::string_view::npos) ||
           (step == "SCAN newest" && sql.find("LIMIT ?3) newest") != std::string_view::npos) ||
           (step == "SCAN m" && sql.find("LIMIT ?2) m") != std::string_view::npos) ||
           (step == "SCAN message USING INDEX message_life" && sql.ends_with("LIMIT 1"));
  };
  for (const auto& state : {std::optional<MessageState>(), std::optional(MessageState::failed)}) {
    for (const auto& number : {std::optional<std::string>(), std::optional<std::string>("+1")}) {
      for (const auto& batch : {std::optional<BatchId>(), std::optional(BatchId{1})}) {
        (void)reader->messages({.state = state, .to = number, .batch = batch, .since = wall}, {},
                               9);
      }
    }
  }
  // The statements themselves, as the connection holds them, not copies of their text.
  std::vector<std::string> prepared;
  for (sqlite3_stmt* statement = sqlite3_next_stmt(database.handle(), nullptr);
       statement != nullptr; statement = sqlite3_next_stmt(database.handle(), statement)) {
    prepared.emplace_back(sqlite3_sql(statement));
  }
  CHECK(prepared.size() > 70);
  for (const std::string& sql : prepared) {
    if (may_walk(sql) || sql.find("'main'.'inbound_words_") != sql.npos) continue;  // FTS5's own
    CAPTURE(sql);
    store::Statement(database, "EXPLAIN QUERY PLAN " + sql).each([&](store::Row row) {
      const std::string step = row.text(3);
      if (!step.starts_with("SCAN") || is_small(step, sql)) return;
      FAIL_CHECK(step);
    });
  }
}
