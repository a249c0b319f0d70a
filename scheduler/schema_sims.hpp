#pragma once

#include <string_view>

namespace bank::scheduler {

// What a person has set for a SIM while the program runs. NULL: nothing, and what the configuration
// says of every SIM holds.
inline constexpr std::string_view sims_schema = R"sql(
CREATE TABLE sim_setting (
  sim INTEGER PRIMARY KEY REFERENCES sim(id) ON DELETE CASCADE,
  label TEXT,
  pools TEXT,  -- joined by commas
  per_minute INTEGER,
  per_hour INTEGER,
  per_day INTEGER,
  per_month INTEGER,
  min_interval INTEGER  -- milliseconds
) STRICT;
)sql";

}  // namespace bank::scheduler
