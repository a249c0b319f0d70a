#include "scheduler/ledger.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace bank::scheduler {
namespace {

constexpr BootTime minute{std::chrono::minutes{1}};
constexpr BootTime hour{std::chrono::hours{1}};
constexpr BootTime day{std::chrono::hours{24}};

std::int64_t minute_of(BootTime time) {
  return time / minute;
}

int as_int(std::int64_t count) {
  return static_cast<int>(std::clamp<std::int64_t>(count, 0, std::numeric_limits<int>::max()));
}

}  // namespace

/// Of several reasons the one that lasts longest; of equal ones the first.
class Ledger::Longest {
 public:
  void add(std::string_view reason, std::optional<BootTime> until) {
    if (found_ && (!found_->until || (until && *until <= *found_->until))) return;
    found_ = NotYet{reason, until};
  }
  [[nodiscard]] std::variant<Allowed, NotYet> answer() const {
    if (found_) return *found_;
    return Allowed{};
  }

 private:
  std::optional<NotYet> found_;
};

Ledger::Ledger(Limits limits)
    : limits_(limits),
      most_stamps_(static_cast<std::size_t>(
          std::max({limits.per_minute.value_or(0), limits.per_hour.value_or(0),
                    limits.per_day.value_or(0), 0}))) {}

void Ledger::restore(std::span<const Use> uses, std::int64_t used_this_month) {
  const auto from = known_from_;
  *this = Ledger(limits_);
  known_from_ = from;
  std::vector<BootTime> ended;
  ended.reserve(uses.size());
  for (const Use& use : uses) {
    if (use.ended) {
      ended.push_back(*use.ended);
    } else {
      ++in_flight_;
    }
  }
  std::sort(ended.begin(), ended.end());
  for (const BootTime at : ended) stamp(at);
  month_ = used_this_month;
}

void Ledger::start_month() {
  month_ = 0;
  month_known_ = false;
}

void Ledger::month_used(std::int64_t ended) {
  if (month_known_) return;  // it was counted anew meanwhile
  month_ += ended;           // to what has ended since it was asked
  month_known_ = true;
}

std::variant<Allowed, NotYet> Ledger::may_begin(int parts, BootTime now) const {
  return check(std::max(parts, 1), reserved_, now);
}

// Others' reservations are left out: with them in, a reserved part could be refused its own room.
// The sum of ended, in flight and this part stays within the limit all the same.
std::variant<Allowed, NotYet> Ledger::may_continue(BootTime now) const {
  return check(1, 0, now);
}

std::variant<Allowed, NotYet> Ledger::check(std::int64_t parts, std::int64_t reserved,
                                            BootTime now) const {
  now = not_before_last(now);
  Longest longest;
  check_window(longest, "minute", limits_.per_minute, minute, in_flight_, 1, now);
  check_window(longest, "hour", limits_.per_hour, hour, in_flight_ + reserved, parts, now);
  check_window(longest, "day", limits_.per_day, day, in_flight_ + reserved, parts, now);
  const bool month_has_room =
      !limits_.per_month ||
      (month_known_ && month_ + in_flight_ + reserved + parts <= *limits_.per_month);
  if (!month_has_room) longest.add("month", std::nullopt);
  if (limits_.min_interval > BootTime{0}) {
    if (in_flight_ > 0) {
      longest.add("interval", now + limits_.min_interval);
    } else if (last_end_ && now - *last_end_ < limits_.min_interval) {
      longest.add("interval", *last_end_ + limits_.min_interval);
    }
  }
  return longest.answer();
}

void Ledger::check_window(Longest& longest, std::string_view reason, std::optional<int> limit,
                          BootTime window, std::int64_t taken, std::int64_t parts,
                          BootTime now) const {
  if (!limit) return;
  if (parts > *limit) return longest.add(reason, std::nullopt);
  if (!is_known(window, now)) longest.add("restored", *known_from_ + window);
  const std::int64_t room_for_stamps = *limit - taken - parts;
  // What is in flight or reserved counts a whole window from its end, which is not before now.
  if (room_for_stamps < 0) return longest.add(reason, now + window);
  if (stamps_within(window, now) <= room_for_stamps) return;
  const auto last_to_leave = stamps_.size() - static_cast<std::size_t>(room_for_stamps) - 1;
  longest.add(reason, stamps_[last_to_leave] + window);
}

