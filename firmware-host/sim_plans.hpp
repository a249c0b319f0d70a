#pragma once

#include <string>
#include <vector>

#include "firmware-host/config.hpp"
#include "modem/sim_plan.hpp"

namespace bank::host {

/// What the modems are to know of the SIMs that the configuration lists.
[[nodiscard]] modem::SimPlans sim_plans(const Config& config);

/// The pools whose messages it sends: none, of a SIM that only receives.
[[nodiscard]] std::vector<std::string> pools_of(const SimConfig& sim);

}  // namespace bank::host
