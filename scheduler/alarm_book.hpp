#pragma once

#include "scheduler/alarms.hpp"
#include "store/database.hpp"

namespace bank::scheduler {

/// An alarm as the API shows it.
struct AlarmView {
  AlarmId id;
  AlarmKind kind;
  std::string subject;
  AlarmSeverity severity;
  WallTime raised_at;                  // the first time
  std::optional<WallTime> cleared_at;  // nothing: it is open
  std::string detail, do_next;
  std::int64_t times;  // it was raised
  std::optional<WallTime> acknowledged_at;
  std::string acknowledged_by;      // may be empty
  std::string mail_note, sms_note;  // what became of the last; empty: there was none
};

struct AlarmFilter {
  enum class State { open, cleared, all };
  State state = State::all;
  std::optional<AlarmKind> kind{};
};

/// Alarms as rows beside the message book. What changes belongs in a job of its writer. Each call
/// may throw store::DatabaseError.
class AlarmBook {
 public:
  static constexpr std::int64_t most_kept = 100'000;  // rows; the oldest cleared ones go
  static constexpr std::size_t most_pruned = 256;     // in one `note`
  static constexpr std::size_t most_told = 50;        // alarms in one mail, or behind one SMS
  static constexpr std::size_t longest_note = 300;    // octets of mail_note and sms_note
  /// What could not be told for so long is not told any more.
  static constexpr std::chrono::hours mail_life{24};
  static constexpr std::chrono::hours sms_life{1};

  explicit AlarmBook(const store::Database& database) : database_(database) {}

  /// Who is told at all.
  struct Telling {
    bool by_mail = false, by_sms = false;
    AlarmSeverity least = AlarmSeverity::warning;
  };
  struct Noted {
    AlarmView alarm;
    AlarmChange::What what;
  };
  /// Writes changes down, in order. A change that holds already is left out of what it gives back;
  /// so is a repetition of what somebody has acknowledged.
  std::vector<Noted> note(std::span<const AlarmChange> changes, const Telling& telling);
  /// Nobody is told again that it is open. Nothing: there is none; one that is cleared stays as it
  /// is.
  std::optional<AlarmView> acknowledge(AlarmId id, std::string_view by, WallTime now);

  enum class Way { mail, sms };
  /// Of what people are to be told: at most `most_told`, the oldest first.
  struct Due {
    AlarmView alarm;
    std::int64_t changes;
  };
  [[nodiscard]] std::vector<Due> due(Way way, WallTime now);
  /// They were told this way, or cannot be; `note` is shown.
  void told(Way way, std::span<const Due> due, std::string_view note);
  /// They are still to be told; `note` says why they were not.
  void keep_waiting(Way way, std::span<const Due> due, std::string_view note);

  /// Sent to `recipient` since `since`.
  [[nodiscard]] std::int64_t notices(Way way, std::string_view recipient, WallTime since) const;
  /// Takes along what no limit counts any more.
  void add_notice(Way way, std::string_view recipient, WallTime now);

  /// Of class `system` an opt-out lets its own confirmation through; an alarm is none. What covers
  /// that class the book itself refuses.
  [[nodiscard]] bool has_opted_out(std::string_view number) const;

  /// When the program starts: what is open, and what was cleared within `alarm_flap`.
  [[nodiscard]] std::vector<KnownAlarm> known(WallTime now) const;

  [[nodiscard]] std::optional<AlarmView> find(AlarmId id) const;
  /// Newest first, strictly before `before`.
  [[nodiscard]] std::vector<AlarmView> page(const AlarmFilter& filter,
                                            std::optional<AlarmId> before, std::size_t limit) const;
  [[nodiscard]] std::array<std::int64_t, alarm_kinds> open() const;

 private:
  const store::Database& database_;
};

/// What waits longest, and could go: not what waits for its time, nor in a batch of its own, which
/// takes as long as it takes, nor what the program sends for itself: that would raise alarms about
/// what tells of alarms.
struct OldestWaiting {
  MessageId message;
  WallTime since;    // it could go
  std::string pool;  // that it waits in; with a SIM that it waits for its pool all the same
  std::optional<std::string> sim;  // that it waits for alone, as the API names it
};
/// Looks at the first message of each priority in at most `most_lanes_looked_at` lanes.
inline constexpr std::size_t most_lanes_looked_at = 256;
[[nodiscard]] std::optional<OldestWaiting> oldest_waiting(const store::Database& database);

}  // namespace bank::scheduler