void Ledger::reserve(int parts) {
  reserved_ += std::max(parts, 0);
}

void Ledger::release(int parts) {
  reserved_ -= std::min<std::int64_t>(std::max(parts, 0), reserved_);
}

void Ledger::begin() {
  release(1);
  ++in_flight_;
}

void Ledger::end(BootTime now) {
  give_back();
  stamp(not_before_last(now));
  ++month_;
}

void Ledger::doubt_lasted(BootTime now) {
  if (!last_end_) return;
  last_end_ = not_before_last(now);
  if (!stamps_.empty()) stamps_.back() = *last_end_;
}

void Ledger::give_back() {
  if (in_flight_ > 0) --in_flight_;
}

int Ledger::used_today(BootTime now) const {
  now = not_before_last(now);
  if (limits_.per_day) return as_int(stamps_within(day, now) + in_flight_);
  const auto first_counted = std::partition_point(
      minutes_.begin(), minutes_.end(),
      [from = minute_of(now - day)](const MinuteCount& count) { return count.minute < from; });
  if (first_counted == minutes_.end()) return as_int(in_flight_);
  const std::int64_t before =
      first_counted == minutes_.begin() ? forgotten_ : std::prev(first_counted)->so_far;
  return as_int(minutes_.back().so_far - before + in_flight_);
}

Ledger::Left Ledger::left(BootTime now) const {
  now = not_before_last(now);
  const auto left_of = [](std::optional<int> limit, std::int64_t used) -> std::optional<int> {
    if (!limit) return std::nullopt;
    return as_int(*limit - used);
  };
  const auto left_in = [&](BootTime window, std::optional<int> limit, std::int64_t taken) {
    if (limit && !is_known(window, now)) limit = 0;
    return left_of(limit, stamps_within(window, now) + taken);
  };
  const std::int64_t taken = in_flight_ + reserved_;
  return {
      .minute = left_in(minute, limits_.per_minute, in_flight_),
      .hour = left_in(hour, limits_.per_hour, taken),
      .day = left_in(day, limits_.per_day, taken),
      .month = left_of(month_known_ || !limits_.per_month ? limits_.per_month : 0, month_ + taken)};
}

std::optional<int> Ledger::largest_message() const {
  std::optional<int> least;
  const auto at_most = [&least](std::optional<int> limit) {
    if (limit && (!least || *limit < *least)) least = limit;
  };
  at_most(limits_.per_hour);
  at_most(limits_.per_day);
  at_most(limits_.per_month);
  if (limits_.per_minute == 0) at_most(0);  // it paces parts, except that with 0 there are none
  return least;
}

bool Ledger::is_known(BootTime window, BootTime now) const {
  return !known_from_ || now - window >= *known_from_;
}

/// At most most_stamps_, of which a window may be full already: who has as many or more is told no.
std::int64_t Ledger::stamps_within(BootTime window, BootTime now) const {
  return stamps_.end() - std::upper_bound(stamps_.begin(), stamps_.end(), now - window);
}

BootTime Ledger::not_before_last(BootTime now) const {
  return last_end_ ? std::max(now, *last_end_) : now;
}

void Ledger::stamp(BootTime at) {
  last_end_ = at;
  stamps_.push_back(at);
  while (stamps_.size() > most_stamps_ || (!stamps_.empty() && stamps_.front() <= at - day)) {
    stamps_.pop_front();
  }
  if (!limits_.per_day) stamp_minute(at);
}

void Ledger::stamp_minute(BootTime at) {
  const std::int64_t so_far = minutes_.empty() ? forgotten_ : minutes_.back().so_far;
  if (minutes_.empty() || minutes_.back().minute != minute_of(at)) {
    minutes_.push_back({minute_of(at), so_far});
  }
  minutes_.back().so_far = so_far + 1;
  while (minutes_.front().minute < minute_of(at - day)) {
    forgotten_ = minutes_.front().so_far;
    minutes_.pop_front();
  }
}

}  // namespace bank::scheduler
