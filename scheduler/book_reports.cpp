// The message book: status reports find their parts.
#include <algorithm>
#include <cstdlib>

#include "scheduler/book_awaiting.hpp"
#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::chrono::minutes early_kept{10};    // a report that came before its +CMGS
constexpr std::int64_t most_unmatched = 100'000;  // rows; the oldest go first
constexpr int references = 256;                   // TS 23.040 §9.2.3.6: one octet
constexpr int most_between = 4096;        // parts of all SIMs looked through for a reference
constexpr std::size_t most_heard = 1024;  // reports that a double may follow
constexpr int most_candidates = 64;       // the newest of one SIM, reference and recipient

// A part with the report's own reference is preferred to one whose reference is not known, unless
// it is further off than that: then it is an older one, for references come round after 256.
constexpr std::chrono::hours reference_holds{1};

// The result of a part and its TP-SCTS are that close, clocks that differ included.
constexpr std::chrono::minutes result_is_near{30};

// Stamps have whole seconds; clocks differ by more, but not by that much.
constexpr std::chrono::seconds stamp_is_rough{1};
constexpr std::chrono::minutes clocks_differ{2};
constexpr std::chrono::minutes longest_on_air{3};  // a result is awaited for 2 min

enum class Fate { delivered, pending, lost };

/// TS 23.040 §9.2.3.15: 0x00–0x1F completed, 0x20–0x3F the service centre still tries, 0x40–0x7F it
/// does not; reserved values read as "service rejected".
Fate fate_of(int tp_status) {
  if (tp_status < 0x20) return Fate::delivered;
  if (tp_status < 0x40) return Fate::pending;
  return Fate::lost;
}

std::string_view outcome_for(Fate fate) {
  switch (fate) {
    case Fate::delivered: return "delivered";
    case Fate::pending: return "sent";
    case Fate::lost: return "undelivered";
  }
  return {};
}

constexpr std::string_view candidates_of_report =
    "SELECT s.id, s.message, s.round, s.part, s.outcome, s.began_at, s.ended_at, "
    "iif(s.boot = ?6, s.ended_boot, NULL), coalesce(b.highest_offset - b.lowest_offset, 0) "
    "FROM submission s INDEXED BY submission_awaiting "
    "CROSS JOIN message m ON m.id = s.message LEFT JOIN boot b ON b.id = s.boot WHERE s.awaits = 1 "
    "AND s.sim = ?1 "
    "AND s.tail = ?2 AND m.expires_at >= ?3 AND s.tp_mr IS ?5 ORDER BY s.id DESC LIMIT ?4";

}  // namespace

