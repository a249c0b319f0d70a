#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "firmware-host/admin_socket.hpp"
#include "store/copy.hpp"

namespace bank::host {

/// A copy of the database: whole, checked, marked as a copy (Book::mark_copy), synced, mode 0600,
/// and under its name only then. Works beside a running program, whose writer goes on. Blocks;
/// `stop` ends it early.
///
/// Gives  BackupMade, or AdminError: nothing is left of it then.
[[nodiscard]] AdminAnswer make_backup(const std::string& database, const MakeBackup& wanted,
                                      scheduler::WallTime now, const store::Stop& stop);

/// Makes backups for the running program on a thread of its own, one at a time.
class BackupThread {
 public:
  explicit BackupThread(std::string database) : database_(std::move(database)) {}
  /// Ends one that is being made.
  ~BackupThread();
  BackupThread(const BackupThread&) = delete;
  BackupThread& operator=(const BackupThread&) = delete;

  /// `answer` is called once, now or on that thread. On one thread only.
  void make(const MakeBackup& wanted, std::function<void(AdminAnswer)> answer);
  /// One that is being made is given up soon, later ones at once.
  void stop() { stopping_ = true; }

 private:
  std::string database_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> busy_{false};
  std::thread thread_;
};

}  // namespace bank::host
