// The audit log: a chain of who changed what.
#include <catch2/catch.hpp>

#include "scheduler/audit.hpp"
#include "scheduler/schema.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr WallTime start{1'795'341'600'000ms};

struct Office {
  Office() { store::migrate(database, schema()); }
  void note(const std::string& action, WallTime at = start, const std::string& object = "msg_1") {
    store::Transaction transaction(database);
    log().note({"API key shop", action, object, R"({"a":1})"}, at);
    transaction.commit();
  }
  AuditLog& log() {
    if (!log_) log_.emplace(database);
    return *log_;
  }
  std::size_t prune(WallTime before, std::size_t limit = 100) {
    store::Transaction transaction(database);
    const auto gone = log().prune(before, limit);
    transaction.commit();
    return gone;
  }
  AuditWalk walk(std::int64_t after = 0, std::size_t limit = 1000) {
    return audit_walk(database, after, limit);
  }
  /// What somebody does who has the file and knows how to switch the guards off.
  void tamper(const std::string& sql) {
    for (const char* trigger : {"audit_is_kept", "audit_stays", "audit_goes_on",
                                "audit_checkpoint_moves_on", "audit_checkpoint_stays"}) {
      database.execute("DROP TRIGGER IF EXISTS " + std::string(trigger));
    }
    database.execute(sql);
  }
  store::Database database = store::Database::in_memory();

 private:
  std::optional<AuditLog> log_;
};

}  // namespace

TEST_CASE("each row holds the hash of the one before, and the whole is sound") {
  Office office;
  CHECK_FALSE(office.walk().first_broken);
  for (int i = 0; i < 5; ++i) office.note("message.cancel", start + i * 1s);
  const auto rows = audit_after(office.database, 0, 10);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].previous == AuditHash{});
  for (std::size_t i = 1; i < rows.size(); ++i) CHECK(rows[i].previous == rows[i - 1].hash);
  const auto walk = office.walk();
  CHECK(walk.entries == 5);
  CHECK_FALSE(walk.first_broken);
  CHECK_FALSE(walk.next);
  CHECK(walk.last == rows[4].hash);
}

TEST_CASE("a hash is what the documents say, so that others can compute it") {
  // sha256 of "64:00…00,1:1,13:1795341600000,12:API key shop,14:message.cancel,5:msg_1,7:{"a":1},"
  const AuditRow row{.id = 1,
                     .at = start,
                     .entry = {"API key shop", "message.cancel", "msg_1", R"({"a":1})"},
                     .previous = {},
                     .hash = {}};
  CHECK(hex_of(audit_hash(row)) ==
        "368e3cac26590dbcabcc35dfbd02e41eb2d8619c8350c5a86ee3bb852b60e6f3");
}

TEST_CASE("rows of the audit log are neither changed nor taken away nor put between") {
  Office office;
  for (int i = 0; i < 3; ++i) office.note("message.cancel");
  for (const char* sql :
       {"UPDATE audit SET by = 'nobody'", "UPDATE audit SET id = id + 10", "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 3", "UPDATE OR REPLACE audit SET id = 2 WHERE id = 3",
        "INSERT INTO audit (at, by, action, object, detail, previous, hash) "
        "VALUES (1, 'x', 'y', 'z', '{}', zeroblob(32), zeroblob(32))",
        "INSERT OR REPLACE INTO audit SELECT 2, at, 'x', action, object, detail, hash, hash "
        "FROM audit WHERE id = 3",
        "INSERT OR REPLACE INTO audit SELECT 3, at, 'x', action, object, detail, hash, hash "
        "FROM audit WHERE id = 3",
        "INSERT INTO audit SELECT -7, at, 'x', action, object, detail, hash, hash "
        "FROM audit WHERE id = 3",
        "UPDATE audit_checkpoint SET through = 3", "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET through = 2, hash = zeroblob(32)",
        "INSERT OR REPLACE INTO audit_checkpoint VALUES (1, 3, zeroblob(32))"}) {
    INFO(sql);
    CHECK_THROWS_AS(office.database.execute(sql), store::DatabaseError);
  }
  CHECK(office.walk().entries == 3);
  CHECK_FALSE(office.walk().first_broken);
}

TEST_CASE("who changes the file in spite of that is found out, with the first row that is wrong") {
  struct Case {
    const char* sql;
    std::int64_t broken;
  };
  for (const auto& one : {
           Case{"UPDATE audit SET by = 'API key other' WHERE id = 3", 3},
           Case{"UPDATE audit SET at = at + 1 WHERE id = 1", 1},
           Case{"UPDATE audit SET detail = '{}' WHERE id = 5", 5},
           Case{"UPDATE audit SET hash = zeroblob(32) WHERE id = 2", 2},
           Case{"UPDATE audit SET previous = zeroblob(32) WHERE id = 4", 4},
           Case{"DELETE FROM audit WHERE id = 3", 3},
           Case{"DELETE FROM audit WHERE id = 1", 1},
           Case{"DELETE FROM audit WHERE id > 3", 4},
           Case{"DELETE FROM audit", 1},
           Case{"UPDATE audit_checkpoint SET through = 2", 3},
       }) {
    INFO(one.sql);
    Office office;
    for (int i = 0; i < 5; ++i) office.note("message.cancel");
    office.tamper(one.sql);
    const auto walk = office.walk();
    REQUIRE(walk.first_broken);
    CHECK(*walk.first_broken == one.broken);
    CHECK_FALSE(walk.why.empty());
  }
}

