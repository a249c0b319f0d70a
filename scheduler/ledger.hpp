#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "scheduler/book.hpp"
#include "scheduler/message.hpp"

namespace bank::scheduler {

/// What one SIM may send, in parts. A limit that is absent does not exist; 0 means never.
struct Limits {
  std::optional<int> per_minute{}, per_hour{}, per_day{}, per_month{};
  std::chrono::milliseconds min_interval{0};  // from the end of a part to the begin of the next
};

struct Allowed {};

struct NotYet {
  std::string_view reason;  // "minute", "hour", "day", "month", "interval", "restored"
  /// When to ask again; sooner where something is given back, released or begins a new month.
  /// Nothing when no lapse of time mends it: a limit below what is asked, or a month used up.
  std::optional<BootTime> until;
};

/// What one SIM may still send (DESIGN "What a limit counts"). Pure: the time is an argument, on
/// the boot clock; one that is behind the last stamp is taken as that stamp.
///
/// A part counts while it is in flight, and from its end (its stamp) t in each window W as long as
/// now - t < W. Parts that are reserved count in hour, day and month. Holds at most as many stamps
/// as the largest of the sliding limits; questions cost O(log n) of them.
class Ledger {
 public:
  explicit Ledger(Limits limits);

  /// Takes the place of all that was known. Uses that have not ended are in flight, and `end` or
  /// `give_back` is to come for each; after a crash there are none, the book stamped them.
  /// `used_this_month` counts the ended ones. Reservations are forgotten: `reserve` again what open
  /// messages still have to send.
  void restore(std::span<const Use> uses, std::int64_t used_this_month);
  /// Uses before this moment are not known (Book::uses_known_from): each sliding window that
  /// reaches back behind it counts as used up. Nothing: all are known.
  void known_from(std::optional<BootTime> moment) { known_from_ = moment; }
  /// The wall clock came to another calendar month, which it may have been in before: a limit per
  /// month counts as used up until `month_used` tells what had ended of it by now.
  void start_month();
  void month_used(std::int64_t ended);

  /// A message's first part: hour, day and month must have room for all `parts` (at least 1),
  /// minute and interval for one. Of several reasons the one that lasts longest is told.
  [[nodiscard]] std::variant<Allowed, NotYet> may_begin(int parts, BootTime now) const;
  /// A later part, whose room in hour, day and month is reserved. Should it not be (after a
  /// restart, or when limits were lowered), they must have room for this one.
  [[nodiscard]] std::variant<Allowed, NotYet> may_continue(BootTime now) const;

  void reserve(int parts);  // with the first part: the whole message
  void release(int parts);  // what was reserved and will not be sent
  void begin();             // one reserved part goes in flight
  void end(BootTime now);   // its end is known: it is stamped
  /// The part that ended last had its result in doubt, and its modem answers now: so long the
  /// network may have counted it.
  void doubt_lasted(BootTime now);
  /// No PDU was written, or the modem itself refused it: the part does not count and is no more
  /// reserved. `reserve(1)` where it will be tried again as part of the same message.
  void give_back();

  /// Parts in the sliding day, those in flight included: for "least used first". Exact where there
  /// is a limit per day, then never above it by ended parts; else to a minute, and rather too many.
  [[nodiscard]] int used_today(BootTime now) const;

  /// What is left of each limit now; nothing where there is none. Reserved parts are not left in
  /// hour, day and month.
  struct Left {
    std::optional<int> minute, hour, day, month;
    friend bool operator==(const Left&, const Left&) = default;
  };
  [[nodiscard]] Left left(BootTime now) const;

  /// The most parts a message may have to go out by this SIM at all; nothing: as many as it likes.
  [[nodiscard]] std::optional<int> largest_message() const;

 private:
  class Longest;  // the reason that lasts longest
  struct MinuteCount {
    std::int64_t minute;  // of the boot clock
    std::int64_t so_far;  // parts ended up to and with it, ever
  };

  [[nodiscard]] std::variant<Allowed, NotYet> check(std::int64_t parts, std::int64_t reserved,
                                                    BootTime now) const;
  void check_window(Longest& longest, std::string_view reason, std::optional<int> limit,
                    BootTime window, std::int64_t taken, std::int64_t parts, BootTime now) const;
  [[nodiscard]] bool is_known(BootTime window, BootTime now) const;
  [[nodiscard]] std::int64_t stamps_within(BootTime window, BootTime now) const;
  [[nodiscard]] BootTime not_before_last(BootTime now) const;
  void stamp(BootTime at);
  void stamp_minute(BootTime at);

  Limits limits_;
  std::size_t most_stamps_;
  std::deque<BootTime> stamps_;      // ascending; the newest most_stamps_ of the last day
  std::deque<MinuteCount> minutes_;  // ascending; of the last day, only without per_day
  std::int64_t forgotten_ = 0;       // so_far of the last minute that was dropped
  std::optional<BootTime> last_end_;
  std::optional<BootTime> known_from_;
  std::int64_t month_ = 0;
  bool month_known_ = true;
  std::int64_t in_flight_ = 0;
  std::int64_t reserved_ = 0;
};

}  // namespace bank::scheduler
