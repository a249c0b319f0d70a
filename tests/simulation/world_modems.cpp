// What goes wrong with the modems of a world together or until a certain cure, what people do with
// them, and what the network says of their SIMs' money.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/simulation/world.hpp"

namespace bank::simulation {

using namespace std::chrono_literals;

namespace {

constexpr auto balance_code = "*140*1#";
constexpr auto menu_code = "*1#";
constexpr int low = 20'000;
constexpr int stop = 5'000;
constexpr int enough = 90'000;

modem::virt::UssdText credit(std::uint64_t amount) {
  return {fmt::format("Your credit is {} Rial", amount)};
}

}  // namespace

void shape_modems(Shape& shape, Chance& chance) {
  using modem::virt::ReportsGo;
  if (chance.one_in(3)) {
    shape.modem.reports = chance.one_in(2) ? ReportsGo::stored : ReportsGo::unannounced;
    if (chance.one_in(2)) shape.report_places = 20;
    if (chance.one_in(2)) shape.modem.report_store = "ME";
    if (chance.one_in(2)) shape.modem.report_notice = shape.modem.report_store;
    if (shape.report_places == 0) shape.modem.report_notice = "SM";
  }
  shape.names_modems = chance.one_in(3);
  shape.switches_power = chance.one_in(2);
  if (chance.one_in(3)) shape.balance_every = whole_ms(chance.between(3min, 20min));
}

void World::set_up_modems() {
  for (std::size_t slot = 0; slot < air_.size(); ++slot) {
    if (shape_.names_modems) {
      host::ModemConfig named;
      named.device = Air::path_of(slot);
      config_.modems.push_back(std::move(named));
    }
    if (shape_.switches_power) config_.recovery.power.push_back(Air::usb_path_of(slot));
  }
  top_up();
  if (!shape_.balance_every) return;
  host::BalanceConfig balance;
  for (unsigned i = 0; i < shape_.modems; ++i) {
    balance.sims.push_back(modem::virt::sim_of(i).iccid);
  }
  balance.code = balance_code;
  balance.pattern = "([0-9]+) Rial";
  balance.every = *shape_.balance_every;
  balance.low = low;
  balance.stop = stop;
  config_.balances = {std::move(balance)};
}

void World::set_disk(bool fails) {
  if (!std::exchange(disk_.fails, fails) && fails) facts_.no_disk.push_back({timeline_.now()});
  if (!fails && !facts_.no_disk.empty()) {
    auto& last = facts_.no_disk.back();
    last.until = std::min(last.until, timeline_.now());
  }
}

void World::lose_hub(std::size_t slot) {
  const std::string hub = Air::hub_of(slot);
  note("the hub " + hub + " is gone");
  constexpr std::size_t least_of_a_hub = 3;
  HubGone gone{timeline_.now(), hub, {}};
  const auto modems = program_ ? program_->door().modems() : std::vector<web::ModemView>{};
  for (const auto& modem : modems) {
    const auto number = std::stoul(modem.name.substr(modem.name.find('-') + 1)) - 1;
    // One that did not answer is looked for at other ports, and counts less.
    const bool is_here = Air::hub_of(number) == hub && air_.plugged(number);
    if (is_here && modem.state == "ready") gone.were_ready.push_back(modem.name);
  }
  if (gone.were_ready.size() >= least_of_a_hub) facts_.hubs_gone.push_back(std::move(gone));
  air_.lose_hub(hub, chance_.between(5s, 2min));
}

/// Where the program has no cure, somebody pulls it out after a while.
void World::hang(std::size_t slot) {
  using modem::virt::Cure;
  constexpr std::array cures{Cure::reopen, Cure::reset, Cure::usb_reset, Cure::power};
  const auto cure = chance_.one_of(cures);
  note(fmt::format("{} hangs until cure {}", Air::name_of(slot), static_cast<int>(cure)));
  air_.modem(slot).hang(cure);
  if (cure != Cure::power) return;
  later(chance_.between(5min, 40min), [this, slot] {
    if (air_.modem(slot).hangs_until() != Cure::power) return;
    air_.unplug(slot);
    later(2s, [this, slot] { air_.plug_in(slot); });
  });
}

void World::spend(std::size_t slot) {
  const std::uint64_t left = chance_.below(chance_.one_in(2) ? 2 * stop : enough);
  note(fmt::format("the SIM of {} has {} left", Air::name_of(slot), left));
  air_.set_ussd(slot, balance_code, credit(left));
}

void World::top_up() {
  for (std::size_t slot = 0; slot < air_.size(); ++slot) {
    air_.set_ussd(slot, balance_code, credit(enough));
    air_.set_ussd(slot, menu_code, {"1 balance, 2 offers", true});
  }
}

void World::resume_modems() {
  for (std::size_t slot = 0; slot < air_.size(); ++slot) {
    change_modem(slot, web::ModemAction::resume);
  }
}

bool World::modems_are_settled() {
  const auto modems = program_->door().modems();
  const auto sims = program_->door().sims();
  const std::string text = credit(enough).text;
  return std::none_of(modems.begin(), modems.end(),
                      [](const auto& modem) {
                        return modem.state == "paused" || modem.state == "locked";
                      }) &&
         std::all_of(sims.begin(), sims.end(), [&](const auto& sim) {
           return !sim.modem || !sim.balance || sim.balance->text == text;
         });
}

void World::act_on_modem() {
  const std::size_t slot = chance_.below(air_.size());
  switch (chance_.below(6)) {
    case 0: return change_modem(slot, web::ModemAction::pause);
    case 1: return change_modem(slot, web::ModemAction::restart);
    case 2: return spend(slot);
    default: break;
  }
  // Mostly one that is paused, else few would send.
  const auto paused = std::find_if(facts_.modem_pauses.rbegin(), facts_.modem_pauses.rend(),
                                   [](const auto& pause) { return !pause.resumed; });
  if (paused == facts_.modem_pauses.rend()) return change_modem(slot, web::ModemAction::resume);
  change_modem(std::stoul(paused->slot.substr(paused->slot.find('-') + 1)) - 1,
               web::ModemAction::resume);
}

void World::change_modem(std::size_t slot, web::ModemAction action) {
  const std::string name = Air::name_of(slot);
  const auto asked = facts_.next++;
  if (action == web::ModemAction::resume) {
    facts_.modem_resumed[name] = asked;
    for (auto& pause : facts_.modem_pauses) {
      if (pause.slot == name && !pause.resumed) pause.resumed = asked;
    }
  }
  note(fmt::format("{} of {} is asked for",
                   action == web::ModemAction::pause    ? "a pause"
                   : action == web::ModemAction::resume ? "an end of the pause"
                                                        : "a restart",
                   name));
  program_->door().modem_action(
      name, action, "people", [this, name, action, asked](const auto& outcome) {
        const bool is_done = outcome && std::holds_alternative<std::monostate>(*outcome);
        if (!is_done || action != web::ModemAction::pause) return;
        ModemPause pause{name, facts_.next++, {}};
        const auto resumed = facts_.modem_resumed.find(name);
        if (resumed != facts_.modem_resumed.end() && asked < resumed->second) {
          pause.resumed = resumed->second;
        }
        facts_.modem_pauses.push_back(std::move(pause));
      });
}

void World::ask_ussd() {
  const std::size_t slot = chance_.below(air_.size());
  const auto question = ++questions_;
  facts_.asked.emplace(question, Asked{Air::name_of(slot), timeline_.now(), facts_.lives.size()});
  program_->door().ussd(Air::name_of(slot), chance_.one_in(4) ? menu_code : balance_code, "people",
                        [this, question](const auto& outcome) {
                          facts_.asked.erase(question);
                          const auto* answer =
                              outcome ? std::get_if<at::UssdAnswer>(&*outcome) : nullptr;
                          if (answer == nullptr || !answer->text) return;
                          const bool was_said = std::any_of(
                              facts_.ussd.begin(), facts_.ussd.end(),
                              [&](const auto& sim) { return sim.second.contains(*answer->text); });
                          if (!was_said)
                            facts_.misheard.push_back("a person was told \"" + *answer->text +
                                                      "\", which no network said");
                        });
}

void World::check_modems() {
  const WallOfWorld wall(facts_, shape_.origin);
  const auto events = events_of(*book_);
  found(9, rungs_are_told(facts_, wall, events));
  found(9, hubs_are_told(facts_, wall, events));
  found(9, failures_are_explained(facts_, *book_));
  found(9, parts_are_traced(facts_, *book_));
  found(9, events_end_as_it_is(facts_, *program_, events));
  found(9, the_well_are_called_well(facts_, air_, *program_));
  found(9, the_paused_begin_nothing(facts_));
}

}  // namespace bank::simulation
