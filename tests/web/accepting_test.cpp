#include <algorithm>
#include <catch2/catch.hpp>
#include <type_traits>

#include "scheduler/schema.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"
#include "tests/web/fake_door.hpp"

namespace bank::web::test {

namespace {

/// A real book in memory; every call of `accept` is one transaction, as the writer makes it.
struct RealBook {
  store::Database database = [] {
    auto made = store::Database::in_memory();
    store::migrate(made, scheduler::schema());
    return made;
  }();
  scheduler::Book book{database, "boot"};
  scheduler::BookReader reader{database};
  scheduler::KeyId key{};

  RealBook() {
    key = in_transaction([&] {
      return book.create_key("shop", {"send"}, {"transactional"}, sha256("x"), test_now);
    });
  }

  template <class Work>
  std::invoke_result_t<Work> in_transaction(Work work) {
    store::Transaction transaction(database);
    auto result = work();
    transaction.commit();
    return result;
  }
  Acceptance accept(const AcceptRequest& request) {
    const auto asked = std::make_shared<const AcceptRequest>(request);
    auto acceptance = in_transaction([&] { return accept_in_book(book, asked); });
    auto* accepted = std::get_if<Accepted>(&acceptance);
    if (accepted != nullptr && accepted->later) accepted->answer = accepted->later();
    return acceptance;
  }

  [[nodiscard]] AcceptRequest request(std::size_t recipients) const {
    AcceptRequest made{};
    made.prototype.text = "hello";
    made.prototype.expires_at = test_now + std::chrono::hours{24};
    for (std::size_t i = 0; i < recipients; ++i) {
      made.to.push_back("+98912" + std::to_string(1'000'000 + i));
    }
    made.batch = recipients > 1;
    for (std::size_t i = 0; made.batch && i < recipients; ++i) {
      made.line.push_back(static_cast<std::int64_t>(i) + 1);
    }
    made.key = key;
    made.now = test_now;
    made.render = [](const AcceptRequest&, std::span<const scheduler::Book::Accepted> rows,
                     std::optional<scheduler::BatchId>) {
      return Rendered{202, std::to_string(rows.size())};
    };
    return made;
  }
};

}  // namespace

TEST_CASE("a request to more than one step of recipients becomes one batch, in order, once each") {
  RealBook real;
  const auto acceptance = real.accept(real.request(700));
  const auto& accepted = std::get<Accepted>(acceptance);
  CHECK(accepted.answer.body == "700");
  REQUIRE(accepted.queued.size() == 700);
  CHECK(std::is_sorted(accepted.queued.begin(), accepted.queued.end()));
  const auto first = real.reader.message(accepted.queued.front());
  const auto last = real.reader.message(accepted.queued.back());
  REQUIRE(first);
  REQUIRE(last);
  CHECK(first->to == "+989121000000");
  CHECK(last->to == "+989121000699");
  CHECK(first->batch.has_value());
  CHECK(first->batch == last->batch);
  CHECK(last->text == "hello");
}

TEST_CASE("the stored answer of an Idempotency-Key is given again and nothing is made twice") {
  RealBook real;
  auto request = real.request(1);
  request.idempotent = scheduler::Idempotent{real.key, "order-7", sha256("body")};
  const auto first = real.accept(request);
  const auto second = real.accept(request);
  CHECK_FALSE(std::get<Accepted>(first).repeated);
  CHECK(std::get<Accepted>(second).repeated);
  CHECK(std::get<Accepted>(second).queued.empty());
  CHECK(std::get<Accepted>(second).answer.body == std::get<Accepted>(first).answer.body);
  request.idempotent->body_hash = sha256("another body");
  CHECK(std::holds_alternative<IdempotencyKeyReused>(real.accept(request)));
  CHECK(real.reader.messages({}, std::nullopt, 10).size() == 1);
}

TEST_CASE("a suppressed recipient is accepted as such and is not told to the dispatcher") {
  RealBook real;
  real.in_transaction([&] {
    return real.book.suppress({"+989121000001", test_now, "all", "opt_out", ""}, 100);
  });
  const auto acceptance = real.accept(real.request(3));
  const auto& accepted = std::get<Accepted>(acceptance);
  CHECK(accepted.answer.body == "3");
  CHECK(accepted.queued.size() == 2);
}

TEST_CASE("the batch of an array counts and lists what its answer says was refused") {
  RealBook real;
  real.in_transaction([&] {
    return real.book.suppress({"+989121000001", test_now, "all", "operator", ""}, 100);
  });
  auto request = real.request(600);  // of an array of 602
  request.line.assign(600, 0);
  for (std::size_t i = 0; i < 600; ++i) request.line[i] = static_cast<std::int64_t>(i) + 2;
  request.rejected = {{1, "/to", "nobody", "no number"}, {602, "/to", "x", "no number"}};
  request.idempotent = scheduler::Idempotent{real.key, "once", sha256("body")};
  for (const bool again : {false, true}) {
    CAPTURE(again);
    CHECK(std::get<Accepted>(real.accept(request)).repeated == again);
    const auto batches = real.reader.batches({}, 10);
    REQUIRE(batches.size() == 1);
    CHECK(batches.front().rejected == 3);
    using Counts = std::vector<std::pair<scheduler::MessageState, std::int64_t>>;
    CHECK(batches.front().counts == Counts{{scheduler::MessageState::queued, 599}});
    const auto refused = real.reader.rejections(batches.front().id, 0, 10);
    REQUIRE(refused.size() == 3);
    CHECK(refused[0].line == 1);
    CHECK(refused[0].reason == "no number");
    CHECK(refused[1].line == 3);
    CHECK(refused[1].to == "+989121000001");
    CHECK(refused[1].field == "/to");
    CHECK(refused[1].reason == "suppressed");
    CHECK(refused[2].line == 602);
    CHECK(real.reader.messages({.batch = batches.front().id}, {}, 1000).size() == 599);
  }
}

}  // namespace bank::web::test
