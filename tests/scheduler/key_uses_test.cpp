// What keys with limits had accepted, as the book keeps it.
#include <catch2/catch.hpp>

#include "scheduler/key_uses.hpp"
#include "tests/scheduler/book_fixture.hpp"

namespace bank::scheduler {

TEST_CASE("what a key had accepted is kept by the minute, for as long as a window reaches") {
  BookFixture book;
  const std::array<unsigned char, 32> hash{1};
  const std::array<unsigned char, 32> other_hash{2};
  KeyId key{}, other{};
  book.commit([&] {
    key = book.book->create_key("shop", {"send"}, {"service"}, hash, book.wall, {}, {}, {},
                                {.per_day = 10});
    other = book.book->create_key("till", {"send"}, {"service"}, other_hash, book.wall);
  });
  KeyUses uses(book.database);
  const auto minute = std::chrono::floor<std::chrono::minutes>(book.wall);
  const auto add = [&](std::int64_t count, std::chrono::milliseconds later) {
    book.commit([&] { uses.add(key, count, minute + later); });
  };
  add(2, 1s);
  add(3, 59s);
  add(0, 60s);
  add(4, 61s);
  book.commit([&] { uses.add(other, 7, minute); });
  auto found = key_uses(book.database, key, minute);
  REQUIRE(found.size() == 2);
  CHECK(found[0].minute == minute);
  CHECK(found[0].accepted == 5);
  CHECK(found[1].accepted == 4);
  CHECK(key_uses(book.database, key, minute + 61s).size() == 1);

  add(1, 24h);  // the first minute may still reach into its window
  CHECK(key_uses(book.database, key, minute).size() == 3);
  add(1, 26h);
  found = key_uses(book.database, key, minute);
  REQUIRE(found.size() == 2);
  CHECK(found[0].minute == minute + 24h);
  CHECK(key_uses(book.database, other, minute).size() == 1);
}

TEST_CASE("a key is read back with what it is bound to, in pages") {
  BookFixture book;
  book.commit([&] {
    for (unsigned char i = 1; i <= 5; ++i) {
      const std::array<unsigned char, 32> hash{i};
      book.book->create_key("shop", {"send"}, {"service"}, hash, book.wall, {"bulk"},
                            {"8998110000000000001", "imsi:432110000000001"},
                            {"192.0.2.0/24", "2001:db8::/32"}, {.per_minute = 1, .per_day = 1000});
    }
  });
  const auto first = book.reader->keys({}, 3);
  REQUIRE(first.size() == 3);
  CHECK(first[0].sims == std::vector<std::string>{"8998110000000000001", "imsi:432110000000001"});
  CHECK(first[0].networks == std::vector<std::string>{"192.0.2.0/24", "2001:db8::/32"});
  CHECK(first[0].limits.per_minute == 1);
  CHECK_FALSE(first[0].limits.per_hour);
  CHECK(first[0].limits.per_day == 1000);
  const auto second = book.reader->keys(first.back().id, 3);
  REQUIRE(second.size() == 2);
  CHECK(second[0].id > first.back().id);
}

}  // namespace bank::scheduler
