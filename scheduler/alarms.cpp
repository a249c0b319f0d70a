#include "scheduler/alarms.hpp"

#include <algorithm>

#include "at/utf.hpp"
#include "scheduler/outside_name.hpp"

namespace bank::scheduler {
namespace {

using namespace std::chrono_literals;
using Severity = AlarmSeverity;

struct KindNames {
  std::string_view name, title;
};
constexpr std::array<KindNames, alarm_kinds> names = {{
    {"modem_down", "modem down"},
    {"sim_rests", "SIM rests"},
    {"storage_nearly_full", "storage nearly full"},
    {"low_balance", "low balance"},
    {"queue_late", "queue late"},
    {"disk", "disk"},
    {"clock", "clock"},
}};

// A modem is brought up within a minute or two, and the ladder of recovery has its first steps
// behind it then. Percent for storage and disk; seconds for the queue.
constexpr AlarmRules usual = {{
    {AlarmKind::modem_down, Severity::critical, 1, 1, 3min, 1min},
    {AlarmKind::sim_rests, Severity::warning, 1, 1, 1min, 2min},
    {AlarmKind::storage_nearly_full, Severity::warning, 90, 75, 1min, 1min},
    {AlarmKind::low_balance, Severity::warning, 1, 1, 0s, 1min},
    {AlarmKind::queue_late, Severity::warning, 900, 300, 0s, 1min},
    {AlarmKind::disk, Severity::critical, 95, 90, 10s, 1min},
    {AlarmKind::clock, Severity::critical, 1, 1, 10s, 10s},
}};

constexpr std::string_view prefix = "alm_";

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

/// The more often it came back, the longer it has to be well.
BootTime clear_after(const AlarmRule& rule, std::int64_t times) {
  constexpr std::int64_t most_doublings = 12;
  const auto doublings = std::clamp<std::int64_t>(times - 1, 0, most_doublings);
  const BootTime longest = std::max<BootTime>(longest_clear, rule.clear_after);
  return std::min<BootTime>(rule.clear_after * (std::int64_t{1} << doublings), longest);
}

/// How long ago something was by a clock that may have been set since.
BootTime ago(WallTime then, WallTime now, BootTime most) {
  return std::clamp<BootTime>(now - then, 0ms, most);
}

template <class Enum, std::size_t N, class Name>
std::optional<Enum> named(std::string_view word, const Name& name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (name(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string outside(AlarmId id) {
  return outside_with(prefix, static_cast<std::int64_t>(id));
}
std::optional<AlarmId> alarm_id(std::string_view outside) {
  const auto id = inside_of(prefix, outside);
  return id ? std::optional(AlarmId{*id}) : std::nullopt;
}

std::string_view name_of(AlarmKind kind) {
  return names.at(static_cast<std::size_t>(kind)).name;
}
std::string_view title_of(AlarmKind kind) {
  return names.at(static_cast<std::size_t>(kind)).title;
}
std::string_view name_of(AlarmSeverity severity) {
  return severity == Severity::critical ? "critical" : "warning";
}
std::optional<AlarmKind> alarm_kind_named(std::string_view name) {
  return named<AlarmKind, alarm_kinds>(name, [](AlarmKind kind) { return name_of(kind); });
}
std::optional<AlarmSeverity> alarm_severity_named(std::string_view name) {
  return named<AlarmSeverity, 2>(name, [](AlarmSeverity one) { return name_of(one); });
}

const AlarmRules& usual_alarm_rules() {
  return usual;
}

std::string plain_line(std::string_view text, std::size_t most) {
  std::string line;
  while (!text.empty()) {
    const auto one = at::first_code_point(text);
    std::string octets = " ";
    if (one && !is_control(one->value)) octets = std::string(text.substr(0, one->octets));
    if (line.size() + octets.size() > most) break;
    line += octets;
    text.remove_prefix(one ? one->octets : 1);
  }
  return line;
}

void AlarmJudge::remember(const std::vector<KnownAlarm>& known, const Now& now) {
  for (const KnownAlarm& one : known) {
    if (subjects_.size() == most_watched) return;
    const auto [place, is_new] = subjects_.try_emplace({one.kind, one.subject});
    if (!is_new) continue;
    Subject& subject = place->second;
    subject.since = subject.seen_at = now.boot;
    subject.times = one.times;
    subject.is_open = subject.is_bad = !one.cleared_at;
    if (one.cleared_at) subject.cleared_at = now.boot - ago(*one.cleared_at, now.wall, alarm_flap);
    if (subject.is_open) ++open_;
    subject.told_at = now.boot - ago(one.told_at, now.wall, repeat_every_);
  }
}

std::optional<AlarmChange::What> AlarmJudge::judge(Subject& subject, const AlarmRule& rule,
                                                   const Now& now) {
  const BootTime lasted = now.boot - subject.since;
  if (!subject.is_open && subject.is_bad && lasted >= rule.after && open_ < most_open) {
    const bool flaps = subject.cleared_at && now.boot - *subject.cleared_at < alarm_flap;
    subject.times = flaps ? subject.times + 1 : 1;
    subject.is_open = true;
    subject.told_at = now.boot;
    ++open_;
    return flaps ? AlarmChange::What::again : AlarmChange::What::raised;
  }
  if (subject.is_open && !subject.is_bad && lasted >= clear_after(rule, subject.times)) {
    subject.is_open = false;
    subject.cleared_at = now.boot;
    --open_;
    return AlarmChange::What::cleared;
  }
  const bool repeats = subject.is_open && subject.is_bad && repeat_every_ > 0ms &&
                       now.boot - subject.told_at >= repeat_every_;
  if (!repeats) return std::nullopt;
  subject.told_at = now.boot;
  return AlarmChange::What::repeated;
}

std::vector<AlarmChange> AlarmJudge::look(std::span<const AlarmFact> facts, const Now& now) {
  std::vector<AlarmChange> changes;
  for (const AlarmFact& fact : facts) {
    const AlarmRule& rule = rules_.at(static_cast<std::size_t>(fact.kind));
    const Key key(fact.kind, plain_line(fact.subject, longest_subject));
    auto place = subjects_.find(key);
    if (place == subjects_.end()) {
      if (fact.level < rule.enter || subjects_.size() >= most_watched) continue;
      place = subjects_.emplace(key, Subject{.is_bad = true, .since = now.boot}).first;
    }
    Subject& subject = place->second;
    subject.seen_at = now.boot;
    const bool is_bad = fact.level >= rule.enter || (fact.level >= rule.leave && subject.is_bad);
    if (std::exchange(subject.is_bad, is_bad) != is_bad) subject.since = now.boot;
    const auto what = judge(subject, rule, now);
    if (!what) continue;
    const bool is_well = *what == AlarmChange::What::cleared;
    changes.push_back({.what = *what,
                       .kind = fact.kind,
                       .subject = key.second,
                       .severity = rule.severity,
                       .detail = is_well ? "" : plain_line(fact.detail, longest_sentence),
                       .do_next = is_well ? "" : plain_line(fact.do_next, longest_sentence),
                       .at = now.wall});
  }
  forget(changes, now);
  return changes;
}

void AlarmJudge::forget(std::vector<AlarmChange>& changes, const Now& now) {
  for (auto place = subjects_.begin(); place != subjects_.end();) {
    const Subject& subject = place->second;
    const bool is_lost = subject.is_open && now.boot - subject.seen_at >= alarm_forgotten;
    if (is_lost) {
      changes.push_back(
          {.what = AlarmChange::What::cleared,
           .kind = place->first.first,
           .subject = place->first.second,
           .severity = rules_.at(static_cast<std::size_t>(place->first.first)).severity,
           .detail = "nothing was seen of it for a day",
           .do_next = {},
           .at = now.wall});
      --open_;
    }
    const bool is_fresh = subject.cleared_at && now.boot - *subject.cleared_at < alarm_flap;
    const bool is_watched =
        subject.is_open || is_fresh || (subject.is_bad && subject.seen_at == now.boot);
    place = is_lost || !is_watched ? subjects_.erase(place) : std::next(place);
  }
}

}  // namespace bank::scheduler
