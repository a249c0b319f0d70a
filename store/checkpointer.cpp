#include "store/checkpointer.hpp"

#include <fmt/format.h>

#include <utility>

#include "store/log_space.hpp"

namespace bank::store {

Checkpointer::Checkpointer(Database& writer, const LogLimits& limits)
    : writer_(writer),
      own_(Database::open(writer.path(), Database::Mode::read_write)),
      limits_(limits),
      page_size_(static_cast<std::uint64_t>(writer.integer("PRAGMA page_size"))) {
  write_log_ahead(writer_.path(), limits_.usual());
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
  if (!failing_ && bytes < looked_at_ + limits_.begin_at) return;
  looked_at_ = bytes;
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  wake_.notify_all();
}

std::optional<Failure> Checkpointer::round_begins() {
  std::unique_lock lock(mutex_);
  if (full_) {  // whoever asks again finds out whether it is over
    wanted_ = true;
    wake_.notify_all();
    return full_;
  }
  wake_.wait(lock, [this] { return !pause_; });
  in_round_ = true;
  return std::nullopt;
}

void Checkpointer::round_ends() {
  const std::lock_guard lock(mutex_);
  in_round_ = false;
  if (pause_) wake_.notify_all();
}

std::string Checkpointer::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_ ? trouble_->detail : std::string();
}

/// Moves what no reader needs any more; returns the bytes of the log that are left.
std::uint64_t Checkpointer::move() {
  int pages_moved = 0;
  int code = SQLITE_BUSY;
  // Busy is also what SQLite says when it looks just while the writer writes the log's header.
  for (int look = 0; (code & 0xFF) == SQLITE_BUSY && look < most_looks; ++look) {
    if (look > 0) std::this_thread::yield();
    code = sqlite3_wal_checkpoint_v2(own_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                     &pages_moved);
  }
  std::optional<Failure> trouble;
  if (code != SQLITE_OK) trouble = DatabaseError(own_.handle(), "checkpoint").failure();
  failing_ = trouble.has_value();
  {
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
  }
  const std::uint64_t all = wal_bytes_;
  if (code != SQLITE_OK || pages_moved < 0) return all;
  const std::uint64_t moved = static_cast<std::uint64_t>(pages_moved) * page_size_;
  return all > moved ? all - moved : 0;
}

/// Whether the log may grow on, so much of it being left.
void Checkpointer::judge(std::uint64_t left) {
  const std::lock_guard lock(mutex_);
  if (left == 0 || wal_bytes_ < limits_.most) return full_.reset();
  full_ = trouble_.value_or(Failure{
      SQLITE_BUSY, fmt::format("{}: its log has {} MiB and cannot begin anew while another program "
                               "reads; `fuser` on the file names it; end that one",
                               writer_.path().string(), wal_bytes_ >> 20)});
}

void Checkpointer::look_after_log() {
  std::uint64_t left = move();
  const bool large = wal_bytes_ >= limits_.pause_at;
  for (int pass = 1; large && !failing_ && left > limits_.begin_at && pass < most_passes; ++pass) {
    left = move();
  }
  ++checkpoints_;
  if (large && !failing_) {
    std::unique_lock lock(mutex_);
    pause_ = true;
    wake_.wait(lock, [this] { return !in_round_; });
    lock.unlock();
    left = move();
    lock.lock();
    pause_ = false;
    wake_.notify_all();
  }
  judge(left);
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    wanted_ = false;
    lock.unlock();
    look_after_log();
    lock.lock();
    if (failing_) wake_.wait_for(lock, limits_.retry, [this] { return stopping_; });
  }
}

}  // namespace bank::store
