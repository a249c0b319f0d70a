#include "firmware-host/config_sims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "at/ussd.hpp"
#include "at/utf.hpp"
#include "firmware-host/config_checks.hpp"
#include "firmware-host/log.hpp"
#include "scheduler/balance.hpp"
#include "scheduler/book.hpp"
#include "scheduler/text_pattern.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr std::string_view prefer = "prefer:";
constexpr std::size_t most_blocked = 10'000;
constexpr std::size_t longest_sender = 64;  // octets; TP-OA has at most 20 digits or 11 characters
constexpr std::size_t most_balances = 64;
constexpr int largest_amount = 1'000'000'000;

/// MCC and MNC (ITU-T E.212).
bool is_network(std::string_view text) {
  return (text.size() == 5 || text.size() == 6) &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_ussd_code(std::string_view text) {
  return !text.empty() && text.size() <= at::longest_ussd &&
         text.find_first_not_of("0123456789*#+") == std::string_view::npos;
}

/// A number, a short code or a name, or a beginning of one.
bool is_sender(std::string_view text) {
  if (text.empty() || text == "*" || text.size() > longest_sender) return false;
  return text.find('*') >= text.size() - 1 && is_label(text);
}

void read_whose(Section& entry, BalanceConfig& balance, Findings& findings) {
  constexpr auto operator_remedy =
      "write the operator's name as GET /v1/sims shows it, such as \"IR-MCI\"";
  if (const auto name = entry.text("operator", operator_remedy)) {
    if (name->empty() || !is_label(*name)) {
      entry.refuse("operator", shown(*name), operator_remedy);
    } else {
      balance.operator_name = *name;
    }
  }
  constexpr auto sims_remedy = "write ICCIDs of 18 to 20 digits in quotes";
  if (const auto sims = entry.texts("sims", sims_remedy)) {
    for (const auto& [iccid, line] : *sims) {
      if (is_iccid(iccid)) {
        balance.sims.push_back(iccid);
      } else {
        findings.problem(line, entry.path_of("sims"), shown(iccid), sims_remedy);
      }
    }
    if (sims->empty()) entry.refuse("sims", "an empty array", sims_remedy);
  }
  if (entry.has("operator") == entry.has("sims")) {
    entry.refuse(entry.has("sims") ? "sims" : "operator",
                 entry.has("sims") ? "both operator and sims" : "neither operator nor sims",
                 "write one of them: whose balance is asked for");
  }
}

BalanceConfig read_balance(Section& entry, Findings& findings) {
  BalanceConfig balance;
  read_whose(entry, balance, findings);
  constexpr auto code_remedy = "write the code of digits, * and #, such as \"*140*1#\"";
  if (const auto code = entry.text("code", code_remedy)) {
    if (is_ussd_code(*code)) {
      balance.code = *code;
    } else {
      entry.refuse("code", shown(*code), code_remedy);
    }
  } else if (!entry.has("code")) {
    entry.refuse("code", "no entry", code_remedy);
  }
  constexpr auto pattern_remedy =
      "write what the answer looks like, with ( ) around the amount, such as \"([0-9,.]+) Rial\"";
  if (const auto pattern = entry.text("pattern", pattern_remedy)) {
    if (const auto parsed = scheduler::TextPattern::parse(*pattern); !parsed) {
      entry.refuse("pattern", shown(*pattern) + ", which has " + parsed.error(),
                   "see docs/configuration.md for what a pattern may be");
    } else {
      balance.pattern = *pattern;
    }
  } else if (!entry.has("pattern")) {
    entry.refuse("pattern", "no entry", pattern_remedy);
  }
  balance.every = entry
                      .duration("every", {10min, days{30}},
                                "write a time from \"10m\" to \"30d\", such as \"6h\"")
                      .value_or(balance.every);
  const std::string amount = fmt::format("write a whole amount of 0 to {}", largest_amount);
  balance.low = entry.whole("low", {0, largest_amount}, amount);
  balance.stop = entry.whole("stop", {0, largest_amount}, amount);
  if (balance.low && balance.stop && *balance.stop > *balance.low) {
    entry.refuse("stop", std::to_string(*balance.stop),
                 fmt::format("write at most what low says ({}): what stops a SIM is told before",
                             *balance.low));
  }
  entry.finish();
  return balance;
}

}  // namespace

