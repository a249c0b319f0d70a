#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scheduler/book.hpp"
#include "store/database.hpp"

namespace bank::scheduler {

/// What a person has set for a SIM while the program runs; nothing: what the configuration says.
struct SimSettings {
  std::optional<std::string> label{};
  std::optional<std::vector<std::string>> pools{};
  std::optional<int> per_minute{}, per_hour{}, per_day{}, per_month{};  // parts
  std::optional<std::chrono::milliseconds> min_interval{};

  friend bool operator==(const SimSettings&, const SimSettings&) = default;
};

/// Sets the fields named ("label", "pools", "limits.per_minute", …, "limits.min_interval") as they
/// are in `values`; nothing there takes a setting back.
void take_over(SimSettings& settings, const SimSettings& values,
               std::span<const std::string> fields);

/// Of all SIMs for which something is set. May throw store::DatabaseError, as those below.
[[nodiscard]] std::map<SimId, SimSettings> sim_settings(const store::Database& database);
/// Of one; empty where nothing is set.
[[nodiscard]] SimSettings sim_settings(const store::Database& database, SimId sim);
/// In a job of the book's writer.
void put_sim_settings(const store::Database& database, SimId sim, const SimSettings& settings);

}  // namespace bank::scheduler
