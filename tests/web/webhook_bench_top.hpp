#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "store/thread_writer.hpp"
#include "tests/store/temporary.hpp"
#include "tests/web/raw_endpoint.hpp"
#include "web/json_text.hpp"
#include "web/webhook_reader.hpp"
#include "web/webhook_sender.hpp"
#include "web/webhook_signature.hpp"

namespace bank::web::test {

/// A sender over a database in a file, with the wall clock in the test's hand.
class WebhookBench {
 public:
  explicit WebhookBench(AddressPolicy policy = {.allow_private = true})
      : database(store::Database::open(folder / "bank.db", store::Database::Mode::read_write)) {
    options.addresses = std::move(policy);
    options.now = [this] { return clock.load(); };
    store::migrate(database, scheduler::schema());
    rows = std::make_unique<WebhookRows>(database);
    writer = std::make_unique<store::ThreadWriter>(database);
    writer->after_rounds([this] { round_done(); });
    reader_database.emplace(
        store::Database::open(folder / "bank.db", store::Database::Mode::read_only));
    reader = std::make_unique<WebhookReader>(*reader_database);
  }
  ~WebhookBench() {
    sender.reset();
    writer->stop();
  }

  void start() {
    sender = std::make_unique<WebhookSender>(folder / "bank.db", *writer, *rows, options);
  }
  void start(store::Writer& another) {
    sender = std::make_unique<WebhookSender>(folder / "bank.db", another, *rows, options);
  }
  void pass(std::chrono::milliseconds time) {
    clock = clock.load() + time;
    if (sender) sender->wake();
  }

  /// In the writer, and known to everybody when it returns.
  template <class Work>
  void commit(Work work) {
    bool done = false;
    std::shared_ptr<const Webhooks> all;
    REQUIRE(writer->submit({[&] {
                              work(*rows);
                              all = rows->all();
                            },
                            [&](const std::optional<store::Failure>& failure) {
                              rows->publish(all);
                              const std::lock_guard lock(mutex);
                              done = !failure;
                            }}));
    std::unique_lock lock(mutex);
    REQUIRE(moved.wait_for(lock, 20s, [&] { return done; }));
    lock.unlock();
    if (sender) sender->tidy();
  }
  WebhookId subscribe(const std::string& url, std::vector<std::string> events = {}) {
    std::optional<WebhookId> id;
    commit([&](WebhookRows& on) {
      id = on.create({url, events, {}, std::string(32, 's'), "test"}, clock);
    });
    return id.value();
  }
  void happen(const std::string& conversation, const std::string& data,
              const std::string& type = "message.sent") {
    const Happening one{type, clock, conversation, data};
    commit([&](WebhookRows& on) { on.enqueue(std::span(&one, 1)); });
  }
  /// Looks after each commit; false: it did not come true in time.
  template <class True>
  bool until(True is_true) {
    std::unique_lock lock(mutex);
    return moved.wait_for(lock, 20s, is_true);
  }
  Webhook now(WebhookId id) { return reader->webhook(id).value(); }
  std::vector<WebhookDelivery> all_of(WebhookId id) {
    return reader->deliveries(id, std::nullopt, std::nullopt, 1000);
  }

  TemporaryFolder folder;
  std::atomic<WallTime> clock{WallTime{std::chrono::milliseconds{1'795'341'600'000}}};
  WebhookSenderOptions options;
  store::Database database;
  std::unique_ptr<WebhookRows> rows;
  std::unique_ptr<store::ThreadWriter> writer;
  std::optional<store::Database> reader_database;
  std::unique_ptr<WebhookReader> reader;
  std::unique_ptr<WebhookSender> sender;

 private:
  void round_done() {
    const std::lock_guard lock(mutex);
    moved.notify_all();
  }
  std::mutex mutex;
  std::condition_variable moved;
};

}  // namespace bank::web::test
