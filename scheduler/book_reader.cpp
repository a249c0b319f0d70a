// The message book, for those who only read it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

std::string select_view() {
  return "SELECT m.id, m.batch, m.recipient, t.body, m.class, m.priority, p.name, "
         "coalesce(w.iccid, 'imsi:' || w.imsi), m.send_at, m.expires_at, m.report, m.encoding, "
         "m.flash, "
         "m.reference, m.state, m.parts, m.parts_sent, m.created_at, m.updated_at, m.attempts, "
         "coalesce(v.iccid, 'imsi:' || v.imsi), m.modem, v.number, m.wait_until, m.error_code, "
         "m.error_detail, iif(" +
         rows::in_own_lane("m") + " AND NOT " + rows::is_bound("m") + ", b.state, NULL), " +
         rows::is_bound("m") + ", m.topic FROM message m ";
}
// Joined to the left of nothing: a message without its text or its SIM is still a message.
constexpr std::string_view view_joins =
    " LEFT JOIN text t ON t.id = m.text LEFT JOIN pool p ON p.id = m.pool "
    "LEFT JOIN sim w ON w.id = m.wanted_sim LEFT JOIN sim v ON v.id = m.via "
    "LEFT JOIN batch b ON b.id = m.batch ";

MessageView view_of(const store::Row& row) {
  MessageView view{.id = MessageId{row.integer(0)},
                   .batch = rows::optional_id<BatchId>(row, 1),
                   .to = row.text(2),
                   .text = row.optional_text(3),
                   .message_class = class_named(row.view(4)).value_or(MessageClass::transactional),
                   .priority = row.small(5),
                   .pool = row.text(6),
                   .wanted_sim = row.optional_text(7),
                   .send_at = rows::optional_wall(row, 8),
                   .expires_at = rows::wall(row.integer(9)),
                   .report = row.flag(10),
                   .encoding = rows::encoding_named(row.view(11)),
                   .flash = row.flag(12),
                   .reference = row.text(13),
                   .state = state_named(row.view(14)).value_or(MessageState::failed),
                   .parts = row.small(15),
                   .parts_sent = row.small(16),
                   .created_at = rows::wall(row.integer(17)),
                   .updated_at = rows::wall(row.integer(18)),
                   .attempts = row.small(19),
                   .sim = std::nullopt,
                   .modem = std::nullopt,
                   .from = std::nullopt,
                   .wait_until = rows::optional_wall(row, 23),
                   .held_by_batch = std::nullopt,
                   .error = std::nullopt};
  // Back in the queue and bound to none, it may go through any SIM.
  if (view.state != MessageState::queued || row.flag(27)) {
    view.sim = row.optional_text(20);
    view.modem = row.optional_text(21);
    if (!row.view(22).empty()) view.from = row.text(22);
  }
  if (const auto batch = batch_state_named(row.view(26)); batch != BatchState::open) {
    view.held_by_batch = batch;
  }
  if (!row.is_null(24)) view.error = Trouble{row.text(24), row.text(25)};
  view.topic = row.text(28);
  return view;
}

/// Which index leads, and which conditions are left to look at row by row. What is queued and what
/// is not stand in two indexes by recipient: the newest of both.
std::string list_sql(const MessageFilter& filter) {
  constexpr std::string_view page =
      "m.id < ?1 AND m.id >= ?2 AND m.created_at >= ?3 ORDER BY m.id DESC LIMIT ?7";
  std::string which = fmt::format("{} AND {} AND {}", filter.state ? "m.state = ?4" : "?4 IS NULL",
                                  filter.to ? "m.recipient = ?5" : "?5 IS NULL",
                                  filter.batch ? "m.batch = ?6" : "?6 IS NULL");
  if (filter.to) {
    const auto ids = [&](std::string_view index, std::string_view half) {
      return fmt::format(
          "SELECT * FROM (SELECT m.id FROM message m INDEXED BY {} WHERE {} AND {} "
          "AND {})",
          index, half, which, page);
    };
    return fmt::format("{}{}WHERE m.id IN ({} UNION ALL {}) ORDER BY m.id DESC LIMIT ?7",
                       select_view(), view_joins, ids("message_queued_to", "m.state = 'queued'"),
                       ids("message_to", "m.state <> 'queued'"));
  }
  std::string_view index;
  if (filter.batch) {
    index = "INDEXED BY message_batch";
    which += " AND m.batch IS NOT NULL";
  } else if (filter.state) {
    index = "INDEXED BY message_state";
  }
  return fmt::format("{}{}{}WHERE {} AND {}", select_view(), index, view_joins, which, page);
}

