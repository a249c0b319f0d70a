#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/database.hpp"
#include "tests/simulation/air.hpp"
#include "tests/simulation/facts.hpp"
#include "tests/simulation/program.hpp"
#include "tests/simulation/promises.hpp"

namespace bank::simulation {

// Promise 9, of modems: every number that a person sees can be explained. What GET /v1/modems, GET
// /v1/sims, the figures and a modem's events tell is held against what was really so.

/// The machine's wall clock, as it was set.
class WallOfWorld {
 public:
  WallOfWorld(const Facts& facts, scheduler::WallTime origin) : facts_(facts), origin_(origin) {}
  [[nodiscard]] scheduler::WallTime at(TimePoint time) const;
  /// Whether it was set within `near` of a moment, or was about to show that.
  [[nodiscard]] bool was_set_near(TimePoint time, std::chrono::seconds near) const;
  [[nodiscard]] bool was_set_near(scheduler::WallTime shown, std::chrono::seconds near) const;

 private:
  const Facts& facts_;
  scheduler::WallTime origin_;
};

/// What a modem's events tell.
struct ToldEvent {
  std::string modem;
  scheduler::WallTime at;
  std::string kind;
  std::string what;
};
[[nodiscard]] std::vector<ToldEvent> events_of(const store::Database& book);

/// Each reset, reset of USB and power cycle that was done is told with its reason, and those that
/// were not are not; what came of the last of them its modem's state tells.
[[nodiscard]] Breaches rungs_are_told(const Facts& facts, const WallOfWorld& wall,
                                      const std::vector<ToldEvent>& events);
/// Modems that went with their hub are told so, and no others.
[[nodiscard]] Breaches hubs_are_told(const Facts& facts, const WallOfWorld& wall,
                                     const std::vector<ToldEvent>& events);
/// Each part that was not sent, or may not have been, and each message that failed tells why; an
/// error that is told was the modem's own.
[[nodiscard]] Breaches failures_are_explained(const Facts& facts, const store::Database& book);
/// Each part that the network took is in the book with the modem and the SIM that sent it, and no
/// message tells of more parts that are sent than the network took.
[[nodiscard]] Breaches parts_are_traced(const Facts& facts, const store::Database& book);
/// The last event of each modem that tells how it is tells how it is shown now.
[[nodiscard]] Breaches events_end_as_it_is(const Facts& facts, Program& program,
                                           const std::vector<ToldEvent>& events);
/// When all has been well for long: no modem is called broken, and what is called poor is so.
[[nodiscard]] Breaches the_well_are_called_well(const Facts& facts, const Air& air,
                                                Program& program);
/// A modem that a person has paused begins nothing: what it has in hand goes out, at most.
[[nodiscard]] Breaches the_paused_begin_nothing(const Facts& facts);

/// What is looked at while a world goes on.
class ModemsWatch {
 public:
  /// A modem that says nothing, or is not there, is called well for that long at most. It is asked
  /// every half a minute, and waited for as long as its longest answer takes: 120 s of a part, or
  /// of a list of messages. Then it is asked three times to get in step.
  static constexpr std::chrono::minutes longest_unnoticed{5};

  [[nodiscard]] Breaches look(const Facts& facts, const Air& air, Program& program, TimePoint now);

 private:
  struct HeldSim {
    scheduler::WallTime told_at;
    std::size_t written;  // parts, so far
  };
  [[nodiscard]] Breaches verdicts(const Facts& facts, const Air& air, Program& program,
                                  TimePoint now) const;
  [[nodiscard]] Breaches figures(const Facts& facts, Program& program) const;
  [[nodiscard]] Breaches limits(const Facts& facts, Program& program) const;
  [[nodiscard]] Breaches balances(const Facts& facts, Program& program);
  [[nodiscard]] Breaches answers(const Facts& facts, TimePoint now) const;

  std::map<std::string, HeldSim> held_;  // by ICCID, for want of money
};

}  // namespace bank::simulation
