#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "firmware-host/desk.hpp"
#include "firmware-host/readers.hpp"
#include "scheduler/book.hpp"
#include "store/writer.hpp"
#include "web/door.hpp"

namespace bank::host {

/// The way of the HTTP API to the book and back, from any of its threads.
class BookCalls {
 public:
  BookCalls(Desk& desk, store::Writer& writer, scheduler::Book& book, Readers& readers)
      : desk_(desk), writer_(writer), book_(book), readers_(readers) {}

  /// One job: `work(Book&)` gives a value; `done(web::Outcome<value>)` gets it on the store's
  /// thread after the commit, or why there is none.
  template <class Work, class Done>
  void write(Work work, Done done) {
    using Value = std::invoke_result_t<Work, scheduler::Book&>;
    auto result = std::make_shared<std::optional<Value>>();
    auto after = std::make_shared<Done>(std::move(done));
    const bool taken =
        desk_.untold() < Desk::most_untold &&
        writer_.submit({[this, result, work = std::move(work)]() mutable { *result = work(book_); },
                        [this, result, after](const std::optional<store::Failure>& failure) {
                          if (failure) {
                            if (on_failure) on_failure(*failure);
                            return (*after)(web::Outcome<Value>(unexpected(unavailable(failure))));
                          }
                          (*after)(web::Outcome<Value>(std::move(**result)));
                        }});
    if (!taken) (*after)(web::Outcome<Value>(unexpected(unavailable(std::nullopt))));
  }

  /// `read(BookReader&)` on a connection that no other thread uses meanwhile. Throws DatabaseError.
  template <class Read>
  auto read(Read read) {
    try {
      return readers_.with(std::move(read));
    } catch (const store::DatabaseError& error) {
      if (on_failure) on_failure(error.failure());
      throw;
    }
  }

  /// `read(store::Database&)`: the same, by statements of its own.
  template <class Read>
  auto query(Read read) {
    try {
      return readers_.query(std::move(read));
    } catch (const store::DatabaseError& error) {
      if (on_failure) on_failure(error.failure());
      throw;
    }
  }

  /// Told of every failure, on the thread that met it.
  std::function<void(const store::Failure&)> on_failure;

 private:
  [[nodiscard]] static web::Unavailable unavailable(const std::optional<store::Failure>& failure) {
    using namespace std::chrono_literals;
    if (!failure) return {"too much is waiting to be written; try again shortly", 1s};
    return {failure->detail, 5s};
  }

  Desk& desk_;
  store::Writer& writer_;
  scheduler::Book& book_;
  Readers& readers_;
};

}  // namespace bank::host
