#include <catch2/catch.hpp>

#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

TEST_CASE_METHOD(BookFixture, "a message comes back as it was accepted") {
  NewMessage message = to("+989121234567", 3);
  message.text = std::string("متن\n") + "x";
  message.message_class = MessageClass::otp;
  message.priority = 9;
  message.pool = "bank";
  message.sim = sim;
  message.send_at = wall + 1h;
  message.report = false;
  message.encoding = at::Encoding::ucs2;
  message.flash = true;
  message.reference = "order 7";
  const auto view = reader->message(accept(message)).value();
  CHECK(view.to == message.to);
  CHECK(view.text == message.text);
  CHECK(view.message_class == MessageClass::otp);
  CHECK(view.priority == 9);
  CHECK(view.pool == "bank");
  CHECK(view.wanted_sim == "8998110000000000001");
  CHECK(view.send_at == message.send_at);
  CHECK(view.wait_until == message.send_at);
  CHECK(view.expires_at == message.expires_at);
  CHECK_FALSE(view.report);
  CHECK(view.encoding == at::Encoding::ucs2);
  CHECK(view.flash);
  CHECK(view.reference == "order 7");
  CHECK(view.state == MessageState::queued);
  CHECK(view.parts == 3);
  CHECK(view.created_at == wall);
  CHECK_FALSE(view.sim.has_value());
  CHECK_FALSE(view.error.has_value());
}

TEST_CASE_METHOD(BookFixture, "a text that a batch shares is stored once") {
  BatchId batch{};
  commit([&] { batch = book->new_batch(std::nullopt, wall); });
  accept_all({to("+1001"), to("+1002"), to("+1003")}, batch);
  CHECK(database.integer("SELECT count(*) FROM text") == 1);
  accept_all({to("+1001"), to("+1002")});
  CHECK(database.integer("SELECT count(*) FROM text") == 3);
}

TEST_CASE_METHOD(BookFixture, "a batch is counted by state") {
  BatchId batch{};
  commit([&] { batch = book->new_batch(std::nullopt, wall); });
  const auto accepted = accept_all({to("+1001"), to("+1002"), to("+1003")}, batch);
  send(accepted[0].id, 1, 1);
  using Counts = std::vector<std::pair<MessageState, std::int64_t>>;
  CHECK(reader->batch(batch).value().counts ==
        Counts{{MessageState::queued, 2}, {MessageState::sent, 1}});
  CHECK_FALSE(reader->batch(BatchId{77}).has_value());
}

TEST_CASE_METHOD(BookFixture, "the counts are those of a full count, through every state") {
  const auto accepted = accept_all({to("+1001"), to("+1002"), to("+1003"), to("+1004")});
  send(accepted[0].id, 1, 1);
  report(1, "+1001");
  uncertain(begin(accepted[1].id).value().submission);
  commit([&] { book->cancel(accepted[2].id, wall); });
  std::int64_t sum = 0;
  for (const auto& [state, n] : reader->counts()) {
    CAPTURE(name_of(state));
    CHECK(n == database.integer("SELECT count(*) FROM message WHERE state = '" +
                                std::string(name_of(state)) + "'"));
    sum += n;
  }
  CHECK(sum == 4);
}

TEST_CASE_METHOD(BookFixture, "an answer is remembered for a day, with the body it belongs to") {
  KeyId key{};
  std::array<unsigned char, 32> hash{};
  commit([&] { key = book->create_key("shop", {"send"}, {"transactional"}, hash, wall); });
  Idempotent request{key, "abc", {}};
  commit([&] {
    CHECK_FALSE(book->answered_before(request, wall).has_value());
    book->remember_answer(request, 202, "{}", wall);
  });
  const auto again = book->answered_before(request, wall + 23h).value();
  CHECK(again.same_body);
  CHECK(again.status == 202);
  CHECK(again.body == "{}");
  Idempotent changed = request;
  changed.body_hash[0] = 1;
  CHECK_FALSE(book->answered_before(changed, wall).value().same_body);
  CHECK_FALSE(book->answered_before(request, wall + 24h).has_value());
  Idempotent other_name = request;
  other_name.name = "abd";
  CHECK_FALSE(book->answered_before(other_name, wall).has_value());
  commit([&] { book->remember_answer(other_name, 202, "{}", wall + 25h); });
  CHECK(database.integer("SELECT count(*) FROM idempotency") == 1);
}

TEST_CASE_METHOD(BookFixture, "a key is found by its hash, also when it is revoked") {
  std::array<unsigned char, 32> hash{1, 2, 3};
  KeyId id{};
  commit([&] { id = book->create_key("shop", {"send", "read"}, {"otp", "service"}, hash, wall); });
  const ApiKey key = reader->key(hash).value();
  CHECK(key.id == id);
  CHECK(key.name == "shop");
  CHECK(key.scopes == std::vector<std::string>{"send", "read"});
  CHECK(key.classes == std::vector<std::string>{"otp", "service"});
  CHECK_FALSE(key.revoked_at.has_value());
  commit([&] {
    CHECK(book->revoke_key(id, wall + 1h));
    CHECK_FALSE(book->revoke_key(id, wall + 2h));
  });
  CHECK(reader->key(hash).value().revoked_at == wall + 1h);
  CHECK(reader->keys().size() == 1);
  hash[0] = 9;
  CHECK_FALSE(reader->key(hash).has_value());
}

TEST_CASE_METHOD(BookFixture, "lists are newest first, filtered, page by page") {
  std::vector<MessageId> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(accept(to(i % 2 == 0 ? "+1000" : "+1001")));
    pass(1min);
  }
  commit([&] { book->cancel(ids[4], wall); });
  const auto list = [&](const MessageFilter& filter, std::optional<MessageId> before,
                        std::size_t limit) {
    std::vector<MessageId> found;
    for (const auto& view : reader->messages(filter, before, limit)) found.push_back(view.id);
    return found;
  };
  using Ids = std::vector<MessageId>;
  CHECK(list({}, {}, 3) == Ids{ids[9], ids[8], ids[7]});
  CHECK(list({}, ids[1], 3) == Ids{ids[0]});
  CHECK(list({.state = MessageState::cancelled, .to = {}, .batch = {}, .since = {}}, {}, 10) ==
        Ids{ids[4]});
  CHECK(list({.state = {}, .to = "+1001", .batch = {}, .since = {}}, ids[7], 2) ==
        Ids{ids[5], ids[3]});
  CHECK(list({.state = MessageState::cancelled, .to = "+1001", .batch = {}, .since = {}}, {}, 2)
            .empty());
  for (int i = 0; i < 10; ++i) {
    const auto since = wall - 1min * (i + 1);
    CAPTURE(i);
    CHECK(list({.state = {}, .to = {}, .batch = {}, .since = since}, {}, 100).size() ==
          static_cast<std::size_t>(i + 1));
    CHECK(list({.state = {}, .to = {}, .batch = {}, .since = since + 1ms}, {}, 100).size() ==
          static_cast<std::size_t>(i));
  }
}
