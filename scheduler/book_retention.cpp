#include "scheduler/book_retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

using std::chrono::milliseconds;

// What TP-VP can say at most (TS 23.040 §9.2.3.12.1), where a message's own life is longer.
constexpr std::chrono::weeks longest_validity{63};

// Parameters of every look: ?1 the last row that was looked at before, ?2 at most how many,
// ?3 Cut::before, ?4 Cut::now.

/// SQL: that row, and so each behind it, came too late to be old. One that claims to come from the
/// future says nothing of those behind it: the clock was wrong.
std::string is_young(std::string_view came_at) {
  return fmt::format("{0} >= ?3 AND {0} <= ?4", came_at);
}

/// SQL: that row of `message` has ended and is old; in one of the `open` states only when no status
/// report can settle it any more.
std::string is_over(std::string_view open) {
  return fmt::format(
      "m.state <> 'queued' AND m.state <> 'sending' AND m.in_flight = 0 AND m.updated_at < ?3 "
      "AND (m.state NOT IN ({}) OR min(m.expires_at, m.updated_at + {}) + {} < ?4)",
      open, milliseconds(longest_validity).count(), milliseconds(rows::after_validity).count());
}

std::string next_messages(std::string_view what) {
  return fmt::format("SELECT m.id, {}, {} FROM message m WHERE m.id > ?1 ORDER BY m.id LIMIT ?2",
                     is_young("m.created_at"), what);
}

}  // namespace

BookRetention::BookRetention(const store::Database& database, DoorStatements& door,
                             BatchStatements& batches, ReportStatements& reports)
    : of_door_(door),
      of_batches_(batches),
      of_reports_(reports),
      texts_to_(database, "SELECT texts_to FROM retention WHERE id = 1"),
      come_to_(database,
               "INSERT INTO retention (id, texts_to) VALUES (1, ?) "
               "ON CONFLICT DO UPDATE SET texts_to = excluded.texts_to"),
      next_texts_(database, next_messages(is_over("'uncertain'") + ", m.text, m.batch")),
      kept_texts_(database, fmt::format("SELECT m.id, 0, {}, m.text, m.batch FROM kept_text k "
                                        "CROSS JOIN message m ON m.id = k.message "
                                        "WHERE k.message > ?1 ORDER BY k.message LIMIT ?2",
                                        is_over("'uncertain'"))),
      keep_(database, "INSERT OR IGNORE INTO kept_text (message, text) VALUES (?, ?)"),
      // Numbers of texts come again: no message may go on pointing at one that is gone.
      lose_text_(database, "UPDATE message SET text = 0 WHERE id = ?"),
      lose_kept_(database, "DELETE FROM kept_text WHERE message = ?"),
      drop_text_(database,
                 "DELETE FROM text WHERE id = ?1 "
                 "AND NOT EXISTS (SELECT 1 FROM kept_text k WHERE k.text = ?1) "
                 "AND id IS NOT (SELECT text FROM message INDEXED BY message_batch "
                 "WHERE batch = ?2 AND id > ?3 ORDER BY id LIMIT 1)"),
      next_messages_(database, next_messages("m.text = 0 AND " + is_over("'uncertain', 'sent'") +
                                             ", m.recipient")),
      drop_references_(database,
                       "DELETE FROM concat_reference WHERE recipient = ?2 AND sim IN "
                       "(SELECT sim FROM submission INDEXED BY submission_message "
                       "WHERE message = ?1) AND NOT EXISTS (SELECT 1 FROM message "
                       "INDEXED BY message_to WHERE state <> 'queued' AND recipient = ?2 "
                       "AND id <> ?1) AND NOT EXISTS (SELECT 1 FROM message "
                       "INDEXED BY message_queued_to WHERE state = 'queued' AND recipient = ?2)"),
      drop_submissions_(database, "DELETE FROM submission WHERE message = ?"),
      drop_message_(database, "DELETE FROM message WHERE id = ?"),
      next_batches_(database,
                    fmt::format("SELECT b.id, {}, b.created_at < ?3 AND b.state <> 'receiving' "
                                "AND b.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM message "
                                "INDEXED BY message_batch WHERE batch = b.id) FROM batch b "
                                "WHERE b.id > ?1 ORDER BY b.id LIMIT ?2",
                                is_young("b.created_at"))),
      next_reports_(database, fmt::format("SELECT id, {}, received_at < ?3 FROM unmatched_report "
                                          "WHERE id > ?1 ORDER BY id LIMIT ?2",
                                          is_young("received_at"))),
      next_inbound_texts_(database, fmt::format("SELECT t.inbound, {}, i.received_at < ?3 "
                                                "FROM inbound_text t CROSS JOIN inbound i "
                                                "ON i.id = t.inbound WHERE t.inbound > ?1 "
                                                "ORDER BY t.inbound LIMIT ?2",
                                                is_young("i.received_at"))),
      drop_inbound_text_(database, "DELETE FROM inbound_text WHERE inbound = ?"),
      drop_words_(database, "DELETE FROM inbound_words WHERE rowid = ?"),
      drop_pdus_(database, "UPDATE inbound_part SET pdu = NULL WHERE inbound = ?"),
      // What a SIM still shows must be known again.
      next_inbound_(database,
                    fmt::format("SELECT i.id, {}, i.received_at < ?3 AND NOT EXISTS "
                                "(SELECT 1 FROM inbound_part p INDEXED BY inbound_part_of "
                                "WHERE p.inbound = i.id AND p.seen_at BETWEEN ?3 AND ?4) "
                                "FROM inbound i WHERE i.id > ?1 ORDER BY i.id LIMIT ?2",
                                is_young("i.received_at"))),
      drop_inbound_parts_(database, "DELETE FROM inbound_part WHERE inbound = ?"),
      drop_conversation_(database,
                         "DELETE FROM conversation WHERE last_inbound = ?1 "
                         "AND id = (SELECT conversation FROM inbound WHERE id = ?1)"),
      drop_inbound_(database, "DELETE FROM inbound WHERE id = ?") {}

