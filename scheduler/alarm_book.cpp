#include "scheduler/alarm_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "scheduler/book_rows.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {
namespace {

using What = AlarmChange::What;
using store::Statement;

constexpr std::string_view columns =
    "SELECT id, kind, subject, severity, raised_at, cleared_at, detail, do_next, times, "
    "acknowledged_at, acknowledged_by, mail_note, sms_note, changes FROM alarm ";
constexpr std::chrono::hours longest_limit{24};

AlarmView alarm_of(const store::Row& row) {
  return {.id = AlarmId{row.integer(0)},
          .kind = alarm_kind_named(row.view(1)).value_or(AlarmKind::disk),
          .subject = row.text(2),
          .severity = alarm_severity_named(row.view(3)).value_or(AlarmSeverity::critical),
          .raised_at = rows::wall(row.integer(4)),
          .cleared_at = rows::optional_wall(row, 5),
          .detail = row.text(6),
          .do_next = row.text(7),
          .times = row.integer(8),
          .acknowledged_at = rows::optional_wall(row, 9),
          .acknowledged_by = row.text(10),
          .mail_note = row.text(11),
          .sms_note = row.text(12)};
}

std::string selected(std::string_view tail) {
  return std::string(columns) + std::string(tail);
}

std::string_view name_of_way(AlarmBook::Way way) {
  return way == AlarmBook::Way::mail ? "mail" : "sms";
}
std::string_view counter_of(AlarmBook::Way way) {
  return way == AlarmBook::Way::mail ? "mailed" : "texted";
}

/// The statements of one `note`.
struct Noting {
  explicit Noting(const store::Database& on)
      : database(on),
        open(on, "SELECT id FROM alarm WHERE kind = ? AND subject = ? AND cleared_at IS NULL"),
        last(on, "SELECT id FROM alarm WHERE kind = ? AND subject = ? ORDER BY id DESC LIMIT 1"),
        add(on,
            "INSERT INTO alarm (kind, subject, severity, raised_at, detail, do_next, told_at, "
            "changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?4, ?4)"),
        again(on,
              "UPDATE alarm SET cleared_at = NULL, times = times + 1, detail = ?2, do_next = ?3, "
              "told_at = ?4 WHERE id = ?1"),
        clear(on,
              "UPDATE alarm SET cleared_at = max(raised_at, ?2), "
              "detail = iif(?3 = '', detail, ?3) WHERE id = ?1"),
        repeat(on,
               "UPDATE alarm SET detail = ?2, do_next = ?3, told_at = ?4 "
               "WHERE id = ?1 AND acknowledged_at IS NULL"),
        grow(on, "UPDATE alarm SET changes = changes + 1, changed_at = ?2 WHERE id = ?1"),
        settle(on,
               "UPDATE alarm SET mailed = iif(?2, mailed, changes), "
               "texted = iif(?3, texted, changes) WHERE id = ?1"),
        by_id(on, selected("WHERE id = ?")) {}

  std::optional<std::int64_t> id_of(Statement& statement, const AlarmChange& change) {
    std::optional<std::int64_t> id;
    statement.first_row([&](store::Row row) { id = row.integer(0); }, name_of(change.kind),
                        change.subject);
    return id;
  }
  [[nodiscard]] AlarmView alarm(std::int64_t id) {
    std::optional<AlarmView> found;
    by_id.first_row([&](store::Row row) { found = alarm_of(row); }, id);
    return found.value();
  }
  /// Its row; nothing: there is nothing to change, or to tell.
  std::optional<std::int64_t> apply(const AlarmChange& change, bool& is_new) {
    const auto is_open = id_of(open, change);
    const auto& [what, kind, subject, severity, detail, do_next, at, is_mailed] = change;
    switch (what) {
      case What::raised:
      case What::again: {
        if (is_open) return std::nullopt;
        const auto before = what == What::again ? id_of(last, change) : std::nullopt;
        if (before) {
          again.run(*before, detail, do_next, at);
          return before;
        }
        add.run(name_of(kind), subject, name_of(severity), at, detail, do_next);
        is_new = true;
        return add.last_row_id();
      }
      case What::cleared:
        if (is_open) clear.run(*is_open, at, detail);
        return is_open;
      case What::repeated:
        if (!is_open || repeat.run(*is_open, detail, do_next, at) == 0) return std::nullopt;
        return is_open;
    }
    return std::nullopt;
  }

