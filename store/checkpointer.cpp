#include "store/checkpointer.hpp"

#include "store/log_space.hpp"

namespace bank::store {

Checkpointer::Checkpointer(Database& writer)
    : writer_(writer),
      own_(Database::open(writer.path(), Database::Mode::read_write)),
      page_size_(static_cast<std::uint64_t>(writer.integer("PRAGMA page_size"))) {
  write_log_ahead(writer_.path(), log_bytes);
  sqlite3_wal_hook(
      writer_.handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Checkpointer*>(self)->committed(static_cast<std::uint64_t>(pages));
        return SQLITE_OK;
      },
      this);
  thread_ = std::thread([this] { run(); });
}

Checkpointer::~Checkpointer() {
  sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

// Called on the writer's thread after each commit, while the write lock is free again.
void Checkpointer::committed(std::uint64_t pages) {
  const std::uint64_t bytes = pages * page_size_;
  wal_bytes_ = bytes;
  if (bytes < looked_at_) looked_at_ = 0;  // the log began anew
  if (bytes < looked_at_ + begin_at_bytes) return;
  looked_at_ = bytes;
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  wake_.notify_all();
}

void Checkpointer::round_begins() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return !pause_; });
  in_round_ = true;
}

void Checkpointer::round_ends() {
  const std::lock_guard lock(mutex_);
  in_round_ = false;
  if (pause_) wake_.notify_all();
}

/// Moves what no reader needs any more; returns the bytes of the log that are left.
std::uint64_t Checkpointer::move() {
  int pages_moved = 0;
  // One that fails (disk) is asked for again by the next commits: what is in the log is safe either
  // way, and a disk that fails speaks up at the writer's own commit.
  const int code = sqlite3_wal_checkpoint_v2(own_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, &pages_moved);
  if (code != SQLITE_OK || pages_moved < 0) return 0;
  const std::uint64_t moved = static_cast<std::uint64_t>(pages_moved) * page_size_;
  const std::uint64_t all = wal_bytes_;
  return all > moved ? all - moved : 0;
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    wanted_ = false;
    lock.unlock();
    std::uint64_t left = move();
    const bool large = wal_bytes_ >= pause_at_bytes;
    for (int pass = 1; large && left > begin_at_bytes && pass < most_passes; ++pass) left = move();
    ++checkpoints_;
    lock.lock();
    if (!large) continue;
    pause_ = true;
    wake_.wait(lock, [this] { return !in_round_; });
    lock.unlock();
    move();
    lock.lock();
    pause_ = false;
    wake_.notify_all();
  }
}

}  // namespace bank::store
