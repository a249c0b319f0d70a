#pragma once

// The statements of the message book, by subject; each group's SQL stands in the source of its
// subject. Shared by those sources; not a door of the room.

#include <map>
#include <string>

#include "scheduler/blocked_senders.hpp"
#include "scheduler/book.hpp"
#include "scheduler/book_counts.hpp"
#include "scheduler/book_retention.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {

struct DoorStatements {
  explicit DoorStatements(const store::Database& database);
  store::Statement pool, new_pool, text, last_text, message, is_suppressed, batch, remember,
      remembered, forget;
};

struct BatchStatements {
  explicit BatchStatements(const store::Database& database);
  store::Statement receive, find_lane, new_lane, lanes, state, set_state, unsent, unsent_following,
      accepted, reject, add_rejected, rejected, first_rejected, homeless, take_home, cancel_all,
      to_sweep, swept, next_messages, cancel_some, drop_texts, drop_messages, drop_rejections,
      drop_batch, forsaken;
};

struct KeyStatements {
  explicit KeyStatements(const store::Database& database);
  store::Statement create, revoke, used;
};

struct QueueStatements {
  explicit QueueStatements(const store::Database& database);
  store::Statement ready, ready_same_priority, ready_lower, ready_for, lanes, wake, first_wake,
      first_end, expire, candidate, pool_named, lane_of_batch;
};

struct SendingStatements {
  explicit SendingStatements(const store::Database& database);
  store::Statement may_begin, flying, begin, why_not, stop, submit, last_reference,
      reference_is_open, keep_reference, set_reference, in_doubt, in_hand, end, move, offset, fail,
      stopped, left_over, forsake, doubt, forget_doubt, keep_doubt, drop_doubts, doubts, resume,
      put_back, unbind, uncertain, resend;
};

struct ReportStatements {
  explicit ReportStatements(const store::Database& database);
  store::Statement candidates, reported, is_reported, reference_before, reference_after, in_flight,
      settle, uncertain, taken, lasted, answered, message, parts_reported, move, keep, trim, early,
      drop;
};

struct InboundStatements {
  explicit InboundStatements(const store::Database& database);
  store::Statement same_tpdu, same_part, seen, keep, drop, open, open_of_sender, oldest,
      oldest_of_sender, parts, aged, heard, put, put_text, came_out;
  BlockedSenders blocked{};  // whose messages are marked as they come out
};

struct ModemStatements {
  explicit ModemStatements(const store::Database& database);
  store::Statement note, trim, pause, resume, paused;
};

struct PeopleStatements {
  explicit PeopleStatements(const store::Database& database);
  store::Statement cancel, exists, requeue;
};

struct SuppressionStatements {
  explicit SuppressionStatements(const store::Database& database);
  store::Statement put, stop_queued, find, drop, put_topic, stop_topic, drop_topic, drop_topics,
      settle, note, trim;
  /// One more line of what became of it, and none that is too old.
  void keep(std::string_view number, std::string_view action, std::string_view scope,
            std::string_view reason, const Lifting& by, std::string_view evidence);
};

struct ReplyStatements {
  explicit ReplyStatements(const store::Database& database);
  store::Statement heard, suppression, topic, last_text, answers, keep_gap, gaps, drop_gap;
};

struct SimStatements {
  explicit SimStatements(const store::Database& database);
  store::Statement by_iccid, by_imsi, by_id, all, create, update, drop_imsi, clear_pools, add_pool,
      merge_submissions, merge_messages, merge_homes, drop_lanes, merge_lanes, merge_reports,
      merge_inbound, merge_parts, merge_restoration, merge_references, drop_references,
      merge_settings, drop_pools, remove, pin_known, pin_try, pin_accept, pin_refuse;
};

struct SimLifeStatements {
  explicit SimLifeStatements(const store::Database& database);
  store::Statement activity, keep_alive, note_balance, release_balance, balances;
};

struct LoopbackStatements {
  explicit LoopbackStatements(const store::Database& database);
  store::Statement ask, all, open, by_token, end, begun, numbers, mark, proofs, proved;
};

struct UseStatements {
  explicit UseStatements(const store::Database& database);
  store::Statement lowest_offset, ended, behind, in_flight, between, last;
};

struct CopyStatements {
  explicit CopyStatements(const store::Database& database);
  store::Statement mark, marked, unmark, count, end_flight, doubt_parts, doubt_messages, restored,
      hold_sims, known_from, named, release_one, release_all, release_new;
};

struct Book::Statements {
  explicit Statements(store::Database& database)
      : counts(database),
        door(database),
        batches(database),
        keys(database),
        queue(database),
        sending(database),
        reports(database),
        inbound(database),
        modems(database),
        people(database),
        suppressions(database),
        replies(database),
        sims(database),
        sim_life(database),
        loopback(database),
        uses(database),
        copies(database),
        retention(database, door, batches, reports) {}
  BookCounts counts;
  DoorStatements door;
  BatchStatements batches;
  KeyStatements keys;
  QueueStatements queue;
  SendingStatements sending;
  ReportStatements reports;
  InboundStatements inbound;
  ModemStatements modems;
  PeopleStatements people;
  SuppressionStatements suppressions;
  ReplyStatements replies;
  SimStatements sims;
  SimLifeStatements sim_life;
  LoopbackStatements loopback;
  UseStatements uses;
  CopyStatements copies;
  BookRetention retention;
};

}  // namespace bank::scheduler
