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

  /// Calls `read(BookReader&)` on a connection that no other thread uses meanwhile.
  template <class Read>
  auto with(Read read) {
    const Lease lease(*this);
    return read(lease.connection->reader);
  }

 private:
  struct Connection {
    explicit Connection(const std::filesystem::path& path)
        : database(store::Database::open(path, store::Database::Mode::read_only)),
          reader(database) {}
    store::Database database;
    scheduler::BookReader reader;
  };
  struct Lease {
    explicit Lease(Readers& owner) : readers(owner), connection(owner.take()) {}
    ~Lease() { readers.give_back(std::move(connection)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Readers& readers;
    std::unique_ptr<Connection> connection;
  };

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
