#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware-host/config.hpp"
#include "firmware-host/switchboard.hpp"
#include "scheduler/alarm_book.hpp"

namespace bank::host {

/// The rules of the program, with what [alarms] says otherwise.
[[nodiscard]] scheduler::AlarmRules alarm_rules_of(const AlarmsConfig& config);

/// What is known of the database and the disk that it is on.
struct DiskState {
  std::string trouble;     // that no write or checkpoint goes well; empty: none
  double log_percent = 0;  // of the most that the write-ahead log holds
};
struct DiskSpace {
  std::uint64_t free = 0, total = 0;  // octets; total 0: not known
};
/// Of the disk of that file. Blocks as long as the disk does.
[[nodiscard]] DiskSpace space_at(const std::string& path);

/// All that alarms are judged by, at one moment.
struct RackState {
  const RackSnapshot& rack;
  DiskState disk{};
  std::optional<DiskSpace> space{};                          // nothing: not asked
  bool queue_is_known = false;                               // the book was asked
  std::optional<scheduler::OldestWaiting> oldest_waiting{};  // nothing: none waits
  scheduler::WallTime now{};
};

/// Pure. Of each subject that is seen one fact, well or bad; of what is not known none.
[[nodiscard]] std::vector<scheduler::AlarmFact> alarm_facts(const RackState& state,
                                                            const Config& config);

/// A SIM that may send now.
struct ReadySim {
  scheduler::SimId id;
  std::string name;   // as the API names it
  std::string modem;  // that it is in
  std::int64_t left;  // parts, today
};
[[nodiscard]] std::vector<ReadySim> ready_sims(const RackSnapshot& rack);
/// The one with the most left that none of these alarms is about, be it the SIM or its modem.
[[nodiscard]] std::optional<ReadySim> sim_to_tell_by(
    const std::vector<ReadySim>& sims, const std::vector<scheduler::AlarmBook::Due>& alarms);

}  // namespace bank::host
