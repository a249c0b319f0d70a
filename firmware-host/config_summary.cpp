#include <fmt/format.h>

#include <algorithm>

#include "firmware-host/config.hpp"
#include "firmware-host/log.hpp"
#include "scheduler/book.hpp"
#include "scheduler/reaction.hpp"

namespace bank::host {
namespace {

constexpr std::size_t most_entries_shown = 20;  // of modems and of SIMs

std::string words_of(const LimitsConfig& limits) {
  std::vector<std::string> words;
  const auto count = [&](const std::optional<int>& limit, std::string_view unit) {
    if (limit) words.push_back(fmt::format("{} a {}", *limit, unit));
  };
  count(limits.per_minute, "minute");
  count(limits.per_hour, "hour");
  count(limits.per_day, "day");
  count(limits.per_month, "month");
  if (limits.min_interval && limits.min_interval->count() > 0) {
    words.push_back(fmt::format("{} apart", to_string(*limits.min_interval)));
  }
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

std::string listens_of(const HttpConfig& http) {
  std::vector<std::string> words;
  for (const Listen& listen : http.listen) words.push_back(to_string(listen));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string line_of(const ModemConfig& modem) {
  return fmt::format("    {}  {} at {} baud{}\n", modem.name, modem.device, modem.baud,
                     modem.pin ? ", PIN given" : "");
}

std::string line_of(const Config& config, const SimConfig& sim) {
  std::string text = "    " + sim.iccid;
  if (!sim.label.empty()) text += "  " + sim.label;
  if (!sim.number.empty()) text += "  " + log::masked(sim.number);
  text += fmt::format("  in {}", fmt::join(sim.pools, ", "));
  text += fmt::format("; parts: {}", words_of(limits_of(config, sim)));
  if (sim.use == SimConfig::Use::send) text += "; sends only";
  if (sim.use == SimConfig::Use::receive) text += "; receives only";
  if (sim.network != SimConfig::Network::automatic) {
    const bool alone = sim.network == SimConfig::Network::fixed;
    text += fmt::format("; network {}{}", sim.plmn, alone ? " alone" : " before others");
  }
  if (sim.keep_alive) text += fmt::format("; used every {}", to_string(sim.keep_alive->every));
  return text + (sim.pin ? "; PIN given\n" : "\n");
}

template <class Entries, class Line>
std::string list(const Entries& entries, const Line& line) {
  std::string text;
  const std::size_t shown = std::min(entries.size(), most_entries_shown);
  for (std::size_t i = 0; i < shown; ++i) text += line(entries[i]);
  if (shown < entries.size()) text += fmt::format("    and {} more\n", entries.size() - shown);
  return text;
}

}  // namespace

std::string summary(const Config& config) {
  using enum DiscoveryConfig::UnknownSims;
  const auto& sending = config.sending;
  const auto countries = countries_of(config);
  std::string text;
  text += fmt::format("database   {}\n", config.store.path);
  text += fmt::format("http       {}\n", listens_of(config.http));
  text += fmt::format("region     {}, {}\n", config.region.country, config.region.timezone);
  text += fmt::format("discovery  {}; unknown SIMs {}\n",
                      config.discovery.paths.empty()
                          ? "off"
                          : fmt::format("{}", fmt::join(config.discovery.paths, ", ")),
                      config.discovery.unknown_sims == send ? "send" : "are held");
  text += fmt::format("modems     {} listed\n", config.modems.size());
  text += list(config.modems, [](const ModemConfig& modem) { return line_of(modem); });
  text += fmt::format("limits     parts of each SIM: {}\n", words_of(config.limits));
  text += fmt::format("sims       {} listed\n", config.sims.size());
  text += list(config.sims, [&](const SimConfig& sim) { return line_of(config, sim); });
  text += fmt::format(
      "sending    to {}; {} attempts; life {}; uncertain ones are {}; {} to stop; roaming SIMs "
      "{}\n",
      countries.front() == "*" ? "all countries" : fmt::format("{}", fmt::join(countries, ", ")),
      sending.max_attempts, to_string(sending.default_validity),
      sending.on_uncertain == SendingConfig::OnUncertain::resend
          ? fmt::format("sent again after {}",
                        to_string(std::chrono::milliseconds(scheduler::uncertain_patience)))
          : "held",
      to_string(sending.stop_after), sending.roaming ? "send" : "do not send");
  for (const BalanceConfig& balance : config.balances) {
    text += fmt::format("balance    of {} every {}: {}\n",
                        balance.operator_name.empty() ? fmt::format("{} SIMs", balance.sims.size())
                                                      : balance.operator_name,
                        to_string(balance.every), balance.code);
  }
  if (config.health.loopback) {
    text += fmt::format("health     a loop-back of each SIM that shows nothing for {}\n",
                        to_string(*config.health.loopback));
  }
  const AlarmsConfig& alarms = config.alarms;
  if (!alarms.mail_to.empty() || !alarms.sms_to.empty()) {
    text += fmt::format("alarms     {}by mail to {}, by SMS to {}\n",
                        alarms.only_critical ? "critical ones " : "", alarms.mail_to.size(),
                        alarms.sms_to.size());
  }
  if (!config.inbound.blocked.empty()) {
    text += fmt::format("inbound    {} senders blocked\n", config.inbound.blocked.size());
  }
  const auto history =
      std::max<std::chrono::milliseconds>(config.retention.history, scheduler::least_history);
  text += fmt::format("retention  texts {}; history {}\n", to_string(config.retention.texts),
                      to_string(history));
  return text;
}

}  // namespace bank::host
