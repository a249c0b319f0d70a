// The message book: a part goes out, and what comes of it.
#include <fmt/format.h>

#include "scheduler/book_awaiting.hpp"
#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

constexpr int references = 256;           // TS 23.040 §9.2.3.24.1: one octet
constexpr std::size_t most_avoided = 64;  // SIMs remembered as having given a message up

// The wall clock is slewed by some ppm all the time; only a real jump is worth a write.
constexpr std::chrono::milliseconds offset_slack{1000};

constexpr std::string_view crash_detail =
    "the program ended while a modem had it; a status report can settle it, or requeue it";

std::string_view word_for(PartEnd::Kind kind) {
  switch (kind) {
    case PartEnd::Kind::sent: return "sent";
    case PartEnd::Kind::refused: return "refused";
    case PartEnd::Kind::not_sent: return "not_sent";
    case PartEnd::Kind::uncertain: return "uncertain";
  }
  return {};
}

std::string suppressed(std::string_view message) {
  return fmt::format(
      "(EXISTS (SELECT 1 FROM suppression s WHERE s.number = {0}.recipient AND {1}) "
      "OR ({0}.topic IS NOT NULL AND {0}.class <> 'otp' AND {0}.class <> 'system' "
      "AND EXISTS (SELECT 1 FROM topic_suppression t WHERE t.number = {0}.recipient "
      "AND t.topic = {0}.topic)))",
      message, rows::covers("s.scope", "s.reason", fmt::format("{}.class", message)));
}

}  // namespace