Book::Retained BookRetention::step(const Retention& retention, Book::RetainFrom from,
                                   std::size_t limit, WallTime now) {
  const auto history = std::max<milliseconds>({retention.history, retention.texts, least_history});
  const Cut of_texts{now, now - retention.texts, from.after, limit};
  const Cut of_history{now, now - history, from.after, limit};
  struct Kind {
    Step (BookRetention::*step)(const Cut&);
    const Cut& cut;
  };
  const std::array round{
      Kind{&BookRetention::new_texts, of_texts},  Kind{&BookRetention::kept_texts, of_texts},
      Kind{&BookRetention::answers, of_texts},    Kind{&BookRetention::inbound_texts, of_texts},
      Kind{&BookRetention::messages, of_history}, Kind{&BookRetention::batches, of_history},
      Kind{&BookRetention::reports, of_history},  Kind{&BookRetention::inbound, of_history}};
  const Kind& kind = round.at(from.what);
  const Step step = (this->*kind.step)(kind.cut);
  Book::Retained done{.gone = step.gone, .next = std::nullopt};
  if (!step.is_end) {
    done.next = {from.what, step.to};
  } else if (from.what + 1 < round.size()) {
    done.next = {from.what + 1, 0};
  }
  return done;
}

/// Columns: id, is_young, is_over, and what `read` takes.
BookRetention::Seen BookRetention::look(store::Statement& statement, std::int64_t after,
                                        const Cut& cut, void (*read)(const store::Row&, Old&)) {
  Seen seen;
  std::size_t count = 0;
  const auto take = [&](store::Row row) {
    ++count;
    seen.is_end = seen.is_end || row.flag(1);
    if (seen.is_end) return;
    seen.rows.push_back({.id = row.integer(0), .is_over = row.flag(2)});
    if (read != nullptr) read(row, seen.rows.back());
  };
  statement.each(take, after, cut.limit, cut.before, cut.now);
  seen.is_end = seen.is_end || count < cut.limit;
  return seen;
}

// --- texts --------------------------------------------------------------------------------------

namespace {

constexpr auto read_text = [](const store::Row& row, auto& old) {
  old.text = row.integer(3);
  old.batch = row.optional_integer(4);
};

}  // namespace

std::int64_t BookRetention::texts_to() {
  std::int64_t to = 0;
  texts_to_.first_row([&](store::Row row) { to = row.integer(0); });
  return to;
}

/// Nor does it belong to this message any more. It is gone when it belongs to none: messages that
/// share one follow each other in their batch, and are listed as kept or stand behind `texts_to`.
void BookRetention::lose_text(const Old& old, std::int64_t texts_to) {
  lose_text_.run(old.id);
  lose_kept_.run(old.id);
  drop_text_.run(old.text, old.batch, texts_to);
}

BookRetention::Step BookRetention::new_texts(const Cut& cut) {
  const Seen seen = look(next_texts_, texts_to(), cut, read_text);
  Step step{.is_end = seen.is_end};
  for (const Old& old : seen.rows) {
    step.to = old.id;
    if (!old.is_over) {
      keep_.run(old.id, old.text);
      continue;
    }
    lose_text(old, step.to);
    ++step.gone;
  }
  if (!seen.rows.empty()) come_to_.run(step.to);
  return step;
}

