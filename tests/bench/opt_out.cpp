#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "at/deliver.hpp"
#include "scheduler/book.hpp"
#include "scheduler/schema.hpp"
#include "store/migrations.hpp"

// E1: an opt-out comes in while a million messages wait for others. What is timed is the
// transaction that hears the text, obeys it and stops ten messages to its sender, to the end of its
// commit, on the disk: from then on none of them can be begun.
namespace {

using namespace bank;
using Clock = std::chrono::steady_clock;

constexpr int of_the_sender = 10;
constexpr std::size_t at_once = 10'000;

std::string number(int who) {
  return fmt::format("+98912{:07}", who);
}

scheduler::NewMessage message_to(int who, scheduler::WallTime now) {
  scheduler::NewMessage message;
  message.to = number(who);
  message.text = "Your table is free at 8.";
  message.expires_at = now + std::chrono::hours{24};
  return message;
}

at::Deliver stop_of(int who, scheduler::WallTime now) {
  at::Deliver text;
  text.smsc = "+989110000001";
  text.from = {number(who), at::Address::Kind::international};
  text.timestamp = at::ServiceCentreTime{std::chrono::floor<std::chrono::seconds>(now),
                                         std::chrono::minutes{210}};
  text.alphabet = at::Alphabet::gsm7;
  text.text = "STOP";
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const int waiting = argc > 2 ? std::atoi(argv[2]) : 0;
  const int runs = argc > 3 ? std::atoi(argv[3]) : 0;
  if (waiting <= 0 || runs <= 0) {
    std::fprintf(stderr, "usage: bench_opt_out FILE WAITING RUNS\n");
    return 2;
  }
  auto database = store::Database::open(argv[1], store::Database::Mode::read_write);
  store::migrate(database, scheduler::schema());
  scheduler::Book book(database, "bench");
  const scheduler::ReplyRules rules({"all", "IR", {"IR"}, "Asia/Tehran"});
  scheduler::WallTime now{
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
  const auto commit = [&](auto work) {
    store::Transaction transaction(database);
    work();
    transaction.commit();
  };
  scheduler::SimId sim{};
  commit([&] { sim = book.configure_sim("8998110000000000001", "", "", {"default"}, now).id; });
  const auto queue = [&](int from, int to, int each) {
    std::vector<scheduler::NewMessage> messages;
    for (int who = from; who < to; ++who) {
      for (int i = 0; i < each; ++i) messages.push_back(message_to(who, now));
      if (messages.size() < at_once && who + 1 < to) continue;
      commit([&] { (void)book.accept(messages, std::nullopt, std::nullopt, now); });
      messages.clear();
    }
  };
  queue(runs, runs + waiting, 1);
  queue(0, runs, of_the_sender);

  std::vector<double> took_us;
  for (int who = 0; who < runs; ++who) {
    now += std::chrono::seconds{2};
    const auto deliver = stop_of(who, now);
    const scheduler::Arrival arrival{.sim = sim,
                                     .modem = "slot-01",
                                     .at = now,
                                     .pdu = at::encode_deliver(deliver).value(),
                                     .deliver = deliver};
    const auto begin = Clock::now();
    commit([&] {
      for (const auto id : book.hear(arrival).complete) (void)book.obey(id, rules, 1000, now);
    });
    took_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  const auto left = database.integer(
      "SELECT count(*) FROM message INDEXED BY message_queued_to WHERE state = 'queued' "
      "AND class <> 'system'");
  std::sort(took_us.begin(), took_us.end());
  fmt::print("{:.1f} {}\n", took_us[took_us.size() / 2], left - waiting);
  return 0;
}