SendingStatements::SendingStatements(const store::Database& database)
    // Looked at, then changed: nobody comes between, and RETURNING would build a temporary tree.
    : may_begin(database,
                "SELECT parts, recipient, round, concat_ref, attempts > 0 OR round > 0 "
                "FROM message WHERE id = ?1 AND (state = 'queued' OR state = 'sending') "
                "AND in_flight = 0 AND wait_until IS NULL AND parts_sent = ?2 - 1 AND ?2 <= parts "
                "AND (NOT " +
                    rows::is_bound("message") +
                    " OR via = ?3) AND (wanted_sim IS NULL OR wanted_sim = ?3) "
                    "AND expires_at > ?4 AND " +
                    rows::open_batch("message") + " AND NOT " + suppressed("message")),
      flying(database,
             "SELECT 1 FROM submission INDEXED BY submission_in_flight "
             "WHERE ended_at IS NULL AND sim = ?"),
      begin(database,
            "UPDATE message SET state = 'sending', in_flight = 1, via = ?2, modem = ?3, "
            "updated_at = ?4 WHERE id = ?1"),
      why_not(
          database,
          "SELECT m.state IN ('queued', 'sending') AND m.in_flight = 0 AND m.wait_until IS NULL "
          "AND m.parts_sent = ?2 - 1 AND (NOT " +
              rows::is_bound("m") +
              " OR m.via = ?3) "
              "AND (m.wanted_sim IS NULL OR m.wanted_sim = ?3) AND " +
              rows::open_batch("m") + ", " + suppressed("m") +
              ", m.expires_at <= ?4 FROM message m WHERE m.id = ?1"),
      stop(database, "UPDATE message SET state = ?2, updated_at = ?3 WHERE id = ?1"),
      submit(database,
             "INSERT INTO submission (message, round, part, sim, modem, tail, began_at) "
             "VALUES (?, ?, ?, ?, ?, ?, ?)"),
      last_reference(database, "SELECT last FROM concat_reference WHERE sim = ? AND recipient = ?"),
      reference_is_open(database,
                        "SELECT 1 FROM message INDEXED BY message_open_reference "
                        "WHERE concat_ref IS NOT NULL "
                        "AND (state = 'queued' OR state = 'sending' OR state = 'uncertain') "
                        "AND recipient = ? AND via = ? AND concat_ref = ?"),
      keep_reference(database,
                     "INSERT INTO concat_reference (sim, recipient, last) VALUES (?, ?, ?) "
                     "ON CONFLICT DO UPDATE SET last = excluded.last"),
      set_reference(database, "UPDATE message SET concat_ref = ? WHERE id = ?"),
      in_doubt(database,
               "SELECT 1 FROM submission s INDEXED BY submission_message "
               "WHERE s.message = ? AND s.round >= ? AND s.part = ? AND " +
                   rows::ended_in_doubt("s")),
      in_hand(database,
              "SELECT s.message, s.round, s.part, s.sim, s.tail, s.began_at, m.state, m.parts, "
              "m.parts_sent, m.report, m.round, coalesce(m.home, -m.wanted_sim, m.pool), "
              "m.avoid, "
              "m.attempts FROM submission s CROSS JOIN message m ON m.id = s.message "
              "WHERE s.id = ? AND s.ended_at IS NULL"),
      end(database,
          "UPDATE submission SET outcome = ?2, ended_at = ?3, ended_boot = ?4, boot = ?5, "
          "counts = ?6, tp_mr = ?7, awaits = ?8, error_code = ?9, error_detail = ?10 WHERE id = "
          "?1"),
      move(database,
           "UPDATE message SET state = ?2, in_flight = 0, wait_until = iif(?2 = 'queued', ?3, "
           "NULL), parts_sent = ?4, "
           "round = ?5, lane = ?6, attempts = ?7, avoid = ?8, error_code = ?9, error_detail = ?10, "
           "updated_at = ?11, concat_ref = iif(?12 OR ?2 <> 'queued', concat_ref, NULL) WHERE "
           "id = ?1"),
      offset(database,
             "UPDATE boot SET lowest_offset = min(lowest_offset, ?2), "
             "highest_offset = max(coalesce(highest_offset, ?2), ?2) WHERE id = ?1 "
             "AND (lowest_offset > ?2 + ?3 OR coalesce(highest_offset, ?2 - ?3 - 1) < ?2 - ?3)"),
      fail(database,
           "UPDATE message SET state = 'failed', wait_until = NULL, error_code = ?2, "
           "error_detail = ?3, updated_at = ?4 "
           "WHERE id = ?1 AND state IN ('queued', 'sending', 'uncertain') AND in_flight = 0"),
      stopped(database,
              "SELECT 1 FROM message m CROSS JOIN batch b ON b.id = m.batch "
              "WHERE m.id = ? AND b.state = 'cancelled' AND " +
                  rows::follows_batch("m")),
      left_over(database,
                "SELECT id, message, sim, modem FROM submission INDEXED BY submission_in_flight "
                "WHERE ended_at IS NULL"),
      forsake(database,
              "UPDATE submission SET outcome = 'uncertain', ended_at = ?2, ended_boot = ?3, "
              "boot = ?4, error_code = 'crash', error_detail = ?5, "
              "awaits = (SELECT report FROM message m WHERE m.id = submission.message) "
              "WHERE id = ?1"),
      doubt(database,
            "UPDATE message SET state = iif(state = 'sending', 'uncertain', state), in_flight = 0, "
            "error_code = iif(state = 'sending', 'crash', error_code), "
            "error_detail = iif(state = 'sending', ?3, error_detail), "
            "attempts = attempts + 1, updated_at = ?2 WHERE id = ?1 RETURNING state = 'uncertain'"),
      forget_doubt(database,
                   "DELETE FROM doubt "
                   "WHERE (SELECT sim FROM submission WHERE id = doubt.submission) = ?"),
      keep_doubt(database, "INSERT INTO doubt (submission) VALUES (?)"),
      drop_doubts(database,
                  "DELETE FROM doubt WHERE NOT EXISTS (SELECT 1 FROM submission s "
                  "WHERE s.id = doubt.submission AND s.outcome = 'uncertain')"),
      doubts(database,
             "SELECT s.id, s.message, s.sim, s.modem, iif(s.boot = ?, s.ended_boot, NULL) "
             "FROM doubt d CROSS JOIN submission s ON s.id = d.submission ORDER BY s.id DESC"),
      resume(database, "UPDATE message SET state = 'queued', updated_at = ?1, lane = " +
                           rows::lane_when_queued("message") +
                           " WHERE state = 'sending' AND in_flight = 0"),
      put_back(database, "UPDATE message SET state = 'queued', updated_at = ?2, lane = " +
                             rows::lane_when_queued("message") +
                             " WHERE id = ?1 AND state = 'sending' AND in_flight = 0"),
      unbind(database,
             "UPDATE message SET parts_sent = 0, round = round + 1, concat_ref = NULL, "
             "lane = coalesce(home, pool), "
             "updated_at = ?4 WHERE id IN (SELECT id FROM message INDEXED BY message_ready "
             "WHERE state = 'queued' AND wait_until IS NULL AND lane = -?1 "
             "AND wanted_sim IS NULL AND pool = (SELECT id FROM pool WHERE name = ?2) "
             "ORDER BY priority DESC, id LIMIT ?3) RETURNING id"),
      uncertain(database,
                "SELECT m.id, m.updated_at < ?3 AND m.attempts < ?4 "
                "AND m.expires_at > ?5 AND coalesce(m.error_code, '') <> 'restored' "
                "AND EXISTS (SELECT 1 FROM text t WHERE t.id = m.text) "
                "AND (m.batch IS NULL OR NOT " +
                    rows::follows_batch("m") +
                    " OR EXISTS (SELECT 1 FROM batch b WHERE b.id = m.batch AND b.state = 'open')) "
                    "FROM message m INDEXED BY message_state "
                    "WHERE m.state = 'uncertain' AND m.id > ?1 ORDER BY m.id LIMIT ?2"),
      resend(database,
             "UPDATE message SET state = 'queued', wait_until = NULL, error_code = NULL, "
             "error_detail = NULL, updated_at = ?2, lane = " +
                 rows::lane_when_queued("message") + " WHERE id = ?1") {}

