#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware-host/config.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/sim_settings.hpp"

namespace bank::host {

/// What holds for one SIM: what its [[sim]] entry writes, else what a person has set here, else
/// what the configuration says of every SIM.
struct SimTerms {
  std::string label;  // may be empty
  std::vector<std::string> pools;
  LimitsConfig limits;
  bool waits_for_a_person = false;  // whether it may be used at all

  friend bool operator==(const SimTerms&, const SimTerms&) = default;
};

/// `entry` is null where no [[sim]] names it.
[[nodiscard]] SimTerms terms_of(const Config& config, const SimConfig* entry,
                                const scheduler::SimSettings& settings);

/// As the scheduler takes them.
[[nodiscard]] scheduler::Limits limits_from(const LimitsConfig& limits);

/// What a person can set, and its entry has written: "label", "pools", "limits.per_minute", …
[[nodiscard]] std::vector<std::string> written_in_file(const SimConfig* entry);

}  // namespace bank::host