ApiKey key_of(const store::Row& row) {
  return {.id = KeyId{row.integer(0)},
          .name = row.text(1),
          .scopes = rows::words_of(row.view(2)),
          .classes = rows::words_of(row.view(3)),
          .created_at = rows::wall(row.integer(4)),
          .revoked_at = rows::optional_wall(row, 5),
          .pools = rows::words_of(row.view(6)),
          .last_used_at = rows::optional_wall(row, 7),
          .sims = rows::words_of(row.view(8)),
          .networks = rows::words_of(row.view(9)),
          .limits = {.per_minute = row.optional_integer(10),
                     .per_hour = row.optional_integer(11),
                     .per_day = row.optional_integer(12)}};
}

constexpr std::string_view select_key =
    "SELECT id, name, scopes, classes, created_at, revoked_at, pools, last_used_at, sims, "
    "networks, "
    "per_minute, per_hour, per_day FROM api_key ";
constexpr std::string_view select_suppression =
    "SELECT number, since, scope, reason, evidence, how, who, held, inbound FROM suppression ";

std::string select_batch(std::string_view which) {
  return fmt::format(
      "SELECT id, state, created_at, rejected FROM batch WHERE state <> 'dropped' AND {}", which);
}

std::string joined_sql(std::string_view head, std::string_view tail) {
  return std::string(head) + std::string(tail);
}

/// What everybody asks for has an index of its own; whoever asks for more walks over the rest.
std::string select_inbox(const InboxFilter& filter) {
  std::string sql(rows::select_inbound);
  if (!filter.blocked && !filter.loopbacks) {
    constexpr std::string_view table = "FROM inbound i ";
    sql.insert(sql.find(table) + table.size(), "INDEXED BY inbound_shown ");
  }
  sql += "WHERE ";
  if (!filter.blocked) sql += "i.blocked = 0 AND ";
  if (!filter.loopbacks) sql += "i.loopback = 0 AND ";
  return sql + "i.id > ? ORDER BY i.id LIMIT ?";
}

}  // namespace

struct BookReader::Statements {
  explicit Statements(const store::Database& database)
      : message(database, fmt::format("{}{}WHERE m.id = ?", select_view(), view_joins)),
        submissions(database,
                    "SELECT s.part, s.tp_mr, coalesce(v.iccid, 'imsi:' || v.imsi), s.modem, "
                    "s.began_at, s.outcome, s.error_code, s.error_detail, "
                    "EXISTS (SELECT 1 FROM submission e INDEXED BY submission_message "
                    "WHERE e.message = s.message AND e.part = s.part AND e.id < s.id AND " +
                        rows::ended_in_doubt("e") +
                        "), s.ended_at FROM submission s "
                        "INDEXED BY submission_message LEFT JOIN sim v ON v.id = s.sim "
                        "WHERE s.message = ? ORDER BY s.id"),
        first_at_or_after(database,
                          "SELECT id, created_at FROM message WHERE id >= ? ORDER BY id LIMIT 1"),
        last_id(database, "SELECT max(id) FROM message"),
        sims(database, joined_sql(rows::select_sim, "ORDER BY s.id")),
        inbound(database, joined_sql(rows::select_inbound, "WHERE i.id = ?")),
        inbox(database, select_inbox({.blocked = true, .loopbacks = true})),
        inbox_with_blocked(database, select_inbox({.blocked = true})),
        inbox_with_loopbacks(database, select_inbox({.loopbacks = true})),
        inbox_shown(database, select_inbox({})),
        waiting_parts(database,
                      "SELECT count(*) FROM inbound_part INDEXED BY inbound_part_open "
                      "WHERE inbound IS NULL"),
        suppression(database, joined_sql(select_suppression, "WHERE number = ?")),
        counts(database, "SELECT state, n FROM message_count"),
        batch(database, select_batch("id = ?")),
        batches(database, select_batch("id < ? ORDER BY id DESC LIMIT ?")),
        batch_counts(database, "SELECT state, n FROM batch_count WHERE batch = ? AND n > 0"),
        rejections(database,
                   "SELECT line, field, recipient, reason FROM batch_rejection "
                   "WHERE batch = ? AND line > ? ORDER BY line LIMIT ?"),
        modem_events(database,
                     "SELECT id, at, kind, what FROM modem_event WHERE modem = ? AND id < ? "
                     "ORDER BY id DESC LIMIT ?"),
        keys(database, joined_sql(select_key,
                                  // Not those of people, also of those who are gone.
                                  "WHERE id > ? AND scopes <> 'account' ORDER BY id LIMIT ?")),
        key(database, joined_sql(select_key, "WHERE hash = ?")) {}

