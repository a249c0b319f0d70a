#include "store/thread_writer.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace bank::store {
namespace {

/// The trouble is the disk's, not one job's: trying the jobs singly would only fail as often. What
/// is corrupt or cannot be read may be a page that the others do not need.
bool fails_everybody(const DatabaseError& error) {
  switch (error.primary()) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT: return true;
    default: return false;
  }
}

using Verdicts = std::vector<std::optional<Failure>>;

/// One transaction for all of them. False when one of them failed by its own fault: nothing is
/// committed then.
bool together(Database& database, std::vector<Job>& round) {
  Transaction transaction(database);
  try {
    for (Job& job : round) job.work();
  } catch (const DatabaseError& error) {
    if (fails_everybody(error)) throw;
    return false;
  } catch (...) {
    return false;
  }
  transaction.commit();
  return true;
}

/// The same once more, each job inside its own savepoint: who fails is undone alone. False when
/// SQLite gave up the whole transaction for one of them, or would not commit it any more: that one
/// has its verdict and is left out when this is called again.
bool apart(Database& database, std::vector<Job>& round, Verdicts& verdicts) {
  Transaction transaction(database);
  for (std::size_t i = 0; i < round.size(); ++i) {
    if (verdicts[i]) continue;
    database.execute("SAVEPOINT job");
    try {
      round[i].work();
      database.settle();
    } catch (const DatabaseError& error) {
      if (fails_everybody(error)) throw;
      verdicts[i] = error.failure();
      if (error.is_damage() || !transaction.is_open()) return false;
    } catch (const std::exception& error) {
      verdicts[i] = Failure{0, error.what()};
    } catch (...) {
      verdicts[i] = Failure{0, "the job threw something that is no exception; please report this"};
    }
    if (verdicts[i]) {
      database.forget();
      database.execute("ROLLBACK TO job");
    }
    database.execute("RELEASE job");
  }
  transaction.commit();
  return true;
}

constexpr int most_left_out = 4;  // in one round; beyond, it is the disk that cannot be read

}  // namespace

ThreadWriter::ThreadWriter(Database& database, const LogLimits& limits) : database_(database) {
  if (!database.path().empty()) checkpointer_ = std::make_unique<Checkpointer>(database, limits);
  thread_ = std::thread([this] { run(); });
}

ThreadWriter::~ThreadWriter() {
  stop();
}

bool ThreadWriter::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (waiting_.size() >= most_waiting) {
      ++refused_;
      return false;
    }
    waiting_.push_back(std::move(job));
    if (waiting_.size() > 1) return true;  // whoever queued the first has woken the thread
  }
  wake_.notify_one();
  return true;
}

bool ThreadWriter::submit_all(std::vector<Job> jobs) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (waiting_.size() + jobs.size() > most_waiting) {
      refused_ += jobs.size();
      return false;
    }
    const bool was_empty = waiting_.empty();
    std::move(jobs.begin(), jobs.end(), std::back_inserter(waiting_));
    if (!was_empty) return true;
  }
  wake_.notify_one();
  return true;
}

void ThreadWriter::after_rounds(std::function<void()> then) {
  const std::lock_guard lock(mutex_);  // the writer's thread takes it before its next round
  after_round_ = std::move(then);
}

void ThreadWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (!thread_.joinable()) return;
  thread_.join();
  std::unique_ptr<Checkpointer> ended;
  const std::lock_guard lock(mutex_);  // figures() may be looking at it
  ended.swap(checkpointer_);
}

ThreadWriter::Figures ThreadWriter::figures() const {
  const std::lock_guard lock(mutex_);
  return {.jobs = jobs_,
          .rounds = rounds_,
          .failed_rounds = failed_rounds_,
          .waiting = waiting_.size(),
          .refused = refused_,
          .wal_bytes = checkpointer_ ? checkpointer_->wal_bytes() : 0,
          .checkpoints = checkpointer_ ? checkpointer_->checkpoints() : 0,
          .checkpoint_trouble = checkpointer_ ? checkpointer_->trouble() : std::string()};
}

void ThreadWriter::run() {
  std::vector<Job> round;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const auto size = std::min(waiting_.size(), most_in_round);
      const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(size);
      round.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
      waiting_.erase(waiting_.begin(), end);
    }
    const auto verdicts = commit(round);
    for (std::size_t i = 0; i < round.size(); ++i) {
      ++jobs_;
      if (round[i].done) round[i].done(verdicts[i]);
    }
    if (after_round_) after_round_();
    round.clear();  // frees what the jobs hold before waiting for the next
  }
}

std::vector<std::optional<Failure>> ThreadWriter::commit(std::vector<Job>& round) {
  Verdicts verdicts(round.size());
  ++rounds_;
  if (auto refused = checkpointer_ ? checkpointer_->round_begins() : std::nullopt) {
    ++failed_rounds_;
    verdicts.assign(round.size(), refused);
    return verdicts;
  }
  try {
    bool is_done = together(database_, round);
    for (int left_out = 0; !is_done; ++left_out) {
      ++failed_rounds_;
      ++rounds_;
      if (left_out > most_left_out) {
        const auto one = std::find_if(verdicts.begin(), verdicts.end(),
                                      [](const auto& verdict) { return verdict.has_value(); });
        const Failure failure = one->value();
        verdicts.assign(round.size(), failure);
        break;
      }
      is_done = apart(database_, round, verdicts);
    }
  } catch (const DatabaseError& error) {
    ++failed_rounds_;
    verdicts.assign(round.size(), error.failure());
  }
  if (checkpointer_) checkpointer_->round_ends();
  return verdicts;
}

}  // namespace bank::store