tl::expected<Begun, Refusal> Book::begin_sending(const PartClaim& claim, const Now& now) {
  SendingStatements& s = statements_->sending;
  int parts = 0;
  std::string recipient;
  std::int64_t round = 0;
  std::optional<std::int64_t> reference;
  bool was_tried = false;  // else nothing of it can have ended in doubt
  const bool begun = s.may_begin.first_row(
      [&](store::Row row) {
        parts = row.small(0);
        recipient = row.text(1);
        round = row.integer(2);
        reference = row.optional_integer(3);
        was_tried = row.flag(4);
      },
      claim.message, claim.part, claim.sim, now.wall);
  if (!begun) {
    auto refusal = Refusal::gone;
    s.why_not.first_row(
        [&](store::Row row) {
          refusal = !row.flag(0)  ? Refusal::not_wanted
                    : row.flag(1) ? Refusal::suppressed
                    : row.flag(2) ? Refusal::expired
                                  : Refusal::not_wanted;
        },
        claim.message, claim.part, claim.sim, now.wall);
    if (refusal == Refusal::suppressed) s.stop.run(claim.message, "suppressed", now.wall);
    if (refusal == Refusal::expired) s.stop.run(claim.message, "expired", now.wall);
    return tl::unexpected(refusal);
  }
  // The end of the last one was known and could not be written: were this one begun, a crash would
  // leave two parts of one modem in doubt.
  if (s.flying.first_row([](store::Row) {}, claim.sim)) {
    return tl::unexpected(Refusal::sim_in_flight);
  }
  const bool resend =
      was_tried && s.in_doubt.first_row([](store::Row) {}, claim.message, 0, claim.part);
  s.begin.run(claim.message, claim.sim, claim.modem, now.wall);
  if (parts > 1 && !reference) {
    reference = new_reference(claim.sim, recipient);
    s.set_reference.run(*reference, claim.message);
  }
  s.submit.run(claim.message, round, claim.part, claim.sim, claim.modem, rows::tail_of(recipient),
               now.wall);
  return Begun{.submission = SubmissionId{s.submit.last_row_id()},
               .concat_ref = static_cast<int>(reference.value_or(0)),
               .resend = resend};
}