  const store::Database& database;
  Statement open, last, add, again, clear, repeat, grow, settle, by_id;
};

void prune(const store::Database& database) {
  const auto kept = database.integer("SELECT count(*) FROM alarm");
  const auto excess =
      std::min<std::int64_t>(kept - AlarmBook::most_kept, std::int64_t{AlarmBook::most_pruned});
  if (excess <= 0) return;
  Statement(database,
            "DELETE FROM alarm WHERE id IN (SELECT id FROM alarm WHERE cleared_at IS NOT NULL "
            "ORDER BY id LIMIT ?)")
      .run(excess);
}

}  // namespace

std::vector<AlarmBook::Noted> AlarmBook::note(std::span<const AlarmChange> changes,
                                              const Telling& telling) {
  Noting statements(database_);
  std::vector<Noted> noted;
  bool any_new = false;
  for (const AlarmChange& change : changes) {
    bool is_new = false;
    const auto id = statements.apply(change, is_new);
    if (!id) continue;
    any_new = any_new || is_new;
    auto alarm = statements.alarm(*id);
    // Somebody who knows of it is told when it is over, not that it comes and goes.
    const bool is_known = alarm.acknowledged_at && change.what != What::cleared;
    if (!is_new && !is_known) statements.grow.run(*id, change.at);
    const bool is_told = alarm.severity >= telling.least;
    statements.settle.run(*id, telling.by_mail && is_told && !change.is_mailed,
                          telling.by_sms && is_told);
    noted.push_back({std::move(alarm), change.what});
  }
  if (any_new) prune(database_);
  return noted;
}

std::optional<AlarmView> AlarmBook::acknowledge(AlarmId id, std::string_view by, WallTime now) {
  Statement(database_,
            "UPDATE alarm SET acknowledged_at = ?2, acknowledged_by = ?3 "
            "WHERE id = ?1 AND acknowledged_at IS NULL AND cleared_at IS NULL")
      .run(id, now, by);
  return find(id);
}

std::vector<AlarmBook::Due> AlarmBook::due(Way way, WallTime now) {
  const auto counter = counter_of(way);
  const auto life = way == Way::mail ? mail_life : sms_life;
  Statement(database_, fmt::format("UPDATE alarm SET {0} = changes WHERE {0} < changes AND "
                                   "changed_at < ?",
                                   counter))
      .run(now - life);
  std::vector<Due> found;
  Statement(database_, selected(fmt::format("WHERE {} < changes ORDER BY id LIMIT ?", counter)))
      .each(
          [&](store::Row row) {
            found.push_back({alarm_of(row), row.integer(13)});
          },
          most_told);
  return found;
}

void AlarmBook::told(Way way, std::span<const Due> due, std::string_view note) {
  Statement settle(
      database_, fmt::format("UPDATE alarm SET {0} = max({0}, ?2) WHERE id = ?1", counter_of(way)));
  for (const Due& one : due) settle.run(one.alarm.id, one.changes);
  keep_waiting(way, due, note);
}

void AlarmBook::keep_waiting(Way way, std::span<const Due> due, std::string_view note) {
  const std::string line = plain_line(note, longest_note);
  Statement write(database_, fmt::format("UPDATE alarm SET {0}_note = ?2 WHERE id = ?1 AND "
                                         "{0}_note <> ?2",
                                         name_of_way(way)));
  for (const Due& one : due) write.run(one.alarm.id, line);
}

std::int64_t AlarmBook::notices(Way way, std::string_view recipient, WallTime since) const {
  std::int64_t count = 0;
  Statement(database_,
            "SELECT count(*) FROM alarm_notice WHERE way = ? AND recipient = ? AND at > ?")
      .first_row([&](store::Row row) { count = row.integer(0); }, name_of_way(way), recipient,
                 since);
  return count;
}

void AlarmBook::add_notice(Way way, std::string_view recipient, WallTime now) {
  Statement(database_, "DELETE FROM alarm_notice WHERE at <= ?").run(now - longest_limit);
  Statement(database_, "INSERT INTO alarm_notice (way, recipient, at) VALUES (?, ?, ?)")
      .run(name_of_way(way), recipient, now);
}

bool AlarmBook::has_opted_out(std::string_view number) const {
  return Statement(database_,
                   "SELECT 1 FROM suppression WHERE number = ? AND reason = 'opt_out' AND "
                   "scope = 'all'")
      .first_row([](store::Row) {}, number);
}