ReportStatements::ReportStatements(const store::Database& database)
    : candidates(database, candidates_of_report),
      reported(database,
               "SELECT 1 FROM submission INDEXED BY submission_stamp WHERE sim = ?1 "
               "AND counts = 1 AND ended_at IS NOT NULL AND ended_at BETWEEN ?4 - ?5 AND ?4 + ?5 "
               "AND tail = ?2 AND tp_mr = ?3 AND tp_status IS NOT NULL LIMIT 1"),
      is_reported(database, "SELECT 1 FROM submission WHERE id = ? AND tp_status IS NOT NULL"),
      reference_before(database,
                       "SELECT tp_mr FROM submission WHERE id < ?1 AND id >= ?1 - ?3 AND sim = ?2 "
                       "AND tp_mr IS NOT NULL ORDER BY id DESC LIMIT 1"),
      reference_after(database,
                      "SELECT tp_mr FROM submission WHERE id > ?1 AND id <= ?1 + ?3 AND sim = ?2 "
                      "AND tp_mr IS NOT NULL ORDER BY id LIMIT 1"),
      in_flight(database,
                "SELECT began_at FROM submission INDEXED BY submission_in_flight "
                "WHERE ended_at IS NULL AND sim = ?1 AND tail = ?2"),
      settle(database,
             "UPDATE submission SET outcome = ?2, awaits = ?3, tp_status = ?4, "
             "tp_mr = coalesce(tp_mr, ?5) WHERE id = ?1"),
      uncertain(database,
                "SELECT message, round, part, sim, tail, began_at, awaits FROM submission "
                "WHERE id = ? AND outcome = 'uncertain'"),
      taken(database, "UPDATE submission SET outcome = 'sent', tp_mr = ?2 WHERE id = ?1"),
      lasted(database,
             "UPDATE submission SET ended_at = ?2, ended_boot = ?3, boot = ?4 "
             "WHERE id = ?1 AND ended_at IS NOT NULL"),
      answered(database, "DELETE FROM doubt WHERE submission = ?"),
      message(database,
              "SELECT state, parts, parts_sent, round, in_flight, "
              "coalesce(error_code = 'restored', 0) FROM message WHERE id = ?"),
      // A part that went out twice, after doubt, is as well off as the better of the two.
      parts_reported(database,
                     "SELECT count(iif(best = 3, 1, NULL)), count(iif(best = 1, 1, NULL)) FROM "
                     "(SELECT max(CASE outcome WHEN 'delivered' THEN 3 WHEN 'sent' THEN 2 "
                     "WHEN 'undelivered' THEN 1 ELSE 0 END) AS best FROM submission "
                     "INDEXED BY submission_message WHERE message = ? AND round = ? "
                     "GROUP BY part)"),
      move(database,
           "UPDATE message SET state = ?2, parts_sent = ?3, wait_until = NULL, "
           "lane = iif(?2 = 'queued', -via, lane), updated_at = ?4, "
           "error_code = iif(?2 IN ('failed', 'uncertain'), error_code, NULL), "
           "error_detail = iif(?2 IN ('failed', 'uncertain'), error_detail, NULL) "
           "WHERE id = ?1"),
      keep(database,
           "INSERT INTO unmatched_report (sim, tail, tp_mr, recipient, scts, tp_status, "
           "received_at) VALUES (?, ?, ?, ?, ?, ?, ?)"),
      trim(database, "DELETE FROM unmatched_report WHERE id <= ?"),
      early(
          database,
          "SELECT id, tp_status, tp_mr, scts FROM unmatched_report INDEXED BY unmatched_report_key "
          "WHERE sim = ?1 AND tail = ?2 AND received_at BETWEEN ?3 AND ?5 "
          "AND (?4 IS NULL OR tp_mr = ?4) ORDER BY id DESC LIMIT 1"),
      drop(database, "DELETE FROM unmatched_report WHERE id = ?") {}

namespace {

/// A part that a report may mean. On the air: its end is not known yet.
struct Near {
  SubmissionId submission{};
  MessageId message{};
  std::int64_t round = 0;
  int part = 0;
  bool uncertain = false;
  WallTime began_at{};
  WallTime ended_at = WallTime::max();
  std::optional<BootTime> ended_boot{};  // of an earlier boot: none
  milliseconds clock_moved{0};           // at most, in the boot that it ended in

  [[nodiscard]] bool on_air() const { return ended_at == WallTime::max(); }
};

Near near_of(store::Row row) {
  Near part{.submission = SubmissionId{row.integer(0)},
            .message = MessageId{row.integer(1)},
            .round = row.integer(2),
            .part = row.small(3),
            .uncertain = row.view(4) == "uncertain",
            .began_at = rows::wall(row.integer(5)),
            .ended_at = rows::wall(row.integer(6)),
            .clock_moved = milliseconds{row.integer(8)}};
  if (const auto boot = row.optional_integer(7)) part.ended_boot = BootTime{*boot};
  return part;
}

milliseconds apart(WallTime one, WallTime other) {
  return std::chrono::abs(one - other);
}

/// Of the parts with a report's own reference the nearest in time.
class ByReference {
 public:
  ByReference(WallTime stamp, const Now& now) : stamp_(stamp), now_(now) {}

  void consider(const Near& part) {
    // The clock may have been set while it was on the air, or stand wrong all the while.
    const auto off = std::min(apart(part.began_at, stamp_), apart(part.ended_at, stamp_));
    holds_ |= std::min(off, apart(part.ended_at, now_.wall)) < reference_holds;
    holds_ |= part.ended_boot && now_.boot - *part.ended_boot < reference_holds;
    if (best_ && off_ <= off) return;
    best_ = part;
    off_ = off;
  }
  [[nodiscard]] const std::optional<Near>& best() const { return best_; }
  /// It is so near that it is meant, whatever else is.
  [[nodiscard]] bool holds() const { return holds_; }