std::optional<Candidate> Book::put_back(MessageId message, WallTime now) {
  statements_->sending.put_back.run(message, now);
  return candidate(message);
}

std::vector<Candidate> Book::unbind(SimId sim, std::string_view pool, std::size_t limit,
                                    WallTime now) {
  std::vector<MessageId> unbound;
  statements_->sending.unbind.each(
      [&](store::Row row) { unbound.push_back(MessageId{row.integer(0)}); }, sim, pool, limit, now);
  std::vector<Candidate> found;
  found.reserve(unbound.size());
  for (const MessageId id : unbound) {
    if (auto one = candidate(id)) found.push_back(std::move(*one));
  }
  return found;
}

/// The next reference for this SIM and recipient that no open message has; the next one anyhow when
/// all 256 are taken, for then no choice is better.
int Book::new_reference(SimId sim, std::string_view recipient) {
  SendingStatements& s = statements_->sending;
  int last = -1;
  s.last_reference.first_row([&](store::Row row) { last = row.small(0); }, sim, recipient);
  int next = (last + 1) % references;
  for (int tried = 1; tried < references; ++tried) {
    if (!s.reference_is_open.first_row([](store::Row) {}, recipient, sim, next)) break;
    next = (next + 1) % references;
  }
  s.keep_reference.run(sim, recipient, next);
  return next;
}

void Book::note_clock(const Now& now) {
  statements_->sending.offset.run(boot_, now.wall.time_since_epoch() - now.boot, offset_slack);
}

std::optional<Settled> Book::end_part(SubmissionId submission, const PartEnd& end,
                                      const Sequel& sequel, const Now& now) {
  SendingStatements& s = statements_->sending;
  Awaiting part{.submission = submission};
  std::string tail;
  MessageState state{};
  int parts = 0;
  int parts_sent = 0;
  bool report = false;
  std::int64_t round = 0;
  std::int64_t lane = 0;
  std::string avoid;
  int attempts = 0;
  const bool in_hand = s.in_hand.first_row(
      [&](store::Row row) {
        part.message = MessageId{row.integer(0)};
        part.round = row.integer(1);
        part.part = row.small(2);
        part.sim = SimId{row.integer(3)};
        tail = row.text(4);
        part.began_at = rows::wall(row.integer(5));
        state = state_named(row.view(6)).value_or(MessageState::sending);
        parts = row.small(7);
        parts_sent = row.small(8);
        report = row.flag(9);
        round = row.integer(10);
        lane = row.integer(11);
        avoid = row.text(12);
        attempts = row.small(13);
      },
      submission);
  if (!in_hand) return std::nullopt;

  const bool sent = end.kind == PartEnd::Kind::sent;
  const bool uncertain = end.kind == PartEnd::Kind::uncertain;
  const bool awaits = report && (sent || uncertain);
  const bool counts = end.counts && end.kind != PartEnd::Kind::not_sent;
  using Text = std::optional<std::string_view>;
  const auto code = [](const auto& trouble) { return trouble ? Text(trouble->code) : Text(); };
  const auto detail = [](const auto& trouble) { return trouble ? Text(trouble->detail) : Text(); };
  s.end.run(submission, word_for(end.kind), now.wall, now.boot, boot_, counts, end.tp_mr, awaits,
            code(end.error), detail(end.error));
  note_clock(now);

  if (uncertain) modem_may_have(submission, part.sim);
  if (sent) ++parts_sent;
  if (state == MessageState::sending) {  // else it was stopped meanwhile, and stays so
    state = sequel.state;
    if (sequel.start_over) {
      parts_sent = 0;
      ++round;
    }
    if (state == MessageState::sent || state == MessageState::sending) {
      state = parts_sent == parts ? MessageState::sent : MessageState::sending;
    }
  }
  const bool goes_on = state == MessageState::queued || (state == MessageState::sending && !sent);
  if (goes_on && batch_is_cancelled(part.message)) state = MessageState::cancelled;
  // Its first part may be out under this reference, from before: then it goes on with that.
  const bool is_bound =
      parts_sent > 0 ||
      (parts > 1 && state == MessageState::queued && !sequel.start_over &&
       s.in_doubt.first_row([](store::Row) {}, part.message, part.round, part.part));
  if (is_bound) lane = -rows::number(part.sim);
  if (sequel.avoid && rows::words_of(avoid).size() < most_avoided) {
    if (!avoid.empty()) avoid += ',';
    avoid += std::to_string(rows::number(*sequel.avoid));
  }
  if (sequel.attempt) ++attempts;
  if (state == MessageState::sent && parts > 1) {
    state = state_by_reports(part.message, round, parts);  // of the earlier parts
  }
  s.move.run(part.message, name_of(state), sequel.wait_until, parts_sent, round, lane, attempts,
             avoid.empty() ? Text() : Text(avoid), code(sequel.error), detail(sequel.error),
             now.wall, is_bound);

  if (!awaits) return std::nullopt;
  part.uncertain = uncertain;
  part.tp_mr = end.tp_mr;
  return settle_early(part, tail, now);
}