TEST_CASE("rows taken from the end are missed also when more is noted since") {
  Office office;
  for (int i = 0; i < 5; ++i) office.note("message.cancel");
  office.tamper("DELETE FROM audit WHERE id > 3");
  office.note("message.requeue");
  CHECK(office.walk().first_broken == 4);
}

TEST_CASE("the chain is walked in steps") {
  Office office;
  for (int i = 0; i < 10; ++i) office.note("message.cancel");
  auto walk = office.walk(0, 4);
  CHECK(walk.entries == 4);
  REQUIRE(walk.next == 4);
  walk = office.walk(*walk.next, 4);
  REQUIRE(walk.next == 8);
  walk = office.walk(*walk.next, 4);
  CHECK(walk.entries == 2);
  CHECK_FALSE(walk.next);
  CHECK_FALSE(walk.first_broken);
  office.tamper("UPDATE audit SET by = 'x' WHERE id = 7");
  CHECK_FALSE(office.walk(0, 4).first_broken);
  CHECK(office.walk(4, 4).first_broken == 7);
}

TEST_CASE("what retention takes leaves a chain that can be proved") {
  Office office;
  for (int i = 0; i < 10; ++i) office.note("message.cancel", start + i * 24h);
  CHECK(office.prune(start) == 0);
  CHECK(office.prune(start + 4 * 24h, 3) == 3);
  CHECK(office.prune(start + 4 * 24h, 3) == 1);
  CHECK(office.prune(start + 4 * 24h, 3) == 0);
  auto walk = office.walk();
  CHECK(walk.entries == 6);
  CHECK_FALSE(walk.first_broken);
  CHECK_THROWS_AS(office.database.execute("DELETE FROM audit WHERE id = 5"), store::DatabaseError);

  CHECK(office.prune(start + 1000 * 24h) == 6);
  CHECK(office.walk().entries == 0);
  CHECK_FALSE(office.walk().first_broken);
  office.note("message.requeue");
  const auto rows = audit_after(office.database, 0, 10);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].id == 11);
  CHECK_FALSE(office.walk().first_broken);
  office.tamper("UPDATE audit SET previous = zeroblob(32)");
  CHECK(office.walk().first_broken == 11);
}

TEST_CASE("a row goes with the change that it tells of when that is not committed") {
  Office office;
  office.note("message.cancel");
  {
    store::Transaction transaction(office.database);
    office.log().note({"API key shop", "batch.cancel", "bat_1"}, start);
  }
  office.note("message.requeue");
  const auto rows = audit_after(office.database, 0, 10);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].entry.action == "message.requeue");
  CHECK_FALSE(office.walk().first_broken);
}

TEST_CASE("whatever is noted is bounded, valid and proved") {
  Office office;
  office.note("message.cancel", start, std::string(10'000, 'x'));
  office.note("message.cancel", start, "not \xFF UTF-8 \xC3");
  office.note("message.cancel", start, std::string(255, 'x') + "\xC3\xA4");
  {
    store::Transaction transaction(office.database);
    office.log().note({"a", "b", "c", "\"" + std::string(10'000, 'x') + "\""}, start);
    transaction.commit();
  }
  const auto rows = audit_after(office.database, 0, 10);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].entry.object.size() == AuditLog::longest_word);
  CHECK(rows[1].entry.object == "not \xEF\xBF\xBD UTF-8 \xEF\xBF\xBD");
  CHECK(rows[2].entry.object == std::string(255, 'x'));
  CHECK(rows[3].entry.detail == "{}");
  CHECK_FALSE(office.walk().first_broken);
}

TEST_CASE("pages come newest first, and by who or what") {
  Office office;
  for (int i = 0; i < 6; ++i) office.note(i % 2 == 0 ? "message.cancel" : "batch.pause");
  const auto first = audit_page(office.database, {}, std::nullopt, 4);
  REQUIRE(first.size() == 4);
  CHECK(first[0].id == 6);
  CHECK(audit_page(office.database, {}, first[3].id, 4).size() == 2);
  CHECK(audit_page(office.database, {.action = "batch.pause"}, std::nullopt, 10).size() == 3);
  CHECK(audit_page(office.database, {.by = "API key shop"}, std::nullopt, 10).size() == 6);
  CHECK(audit_page(office.database, {.by = "API key"}, std::nullopt, 10).empty());
  CHECK(
      audit_page(office.database, {.by = "API key shop", .action = "batch.pause"}, 4, 10).size() ==
      1);
}

}  // namespace bank::scheduler
