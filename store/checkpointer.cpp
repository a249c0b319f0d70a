#include "store/checkpointer.hpp"

namespace bank::store {

Checkpointer::Checkpointer(Database& writer)
    : writer_(writer),
      own_(Database::open(writer.path(), Database::Mode::read_write)),
      page_size_(static_cast<std::uint64_t>(writer.integer("PRAGMA page_size"))) {
  sqlite3_busy_timeout(own_.handle(), restart_patience_ms);
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
  wake_.notify_one();
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
  wake_.notify_one();
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    wanted_ = false;
    lock.unlock();
    // A checkpoint that fails (busy reader, disk) is asked for again by the next commits; what is
    // in the log is safe either way, and a disk that fails speaks up at the writer's own commit.
    sqlite3_wal_checkpoint_v2(own_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (wal_bytes_ >= restart_at_bytes) {
      sqlite3_wal_checkpoint_v2(own_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr,
                                nullptr);
    }
    ++checkpoints_;
    lock.lock();
  }
}

}  // namespace bank::store
