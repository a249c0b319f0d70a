#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "web/accounts.hpp"
#include "web/password.hpp"

namespace bank::web::test {

/// People over the rows that the program has, in memory; what takes its time is done at once.
class FakeAccounts {
  struct Book {
    explicit Book(FakeAccounts& of)
        : database(store::Database::in_memory()),
          migrated((store::migrate(database, scheduler::schema()), true)),
          book(database, "boot"),
          rows(database),
          door(of.outside(), rows.device_secret()) {}
    store::Database database;
    bool migrated;
    scheduler::Book book;
    AccountRows rows;
    Accounts door;
  };

  Book& book() {  // most tests want none
    const std::lock_guard lock(making_);
    if (!book_) book_ = std::make_unique<Book>(*this);
    return *book_;
  }
  Accounts::Outside outside() {
    return {
        .read =
            [this](const std::function<void(store::Database&)>& read) {
              if (unreadable) throw store::DatabaseError(10, "disk I/O error");  // SQLITE_IOERR
              const std::lock_guard lock(mutex_);
              read(book_->database);
            },
        .write =
            [this](const std::function<void(AccountRows&, scheduler::Book&)>& work,
                   const std::function<void(std::optional<Unavailable>)>& done) {
              if (before_write) before_write();
              if (broken) return done(broken);
              {
                const std::lock_guard lock(mutex_);
                store::Transaction transaction(book_->database);
                work(book_->rows, book_->book);
                transaction.commit();
              }
              done(std::nullopt);
            },
        .note = [this](const scheduler::AuditEntry& entry, WallTime) { noted.push_back(entry); },
        .slowly =
            [this](const std::function<void()>& job) {
              if (is_busy) return false;
              holds ? waiting.push_back(job) : job();
              return true;
            },
        .now = [this] { return now(); },
        .forget_sessions = [this] { forget(); }};
  }

 public:
  std::function<WallTime()> now;
  std::function<void()> forget = [] {};  // the API's
  std::optional<Unavailable> broken;     // what changes something fails
  bool is_busy = false;                  // too many check passwords
  std::atomic<bool> unreadable{false};   // reading fails
  bool holds = false;                    // who comes for his password waits for `go_on`
  std::deque<std::function<void()>> waiting;
  std::function<void()> before_write;
  std::vector<scheduler::AuditEntry> noted;

  void go_on() {
    holds = false;
    for (; !waiting.empty(); waiting.pop_front()) waiting.front()();
  }

  Accounts& door() { return book().door; }

  /// Somebody with a role, and a password.
  AccountId add(const std::string& name, Role role) {
    auto& on = book();
    const std::lock_guard lock(mutex_);
    store::Transaction transaction(on.database);
    const auto id =
        on.rows.create(on.book, {name, role, hash_of_password(password_of(name)), "test"}, now());
    transaction.commit();
    return id.value();
  }
  /// As many as there may be, and none of them an administrator.
  void fill() {
    auto& on = book();
    const std::lock_guard lock(mutex_);
    store::Transaction transaction(on.database);
    for (std::size_t i = 0; i < most_accounts; ++i) {
      (void)on.rows.create(on.book, {"x" + std::to_string(i), Role::viewer, {}, "test"}, now());
    }
    transaction.commit();
  }
  /// A link for the first administrator.
  std::string link() {
    auto& on = book();
    const std::lock_guard lock(mutex_);
    auto token = make_token();
    store::Transaction transaction(on.database);
    on.rows.put_setup_link(sha256(token), std::nullopt, now());
    transaction.commit();
    return token;
  }
  static std::string password_of(const std::string& name) {
    return "correct horse " + name.substr(1);
  }

 private:
  std::mutex making_;
  std::mutex mutex_;
  std::unique_ptr<Book> book_;
};

}  // namespace bank::web::test
