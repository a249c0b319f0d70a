#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "modem/loop.hpp"
#include "store/database.hpp"
#include "store/writer.hpp"
#include "tests/simulation/chance.hpp"

namespace bank::simulation {

/// How a disk behaves.
struct Disk {
  std::chrono::microseconds least{100}, most{3000};  // of a commit
  unsigned slow_permille = 0;                        // of the commits take up to two seconds
  bool fails = false;                                // no commit succeeds
};

/// The store's thread on the virtual clock: a round begins when there is work, its jobs run inside
/// one transaction, and it is committed a while later. A crash between the two leaves nothing.
class VirtualWriter final : public store::Writer {
 public:
  VirtualWriter(modem::Loop& loop, store::Database& database, const Disk& disk, Chance chance)
      : loop_(loop), database_(database), disk_(disk), chance_(chance) {}

  [[nodiscard]] bool submit(store::Job job) override;
  [[nodiscard]] bool submit_all(std::vector<store::Job> jobs) override;
  void after_rounds(std::function<void()> then) override { after_round_ = std::move(then); }

  static constexpr std::size_t most_waiting = 20'000;
  [[nodiscard]] std::uint64_t rounds() const { return rounds_; }

 private:
  void wake();
  void begin_round();
  void end_round();
  /// One by one: who fails is undone alone.
  void work_apart();

  modem::Loop& loop_;
  store::Database& database_;
  const Disk& disk_;
  Chance chance_;
  std::function<void()> after_round_;
  std::vector<store::Job> waiting_;
  std::vector<store::Job> round_;
  std::vector<std::optional<store::Failure>> verdicts_;
  std::optional<store::Transaction> transaction_;
  std::uint64_t rounds_ = 0;
  bool busy_ = false;
};

}  // namespace bank::simulation