 private:
  WallTime stamp_;
  Now now_;
  std::optional<Near> best_;
  milliseconds off_{};
  bool holds_ = false;
};

/// Of the parts whose reference nobody knows: the one that was on the air when the service centre
/// stamped it; else the nearest that went out; else the only one in doubt that can be meant. Which
/// of several in doubt it was nobody can tell.
class ByTime {
 public:
  ByTime(WallTime stamp, const Now& now) : stamp_(stamp), now_(now) {}

  void consider(const Near& part) {
    const bool is_sound = has_sound_stamps(part);
    // One at a time is on the air: of two that seem so it is the later.
    if (contains(part, stamp_is_rough) && (!exact_ || exact_->began_at < part.began_at)) {
      exact_ = part;
      is_exact_sound_ = is_sound;
    }
    if (!part.uncertain && !part.on_air()) {
      const auto off = apart(part.ended_at, stamp_);
      if (!sent_ || off < apart(sent_->ended_at, stamp_)) sent_ = part;
      return;
    }
    ++open_count_;
    are_sound_ &= is_sound;
    if (!contains(part, clocks_differ)) return;
    doubtful_ = part;
    ++doubtful_count_;
  }
  /// `own`: the part with the report's own reference, but far from its stamp.
  [[nodiscard]] std::optional<Near> best(const std::optional<Near>& own) const {
    if (exact_ && is_exact_sound_) return exact_;
    if (sent_ && !exact_ && !own) return sent_;
    if (!exact_ && !doubtful_) return own;
    // Where the clock was set nobody knows by whose time the others are stamped.
    const bool is_sure = !own && (are_sound_ ? doubtful_count_ : open_count_) == 1;
    return is_sure ? doubtful_ : std::nullopt;
  }

 private:
  /// Its end may have been noted long after its time on the air, or by a clock that was set.
  [[nodiscard]] bool contains(const Near& part, milliseconds slack) const {
    const WallTime latest = part.began_at + longest_on_air;
    const WallTime end = was_set_back(part) ? latest : std::min(part.ended_at, latest);
    return part.began_at <= stamp_ + slack && stamp_ <= end + slack;
  }
  [[nodiscard]] static bool was_set_back(const Near& part) {
    return part.ended_at < part.began_at - clocks_differ;
  }

  /// The clock was not set while it was on the air, nor since, as far as that can be told.
  [[nodiscard]] bool has_sound_stamps(const Near& part) const {
    constexpr auto longest = longest_on_air + clocks_differ;
    if (part.on_air()) return apart(part.began_at, now_.wall) <= longest;
    if (was_set_back(part)) return false;
    const bool clock_stood = part.clock_moved <= clocks_differ;
    if (!part.ended_boot) return clock_stood;
    return apart(part.ended_at, now_.wall - (now_.boot - *part.ended_boot)) <= clocks_differ &&
           (clock_stood || part.ended_at - part.began_at <= longest);
  }

  WallTime stamp_;
  Now now_;
  std::optional<Near> exact_, sent_, doubtful_;
  bool is_exact_sound_ = false;
  int doubtful_count_ = 0;
  int open_count_ = 0;  // in doubt or on the air, whatever their stamps say
  bool are_sound_ = true;
};

}  // namespace

/// Whose report it is, as far as anybody can tell.
struct Book::Meant {
  std::optional<Near> part{};
  bool is_double = false;  // of one that was taken already: it must not settle another part
};

