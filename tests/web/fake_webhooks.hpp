#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "web/webhook_door.hpp"
#include "web/webhook_reader.hpp"

namespace bank::web::test {

/// The rows that the program has, in memory, and no sender.
class FakeWebhooks : public WebhookDoor {
  static ByWebhooks<Webhook> one_of(WebhookRows& rows, WebhookId id, bool done) {
    const auto all = rows.all();
    for (const auto& one : *all) {
      if (done && one.id == id) return one;
    }
    return WebhookRefusal::unknown;
  }

  struct Book {
    Book() : database(store::Database::in_memory()) {
      store::migrate(database, scheduler::schema());
    }
    store::Database database;
    std::unique_ptr<WebhookRows> rows;
  };
  Book& book() {  // most tests want none
    if (book_) return *book_;
    book_ = std::make_unique<Book>();
    book_->rows = std::make_unique<WebhookRows>(book_->database);
    return *book_;
  }
  template <class Work>
  auto inside(Work& work) {
    auto& [database, rows] = book();
    store::Transaction transaction(database);
    auto value = work(*rows);
    transaction.commit();
    rows->publish(rows->all());
    return value;
  }
  template <class Read>
  auto read(Read what) {
    const std::lock_guard lock(mutex_);
    WebhookReader reader(book().database);
    return what(reader);
  }
  template <class T, class Work>
  void answer(const Answered<ByWebhooks<T>>& answered, Work work) {
    if (broken) return answered(unexpected(*broken));
    answered(commit([&](WebhookRows& rows) { return ByWebhooks<T>(work(rows)); }));
  }

 public:
  WallTime now{std::chrono::milliseconds{1'795'341'600'000}};
  AddressPolicy policy;
  std::optional<WallTime> left_alone;
  std::optional<Unavailable> broken;  // what changes something fails

  /// What a test does to the rows, in a transaction.
  template <class Work>
  auto commit(Work work) {
    const std::lock_guard lock(mutex_);
    return inside(work);
  }

  std::vector<Webhook> webhooks() override {
    return read([](WebhookReader& reader) { return reader.webhooks(); });
  }
  std::optional<Webhook> webhook(WebhookId id) override {
    return read([&](WebhookReader& reader) { return reader.webhook(id); });
  }
  std::vector<WebhookDelivery> deliveries(WebhookId id, std::optional<DeliveryState> state,
                                          std::optional<DeliveryId> before,
                                          std::size_t limit) override {
    return read([&](WebhookReader& reader) { return reader.deliveries(id, state, before, limit); });
  }
  std::optional<WebhookDelivery> delivery(WebhookId id, DeliveryName name) override {
    return read([&](WebhookReader& reader) { return reader.delivery(id, name); });
  }
  std::optional<WallTime> left_alone_until(WebhookId /*id*/) override { return left_alone; }
  AddressPolicy addresses() override { return policy; }

  void create(NewWebhook webhook, Answered<ByWebhooks<Webhook>> answered) override {
    answer(answered, [&](WebhookRows& rows) -> ByWebhooks<Webhook> {
      const auto id = rows.create(webhook, now);
      if (!id) return WebhookRefusal::too_many;
      return one_of(rows, *id, true);
    });
  }
  void change(WebhookId id, WebhookPatch patch, std::string /*by*/,
              Answered<ByWebhooks<Webhook>> answered) override {
    answer(answered, [&](WebhookRows& rows) { return one_of(rows, id, rows.change(id, patch)); });
  }
  void remove(WebhookId id, std::string /*by*/,
              Answered<ByWebhooks<std::monostate>> answered) override {
    answer(answered, [&](WebhookRows& rows) -> ByWebhooks<std::monostate> {
      if (!rows.remove(id)) return WebhookRefusal::unknown;
      return std::monostate{};
    });
  }
  void renew_secret(WebhookId id, std::string secret, std::string /*by*/,
                    Answered<ByWebhooks<Webhook>> answered) override {
    answer(answered,
           [&](WebhookRows& rows) { return one_of(rows, id, rows.renew_secret(id, secret, now)); });
  }
  void ping(WebhookId id, std::string /*by*/,
            Answered<ByWebhooks<DeliveryName>> answered) override {
    answer(answered, [&](WebhookRows& rows) -> ByWebhooks<DeliveryName> {
      if (const auto name = rows.ping(id, now)) return *name;
      return std::holds_alternative<Webhook>(one_of(rows, id, true)) ? WebhookRefusal::disabled
                                                                     : WebhookRefusal::unknown;
    });
  }
  void replay(WebhookId id, DeliveryName name, std::string /*by*/,
              Answered<ByWebhooks<bool>> answered) override {
    answer(answered,
           [&](WebhookRows& rows) -> ByWebhooks<bool> { return rows.replay(id, name, now); });
  }
  void replay_dead(WebhookId id, std::string /*by*/,
                   Answered<ByWebhooks<std::int64_t>> answered) override {
    answer(answered, [&](WebhookRows& rows) -> ByWebhooks<std::int64_t> {
      if (const auto dead = rows.replay_dead(id)) return *dead;
      return WebhookRefusal::unknown;
    });
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<Book> book_;
};

}  // namespace bank::web::test
