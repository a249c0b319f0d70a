#include "tests/simulation/virtual_writer.hpp"

#include <sqlite3.h>

#include <iterator>
#include <utility>

namespace bank::simulation {

using namespace std::chrono_literals;

bool VirtualWriter::submit(store::Job job) {
  std::vector<store::Job> one;
  one.push_back(std::move(job));
  return submit_all(std::move(one));
}

bool VirtualWriter::submit_all(std::vector<store::Job> jobs) {
  if (waiting_.size() + jobs.size() > most_waiting) return false;
  std::move(jobs.begin(), jobs.end(), std::back_inserter(waiting_));
  wake();
  return true;
}

void VirtualWriter::wake() {
  if (busy_ || waiting_.empty()) return;
  busy_ = true;
  loop_.post([this] { begin_round(); });
}

void VirtualWriter::begin_round() {
  round_ = std::exchange(waiting_, {});
  verdicts_.assign(round_.size(), std::nullopt);
  ++rounds_;
  auto lasts = chance_.between(disk_.least, disk_.most);
  if (chance_.in_thousand(disk_.slow_permille)) lasts = chance_.between(disk_.most, 2s);
  transaction_.emplace(database_);
  try {
    for (auto& job : round_) job.work();
  } catch (const std::exception&) {
    work_apart();
  }
  const auto pause = std::chrono::ceil<std::chrono::milliseconds>(lasts);
  loop_.after(pause, [this] { end_round(); });
}

void VirtualWriter::work_apart() {
  transaction_.emplace(database_);
  for (std::size_t i = 0; i < round_.size(); ++i) {
    database_.execute("SAVEPOINT job");
    try {
      round_[i].work();
      database_.settle();
    } catch (const std::exception& error) {
      verdicts_[i] = store::Failure{0, error.what()};
      database_.forget();
      database_.execute("ROLLBACK TO job");
    }
    database_.execute("RELEASE job");
  }
}

void VirtualWriter::end_round() {
  if (disk_.fails) {
    verdicts_.assign(round_.size(), store::Failure{SQLITE_FULL, "the simulated disk is full"});
  } else {
    transaction_->commit();
  }
  transaction_.reset();
  constexpr std::uint64_t rounds_a_checkpoint = 1000;
  if (rounds_ % rounds_a_checkpoint == 0) database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto round = std::exchange(round_, {});
  for (std::size_t i = 0; i < round.size(); ++i) {
    if (round[i].done) round[i].done(verdicts_[i]);
  }
  if (after_round_) after_round_();
  busy_ = false;
  wake();
}

}  // namespace bank::simulation
