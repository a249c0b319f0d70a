#pragma once

// Shared by the sources of the message book; not a door of the room.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/book.hpp"
#include "store/statement.hpp"

namespace bank::scheduler::rows {

// So long after the life of its message a status report may come (DESIGN "Status reports").
inline constexpr std::chrono::hours after_validity{24};

inline std::int64_t number(auto id) {
  return static_cast<std::int64_t>(id);
}
inline WallTime wall(std::int64_t ms) {
  return WallTime{std::chrono::milliseconds{ms}};
}
inline std::optional<WallTime> optional_wall(const store::Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(wall(row.integer(column)));
}
template <class Id>
std::optional<Id> optional_id(const store::Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(Id{row.integer(column)});
}

[[nodiscard]] std::string_view name_of(at::Encoding encoding);
[[nodiscard]] at::Encoding encoding_named(std::string_view name);

[[nodiscard]] std::string_view name_of(at::MessageWaiting::Kind kind);  // "voice", "fax", …

/// Words with commas between, as `avoid`, `scopes` and `classes` are stored.
[[nodiscard]] std::string joined(const std::vector<std::string>& words);
[[nodiscard]] std::vector<std::string> words_of(std::string_view joined);

/// What status reports are matched by: the last eight digits, for networks write the same number in
/// several ways ("+98912…", "0912…").
[[nodiscard]] std::string tail_of(std::string_view number);

/// The columns of `candidate_of`, and the tables they come from. CROSS JOIN keeps SQLite from
/// starting anywhere but at the message.
[[nodiscard]] std::string select_candidate(std::string_view index_and_where);
[[nodiscard]] Candidate candidate_of(const store::Row& row);

/// Columns: id, iccid, imsi, number, label, operator_name, pools (with commas between).
inline constexpr std::string_view select_sim =
    "SELECT s.id, s.iccid, s.imsi, s.number, s.label, s.operator_name, "
    "(SELECT group_concat(pool, ',') FROM (SELECT pool FROM pool_member WHERE sim = s.id "
    "ORDER BY pool)) FROM sim s ";
[[nodiscard]] SimRow sim_of(const store::Row& row);

/// The columns of `inbound_of`, and the tables they come from.
inline constexpr std::string_view select_inbound =
    "SELECT i.id, i.kind, i.sender, i.sender_kind, i.sim, coalesce(s.iccid, 'imsi:' || s.imsi), "
    "s.number, i.modem, t.text, t.data, i.received_at, i.sent_at, i.parts, i.missing, "
    "i.message_class, i.waiting, i.waiting_active, i.waiting_store, i.destination_port, "
    "i.source_port, i.problem, i.blocked, i.loopback FROM inbound i CROSS JOIN sim s ON s.id = "
    "i.sim "
    "LEFT JOIN inbound_text t ON t.inbound = i.id ";
[[nodiscard]] InboundView inbound_of(const store::Row& row);

/// Columns: number, since, scope, reason, evidence, how, who, held, inbound.
[[nodiscard]] Suppression suppression_of(const store::Row& row);

/// SQL: whether that row of `message` waits in a lane of its batch. The `home` of one that does not
/// is NULL, or, when a person sent it again, the common lane that it waits in since.
[[nodiscard]] std::string in_own_lane(std::string_view message);

/// SQL: whether that row of `message` follows the pause and the cancellation of its batch: what a
/// person sent again has left it.
[[nodiscard]] std::string follows_batch(std::string_view message);

/// SQL: whether that row of `message`, queued, goes on by the SIM in `via` alone, under the
/// reference that its parts went out with: some are out, or the first may be.
[[nodiscard]] std::string is_bound(std::string_view message);

/// SQL: the lane in which that row of `message` waits when it is queued.
[[nodiscard]] std::string lane_when_queued(std::string_view message);

/// SQL: whether the batch of that row of `message` lets it go: only messages that wait in a lane of
/// their batch can be held back, and none that is bound.
[[nodiscard]] std::string open_batch(std::string_view message);

/// SQL: whether that row of `submission` ended as uncertain, also when it was settled since: its
/// error stays.
[[nodiscard]] std::string ended_in_doubt(std::string_view submission);

/// SQL: whether suppression `s` covers class `c` (DESIGN, promise 2). An opt-out leaves one-time
/// codes and its own confirmation through; every other reason covers everything, whatever its
/// scope.
[[nodiscard]] std::string covers(std::string_view scope, std::string_view reason,
                                 std::string_view message_class);

}  // namespace bank::scheduler::rows