  store::Statement message, submissions, first_at_or_after, last_id, sims, inbound, inbox,
      inbox_with_blocked, inbox_with_loopbacks, inbox_shown, waiting_parts, suppression, counts,
      batch, batches, batch_counts, rejections, modem_events, keys, key;
  std::map<std::string, store::Statement>
      lists;  // by their SQL: one for each kind of filter, eight
};

BookReader::BookReader(store::Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
BookReader::~BookReader() = default;

std::optional<MessageView> BookReader::message(MessageId id) {
  std::optional<MessageView> view;
  statements_->message.first_row([&](store::Row row) { view = view_of(row); }, id);
  return view;
}

std::vector<SubmissionView> BookReader::submissions(MessageId id) {
  std::vector<SubmissionView> found;
  statements_->submissions.each(
      [&](store::Row row) {
        SubmissionView view{.part = row.small(0),
                            .tp_mr = std::nullopt,
                            .sim = row.optional_text(2),
                            .modem = row.text(3),
                            .at = rows::wall(row.integer(4)),
                            .outcome = row.text(5),
                            .error = std::nullopt,
                            .resend = row.flag(8),
                            .ended = rows::optional_wall(row, 9)};
        if (!row.is_null(1)) view.tp_mr = row.small(1);
        if (!row.is_null(6)) view.error = Trouble{row.text(6), row.text(7)};
        found.push_back(std::move(view));
      },
      id);
  return found;
}

/// The first message accepted at or after `since`, found by halving: ids grow with time, as far as
/// the wall clock does.
MessageId BookReader::first_since(WallTime since) {
  std::int64_t low = 1;
  std::int64_t high = 0;
  statements_->last_id.first_row([&](store::Row row) { high = row.integer(0) + 1; });
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    std::int64_t id = high;
    bool later = true;
    statements_->first_at_or_after.first_row(
        [&](store::Row row) {
          id = row.integer(0);
          later = rows::wall(row.integer(1)) >= since;
        },
        middle);
    if (later) {
      high = middle;
    } else {
      low = id + 1;
    }
  }
  return MessageId{low};
}

std::vector<MessageView> BookReader::messages(const MessageFilter& filter,
                                              std::optional<MessageId> before, std::size_t limit) {
  const std::string sql = list_sql(filter);
  auto found = statements_->lists.find(sql);
  if (found == statements_->lists.end()) {
    found = statements_->lists.emplace(sql, store::Statement(database_, sql)).first;
  }
  using Name = std::optional<std::string_view>;
  std::vector<MessageView> views;
  found->second.each(
      [&](store::Row row) { views.push_back(view_of(row)); }, before.value_or(MessageId{INT64_MAX}),
      filter.since ? first_since(*filter.since) : MessageId{0},
      filter.since ? filter.since->time_since_epoch().count() : INT64_MIN,
      filter.state ? Name(name_of(*filter.state)) : Name(), filter.to, filter.batch, limit);
  return views;
}

std::vector<SimRow> BookReader::sims() {
  std::vector<SimRow> found;
  statements_->sims.each([&](store::Row row) { found.push_back(rows::sim_of(row)); });
  return found;
}

