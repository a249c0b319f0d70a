// The message book: what of its allowance a SIM has used.
#include <algorithm>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

using std::chrono::milliseconds;

// boot.lowest_offset lags behind by what book_sending calls its slack; twice that is safe.
constexpr milliseconds margin{2000};

constexpr int boots_looked_at = 16;  // the last ones: older stamps have left every window

}  // namespace

UseStatements::UseStatements(const store::Database& database)
    : lowest_offset(database,
                    "SELECT lowest_offset FROM boot "
                    "WHERE id = ? AND lowest_offset < 9223372036854775807"),
      ended(database,
            "SELECT s.id, max(s.ended_at, coalesce(s.ended_boot + b.highest_offset, 0)), "
            "s.ended_boot, s.boot FROM submission s INDEXED BY submission_stamp "
            "CROSS JOIN boot b ON b.id = s.boot "
            "WHERE s.sim = ?1 AND s.counts = 1 AND s.ended_at IS NOT NULL AND s.ended_at > ?2 "
            "ORDER BY s.ended_at"),
      behind(database,
             "SELECT coalesce(max(highest_offset - lowest_offset), 0) FROM "
             "(SELECT highest_offset, lowest_offset FROM boot ORDER BY id DESC LIMIT ?)"),
      in_flight(database,
                "SELECT id FROM submission INDEXED BY submission_in_flight "
                "WHERE sim = ? AND ended_at IS NULL"),
      between(database,
              "SELECT count(*) FROM submission INDEXED BY submission_stamp "
              "WHERE sim = ? AND counts = 1 AND ended_at IS NOT NULL AND ended_at >= ? "
              "AND ended_at < ?"),
      last(database,
           "SELECT max((SELECT ended_at FROM submission INDEXED BY submission_stamp "
           "WHERE sim = sim.id AND counts = 1 AND ended_at IS NOT NULL "
           "ORDER BY ended_at DESC LIMIT 1)) FROM sim") {}

std::vector<Use> Book::uses_since(SimId sim, milliseconds window, const Now& now) {
  UseStatements& s = statements_->uses;
  const BootTime since = now.boot - window;
  // Stamps are found by the wall clock; the search begins early enough for one that was stamped
  // before the clock jumped ahead. Those of earlier boots count by the wall clock too, and one that
  // was set ahead since makes them no older, nor does one that was behind when they were stamped.
  const WallTime wall = sure_time(now);
  milliseconds behind{0};
  s.behind.first_row([&](store::Row row) { behind = milliseconds{row.integer(0)}; },
                     boots_looked_at);
  const WallTime from = wall - window - margin - behind;
  std::vector<Use> uses;
  s.ended.each(
      [&](store::Row row) {
        const bool this_boot = row.integer(3) == boot_;
        const BootTime stamp =
            this_boot ? BootTime{row.integer(2)} : now.boot - (wall - rows::wall(row.integer(1)));
        if (stamp <= since) return;
        uses.push_back({SubmissionId{row.integer(0)}, std::min(stamp, now.boot)});
      },
      sim, from);
  s.in_flight.each(
      [&](store::Row row) {
        uses.push_back({SubmissionId{row.integer(0)}, std::nullopt});
      },
      sim);
  return uses;
}

std::int64_t Book::uses_between(SimId sim, WallTime from, WallTime to) {
  std::int64_t count = 0;
  statements_->uses.between.first_row([&](store::Row row) { count = row.integer(0); }, sim, from,
                                      to);
  return count;
}

/// For a part whose end is written late, as at a start. A clock that stands before the last stamp
/// may be one without the time: that stamp is taken then, and the clock is not noted.
WallTime Book::late_stamp(const Now& now) {
  const auto last = last_stamp();
  if (last && *last > now.wall) return *last;
  note_clock(now);
  return now.wall;
}

std::optional<WallTime> Book::last_stamp() {
  std::optional<WallTime> last;
  statements_->uses.last.first_row([&](store::Row row) { last = rows::optional_wall(row, 0); });
  return last;
}

}  // namespace bank::scheduler
