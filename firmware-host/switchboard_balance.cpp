// The switchboard and what is left to spend on each SIM: the network is asked, and a SIM that has
// too little sends nothing.
#include <algorithm>
#include <utility>

#include "at/utf.hpp"
#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"
#include "scheduler/text_pattern.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using Kind = scheduler::ModemEvent::Kind;
using Level = scheduler::BalanceLevel;

constexpr std::size_t most_at_once = 16;      // SIMs that are asked in one look
constexpr scheduler::BootTime patience = 1h;  // with a modem that is never idle; after no answer
constexpr scheduler::Amount hundredths = 100;

scheduler::BalanceBounds bounds_of(const BalanceConfig& config) {
  const auto amount = [](const std::optional<int>& whole) {
    return whole ? std::optional(*whole * hundredths) : std::nullopt;
  };
  return {amount(config.low), amount(config.stop)};
}

/// What the database and an event hold of it.
std::string bounded(std::string text) {
  text.resize(std::min(text.size(), scheduler::TextPattern::longest_text));
  text.resize(at::first_not_utf8(text).value_or(text.size()));
  return text;
}

std::string sentence(Level level, const scheduler::Balance& balance) {
  const std::string left = "the balance is " + scheduler::text_of(balance.amount);
  switch (level) {
    case Level::enough: return left + ": enough again";
    case Level::low: return left + ": low; top it up";
    case Level::stopped: return left + ": the SIM sends nothing; top it up";
  }
  return left;
}

}  // namespace

const BalanceConfig* Switchboard::balance_config_of(const Slot& slot) const {
  if (config_.balances.empty() || !slot.sim) return nullptr;
  const auto row = sims_.find(*slot.sim);
  if (row == sims_.end()) return nullptr;
  return balance_of(config_, slot.iccid, row->second.operator_name);
}

scheduler::BalanceLevel Switchboard::balance_level(const Slot& slot) const {
  if (slot.balance == nullptr || !slot.sim) return Level::enough;
  const auto told = balances_.find(*slot.sim);
  return told == balances_.end() ? Level::enough
                                 : scheduler::level_of(told->second, bounds_of(*slot.balance));
}

std::optional<web::BalanceView> Switchboard::balance_view(scheduler::SimId sim) const {
  const auto told = balances_.find(sim);
  if (told == balances_.end()) return std::nullopt;
  return web::BalanceView{scheduler::text_of(told->second.amount), told->second.at,
                          told->second.text};
}

/// A modem that is idle is asked when it is time; one that never is, an hour later, between two
/// parts.
bool Switchboard::is_balance_due(const Slot& slot, const BalanceConfig& config) const {
  const auto at = now();
  const auto& session = slot.line->session();
  scheduler::BootTime overdue{};
  if (const auto next = balance_at_.find(*slot.sim); next != balance_at_.end()) {
    overdue = at.boot - next->second;
  } else if (const auto told = balances_.find(*slot.sim); told != balances_.end()) {
    overdue = at.wall - (told->second.at + config.every);
    if (told->second.at > at.wall) overdue = 0ms;  // the clock was set back
  }
  if (overdue < 0ms || session.state() != modem::SessionState::ready) return false;
  const bool is_free = !session.has_part() || overdue >= patience;
  return is_free && session.can_ask() && !session.is_in_menu() && !slot.paused && !slot.restarts &&
         !slot.contested && !is_abroad(slot);
}

void Switchboard::ask_balances() {
  std::vector<Slot*> due;
  for (const auto& [sim, slot] : at_) {
    if (slot->balance != nullptr && is_balance_due(*slot, *slot->balance)) due.push_back(slot);
    if (due.size() == most_at_once) break;
  }
  for (Slot* const slot : due) ask_balance(*slot, *slot->balance);
}

void Switchboard::ask_balance(Slot& slot, const BalanceConfig& config) {
  balance_at_[*slot.sim] = now().boot + config.every;
  ask(
      slot, modem::Request::Kind::ussd, config.code,
      [this, raw = &slot, sim = *slot.sim, &config](const modem::RequestEnded& ended) {
        if (raw->sim == sim) balance_told(*raw, config, ended);
      },
      true);
}

/// What is no answer, or is not understood, changes nothing: a SIM neither stops nor starts by it.
void Switchboard::balance_told(Slot& slot, const BalanceConfig& config,
                               const modem::RequestEnded& ended) {
  const auto sim = *slot.sim;
  const auto text = ended.ussd ? ended.ussd->text : std::nullopt;
  if (!text) {
    balance_at_[sim] = now().boot + std::min<scheduler::BootTime>(config.every, patience);
    log::warn("sim.balance_unanswered", {{"modem", slot.line->name()}});
    return note(slot, Kind::ussd, "no answer to " + config.code + ", which asks for the balance");
  }
  const auto pattern = scheduler::TextPattern::parse(config.pattern);
  const auto found = pattern ? pattern->find(*text) : std::nullopt;
  const auto amount = found ? scheduler::amount_in(*found) : std::nullopt;
  if (!amount) {
    log::warn("sim.balance_not_understood", {{"modem", slot.line->name()}});
    return note(slot, Kind::ussd,
                bounded("the answer to " + config.code + " does not fit the pattern: " + *text));
  }
  const Level before = balance_level(slot);
  const scheduler::Balance balance{sim, *amount, now().wall, bounded(*text)};
  balances_[sim] = balance;
  desk_.ask(
      [balance](scheduler::Book& book) {
        book.note_balance(balance);
        return true;
      },
      [](std::optional<bool>) {});  // one that is not noted is asked for again after a restart
  const Level level = balance_level(slot);
  if (level == before) return;
  log::warn("sim.balance", {{"modem", slot.line->name()}, {"what", sentence(level, balance)}});
  note(slot, Kind::sim, sentence(level, balance));
  loop_.post([this, raw = &slot] { settled(*raw); });
}

/// A person takes the responsibility, until the network tells the balance again.
void Switchboard::release_balance(const Slot& slot) {
  if (balance_level(slot) != Level::stopped) return;
  balances_.at(*slot.sim).is_released = true;
  note(slot, Kind::person, "the SIM sends again, whatever its balance");
  desk_.ask(
      [sim = *slot.sim](scheduler::Book& book) {
        book.release_balance(sim);
        return true;
      },
      [](std::optional<bool>) {});
}

}  // namespace bank::host
