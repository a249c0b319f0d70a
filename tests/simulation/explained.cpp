#include "tests/simulation/explained.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "store/statement.hpp"

namespace bank::simulation {
namespace {

using namespace std::chrono_literals;
using scheduler::WallTime;

constexpr auto near = 10s;  // an event tells when it was, but for what opening a port takes

bool is_in(const Period& period, TimePoint from, TimePoint until) {
  return period.from <= until && from <= period.until;
}

/// An event that was to be written then may be lost: with the program, or as the disk took nothing.
bool may_be_lost(const Facts& facts, const WallOfWorld& wall, TimePoint at) {
  const auto is_bad = [&](const Period& period) { return is_in(period, at - near, at + near); };
  const bool lived = std::any_of(facts.lives.begin(), facts.lives.end(), [&](const Period& life) {
    return life.from < at && at + near <= life.until;
  });
  return !lived || std::any_of(facts.no_disk.begin(), facts.no_disk.end(), is_bad) ||
         wall.was_set_near(at, near);
}

bool is_near(WallTime one, WallTime other) {
  return one <= other + near && other <= one + near;
}

std::string word_of(const SeenRung& rung) {
  return std::string(modem::name_of(rung.rung)) + (rung.was_refused ? " failed (" : ": ");
}

/// So many are kept; of older ones nothing can be said.
bool is_all_kept(const std::vector<ToldEvent>& events) {
  return events.size() < static_cast<std::size_t>(scheduler::Book::most_modem_events);
}

double seconds(TimePoint at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

}  // namespace

WallTime WallOfWorld::at(TimePoint time) const {
  std::chrono::milliseconds off{0};
  for (const auto& set : facts_.clock) {
    if (set.at <= time) off = set.off;
  }
  return origin_ + std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()) + off;
}

bool WallOfWorld::was_set_near(TimePoint time, std::chrono::seconds near_by) const {
  return std::any_of(facts_.clock.begin(), facts_.clock.end(), [&](const ClockSet& set) {
    return set.at - near_by <= time && time <= set.at + near_by;
  });
}

bool WallOfWorld::was_set_near(WallTime shown, std::chrono::seconds near_by) const {
  return std::any_of(facts_.clock.begin(), facts_.clock.end(), [&](const ClockSet& set) {
    const WallTime before = at(set.at - 1us), after = at(set.at);
    return (before - near_by <= shown && shown <= before + near_by) ||
           (after - near_by <= shown && shown <= after + near_by);
  });
}

std::vector<ToldEvent> events_of(const store::Database& book) {
  std::vector<ToldEvent> events;
  store::Statement rows(book, "SELECT modem, at, kind, what FROM modem_event ORDER BY id");
  rows.each([&](store::Row row) {
    events.push_back({row.text(0), WallTime{std::chrono::milliseconds{row.integer(1)}}, row.text(2),
                      row.text(3)});
  });
  return events;
}

Breaches rungs_are_told(const Facts& facts, const WallOfWorld& wall,
                        const std::vector<ToldEvent>& events) {
  Breaches breaches;
  const auto fits = [&](const SeenRung& rung, const ToldEvent& event) {
    return event.kind == "recovery" && event.modem == rung.slot &&
           event.what.starts_with(word_of(rung)) && is_near(event.at, wall.at(rung.at));
  };
  for (const auto& rung : facts.rungs) {
    if (!is_all_kept(events) || may_be_lost(facts, wall, rung.at)) continue;
    const auto told = std::find_if(events.begin(), events.end(),
                                   [&](const ToldEvent& event) { return fits(rung, event); });
    if (told == events.end()) {
      breaches.push_back(fmt::format("{} had a {} at {:.3f} s, {}, and no event tells of it",
                                     rung.slot, modem::name_of(rung.rung), seconds(rung.at),
                                     rung.was_refused ? "refused" : "done"));
    } else if (told->what.size() < word_of(rung).size() + 5) {
      breaches.push_back(fmt::format("{} had a {} at {:.3f} s, and no reason is told: {}",
                                     rung.slot, modem::name_of(rung.rung), seconds(rung.at),
                                     told->what));
    }
  }
  for (const auto& event : events) {
    const bool is_of_one = event.what.starts_with("reset") || event.what.starts_with("usb_reset") ||
                           event.what.starts_with("power");
    if (event.kind != "recovery" || !is_of_one || wall.was_set_near(event.at, near)) continue;
    const bool was_seen = std::any_of(facts.rungs.begin(), facts.rungs.end(),
                                      [&](const SeenRung& rung) { return fits(rung, event); });
    if (was_seen) continue;
    breaches.push_back(fmt::format("{} is told of at wall time {} ms and was not done: {}",
                                   event.modem, event.at.time_since_epoch().count(), event.what));
  }
  return breaches;
}

Breaches hubs_are_told(const Facts& facts, const WallOfWorld& wall,
                       const std::vector<ToldEvent>& events) {
  Breaches breaches;
  constexpr auto told_within = 3s;  // of the first that went
  constexpr std::string_view begins = "gone with all of the hub ";
  const auto is_of = [&](const ToldEvent& event, const std::string& hub) {
    return event.kind == "recovery" && event.what.starts_with(std::string(begins) + hub + ";");
  };
  for (const auto& hub : facts.hubs_gone) {
    const bool went_before =
        std::any_of(facts.gone.begin(), facts.gone.end(), [&](const SeenGone& gone) {
          return gone.hub == hub.hub && gone.at < hub.at && hub.at - gone.at < told_within + 1s;
        });
    if (went_before || !is_all_kept(events) || may_be_lost(facts, wall, hub.at)) continue;
    for (const auto& slot : hub.were_ready) {
      const bool is_told = std::any_of(events.begin(), events.end(), [&](const ToldEvent& event) {
        return event.modem == slot && is_of(event, hub.hub) && is_near(event.at, wall.at(hub.at));
      });
      if (is_told) continue;
      breaches.push_back(fmt::format("{} went with its hub {} at {:.3f} s, and is not told so",
                                     slot, hub.hub, seconds(hub.at)));
    }
  }
  for (const auto& event : events) {
    if (event.kind != "recovery" || !event.what.starts_with(begins)) continue;
    if (wall.was_set_near(event.at, near)) continue;
    std::set<std::string> together;
    for (const auto& gone : facts.gone) {
      if (is_of(event, gone.hub) && is_near(event.at, wall.at(gone.at))) together.insert(gone.slot);
    }
    constexpr std::size_t least_of_a_hub = 3;
    if (together.size() >= least_of_a_hub && together.contains(event.modem)) continue;
    breaches.push_back(fmt::format("{} is told as gone with its hub, of which {} went: {}",
                                   event.modem, together.size(), event.what));
  }
  return breaches;
}

Breaches failures_are_explained(const Facts& facts, const store::Database& book) {
  Breaches breaches;
  store::Statement parts(book,
                         "SELECT message, part, modem, outcome, coalesce(error_code, ''), "
                         "coalesce(error_detail, '') FROM submission WHERE ended_at IS NOT NULL "
                         "AND outcome IN ('refused', 'uncertain', 'not_sent')");
  parts.each([&](store::Row row) {
    const std::string code = row.text(4);
    const auto what = fmt::format("part {} of message {} in {} is {}", row.integer(1),
                                  row.integer(0), row.text(2), row.text(3));
    if (code.empty() || row.text(5).empty()) {
      breaches.push_back(what + " without a reason: \"" + code + "\", \"" + row.text(5) + "\"");
    }
    const bool is_answer = code == "error" || code.starts_with("cms_") || code.starts_with("cme_");
    const auto told = facts.codes.find(row.text(2));
    const bool was_told = told != facts.codes.end() && told->second.contains(code);
    if (is_answer && !was_told && facts.noise.empty()) {
      breaches.push_back(what + " with " + code + ", which its modem never told");
    }
  });
  store::Statement messages(book,
                            "SELECT id, state, coalesce(error_code, ''), "
                            "coalesce(error_detail, '') FROM message WHERE state IN ('failed', "
                            "'uncertain') AND (error_code IS NULL OR error_detail IS NULL OR "
                            "error_code = '' OR error_detail = '')");
  messages.each([&](store::Row row) {
    breaches.push_back(fmt::format("message {} is {} without a reason: \"{}\", \"{}\"",
                                   row.integer(0), row.text(1), row.text(2), row.text(3)));
  });
  return breaches;
}

Breaches parts_are_traced(const Facts& facts, const store::Database& book) {
  Breaches breaches;
  using Trace = std::tuple<std::int64_t, std::int64_t, std::string, std::string>;
  std::set<Trace> told;
  store::Statement rows(book,
                        "SELECT s.message, s.part, s.modem, coalesce(m.iccid, '') "
                        "FROM submission s JOIN sim m ON m.id = s.sim");
  rows.each([&](store::Row row) {
    told.emplace(row.integer(0), row.integer(1), row.text(2), row.text(3));
  });
  std::map<std::string, std::int64_t> ids;
  for (const auto& [id, message] : facts.accepted) {
    ids.emplace(message.token, static_cast<std::int64_t>(id));
  }
  std::map<std::int64_t, std::map<std::string, std::set<int>>> taken;  // by SIM
  for (const auto& part : facts.taken) {
    const auto id = ids.find(part.token);
    if (id == ids.end()) continue;  // its caller was never answered
    taken[id->second][part.iccid].insert(part.part);
    if (told.contains({id->second, part.part, part.slot, part.iccid})) continue;
    breaches.push_back(fmt::format(
        "part {} of message {} was taken at {:.3f} s in {} by SIM {}, and the book does not say so",
        part.part, id->second, seconds(part.at), part.slot, part.iccid));
  }
  store::Statement sent(book, "SELECT id, parts_sent FROM message WHERE parts_sent > 0");
  sent.each([&](store::Row row) {
    const bool is_known = facts.accepted.contains(scheduler::MessageId{row.integer(0)});
    std::size_t most = 0;
    for (const auto& [sim, parts] : taken[row.integer(0)]) most = std::max(most, parts.size());
    if (!is_known || static_cast<std::size_t>(row.integer(1)) <= most) return;
    breaches.push_back(
        fmt::format("of message {} {} parts are told as sent, and the network took "
                    "{}",
                    row.integer(0), row.integer(1), most));
  });
  return breaches;
}

Breaches events_end_as_it_is(const Facts& facts, Program& program,
                             const std::vector<ToldEvent>& events) {
  Breaches breaches;
  const Period life = facts.lives.back();
  const bool may_lack =
      std::any_of(facts.no_disk.begin(), facts.no_disk.end(),
                  [&](const Period& p) { return is_in(p, life.from, TimePoint::max()); });
  if (may_lack) return breaches;
  std::map<std::string, const ToldEvent*> last;
  std::map<std::string, int> counts;
  for (const auto& event : events) {
    if (event.kind != "state" && event.kind != "verdict") continue;
    last[event.modem] = &event;
    ++counts[event.modem];
  }
  constexpr int flaps = 40;  // so many lines, and it may have had all of its hour's
  for (const auto& modem : program.door().modems()) {
    const ToldEvent* const event = last[modem.name];
    if (counts[modem.name] > flaps) continue;
    const std::string& because = modem.verdict.because;
    const bool is_so =
        event != nullptr &&
        (because.empty() || event->what.find(because.substr(0, 200)) != std::string::npos);
    const bool tells_state = event != nullptr && event->kind == "state";
    if (is_so && (!tells_state || event->what.find(modem.state) != std::string::npos)) continue;
    breaches.push_back(fmt::format("{} is {} ({}: {}), and its last event tells: {}", modem.name,
                                   modem.state, modem.verdict.level, because,
                                   event == nullptr ? "nothing" : event->what));
  }
  return breaches;
}

Breaches the_well_are_called_well(const Facts& facts, const Air& air, Program& program) {
  Breaches breaches;
  const auto modems = program.door().modems();
  for (std::size_t slot = 0; slot < air.size(); ++slot) {
    const std::string name = Air::name_of(slot);
    const auto shown = std::find_if(modems.begin(), modems.end(),
                                    [&](const auto& modem) { return modem.name == name; });
    if (shown == modems.end()) {
      breaches.push_back(name + " is plugged in and not shown");
      continue;
    }
    if (!air.works(slot)) continue;
    const auto& verdict = shown->verdict;
    // Of its last parts few are of the time since all was well. A clock that ran ahead and was set
    // right holds the rack until it comes there again.
    const bool ran_ahead = std::any_of(facts.clock.begin(), facts.clock.end(),
                                       [](const ClockSet& set) { return set.off > 0ms; });
    const bool is_of_the_past =
        verdict.because.starts_with("most of its last parts") ||
        (ran_ahead && verdict.because.starts_with("the machine's clock is behind"));
    const bool is_well = shown->state == "ready" &&
                         (verdict.level == "good" || (verdict.level == "poor" && is_of_the_past));
    if (is_well) continue;
    breaches.push_back(fmt::format("{} works, and is {}, {}: {}; {}", name, shown->state,
                                   verdict.level, verdict.because, verdict.do_next));
  }
  return breaches;
}

Breaches the_paused_begin_nothing(const Facts& facts) {
  Breaches breaches;
  for (const auto& pause : facts.modem_pauses) {
    const auto is_within = [&](const SeenPart& part) {
      return part.slot == pause.slot && part.order > pause.answered &&
             (!pause.resumed || part.order < *pause.resumed);
    };
    const auto written = std::count_if(facts.written.begin(), facts.written.end(), is_within);
    if (written <= 1) continue;
    breaches.push_back(fmt::format("{} was paused, and {} parts were written to it after that",
                                   pause.slot, written));
  }
  return breaches;
}

}  // namespace bank::simulation
