#include "store/thread_writer.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "store/checkpointer.hpp"

namespace bank::store {
namespace {

/// The trouble is the disk's, not one job's: trying the jobs singly would only fail as often.
bool fails_everybody(const DatabaseError& error) {
  switch (error.primary()) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
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
  try {
    Transaction transaction(database);
    for (Job& job : round) job.work();
    transaction.commit();
    return true;
  } catch (const DatabaseError& error) {
    if (fails_everybody(error)) throw;
    return false;
  } catch (...) {
    return false;
  }
}

/// The same once more, each job inside its own savepoint: who fails is undone alone.
Verdicts apart(Database& database, std::vector<Job>& round) {
  Verdicts verdicts(round.size());
  Transaction transaction(database);
  for (std::size_t i = 0; i < round.size(); ++i) {
    database.execute("SAVEPOINT job");
    try {
      round[i].work();
      database.settle();
    } catch (const DatabaseError& error) {
      if (fails_everybody(error)) throw;
      verdicts[i] = error.failure();
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
  return verdicts;
}

}  // namespace

ThreadWriter::ThreadWriter(Database& database) : database_(database) {
  if (!database.path().empty()) checkpointer_ = std::make_unique<Checkpointer>(database);
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
          .checkpoints = checkpointer_ ? checkpointer_->checkpoints() : 0};
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
    if (checkpointer_) checkpointer_->round_begins();
    const auto verdicts = commit(round);
    if (checkpointer_) checkpointer_->round_ends();
    for (std::size_t i = 0; i < round.size(); ++i) {
      ++jobs_;
      if (round[i].done) round[i].done(verdicts[i]);
    }
    round.clear();  // frees what the jobs hold before waiting for the next
  }
}

std::vector<std::optional<Failure>> ThreadWriter::commit(std::vector<Job>& round) {
  Verdicts verdicts(round.size());
  ++rounds_;
  try {
    if (!together(database_, round)) {
      ++failed_rounds_;
      ++rounds_;
      verdicts = apart(database_, round);
    }
  } catch (const DatabaseError& error) {
    ++failed_rounds_;
    verdicts.assign(round.size(), error.failure());
  }
  return verdicts;
}

}  // namespace bank::store
