#include "scheduler/sim_settings.hpp"

#include <algorithm>
#include <string_view>

#include "scheduler/book_rows.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {
namespace {

std::optional<int> limit_of(const store::Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.small(column));
}

constexpr std::string_view select_settings =
    "SELECT label, pools, per_minute, per_hour, per_day, per_month, min_interval, sim "
    "FROM sim_setting";

SimSettings settings_of(const store::Row& row) {
  SimSettings settings{.per_minute = limit_of(row, 2),
                       .per_hour = limit_of(row, 3),
                       .per_day = limit_of(row, 4),
                       .per_month = limit_of(row, 5)};
  if (!row.is_null(0)) settings.label = row.text(0);
  if (!row.is_null(1)) settings.pools = rows::words_of(row.view(1));
  if (!row.is_null(6)) settings.min_interval = std::chrono::milliseconds{row.integer(6)};
  return settings;
}

}  // namespace

void take_over(SimSettings& settings, const SimSettings& values,
               std::span<const std::string> fields) {
  const auto take = [&](std::string_view name, auto SimSettings::*field) {
    if (std::find(fields.begin(), fields.end(), name) == fields.end()) return;
    settings.*field = values.*field;
  };
  take("label", &SimSettings::label);
  take("pools", &SimSettings::pools);
  take("limits.per_minute", &SimSettings::per_minute);
  take("limits.per_hour", &SimSettings::per_hour);
  take("limits.per_day", &SimSettings::per_day);
  take("limits.per_month", &SimSettings::per_month);
  take("limits.min_interval", &SimSettings::min_interval);
}

std::map<SimId, SimSettings> sim_settings(const store::Database& database) {
  std::map<SimId, SimSettings> found;
  store::Statement(database, std::string(select_settings)).each([&](store::Row row) {
    found.emplace(SimId{row.integer(7)}, settings_of(row));
  });
  return found;
}

SimSettings sim_settings(const store::Database& database, SimId sim) {
  SimSettings found;
  store::Statement(database, std::string(select_settings) + " WHERE sim = ?")
      .first_row([&](store::Row row) { found = settings_of(row); }, sim);
  return found;
}

void put_sim_settings(const store::Database& database, SimId sim, const SimSettings& settings) {
  if (settings == SimSettings{}) {
    store::Statement(database, "DELETE FROM sim_setting WHERE sim = ?").run(sim);
    return;
  }
  std::optional<std::string> pools;
  if (settings.pools) pools = rows::joined(*settings.pools);
  std::optional<std::int64_t> interval;
  if (settings.min_interval) interval = settings.min_interval->count();
  store::Statement(database,
                   "INSERT OR REPLACE INTO sim_setting (sim, label, pools, per_minute, per_hour, "
                   "per_day, per_month, min_interval) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .run(sim, settings.label, pools, settings.per_minute, settings.per_hour, settings.per_day,
           settings.per_month, interval);
}

}  // namespace bank::scheduler
