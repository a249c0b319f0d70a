// What is looked at of modems and SIMs while a world goes on.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/explained.hpp"

namespace bank::simulation {
namespace {

using namespace std::chrono_literals;

constexpr auto settling = 1min;  // from the start of the program until it shows what is there

bool is_disturbed(const std::vector<Period>& periods, TimePoint since) {
  return std::any_of(periods.begin(), periods.end(),
                     [&](const Period& period) { return period.until >= since; });
}

std::size_t taken_within(const std::vector<SeenPart>& parts, const std::string& iccid,
                         TimePoint from, TimePoint until) {
  std::size_t count = 0;
  for (auto part = parts.rbegin(); part != parts.rend() && part->at > from; ++part) {
    if (part->iccid == iccid && part->at <= until) ++count;
  }
  return count;
}

}  // namespace

Breaches ModemsWatch::look(const Facts& facts, const Air& air, Program& program, TimePoint now) {
  Breaches breaches;
  const auto add = [&](Breaches more) {
    breaches.insert(breaches.end(), more.begin(), more.end());
  };
  add(verdicts(facts, air, program, now));
  add(figures(facts, program));
  add(limits(facts, program));
  add(balances(facts, program));
  add(answers(facts, now));
  return breaches;
}

Breaches ModemsWatch::verdicts(const Facts& facts, const Air& air, Program& program,
                               TimePoint now) const {
  Breaches breaches;
  const auto modems = program.door().modems();
  for (const auto& modem : modems) {
    const auto& verdict = modem.verdict;
    if (verdict.level == "good" || (!verdict.because.empty() && !verdict.do_next.empty())) continue;
    breaches.push_back(fmt::format("{} is {}, and there is no reason or nothing to do: {}; {}",
                                   modem.name, verdict.level, verdict.because, verdict.do_next));
  }
  const TimePoint began = facts.lives.back().from;
  const bool is_settled = now - began > settling && !is_disturbed(facts.no_disk, began);
  for (std::size_t slot = 0; slot < air.size(); ++slot) {
    const std::string name = Air::name_of(slot);
    const auto shown = std::find_if(modems.begin(), modems.end(),
                                    [&](const auto& modem) { return modem.name == name; });
    if (shown == modems.end()) {
      if (is_settled && air.plugged(slot) && now - air.plugged_at(slot) > settling) {
        breaches.push_back(name + " is plugged in and not shown");
      }
      continue;
    }
    const TimePoint mute_since = std::max(began, air.heard_at(slot));
    if (shown->verdict.level != "good" || now - mute_since <= longest_unnoticed) continue;
    breaches.push_back(fmt::format("{} is called good, and has said nothing for {} s", name,
                                   (now - mute_since) / 1s));
  }
  return breaches;
}

/// What is counted of parts, in this life of the program.
Breaches ModemsWatch::figures(const Facts& facts, Program& program) const {
  Breaches breaches;
  const auto shown = program.switchboard().snapshot();
  const TimePoint began = facts.lives.back().from;
  const auto count = [&](const std::vector<SeenPart>& parts) {
    std::size_t found = 0;
    for (auto part = parts.rbegin(); part != parts.rend() && part->at > began; ++part) {
      if (part->at <= shown->made_at) ++found;
    }
    return found;
  };
  const auto taken = count(facts.taken), written = count(facts.written);
  if (shown->sent_parts > taken) {
    breaches.push_back(fmt::format("{} parts are shown as sent, and the network took {}",
                                   shown->sent_parts, taken));
  }
  const auto told = shown->sent_parts + shown->refused_parts + shown->uncertain_parts;
  if (told + shown->parts_in_hand < written) {
    breaches.push_back(
        fmt::format("{} parts were written, and {} are shown as ended and {} as in hand", written,
                    told, shown->parts_in_hand));
  }
  return breaches;
}

/// What is left of a SIM's plan is not more than the network left, and not much less.
Breaches ModemsWatch::limits(const Facts& facts, Program& program) const {
  Breaches breaches;
  const auto shown = program.switchboard().snapshot();
  // A part of a message each that is begun, what it has reserved, and what each crash may have had.
  const auto most_unseen = static_cast<std::int64_t>(6 + facts.crashes);
  constexpr auto longest_part = 3min;  // from PDU to the end that is known
  for (const auto& sim : shown->sims) {
    if (sim.state != "ready" || !sim.iccid) continue;
    const std::tuple<std::optional<std::int64_t>, std::optional<std::int64_t>, TimePoint::duration,
                     const char*>
        windows[] = {{sim.limits.per_minute, sim.left.per_minute, 1min, "minute"},
                     {sim.limits.per_hour, sim.left.per_hour, 1h, "hour"},
                     {sim.limits.per_day, sim.left.per_day, 24h, "day"}};
    for (const auto& [limit, left, window, word] : windows) {
      if (!limit || !left) continue;
      const auto from = shown->made_at - window;
      const auto taken =
          static_cast<std::int64_t>(taken_within(facts.taken, *sim.iccid, from, shown->made_at));
      if (*left > std::max<std::int64_t>(0, *limit - taken)) {
        breaches.push_back(
            fmt::format("SIM {} sent {} parts in its {}, {} allowed, and {} are "
                        "shown as left",
                        *sim.iccid, taken, word, *limit, *left));
      }
      if (!facts.clock.empty()) continue;  // what was stamped by a wrong clock counts longer
      const auto written = static_cast<std::int64_t>(
          taken_within(facts.written, *sim.iccid, from - longest_part, shown->made_at));
      if (*left < *limit - written - most_unseen) {
        breaches.push_back(
            fmt::format("to SIM {} {} parts were written in its {}, {} allowed, and "
                        "{} are shown as left",
                        *sim.iccid, written, word, *limit, *left));
      }
    }
  }
  return breaches;
}

/// What is shown as left to spend was told; a SIM that is held for it sends nothing.
Breaches ModemsWatch::balances(const Facts& facts, Program& program) {
  Breaches breaches;
  const auto shown = program.switchboard().snapshot();
  std::map<std::string, HeldSim> held;
  for (const auto& sim : shown->sims) {
    if (!sim.balance || !sim.iccid) continue;
    const auto said = facts.ussd.find(*sim.iccid);
    const bool was_said = said != facts.ussd.end() && said->second.contains(sim.balance->text);
    if (!was_said && facts.noise.empty()) {
      breaches.push_back(fmt::format("the balance of SIM {} is told as \"{}\", which nobody said",
                                     *sim.iccid, sim.balance->text));
    }
    const auto hold = shown->hold_of_sim.find(*sim.iccid);
    if (hold == shown->hold_of_sim.end() || hold->second.reason != "balance") continue;
    const HeldSim now{sim.balance->at,
                      taken_within(facts.written, *sim.iccid, TimePoint::min(), shown->made_at)};
    const auto before = held_.find(*sim.iccid);
    const bool is_held_since = before != held_.end() && before->second.told_at == now.told_at;
    if (is_held_since && before->second.written < now.written) {
      breaches.push_back(fmt::format("SIM {} is held for its balance, and sent {} parts meanwhile",
                                     *sim.iccid, now.written - before->second.written));
    }
    held.emplace(*sim.iccid, now);
  }
  held_ = std::move(held);
  return breaches;
}

/// A person who asks a modem is answered, and with what the network said.
Breaches ModemsWatch::answers(const Facts& facts, TimePoint now) const {
  Breaches breaches;
  constexpr auto longest = web::longest_modem_answer + 5s;
  for (const auto& [token, asked] : facts.asked) {
    if (asked.life != facts.lives.size() || now - asked.at <= longest) continue;
    breaches.push_back(fmt::format("who asked {} something waits for an answer for {} s",
                                   asked.slot, (now - asked.at) / 1s));
  }
  if (facts.noise.empty()) {
    for (const auto& what : facts.misheard) breaches.push_back(what);
  }
  return breaches;
}

}  // namespace bank::simulation
