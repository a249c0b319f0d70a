#include "store/lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <optional>
#include <utility>

#include "tests/store/temporary.hpp"

using bank::store::Lock;
using Catch::Contains;

TEST_CASE("a second taker is refused and told the holder's pid") {
  const TemporaryFolder folder;
  const auto first = Lock::take(folder / "a.db");
  REQUIRE(first.has_value());
  const auto second = Lock::take(folder / "a.db");
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().held);
  CHECK(second.error().pid == ::getpid());
  CHECK_THAT(second.error().detail,
             Contains("a.db") && Contains(std::to_string(::getpid())) && Contains("end it first"));
}

TEST_CASE("a lock that was let go can be taken again") {
  const TemporaryFolder folder;
  {
    auto first = Lock::take(folder / "a.db");
    REQUIRE(first.has_value());
    const Lock moved = std::move(*first);
    CHECK_FALSE(Lock::take(folder / "a.db").has_value());
  }
  CHECK(Lock::take(folder / "a.db").has_value());
}

TEST_CASE("a holder that is killed holds nothing any more") {
  const TemporaryFolder folder;
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = Lock::take(folder / "a.db");
    const char ready = lock ? 'y' : 'n';
    if (::write(pipe_ends[1], &ready, 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  char ready = 0;
  REQUIRE(::read(pipe_ends[0], &ready, 1) == 1);
  CHECK(ready == 'y');
  const auto refused = Lock::take(folder / "a.db");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().pid == child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(Lock::take(folder / "a.db").has_value());
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST_CASE("a lock that cannot be made says where and what to do") {
  const TemporaryFolder folder;
  const auto lock = Lock::take(folder / "no" / "a.db");
  REQUIRE_FALSE(lock.has_value());
  CHECK_FALSE(lock.error().held);
  CHECK_THAT(lock.error().detail,
             Contains("a.db.lock") && Contains("check that its folder exists"));
}