std::optional<InboundView> BookReader::inbound(InboundId id) {
  std::optional<InboundView> view;
  statements_->inbound.first_row([&](store::Row row) { view = rows::inbound_of(row); }, id);
  return view;
}

std::vector<InboundView> BookReader::inbox(std::optional<InboundId> after, std::size_t limit,
                                           const InboxFilter& filter) {
  std::vector<InboundView> found;
  auto& s = *statements_;
  auto& of_loopbacks = filter.blocked ? s.inbox : s.inbox_with_loopbacks;
  auto& of_people = filter.blocked ? s.inbox_with_blocked : s.inbox_shown;
  auto& statement = filter.loopbacks ? of_loopbacks : of_people;
  statement.each([&](store::Row row) { found.push_back(rows::inbound_of(row)); },
                 after.value_or(InboundId{0}), limit);
  return found;
}

std::int64_t BookReader::waiting_parts() {
  std::int64_t n = 0;
  statements_->waiting_parts.first_row([&](store::Row row) { n = row.integer(0); });
  return n;
}

std::optional<Suppression> BookReader::suppression(std::string_view number) {
  std::optional<Suppression> found;
  statements_->suppression.first_row([&](store::Row row) { found = rows::suppression_of(row); },
                                     number);
  return found;
}

namespace {

auto take_counts(std::vector<std::pair<MessageState, std::int64_t>>& counts) {
  return [&counts](store::Row row) {
    if (const auto state = state_named(row.view(0))) counts.emplace_back(*state, row.integer(1));
  };
}

}  // namespace

std::vector<std::pair<MessageState, std::int64_t>> BookReader::counts() {
  std::vector<std::pair<MessageState, std::int64_t>> counts;
  statements_->counts.each(take_counts(counts));
  std::ranges::sort(counts);
  return counts;
}

BatchView BookReader::batch_of(const store::Row& row) {
  BatchView view{.id = BatchId{row.integer(0)},
                 .state = batch_state_named(row.view(1)).value_or(BatchState::open),
                 .created_at = rows::wall(row.integer(2)),
                 .rejected = row.integer(3),
                 .counts = {}};
  statements_->batch_counts.each(take_counts(view.counts), view.id);
  std::ranges::sort(view.counts);
  return view;
}

std::optional<BatchView> BookReader::batch(BatchId id) {
  std::optional<BatchView> view;
  statements_->batch.first_row([&](store::Row row) { view = batch_of(row); }, id);
  return view;
}

std::vector<BatchView> BookReader::batches(std::optional<BatchId> before, std::size_t limit) {
  std::vector<BatchView> found;
  statements_->batches.each([&](store::Row row) { found.push_back(batch_of(row)); },
                            before.value_or(BatchId{INT64_MAX}), limit);
  return found;
}

std::vector<Book::RejectedLine> BookReader::rejections(BatchId id, std::int64_t after,
                                                       std::size_t limit) {
  std::vector<Book::RejectedLine> found;
  statements_->rejections.each(
      [&](store::Row row) {
        found.push_back({row.integer(0), row.text(1), row.text(2), row.text(3)});
      },
      id, after, limit);
  return found;
}

std::vector<ModemEventView> BookReader::modem_events(std::string_view modem,
                                                     std::optional<std::int64_t> before,
                                                     std::size_t limit) {
  std::vector<ModemEventView> found;
  statements_->modem_events.each(
      [&](store::Row row) {
        found.push_back({row.integer(0), rows::wall(row.integer(1)), row.text(2), row.text(3)});
      },
      modem, before.value_or(INT64_MAX), limit);
  return found;
}

std::vector<ApiKey> BookReader::keys(KeyId after, std::size_t limit) {
  std::vector<ApiKey> found;
  statements_->keys.each([&](store::Row row) { found.push_back(key_of(row)); }, after, limit);
  return found;
}

std::optional<ApiKey> BookReader::key(std::span<const unsigned char, 32> key_hash) {
  std::optional<ApiKey> found;
  statements_->key.first_row([&](store::Row row) { found = key_of(row); },
                             std::span<const unsigned char>(key_hash));
  return found;
}

}  // namespace bank::scheduler