Book::Meant Book::meant_by(const ReportSeen& report, const std::string& tail, const Now& at) {
  ReportStatements& s = statements_->reports;
  const WallTime oldest = at.wall - rows::after_validity;  // by the end of the message's life
  const WallTime stamp = report.scts.value_or(at.wall);
  ByReference own(stamp, at);
  s.candidates.each([&](store::Row row) { own.consider(near_of(row)); }, report.sim, tail, oldest,
                    most_candidates, report.tp_mr, boot_);
  if (own.holds()) return {own.best()};
  const auto was_taken = [&](WallTime around) {
    return s.reported.first_row([](store::Row) {}, report.sim, tail, report.tp_mr, around,
                                milliseconds(result_is_near).count());
  };
  if (!own.best() && (was_heard(report, tail) || was_taken(stamp) || was_taken(at.wall))) {
    return {.is_double = true};
  }
  ByTime others(stamp, at);
  std::vector<Near> unknown;
  s.candidates.each([&](store::Row row) { unknown.push_back(near_of(row)); }, report.sim, tail,
                    oldest, most_candidates, std::optional<int>(), boot_);
  for (const Near& part : unknown) {
    if (may_have_had(part.submission, report.sim, report.tp_mr)) others.consider(part);
  }
  s.in_flight.each(
      [&](store::Row row) { others.consider({.began_at = rows::wall(row.integer(0))}); },
      report.sim, tail);
  return {others.best(own.best())};
}

std::optional<Settled> Book::status_report(const ReportSeen& report, const Now& at) {
  ReportStatements& s = statements_->reports;
  const std::string tail = rows::tail_of(report.recipient);
  const auto [part, is_double] = meant_by(report, tail, at);
  if (is_double) return std::nullopt;
  if (part && !part->on_air()) {
    heard(report, tail, part->submission);
    return settle({.submission = part->submission,
                   .message = part->message,
                   .round = part->round,
                   .part = part->part,
                   .sim = report.sim,
                   .uncertain = part->uncertain,
                   .began_at = part->began_at},
                  report.tp_mr, report.tp_status, at.wall);
  }
  // Its part may be on the air: the result finds it then.
  s.keep.run(report.sim, tail, report.tp_mr, report.recipient, report.scts, report.tp_status,
             at.wall);
  s.trim.run(s.keep.last_row_id() - most_unmatched);
  return std::nullopt;
}

/// References count upwards (TS 23.040 §9.2.3.6): that of a part lies between those of the nearest
/// parts of its SIM that are known, before it and after it. A counter that starts anew makes the
/// gap wider, never narrower.
bool Book::may_have_had(SubmissionId submission, SimId sim, int reference) {
  ReportStatements& s = statements_->reports;
  std::optional<int> before, after;
  s.reference_before.first_row([&](store::Row row) { before = row.small(0); }, submission, sim,
                               most_between);
  s.reference_after.first_row([&](store::Row row) { after = row.small(0); }, submission, sim,
                              most_between);
  if (!before || !after) return true;
  const auto from_before = [&](int other) { return (other - *before + references) % references; };
  const int gap = from_before(*after);
  const int here = from_before(reference);
  return here > 0 && (here < gap || gap == 0);
}

/// By the stamp of its service centre a double is known whatever the machine's clock did meanwhile.
void Book::heard(const ReportSeen& report, std::string_view tail, SubmissionId submission) {
  if (!report.scts) return;
  if (heard_.size() == most_heard) heard_.pop_front();
  heard_.push_back(
      {submission, report.sim, std::string(tail), *report.scts, report.tp_mr, report.tp_status});
}

bool Book::was_heard(const ReportSeen& report, const std::string& tail) {
  return std::any_of(heard_.begin(), heard_.end(), [&](const Heard& one) {
    return one.sim == report.sim && one.tp_mr == report.tp_mr && one.scts == report.scts &&
           one.tp_status == report.tp_status && one.tail == tail &&
           // The transaction that took it may not have come to its end.
           statements_->reports.is_reported.first_row([](store::Row) {}, one.submission);
  });
}

/// A report can be there before the result of its part. Only one that came after the part began can
/// be its own: an older one is the double of another's.
std::optional<Settled> Book::settle_early(const Awaiting& part, std::string_view tail,
                                          const Now& now) {
  ReportStatements& s = statements_->reports;
  const WallTime since = std::max(part.began_at, now.wall - early_kept);
  std::int64_t kept = 0;
  ReportSeen report{.sim = part.sim, .tp_mr = 0, .recipient = {}, .scts = {}, .tp_status = 0};
  const bool found = s.early.first_row(
      [&](store::Row row) {
        kept = row.integer(0);
        report.tp_status = row.small(1);
        report.tp_mr = row.small(2);
        if (const auto scts = row.optional_integer(3)) report.scts = rows::wall(*scts);
      },
      part.sim, tail, since, part.tp_mr, now.wall);
  if (!found) return std::nullopt;
  if (!part.tp_mr) {  // by its time it may mean another as well
    const auto meant = meant_by(report, std::string(tail), now).part;
    if (!meant || meant->submission != part.submission) return std::nullopt;
  }
  s.drop.run(kept);
  heard(report, tail, part.submission);
  return settle(part, report.tp_mr, report.tp_status, now.wall);
}