BookRetention::Step BookRetention::kept_texts(const Cut& cut) {
  const Seen seen = look(kept_texts_, cut.after, cut, read_text);
  const std::int64_t come_to = texts_to();
  Step step{.is_end = seen.is_end};
  for (const Old& old : seen.rows) {
    step.to = old.id;
    if (!old.is_over) continue;
    lose_text(old, come_to);
    ++step.gone;
  }
  return step;
}

/// What repetitions are answered holds texts, too. It is good for a day, and no text is kept for
/// less.
BookRetention::Step BookRetention::answers(const Cut& cut) {
  const auto gone = static_cast<std::size_t>(of_door_.forget.run(cut.before, cut.limit));
  return {.gone = gone, .is_end = gone < cut.limit};
}

// --- history ------------------------------------------------------------------------------------

/// A message of many parts and attempts has thousands of submissions: what goes is counted.
BookRetention::Step BookRetention::messages(const Cut& cut) {
  const Seen seen = look(next_messages_, cut.after, cut,
                         [](const store::Row& row, Old& old) { old.recipient = row.text(3); });
  Step step{.is_end = seen.is_end};
  for (const Old& old : seen.rows) {
    if (step.gone >= cut.limit) {
      step.is_end = false;
      break;
    }
    step.to = old.id;
    if (!old.is_over) continue;
    drop_references_.run(old.id, old.recipient);
    step.gone += 1 + static_cast<std::size_t>(drop_submissions_.run(old.id));
    drop_message_.run(old.id);
  }
  return step;
}

/// Those whose messages are gone; `sweep` does the rest of the work.
BookRetention::Step BookRetention::batches(const Cut& cut) {
  const Seen seen = look(next_batches_, cut.after, cut);
  Step step{.is_end = seen.is_end};
  for (const Old& old : seen.rows) {
    step.to = old.id;
    if (!old.is_over) continue;
    of_batches_.set_state.run(old.id, "dropped", 0);
    ++step.gone;
  }
  return step;
}

BookRetention::Step BookRetention::reports(const Cut& cut) {
  const Seen seen = look(next_reports_, cut.after, cut);
  Step step{.is_end = seen.is_end};
  for (const Old& old : seen.rows) {
    step.to = old.id;
    if (!old.is_over) continue;
    of_reports_.drop.run(old.id);
    ++step.gone;
  }
  return step;
}

// --- what was received --------------------------------------------------------------------------

/// A message of many parts has as many rows: what goes is counted.
BookRetention::Step BookRetention::drop_over(store::Statement& next, const Cut& cut,
                                             std::size_t (BookRetention::*drop)(std::int64_t id)) {
  const Seen seen = look(next, cut.after, cut);
  Step step{.is_end = seen.is_end};
  for (const Old& old : seen.rows) {
    if (step.gone >= cut.limit) {
      step.is_end = false;
      break;
    }
    step.to = old.id;
    if (old.is_over) step.gone += (this->*drop)(old.id);
  }
  return step;
}

BookRetention::Step BookRetention::inbound_texts(const Cut& cut) {
  return drop_over(next_inbound_texts_, cut, &BookRetention::drop_inbound_text);
}

std::size_t BookRetention::drop_inbound_text(std::int64_t id) {
  drop_inbound_text_.run(id);
  drop_words_.run(id);
  return 1 + static_cast<std::size_t>(drop_pdus_.run(id));
}

BookRetention::Step BookRetention::inbound(const Cut& cut) {
  return drop_over(next_inbound_, cut, &BookRetention::drop_inbound);
}

std::size_t BookRetention::drop_inbound(std::int64_t id) {
  const auto parts = static_cast<std::size_t>(drop_inbound_parts_.run(id));
  drop_conversation_.run(id);
  drop_inbound_.run(id);
  return 1 + parts;
}

// --- the book's door ----------------------------------------------------------------------------

Book::Retained Book::retain(const Retention& retention, RetainFrom from, std::size_t limit,
                            const Now& now) {
  return statements_->retention.step(retention, from, limit, sure_time(now));
}

/// What the wall clock says, but no more than has passed on the boot clock since this boot's first
/// stamp.
WallTime Book::sure_time(const Now& now) {
  WallTime sure = now.wall;
  statements_->uses.lowest_offset.first_row(
      [&](store::Row row) { sure = std::min(sure, rows::wall(row.integer(0)) + now.boot); }, boot_);
  return sure;
}

}  // namespace bank::scheduler