std::vector<KnownAlarm> AlarmBook::known(WallTime now) const {
  std::vector<KnownAlarm> found;
  const auto take = [&](store::Row row) {
    found.push_back({.kind = alarm_kind_named(row.view(0)).value_or(AlarmKind::disk),
                     .subject = row.text(1),
                     .times = row.integer(2),
                     .cleared_at = rows::optional_wall(row, 3),
                     .told_at = rows::wall(row.integer(4))});
  };
  Statement(database_,
            "SELECT kind, subject, times, cleared_at, told_at FROM alarm INDEXED BY alarm_open "
            "WHERE cleared_at IS NULL ORDER BY id LIMIT ?")
      .each(take, AlarmJudge::most_open);
  // Only the last of a subject: of those that are open the row before does not matter.
  Statement(database_,
            "SELECT kind, subject, times, cleared_at, told_at FROM alarm INDEXED BY alarm_cleared "
            "WHERE cleared_at IS NOT NULL AND cleared_at > ? ORDER BY cleared_at DESC LIMIT ?")
      .each(take, now - alarm_flap, AlarmJudge::most_open);
  return found;
}

std::optional<AlarmView> AlarmBook::find(AlarmId id) const {
  std::optional<AlarmView> found;
  Statement(database_, selected("WHERE id = ?"))
      .first_row([&](store::Row row) { found = alarm_of(row); }, id);
  return found;
}

std::vector<AlarmView> AlarmBook::page(const AlarmFilter& filter, std::optional<AlarmId> before,
                                       std::size_t limit) const {
  std::string sql = selected("WHERE id < ?1");
  if (filter.state == AlarmFilter::State::open) sql += " AND cleared_at IS NULL";
  if (filter.state == AlarmFilter::State::cleared) sql += " AND cleared_at IS NOT NULL";
  if (filter.kind) sql += " AND kind = ?2";
  sql += " ORDER BY id DESC LIMIT ?3";
  constexpr auto after_all = AlarmId{std::numeric_limits<std::int64_t>::max()};
  std::vector<AlarmView> found;
  Statement(database_, sql)
      .each([&](store::Row row) { found.push_back(alarm_of(row)); }, before.value_or(after_all),
            filter.kind ? name_of(*filter.kind) : std::string_view(), limit);
  return found;
}

std::array<std::int64_t, alarm_kinds> AlarmBook::open() const {
  std::array<std::int64_t, alarm_kinds> counts{};
  Statement(database_, "SELECT kind, count(*) FROM alarm WHERE cleared_at IS NULL GROUP BY kind")
      .each([&](store::Row row) {
        const auto kind = alarm_kind_named(row.view(0));
        if (kind) counts.at(static_cast<std::size_t>(*kind)) = row.integer(1);
      });
  return counts;
}

// Lanes of pools are above zero, those of SIMs below; batches have theirs far above (see schema).
std::optional<OldestWaiting> oldest_waiting(const store::Database& database) {
  constexpr std::int64_t lanes_of_batches = 1'099'511'627'776;
  Statement next_lane(database,
                      "SELECT max(lane) FROM message INDEXED BY message_ready "
                      "WHERE state = 'queued' AND wait_until IS NULL AND lane < ?");
  Statement first(database,
                  "SELECT priority, id, max(updated_at, coalesce(send_at, 0)) "
                  "FROM message INDEXED BY message_ready WHERE state = 'queued' "
                  "AND wait_until IS NULL AND lane = ? AND priority < ? AND class <> 'system' "
                  "ORDER BY priority DESC, id LIMIT 1");
  std::optional<std::pair<WallTime, MessageId>> oldest;
  std::optional<std::int64_t> lane = lanes_of_batches;
  for (std::size_t looked_at = 0; looked_at < most_lanes_looked_at; ++looked_at) {
    const auto below = *lane;
    next_lane.first_row([&](store::Row row) { lane = row.optional_integer(0); }, below);
    if (!lane) break;
    std::int64_t priority = 10;
    const auto take = [&](store::Row row) {
      priority = row.integer(0);
      const std::pair one(rows::wall(row.integer(2)), MessageId{row.integer(1)});
      if (!oldest || one < *oldest) oldest = one;
    };
    while (first.first_row(take, *lane, priority)) {
    }
  }
  if (!oldest) return std::nullopt;
  OldestWaiting found{oldest->second, oldest->first, {}, {}};
  Statement(database,
            "SELECT p.name, coalesce(s.iccid, 'imsi:' || s.imsi) FROM message m "
            "JOIN pool p ON p.id = m.pool LEFT JOIN sim s ON s.id = m.wanted_sim WHERE m.id = ?")
      .first_row(
          [&](store::Row row) {
            found.pool = row.text(0);
            found.sim = row.optional_text(1);
          },
          oldest->second);
  return found;
}

}  // namespace bank::scheduler
