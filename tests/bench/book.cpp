// How many whole messages a second the book carries: accepted, begun, ended, reported; one thread,
// in groups of one transaction each, in a file. Syncing is the disk's and is left out unless asked
// for. Usage: bench_book [MESSAGES [QUEUED-BEFORE [sync]]]
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/book.hpp"
#include "scheduler/schema.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"

namespace {

using namespace bank;
using namespace bank::scheduler;
using Clock = std::chrono::steady_clock;

constexpr std::size_t group = 256;
constexpr std::size_t sims_at_work = 64;

/// Of the part of message i, as its SIM counts.
int reference(std::size_t i) {
  return static_cast<int>(i / sims_at_work % 256);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

NewMessage message_to(std::size_t i, WallTime now) {
  NewMessage message;
  message.to = "+9891" + std::to_string(10'000'000 + i * 7'919 % 89'999'999);
  message.text = "A text of the usual length, as shops send them every day: your order is here.";
  message.expires_at = now + std::chrono::hours{24};
  return message;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, std::size_t otherwise) {
    return argc > i ? static_cast<std::size_t>(std::strtoull(argv[i], nullptr, 10)) : otherwise;
  };
  const std::size_t messages = argument(1, 20'000);
  const std::size_t queued_before = argument(2, 0);
  const auto path =
      std::filesystem::temp_directory_path() / ("bench-book-" + std::to_string(::getpid()) + ".db");
  {
    store::Database database = store::Database::open(path, store::Database::Mode::read_write);
    store::migrate(database, schema());
    if (argc <= 3 || std::string_view(argv[3]) != "sync") {
      database.execute("PRAGMA synchronous = OFF");
    }
    database.execute("PRAGMA wal_autocheckpoint = 4096");
    Book book(database, "bench");
    Now now{WallTime{std::chrono::hours{500'000}}, std::chrono::hours{1}};
    std::vector<SimId> sims;
    {
      store::Transaction transaction(database);
      for (std::size_t i = 0; i < sims_at_work; ++i) {
        const std::string iccid = std::to_string(8998110000000000000 + i);
        sims.push_back(book.configure_sim(iccid, "", "", {"default"}, now.wall).id);
      }
      transaction.commit();
    }
    const auto in_groups = [&](std::size_t count, auto one) {
      const auto start = Clock::now();
      for (std::size_t i = 0; i < count;) {
        store::Transaction transaction(database);
        for (std::size_t j = 0; j < group && i < count; ++j, ++i) one(i);
        transaction.commit();
      }
      return static_cast<double>(count) / seconds_since(start);
    };

    std::vector<MessageId> ids;
    const auto accept = [&](std::size_t i) {
      const NewMessage message = message_to(i, now.wall);
      ids.push_back(book.accept({&message, 1}, std::nullopt, std::nullopt, now.wall).front().id);
    };
    if (queued_before > 0) {
      std::printf("queued before %zu: %.0f/s\n", queued_before, in_groups(queued_before, accept));
      ids.clear();
    }
    const auto start = Clock::now();
    const double accepted = in_groups(messages, accept);
    std::vector<SubmissionId> submissions;
    // A SIM has one part in hand: the end of one and the begin of the next come together.
    const double sent = in_groups(messages + sims_at_work, [&](std::size_t i) {
      now.wall += std::chrono::seconds{1};
      now.boot += std::chrono::seconds{1};
      if (i >= sims_at_work) {
        const std::size_t one = i - sims_at_work;
        book.end_part(submissions[one], {PartEnd::Kind::sent, reference(one)},
                      {.state = MessageState::sent}, now);
      }
      if (i >= messages) return;
      submissions.push_back(book.begin_sending({ids[i], 1, sims[i % sims_at_work], "slot-01"}, now)
                                .value()
                                .submission);
    });
    std::size_t delivered = 0;
    const WallTime first = now.wall - std::chrono::seconds{static_cast<std::int64_t>(messages)};
    const double reported = in_groups(messages, [&](std::size_t i) {
      const WallTime scts = first + std::chrono::seconds{static_cast<std::int64_t>(i)};
      const auto settled = book.status_report(
          {sims[i % sims_at_work], reference(i), message_to(i, now.wall).to, scts, 0},
          {scts, now.boot});
      if (settled && settled->state == MessageState::delivered) ++delivered;
    });
    std::printf("accept %.0f/s, begin and end %.0f/s, report %.0f/s\n", accepted, sent, reported);
    std::printf("whole messages %.0f/s (%zu of %zu delivered)\n",
                static_cast<double>(messages) / seconds_since(start), delivered, messages);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path.string() + suffix);
  }
}