/// A SIM that was given another part since had answered for the one before.
void Book::modem_may_have(SubmissionId submission, SimId sim) {
  statements_->sending.forget_doubt.run(sim);
  statements_->sending.keep_doubt.run(submission);
}

/// Its last part was with a modem when the batch was cancelled, or in doubt.
bool Book::batch_is_cancelled(MessageId message) {
  return statements_->sending.stopped.first_row([](store::Row) {}, message);
}

void Book::fail(MessageId message, const Trouble& trouble, WallTime now) {
  statements_->sending.fail.run(message, trouble.code, trouble.detail, now);
}

Recovered Book::recover(const Now& now) {
  SendingStatements& s = statements_->sending;
  Recovered recovered{};
  struct LeftOver {
    SubmissionId submission;
    MessageId message;
    SimId sim;
  };
  std::vector<LeftOver> left_over;
  s.left_over.each([&](store::Row row) {
    left_over.push_back(
        {SubmissionId{row.integer(0)}, MessageId{row.integer(1)}, SimId{row.integer(2)}});
  });
  const WallTime ended = left_over.empty() ? now.wall : late_stamp(now);
  for (const LeftOver& part : left_over) {
    s.forsake.run(part.submission, ended, now.boot, boot_, crash_detail);
    s.doubt.first_row([&](store::Row row) { recovered.messages += row.flag(0) ? 1 : 0; },
                      part.message, now.wall, crash_detail);
    modem_may_have(part.submission, part.sim);
  }
  s.drop_doubts.run();  // a status report has settled them
  s.doubts.each(
      [&](store::Row row) {
        InDoubt part{.submission = SubmissionId{row.integer(0)},
                     .message = MessageId{row.integer(1)},
                     .sim = SimId{row.integer(2)},
                     .modem = row.text(3),
                     .since = {}};
        if (const auto boot = row.optional_integer(4)) part.since = BootTime{*boot};
        recovered.parts.push_back(std::move(part));
      },
      boot_);
  statements_->batches.forsaken.run();
  s.resume.run(now.wall);  // between two parts: nothing of these is in doubt
  return recovered;
}

std::vector<Candidate> Book::resend_uncertain(WallTime before, int max_attempts, std::size_t limit,
                                              WallTime now) {
  SendingStatements& s = statements_->sending;
  std::size_t seen = 0;
  std::vector<MessageId> due;
  s.uncertain.each(
      [&](store::Row row) {
        ++seen;
        resend_after_ = MessageId{row.integer(0)};
        if (row.flag(1)) due.push_back(resend_after_);
      },
      resend_after_, limit, before, max_attempts, now);
  if (seen < limit) resend_after_ = {};
  std::vector<Candidate> found;
  found.reserve(due.size());
  for (const MessageId id : due) {
    s.resend.run(id, now);
    if (auto one = candidate(id)) found.push_back(std::move(*one));
  }
  return found;
}

}  // namespace bank::scheduler
