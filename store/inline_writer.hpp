#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "store/database.hpp"
#include "store/writer.hpp"

namespace bank::store {

/// A writer that does each job at once, on the caller's thread, in a transaction of its own: for
/// tests, the simulation and the command line. `done` has run when `submit` returns. A job given
/// from within a `done` is done there and then; one given from within a `work` is refused.
class InlineWriter final : public Writer {
 public:
  explicit InlineWriter(Database& database) : database_(database) {}

  [[nodiscard]] bool submit(Job job) override {
    if (working_) return false;
    working_ = true;
    const std::optional<Failure> failure = attempt(job);
    working_ = false;
    if (job.done) job.done(failure);
    if (after_round_) after_round_();
    return true;
  }

  [[nodiscard]] bool submit_all(std::vector<Job> jobs) override {
    if (working_) return false;
    for (Job& job : jobs) (void)submit(std::move(job));
    return true;
  }

  void after_rounds(std::function<void()> then) override { after_round_ = std::move(then); }

 private:
  std::optional<Failure> attempt(const Job& job) {
    try {
      Transaction transaction(database_);
      job.work();
      transaction.commit();
      return std::nullopt;
    } catch (const DatabaseError& error) {
      return error.failure();
    } catch (const std::exception& error) {
      return Failure{0, error.what()};
    }
  }

  Database& database_;
  std::function<void()> after_round_;
  bool working_ = false;
};

}  // namespace bank::store
