// The rows of webhooks: what is booked, in which order it is due, and what becomes of it in time.
#include <catch2/catch.hpp>
#include <optional>

#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "web/webhook_reader.hpp"
#include "web/webhook_rows.hpp"

namespace bank::web::test {

namespace {

constexpr WallTime start{std::chrono::milliseconds{1'795'341'600'000}};
using What = DeliveryStep::What;

struct Fixture {
  Fixture() : database(store::Database::in_memory()) {
    store::migrate(database, scheduler::schema());
    rows.emplace(database);
    reader.emplace(database);
  }
  template <class Work>
  void commit(Work work) {
    store::Transaction transaction(database);
    work();
    transaction.commit();
    rows->publish(rows->all());
  }
  WebhookId subscribe(std::vector<std::string> events = {}) {
    std::optional<WebhookId> id;
    commit([&] {
      id = rows->create({"https://example.com/", std::move(events), {}, std::string(32, 's'), "x"},
                        start);
    });
    return id.value();
  }
  void happen(const std::string& conversation, const std::string& type = "message.sent",
              WallTime at = start) {
    const Happening one{type, at, conversation, "{}"};
    commit([&] { rows->enqueue(std::span(&one, 1)); });
  }
  std::vector<DueDelivery> due(WebhookId id, WallTime now = start) {
    return reader->due(id, now, 1000, 1'000'000);
  }
  void end(WebhookId id, const DueDelivery& delivery, What what, WallTime at = start) {
    const DeliveryResult result{
        delivery.name.id,
        id,
        delivery.conversation,
        {delivery.attempts + 1, at, 5ms, what == What::delivered ? 200 : 500,
         what == What::delivered ? "" : "HTTP 500", ""},
        {what, what == What::again ? at + 5s : at, what == What::delivered ? "" : "HTTP 500"}};
    commit([&] { rows->note(std::span(&result, 1)); });
  }
  Webhook now(WebhookId id) { return reader->webhook(id).value(); }
  std::int64_t count(const std::string& table) {
    return database.integer("SELECT count(*) FROM " + table);
  }
  /// Every step there is to do.
  void tidy(WallTime at) {
    for (int i = 0; i < 1000; ++i) {
      bool more = false;
      commit([&] { more = rows->tidy(at).more; });
      if (!more) return;
    }
    FAIL("tidying does not end");
  }

