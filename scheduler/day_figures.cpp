#include "scheduler/day_figures.hpp"

#include <string>

#include "store/statement.hpp"

namespace bank::scheduler {

namespace {

/// The least row id of a table from which on `time` is not before `since`. Rows get their ids in
/// the order of their times, but for a clock that was set back meanwhile.
std::int64_t first_row_since(const store::Database& database, const std::string& table,
                             const std::string& time, WallTime since) {
  store::Statement last(database, "SELECT coalesce(max(id), 0) FROM " + table);
  store::Statement next(
      database, "SELECT id, " + time + " FROM " + table + " WHERE id >= ? ORDER BY id LIMIT 1");
  std::int64_t low = 1, high = 1;
  last.first_row([&](store::Row row) { high = row.integer(0) + 1; });
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    std::int64_t id = high;
    bool is_later = true;
    next.first_row(
        [&](store::Row row) {
          id = row.integer(0);
          is_later = row.integer(1) >= since.time_since_epoch().count();
        },
        middle);
    is_later ? high = middle : low = id + 1;
  }
  return low;
}

template <class... Values>
std::int64_t count(const store::Database& database, const std::string& sql,
                   const Values&... values) {
  std::int64_t found = 0;
  store::Statement(database, "SELECT count(*) FROM " + sql)
      .first_row([&](store::Row row) { found = row.integer(0); }, values...);
  return found;
}

}  // namespace

DayFigures figures_since(const store::Database& database, WallTime since) {
  DayFigures figures;
  figures.parts = count(database,
                        "sim s CROSS JOIN submission b INDEXED BY submission_stamp ON b.sim = s.id "
                        "WHERE b.counts = 1 AND b.ended_at >= ?",
                        since);
  const auto message = first_row_since(database, "message", "created_at", since);
  const auto in_state = [&](const char* state) {
    return count(database, "message WHERE state = ? AND id >= ?", state, message);
  };
  figures.delivered = in_state("delivered");
  figures.undelivered = in_state("undelivered");
  figures.replies = count(database,
                          "inbound WHERE id >= ? AND kind = 'text' AND blocked = 0 "
                          "AND loopback = 0",
                          first_row_since(database, "inbound", "received_at", since));
  figures.opt_outs = count(database,
                           "suppression_event WHERE id >= ? AND how = 'text' "
                           "AND action = 'suppressed'",
                           first_row_since(database, "suppression_event", "at", since));
  return figures;
}

}  // namespace bank::scheduler
