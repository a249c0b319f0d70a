#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

/// SQLite's way to the disk with a fault in it: while this lives, every database that is opened
/// uses it, its calls are counted, and one of them, or all from one on, fail, with the errno that
/// the kernel would give. One at a time.
///
/// Nothing is really synced: what a sync would have made safe is kept here instead, so that a test
/// can look at what would be left if the power went now.
class FailingVfs {
 public:
  /// What fails. Only calls that can fail in this way are counted.
  enum class Kind {
    io,        // every call, with the SQLITE_IOERR_* or SQLITE_CANTOPEN that is its own
    torn,      // writes, after half of their octets were written
    full,      // what takes room on the disk: SQLITE_FULL, SQLITE_IOERR_SHMSIZE
    grow,      // what makes the database's own file grow, not its log: SQLITE_FULL
    readonly,  // what changes a file, as if the kernel had mounted the disk anew: EROFS
    busy,      // locks: SQLITE_BUSY
    power_cut  // what changes a file; `image` then gives what is left of it
  };

  FailingVfs();
  ~FailingVfs();
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  /// From here on calls are counted from 1; the one of that number fails, and all after it when
  /// `lasts`. 0: none does.
  void fail_at(std::int64_t call, Kind kind, bool lasts);
  /// From here on this octet of the databases' own files, not of their logs, cannot be read.
  void spoil(std::int64_t offset);
  /// The disk is well again; counting goes on.
  void heal();
  [[nodiscard]] std::int64_t calls() const;
  /// How many have failed.
  [[nodiscard]] std::int64_t failed() const;

  /// Writes into `copy` and its log what a power cut now leaves of that database: all that was
  /// synced, and of the rest those writes, and those sectors of them, that `random` picks.
  void image(const std::filesystem::path& database, const std::filesystem::path& copy,
             std::mt19937& random) const;

  // For its own callbacks.
  struct File;
  enum class Call {
    open,
    remove,
    access,
    full_path,
    read,
    write,
    truncate,
    sync,
    size,
    lock,
    shm_map,
    shm_lock
  };
  /// SQLITE_OK, or what this call has to answer.
  [[nodiscard]] int next(Call call, const std::string& path = {});
  [[nodiscard]] bool is_spoilt(const std::string& path, std::int64_t offset, int size) const;
  void opened(const std::string& path);
  void wrote(const std::string& path, std::int64_t offset, std::string octets);
  void truncated(const std::string& path, std::int64_t size);
  void synced(const std::string& path);
  void removed(const std::string& path);
  [[nodiscard]] sqlite3_vfs* real() const { return real_; }
  [[nodiscard]] bool tears();

 private:
  struct Change {
    std::int64_t offset;
    std::string octets;
    bool cuts;  // the file ends at `offset`
  };
  struct Disk {
    std::string safe;             // what was synced
    std::vector<Change> pending;  // what was not, in order
  };
  static void apply(std::string& content, const Change& change);

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  mutable std::mutex mutex_;
  Kind kind_ = Kind::io;
  std::int64_t fails_at_ = 0;
  std::int64_t spoilt_ = -1;
  bool lasts_ = false;
  std::int64_t calls_ = 0;
  std::int64_t failed_ = 0;
  std::map<std::string, Disk> disks_;  // by path
};
