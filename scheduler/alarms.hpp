#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scheduler/book.hpp"

namespace bank::scheduler {

enum class AlarmId : std::int64_t {};  // rows in order of their first raise; outside: "alm_…"
[[nodiscard]] std::string outside(AlarmId id);
[[nodiscard]] std::optional<AlarmId> alarm_id(std::string_view outside);

/// Stored, told and written in the configuration by these words.
enum class AlarmKind {
  modem_down,
  sim_rests,
  storage_nearly_full,
  low_balance,
  queue_late,
  disk,
  clock
};
inline constexpr std::size_t alarm_kinds = 7;
enum class AlarmSeverity { warning, critical };

[[nodiscard]] std::string_view name_of(AlarmKind kind);
[[nodiscard]] std::string_view title_of(AlarmKind kind);  // for people: "modem down"
[[nodiscard]] std::string_view name_of(AlarmSeverity severity);
[[nodiscard]] std::optional<AlarmKind> alarm_kind_named(std::string_view name);
[[nodiscard]] std::optional<AlarmSeverity> alarm_severity_named(std::string_view name);

/// When a kind is raised and cleared. It is bad from `enter` on, well below `leave`, and between
/// them what it was; it is raised after it was bad for so long on end, cleared after it was well.
struct AlarmRule {
  AlarmKind kind;
  AlarmSeverity severity;
  double enter, leave;  // in what the level of its facts is in; where all is yes or no: 1
  BootTime after, clear_after;
};
using AlarmRules = std::array<AlarmRule, alarm_kinds>;  // in the order of AlarmKind
[[nodiscard]] const AlarmRules& usual_alarm_rules();

/// What is seen of one subject at one moment.
struct AlarmFact {
  AlarmKind kind;
  std::string subject;  // the name of a modem, a SIM as the API names it, "queue", …
  double level;         // percent, seconds, or 1 for bad and 0 for well; see AlarmRule
  std::string detail;   // what is wrong; may hold what a modem or a network said
  std::string do_next;  // a thing that a person can do
};

/// What became of an alarm.
struct AlarmChange {
  enum class What {
    raised,
    again,  // within `alarm_flap` after it was cleared: the same alarm
    cleared,
    repeated,  // it is open still, and people are told once more
  };
  What what;
  AlarmKind kind;
  std::string subject;
  AlarmSeverity severity;
  std::string detail, do_next;  // of one that is cleared: why, where that is not plain
  WallTime at;
  bool is_mailed = false;  // it could not be written down, and was mailed all the same
};

/// One that is cleared and comes back so soon is the same one, which flaps; each time it has to be
/// well for twice as long before it is cleared, at most for `longest_clear`.
inline constexpr std::chrono::hours alarm_flap{1};
inline constexpr std::chrono::hours longest_clear{1};
/// One whose subject is not seen for so long (a modem that was taken away for good) is cleared.
inline constexpr std::chrono::hours alarm_forgotten{24};

/// What an earlier run of the program has left.
struct KnownAlarm {
  AlarmKind kind;
  std::string subject;
  std::int64_t times;
  std::optional<WallTime> cleared_at;  // nothing: it is open
  WallTime told_at;
};

/// Decides from facts and the time what is raised and what is cleared. Durations run on the clock
/// that nobody sets; the wall clock is only written down.
class AlarmJudge {
 public:
  static constexpr std::size_t most_open = 10'000;
  static constexpr std::size_t most_watched = 20'000;   // subjects; the next are not watched
  static constexpr std::size_t longest_subject = 128;   // octets
  static constexpr std::size_t longest_sentence = 500;  // octets of detail and of do_next

  /// `repeat_every` 0: nobody is told again.
  AlarmJudge(const AlarmRules& rules, std::chrono::milliseconds repeat_every)
      : rules_(rules), repeat_every_(repeat_every) {}

  /// Before the first look.
  void remember(const std::vector<KnownAlarm>& known, const Now& now);
  /// All that is seen now. A subject of which nothing is said is neither well nor bad.
  [[nodiscard]] std::vector<AlarmChange> look(std::span<const AlarmFact> facts, const Now& now);

  [[nodiscard]] std::size_t open() const { return open_; }
  [[nodiscard]] std::size_t watched() const { return subjects_.size(); }

 private:
  struct Subject {
    bool is_bad = false;
    BootTime since{};  // it is so
    BootTime seen_at{};
    bool is_open = false;
    std::int64_t times = 0;  // raised, without an hour between
    std::optional<BootTime> cleared_at{};
    BootTime told_at{};
  };
  using Key = std::pair<AlarmKind, std::string>;

  [[nodiscard]] std::optional<AlarmChange::What> judge(Subject& subject, const AlarmRule& rule,
                                                       const Now& now);
  void forget(std::vector<AlarmChange>& changes, const Now& now);

  AlarmRules rules_;
  std::chrono::milliseconds repeat_every_;
  std::map<Key, Subject> subjects_;  // that are bad, open, or were cleared lately
  std::size_t open_ = 0;
};

/// One line of at most `most` octets: control characters, and what is no UTF-8, become blanks.
[[nodiscard]] std::string plain_line(std::string_view text, std::size_t most);

}  // namespace bank::scheduler
