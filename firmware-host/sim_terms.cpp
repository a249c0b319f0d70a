#include "firmware-host/sim_terms.hpp"

#include <utility>

#include "firmware-host/sim_plans.hpp"

namespace bank::host {
namespace {

bool has_pools(const SimConfig& entry) {
  return entry.pools_written || entry.use == SimConfig::Use::receive;
}

}  // namespace

SimTerms terms_of(const Config& config, const SimConfig* entry,
                  const scheduler::SimSettings& settings) {
  const LimitsConfig set{settings.per_minute, settings.per_hour, settings.per_day,
                         settings.per_month, settings.min_interval};
  SimTerms terms{.label = settings.label.value_or(""),
                 .pools = settings.pools.value_or(std::vector<std::string>{"default"}),
                 .limits = over(set, config.limits)};
  if (entry == nullptr) {
    const bool has_pools = settings.pools && !settings.pools->empty();
    terms.waits_for_a_person =
        !has_pools && config.discovery.unknown_sims == DiscoveryConfig::UnknownSims::hold;
    if (terms.waits_for_a_person) terms.pools.clear();
    return terms;
  }
  if (!entry->label.empty()) terms.label = entry->label;
  if (has_pools(*entry)) terms.pools = pools_of(*entry);
  terms.limits = over(entry->limits, terms.limits);
  return terms;
}

scheduler::Limits limits_from(const LimitsConfig& limits) {
  return {limits.per_minute, limits.per_hour, limits.per_day, limits.per_month,
          limits.min_interval.value_or(std::chrono::milliseconds{0})};
}

std::vector<std::string> written_in_file(const SimConfig* entry) {
  std::vector<std::string> written;
  if (entry == nullptr) return written;
  const LimitsConfig& limits = entry->limits;
  const std::pair<const char*, bool> all[] = {
      {"label", !entry->label.empty()},
      {"pools", has_pools(*entry)},
      {"limits.per_minute", limits.per_minute.has_value()},
      {"limits.per_hour", limits.per_hour.has_value()},
      {"limits.per_day", limits.per_day.has_value()},
      {"limits.per_month", limits.per_month.has_value()},
      {"limits.min_interval", limits.min_interval.has_value()}};
  for (const auto& [field, is_written] : all) {
    if (is_written) written.emplace_back(field);
  }
  return written;
}

}  // namespace bank::host
