#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bank::store {

/// Why a job's commit did not happen: disk full, I/O error, locked, corrupt.
struct Failure {
  int code;             // SQLite's extended result code; 0 when the job itself threw something else
  std::string detail;   // what, where, and what to do
  bool damage = false;  // the file is corrupt: other jobs may go well, this one will not again
};

/// One piece of work for the database. `work` runs inside a transaction on the store's thread and
/// may run twice (a round that fails is rolled back and its jobs are tried one by one), so it
/// assigns its results and never accumulates them. `done` runs on the same thread after the commit
/// is synced, or with the reason why it is not; it must not block and must not throw.
struct Job {
  std::function<void()> work;
  std::function<void(const std::optional<Failure>&)> done;
};

/// The only way to change the database. Jobs are committed in the order they were given.
class Writer {
 public:
  virtual ~Writer() = default;
  /// From any thread. False when the queue is full or the writer is stopping: nothing will happen
  /// and neither `work` nor `done` will run.
  [[nodiscard]] virtual bool submit(Job job) = 0;

  /// The same for several that belong together: all of them or none, and in one round where there
  /// is room, so that what one event causes costs one sync.
  [[nodiscard]] virtual bool submit_all(std::vector<Job> jobs) = 0;

  /// Before the first job is given: `then` runs after all jobs of a round are answered, on the
  /// thread and under the conditions of their `done`, so that what they have to tell goes together.
  virtual void after_rounds(std::function<void()> then) = 0;
};

}  // namespace bank::store