/// The reference is kept: by it the double of the report is known.
std::optional<Settled> Book::settle(const Awaiting& part, int tp_mr, int tp_status, WallTime now) {
  ReportStatements& s = statements_->reports;
  const Fate fate = fate_of(tp_status);
  s.settle.run(part.submission, outcome_for(fate), fate == Fate::pending, tp_status, tp_mr);
  return taken(part, fate == Fate::lost, now);
}

std::optional<Settled> Book::late_result(SubmissionId submission, int tp_mr, const Now& now) {
  ReportStatements& s = statements_->reports;
  Awaiting part{.submission = submission, .uncertain = true, .tp_mr = tp_mr};
  std::string tail;
  bool awaits = false;
  const bool in_doubt = s.uncertain.first_row(
      [&](store::Row row) {
        part.message = MessageId{row.integer(0)};
        part.round = row.integer(1);
        part.part = row.small(2);
        part.sim = SimId{row.integer(3)};
        tail = row.text(4);
        part.began_at = rows::wall(row.integer(5));
        awaits = row.flag(6);
      },
      submission);
  if (!in_doubt) return std::nullopt;
  s.taken.run(submission, tp_mr);
  doubt_lasted(submission, now);
  if (awaits) {
    if (const auto settled = settle_early(part, tail, now)) return settled;
  }
  return taken(part, false, now.wall);
}

void Book::doubt_lasted(SubmissionId submission, const Now& now) {
  statements_->reports.lasted.run(submission, late_stamp(now), now.boot, boot_);
  statements_->reports.answered.run(submission);
}

/// What becomes of the message of a part that the network took; `lost` if it will not deliver it.
Settled Book::taken(const Awaiting& part, bool lost, WallTime now) {
  ReportStatements& s = statements_->reports;
  MessageState state{};
  int parts = 0;
  int parts_sent = 0;
  std::int64_t round = 0;
  bool in_flight = false;
  bool restored = false;
  s.message.first_row(
      [&](store::Row row) {
        state = state_named(row.view(0)).value_or(MessageState::sent);
        parts = row.small(1);
        parts_sent = row.small(2);
        round = row.integer(3);
        in_flight = row.flag(4);
        restored = row.flag(5);
      },
      part.message);
  Settled settled{.message = part.message, .state = state};
  if (round != part.round) return settled;  // it has started over since

  const int parts_before = parts_sent;
  if (part.uncertain && part.part == parts_sent + 1 && !in_flight) {
    ++parts_sent;  // so the network had taken it
    if (state == MessageState::uncertain || state == MessageState::queued) {
      // One that has lost a part already can never be read: its rest is not worth sending. The rest
      // of a restored one may have gone out after the backup was made.
      settled.state = parts_sent == parts                ? MessageState::sent
                      : lost                             ? MessageState::undelivered
                      : restored                         ? state
                      : batch_is_cancelled(part.message) ? MessageState::cancelled
                                                         : MessageState::queued;
      settled.requeued = settled.state == MessageState::queued;
    }
  }
  if (settled.state == MessageState::sent) {
    settled.state = state_by_reports(part.message, round, parts);
  }
  if (settled.state != state || parts_sent != parts_before) {
    s.move.run(part.message, name_of(settled.state), parts_sent, now);
  }
  return settled;
}

/// What a message is whose parts were all taken.
MessageState Book::state_by_reports(MessageId message, std::int64_t round, int parts) {
  std::int64_t delivered = 0;
  std::int64_t lost = 0;
  statements_->reports.parts_reported.first_row(
      [&](store::Row row) {
        delivered = row.integer(0);
        lost = row.integer(1);
      },
      message, round);
  if (lost > 0) return MessageState::undelivered;
  return delivered == parts ? MessageState::delivered : MessageState::sent;
}

}  // namespace bank::scheduler