void read_purpose(Section& entry, SimConfig& sim) {
  if (const auto chosen = entry.choice("use", {"both", "send", "receive"})) {
    using enum SimConfig::Use;
    sim.use = *chosen == 0 ? both : *chosen == 1 ? send : receive;
  }
  constexpr auto remedy =
      "write \"auto\", or the network's MCC and MNC such as \"43211\", or \"prefer:43211\"";
  const auto network = entry.text("operator", remedy);
  if (!network || *network == "auto") return;
  using enum SimConfig::Network;
  std::string_view digits = *network;
  sim.network = digits.starts_with(prefer) ? preferred : fixed;
  if (sim.network == preferred) digits.remove_prefix(prefer.size());
  sim.plmn = digits;
  if (!is_network(digits)) entry.refuse("operator", shown(*network), remedy);
}

void KeepAliveReader::read(Section& entry, SimConfig& sim) {
  const std::size_t place = sims_++;
  auto table = entry.table("keep_alive");
  if (!table.exists()) return;
  KeepAliveConfig keep;
  constexpr auto every_remedy = "write a time from \"1d\" to \"365d\", such as \"60d\"";
  const auto every = table.duration("every", {days{1}, days{365}}, every_remedy);
  if (!every && !table.has("every")) table.refuse("every", "no entry", every_remedy);
  keep.every = every.value_or(keep.every);
  constexpr auto to_remedy =
      "write the number of this or another [[sim]], with '+' and country code";
  const auto to = table.text("to", to_remedy);
  if (!to && !table.has("to")) table.refuse("to", "no entry", to_remedy);
  if (sim.use == SimConfig::Use::receive) {
    entry.refuse("keep_alive", "a SIM whose use is \"receive\"", "remove it, or let the SIM send");
  }
  if (to) {
    keep.to = *to;
    written_.push_back(
        {place, entry.path_of("keep_alive"), table.line_of("to"), table.line_of("every")});
  }
  table.finish();
  sim.keep_alive = std::move(keep);
}

void KeepAliveReader::check(const Config& config, Findings& findings) const {
  std::set<std::string> numbers;
  for (const SimConfig& sim : config.sims) {
    if (!sim.number.empty()) numbers.insert(sim.number);
  }
  const auto history =
      std::max<std::chrono::milliseconds>(config.retention.history, scheduler::least_history);
  for (const Written& one : written_) {
    const KeepAliveConfig& keep = *config.sims.at(one.sim).keep_alive;
    if (!numbers.contains(keep.to)) {
      findings.problem(one.to_line, one.where + ".to",
                       shown(keep.to) + ", which is no number of a [[sim]]",
                       "write the number of this or another [[sim]], as its number says: nobody "
                       "else is to get such messages");
    }
    if (keep.every > history) {
      findings.problem(one.every_line, one.where + ".every", to_string(keep.every),
                       fmt::format("write at most {}, for so long [retention] history keeps what "
                                   "a SIM sent",
                                   to_string(history)));
    }
  }
}

InboundConfig read_inbound(Section& root, Findings& findings) {
  InboundConfig read;
  auto inbound = root.table("inbound");
  constexpr auto remedy =
      "write numbers, short codes or names, such as [\"+989120000001\", \"Shop*\"]; a * only at "
      "the end";
  if (const auto senders = inbound.texts("blocked", remedy)) {
    for (const auto& [sender, line] : *senders) {
      if (is_sender(sender)) {
        read.blocked.push_back(sender);
      } else {
        findings.problem(line, "inbound.blocked", shown(sender), remedy);
      }
    }
    if (senders->size() > most_blocked) {
      inbound.refuse(
          "blocked", fmt::format("{} senders", senders->size()),
          fmt::format("write at most {}; beginnings with * take many at once", most_blocked));
    }
  }
  inbound.finish();
  return read;
}

std::vector<BalanceConfig> read_balances(Section& root, Findings& findings) {
  std::vector<BalanceConfig> balances;
  for (Section& entry : root.tables("balance")) {
    balances.push_back(read_balance(entry, findings));
    if (balances.size() == most_balances + 1) {
      findings.problem(entry.line(), "balance", fmt::format("more than {} entries", most_balances),
                       "write one for each operator");
    }
  }
  return balances;
}

}  // namespace bank::host
