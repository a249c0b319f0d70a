#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "scheduler/book.hpp"
#include "store/database.hpp"

namespace bank::host {

/// Read-only connections to the database, one for each thread that reads at the same time.
class Readers {
 public:
  explicit Readers(std::filesystem::path path) : path_(std::move(path)) {}

  /// Calls `read(BookReader&)` on a connection that no other thread uses meanwhile. One that failed
  /// is not used again: what it read wrongly would stay in its cache.
  template <class Read>
  auto with(Read read) {
    return use([&](Connection& one) { return read(one.reader); });
  }
  /// The same with the connection itself, for statements of one's own.
  template <class Read>
  auto query(Read read) {
    return use([&](Connection& one) { return read(one.database); });
  }

 private:
  struct Connection {
    explicit Connection(const std::filesystem::path& path)
        : database(store::Database::open(path, store::Database::Mode::read_only)),
          reader(database) {}
    store::Database database;
    scheduler::BookReader reader;
  };

  template <class Use>
  auto use(Use what) {
    auto connection = take();
    auto result = what(*connection);
    give_back(std::move(connection));
    return result;
  }

  std::unique_ptr<Connection> take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        auto connection = std::move(free_.back());
        free_.pop_back();
        return connection;
      }
    }
    return std::make_unique<Connection>(path_);
  }
  void give_back(std::unique_ptr<Connection> connection) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(connection));
  }

  std::filesystem::path path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> free_;
};

}  // namespace bank::host