  store::Database database;
  std::optional<WebhookRows> rows;
  std::optional<WebhookReader> reader;
};

}  // namespace

TEST_CASE("what nobody wants is not booked, and known without a look at the database") {
  Fixture on;
  CHECK_FALSE(on.rows->wants("message.sent"));
  const auto id = on.subscribe({"message.*"});
  CHECK(on.rows->wants("message.sent"));
  CHECK_FALSE(on.rows->wants("modem.changed"));
  on.happen("a");
  on.happen("slot-01", "modem.changed");
  CHECK(on.count("webhook_delivery") == 1);
  CHECK(on.now(id).pending == 1);
  on.commit(
      [&] { on.rows->change(id, {.url = {}, .events = {}, .filter = {}, .enabled = false}); });
  CHECK_FALSE(on.rows->wants("message.sent"));
}

TEST_CASE("a filter books what is about the right thing alone, and what has no such field not") {
  Fixture on;
  std::vector<FieldError> flaws;
  const auto filter =
      WebhookFilter::read({{"sim", {"shop", "office"}}, {"class", {"service"}}}, flaws);
  REQUIRE(flaws.empty());
  const auto id = on.subscribe({"message.*"});
  const auto all = on.subscribe();
  on.commit(
      [&] { on.rows->change(id, {.url = {}, .events = {}, .filter = filter, .enabled = {}}); });
  CHECK(on.now(id).filter.text() == R"({"class":["service"],"sim":["shop","office"]})");
  const std::vector<Happening> happenings{
      {"message.sent", start, "a", R"({"sim":"shop","class":"service"})"},
      {"message.sent", start, "b", R"({"sim":"stock","class":"service"})"},
      {"message.sent", start, "c", R"({"sim":null,"class":"service"})"},
      {"message.sent", start, "d", R"({"class":"service"})"},
      {"sim.changed", start, "e", R"({"sim":"shop","class":"service"})"},
      {"message.sent", start, "f", R"({"sim":"office","class":"service"})"}};
  on.commit([&] { on.rows->enqueue(happenings); });
  const auto due = on.due(id);
  REQUIRE(due.size() == 2);
  CHECK(due[0].conversation == "a");
  CHECK(due[1].conversation == "f");
  CHECK(on.now(id).pending == 2);
  CHECK(on.now(all).pending == 6);
  on.commit([&] {
    on.rows->change(id, {.url = {}, .events = {}, .filter = WebhookFilter{}, .enabled = {}});
  });
  on.commit([&] { on.rows->enqueue(happenings); });
  CHECK(on.now(id).pending == 7);
}

TEST_CASE("a transaction that does not commit books nothing") {
  Fixture on;
  const auto id = on.subscribe();
  const Happening one{"message.sent", start, "a", "{}"};
  {
    store::Transaction transaction(on.database);
    on.rows->enqueue(std::span(&one, 1));
  }
  CHECK(on.count("webhook_delivery") == 0);
  CHECK(on.now(id).pending == 0);
}

TEST_CASE("what happens in the round that deletes its subscription harms nobody") {
  Fixture on;
  const auto id = on.subscribe();
  const auto other = on.subscribe();
  const Happening one{"message.sent", start, "a", "{}"};
  on.commit([&] {
    on.rows->remove(id);
    on.rows->enqueue(std::span(&one, 1));
  });
  CHECK(on.now(other).pending == 1);
  CHECK(on.count("webhook_delivery") == 1);
}

TEST_CASE("of a conversation one delivery is due, the next when it ended well or badly") {
  Fixture on;
  const auto id = on.subscribe();
  for (int i = 0; i < 3; ++i) on.happen("a");
  on.happen("b");
  auto due = on.due(id);
  REQUIRE(due.size() == 2);
  const auto first = due[0];
  on.end(id, first, What::again);
  CHECK(on.due(id).size() == 1);
  due = on.due(id, start + 5s);
  REQUIRE(due.size() == 2);
  CHECK(due[1].name.id == first.name.id);
  CHECK(due[1].attempts == 1);
  on.end(id, due[1], What::dead, start + 5s);
  due = on.due(id, start + 6s);
  REQUIRE(due.size() == 2);
  CHECK(due[1].name.id > first.name.id);
  on.end(id, due[1], What::delivered, start + 6s);
  CHECK(on.due(id, start + 7s).size() == 2);
  const auto now = on.now(id);
  CHECK(now.pending == 2);
  CHECK(now.delivered == 1);
  CHECK(now.dead == 1);
}

TEST_CASE("what is replayed goes before what came later, and after what is being tried") {
  Fixture on;
  const auto id = on.subscribe();
  for (int i = 0; i < 3; ++i) on.happen("a");
  const auto first = on.due(id).at(0);
  on.end(id, first, What::dead);
  on.commit([&] { CHECK(on.rows->replay(id, first.name, start)); });
  auto due = on.due(id, start + 1s);
  REQUIRE(due.size() == 1);
  CHECK(due[0].name.id != first.name.id);  // the second is under way
  on.end(id, due[0], What::delivered);
  due = on.due(id, start + 1s);
  REQUIRE(due.size() == 1);
  CHECK(due[0].name.id == first.name.id);
  CHECK(due[0].attempts == 1);
  CHECK(due[0].since_replay == 0);
  on.commit([&] {
    CHECK_FALSE(on.rows->replay(id, {first.name.id, first.name.salt ^ 1}, start));
    CHECK_FALSE(on.rows->replay(WebhookId{99}, first.name, start));
  });
}

TEST_CASE("beyond the bound the oldest that waits becomes a dead letter that says why") {
  Fixture on;
  const auto id = on.subscribe();
  const auto other = on.subscribe({"none.such"});
  on.happen("a");
  on.happen("a");
  on.database.execute("UPDATE webhook SET pending = 1000000 WHERE id = 1");
  on.happen("b");
  const auto all = on.reader->deliveries(id, std::nullopt, std::nullopt, 10);
  REQUIRE(all.size() == 3);
  CHECK(all[2].state == DeliveryState::dead);
  CHECK(all[2].error.find("too many wait") != std::string::npos);
  CHECK(all[1].due_at.has_value());  // its turn has come
  CHECK(on.now(id).pending == most_pending_deliveries);
  CHECK(on.now(other).pending == 0);
}

TEST_CASE("what has ended is forgotten in its time, and what waits never is") {
  Fixture on;
  const auto id = on.subscribe();
  for (const auto* conversation : {"a", "b", "c"}) on.happen(conversation);
  const auto due = on.due(id);
  on.end(id, due.at(0), What::delivered);
  on.end(id, due.at(1), What::dead);
  on.tidy(start + delivered_kept - 1s);
  CHECK(on.count("webhook_delivery") == 3);
  on.tidy(start + delivered_kept + 1s);
  CHECK(on.count("webhook_delivery") == 2);
  on.tidy(start + dead_kept + 1s);
  CHECK(on.count("webhook_delivery") == 1);
  CHECK(on.count("webhook_attempt") == 0);
  const auto now = on.now(id);
  CHECK(now.pending == 1);
  CHECK(now.delivered == 0);
  CHECK(now.dead == 0);
}

TEST_CASE("beyond their number the oldest that were delivered go, in steps") {
  Fixture on;
  const auto id = on.subscribe();
  const std::vector<Happening> many(2500, {"message.sent", start, "a", "{}"});
  on.commit([&] { on.rows->enqueue(many); });
  on.database.execute(
      "UPDATE webhook_delivery SET state = 'delivered', ended_at = created_at, "
      "due_at = NULL");
  on.database.execute("UPDATE webhook SET pending = 0, delivered = 101500");
  on.commit([&] { CHECK(on.rows->tidy(start).more); });
  CHECK(on.count("webhook_delivery") == 1500);
  on.tidy(start);
  CHECK(on.count("webhook_delivery") == 1000);
  CHECK(on.now(id).delivered == most_ended_deliveries);
}

TEST_CASE("a delivery that a wrong clock put far ahead is due when the clock is right") {
  Fixture on;
  const auto id = on.subscribe();
  on.happen("a", "message.sent", start + std::chrono::days{700});
  CHECK(on.due(id).empty());
  on.tidy(start);
  CHECK(on.due(id).size() == 1);
}

TEST_CASE("the log of a delivery holds its last attempts") {
  Fixture on;
  const auto id = on.subscribe();
  on.happen("a");
  auto at = start;
  for (int i = 0; i < 15; ++i) {
    at += 5s;
    on.end(id, on.due(id, at).at(0), What::again, at);
  }
  const auto delivery = on.reader->deliveries(id, DeliveryState::pending, std::nullopt, 10).at(0);
  CHECK(delivery.attempts == 15);
  REQUIRE(delivery.log.size() == most_logged_attempts);
  CHECK(delivery.log.front().number == 6);
  CHECK(delivery.log.back().number == 15);
}

TEST_CASE("there are so many subscriptions and no more, those being deleted counted apart") {
  Fixture on;
  WebhookId last{};
  for (std::size_t i = 0; i < most_webhooks; ++i) last = on.subscribe();
  const NewWebhook one_more{"https://example.com/", {}, {}, std::string(32, 's'), "x"};
  on.commit([&] { CHECK_FALSE(on.rows->create(one_more, start)); });
  on.commit([&] {
    CHECK(on.rows->remove(last));
    CHECK_FALSE(on.rows->remove(last));
    CHECK(on.rows->create(one_more, start));
  });
  on.tidy(start);
  CHECK(on.count("webhook") == static_cast<std::int64_t>(most_webhooks));
}

}  // namespace bank::web::test
