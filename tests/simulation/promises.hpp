#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/book.hpp"
#include "tests/simulation/facts.hpp"
#include "tests/simulation/program.hpp"
#include "web/door.hpp"

namespace bank::simulation {

/// What may be said of every SIM of a world.
struct PlanOfSims {
  std::optional<int> per_minute, per_hour, per_day, per_month;
};

/// What the promises of the design say, each in its simplest form, held against what was really so.
/// Each gives one line for every breach, and nothing when it is kept.
using Breaches = std::vector<std::string>;

/// 1: what was answered with 2xx is in the book.
[[nodiscard]] Breaches nothing_accepted_is_lost(const Facts& facts, scheduler::BookReader& book);
/// 2: no PDU is written to a number after the answer to its suppression, nor of a message after the
/// answer to its cancellation.
[[nodiscard]] Breaches nobody_silenced_is_written_to(const Facts& facts);
/// 2: nothing of a batch is begun while it is paused, and nothing ever of one that did not come
/// whole.
[[nodiscard]] Breaches no_batch_is_sent_that_is_held(const Facts& facts);
/// 3: no SIM sends more than its plan in any minute, hour or day.
[[nodiscard]] Breaches no_limit_is_exceeded(const Facts& facts, const PlanOfSims& plan);
/// 3: nor in any month, as the machine's clock had it; `origin` is the right time at the timeline's
/// beginning. What is on the air while the clock is set belongs to either month.
[[nodiscard]] Breaches no_month_is_exceeded(const Facts& facts, const PlanOfSims& plan,
                                            scheduler::WallTime origin);
/// 4: no part is taken twice by the network, unless the whole message started over by another SIM;
/// `resends`: nor unless it was marked as a possible double.
[[nodiscard]] Breaches nothing_is_sent_twice(const Facts& facts, bool resends);
/// 4, 9: what the book says of a message is what the network saw.
[[nodiscard]] Breaches the_book_says_what_was(const Facts& facts, scheduler::BookReader& book,
                                              bool resends);
/// 5: every text that the network had for a SIM is in the inbox once and whole, and nothing else
/// is; `may_lie` of a SIM: it is on the SIM yet.
[[nodiscard]] Breaches inbound_is_there_once(
    const Facts& facts, scheduler::BookReader& book,
    const std::function<bool(const std::string&)>& may_lie);
/// 6: with all modems well for hours and room in all plans, nothing waits and nothing is under way.
[[nodiscard]] Breaches nothing_is_stuck(const Facts& facts, web::Door& door);
/// 7: what is in memory has its bounds, whatever waits in the book.
[[nodiscard]] Breaches what_is_held_is_bounded(const Facts& facts, Program& program);
/// 8: whether a line of the log tells a text, a recipient, a PIN or a PDU.
[[nodiscard]] bool tells_too_much(std::string_view line, std::string_view pin);

}  // namespace bank::simulation
