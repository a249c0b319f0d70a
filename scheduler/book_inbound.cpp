// The message book: what SIMs receive.
#include <algorithm>
#include <iterator>
#include <utility>

#include "at/reassembly.hpp"
#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"
#include "scheduler/inbound_message.hpp"

namespace bank::scheduler {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

constexpr std::chrono::days same_within{7};   // DESIGN "Inbound twice"
constexpr std::chrono::hours noted_again{1};  // a part that a SIM shows again is noted that often

// Parts that wait for others. A sender has room for two of the longest messages, so that whoever
// sends nothing but beginnings puts out his own. What is looked through for one more part is as
// much as that, and each of the few messages that it could be of.
constexpr std::int64_t most_waiting = 4096;
constexpr std::int64_t most_waiting_of_sender = 512;  // of one SIM
constexpr at::ReassemblyLimits of_one_key{.sets = 8, .parts = 512};
constexpr int most_same_content = 16;  // the newest parts that could be the same one

constexpr sys_seconds end_of_time{std::chrono::sys_days{std::chrono::year{9999} / 1 / 1}};

}  // namespace

InboundStatements::InboundStatements(const store::Database& database)
    // The service centre's time is within what is hashed, so that the same has the same.
    : same_tpdu(database,
                "SELECT id FROM inbound_part INDEXED BY inbound_part_hash WHERE sim = ?1 "
                "AND sent_at IS ?5 AND hash = ?2 AND seen_at BETWEEN ?3 - ?4 AND ?3 + ?4 "
                "ORDER BY id DESC LIMIT 1"),
      same_part(database,
                "SELECT p.heard_at, p.sent_at FROM inbound_part p INDEXED BY inbound_part_content "
                "LEFT JOIN inbound i ON i.id = p.inbound WHERE p.sim = ?1 AND p.content = ?2 "
                "AND i.missing IS NULL ORDER BY p.id DESC LIMIT ?3"),
      // Without the service centre's time nobody can tell that it is the same one for ever.
      seen(database,
           "UPDATE inbound_part SET seen_at = ?2 WHERE id = ?1 AND sent_at IS NOT NULL "
           "AND abs(seen_at - ?2) >= ?3"),
      keep(database,
           "INSERT INTO inbound_part (sim, modem, pdu, hash, content, sender, reference, bits, "
           "total, number, heard_at, seen_at, sent_at, inbound) "
           "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13)"),
      drop(database, "DELETE FROM inbound_part WHERE id = ?"),
      open(database,
           "SELECT count(*) FROM inbound_part INDEXED BY inbound_part_open "
           "WHERE inbound IS NULL"),
      open_of_sender(database,
                     "SELECT count(*) FROM inbound_part INDEXED BY inbound_part_open "
                     "WHERE inbound IS NULL AND sim = ? AND sender = ?"),
      oldest(database,
             "SELECT sim, sender, reference, bits, total FROM inbound_part "
             "INDEXED BY inbound_part_open WHERE inbound IS NULL "
             "GROUP BY sim, sender, reference, bits, total ORDER BY max(id) LIMIT 1"),
      oldest_of_sender(database,
                       "SELECT sim, sender, reference, bits, total FROM inbound_part "
                       "INDEXED BY inbound_part_open WHERE inbound IS NULL AND sim = ? "
                       "AND sender = ? GROUP BY reference, bits, total ORDER BY max(id) LIMIT 1"),
      parts(database,
            "SELECT id, heard_at, number, pdu FROM inbound_part INDEXED BY inbound_part_open "
            "WHERE inbound IS NULL AND sim = ? AND sender = ? AND reference = ? AND bits = ? "
            "AND total = ? ORDER BY id"),
      aged(database,
           "SELECT sim, sender, reference, bits, total FROM inbound_part "
           "INDEXED BY inbound_part_age WHERE inbound IS NULL AND heard_at <= ? "
           "GROUP BY sim, sender, reference, bits, total ORDER BY max(id)"),
      heard(database, "SELECT modem, heard_at FROM inbound_part WHERE id = ?"),
      put(database,
          "INSERT INTO inbound (kind, sim, modem, sender, sender_kind, received_at, sent_at, "
          "parts, missing, message_class, waiting, waiting_active, waiting_store, "
          "destination_port, source_port, problem, blocked) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_text(database, "INSERT INTO inbound_text (inbound, text, data) VALUES (?, ?, ?)"),
      came_out(database, "UPDATE inbound_part SET inbound = ?2 WHERE id = ?1") {}

namespace {

/// What the parts of one message have in common. A sender may use it for several at a time.
struct SetKey {
  SimId sim;
  std::string sender;
  at::Concat concat;  // of any of its parts
};

SetKey key_of(const store::Row& row) {
  return {SimId{row.integer(0)}, row.text(1), {row.small(2), row.small(3), 1, row.small(4)}};
}

sys_seconds in_seconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

/// As `at::Reassembly` measures it: by the service centre's times, where there are two.
bool may_be_one(WallTime heard, std::optional<WallTime> sent, WallTime other_heard,
                std::optional<WallTime> other_sent) {
  const auto off = sent && other_sent ? *sent - *other_sent : heard - other_heard;
  return std::chrono::abs(off) <= of_one_key.spread;
}

std::optional<WallTime> sent_at(const std::optional<at::Deliver>& deliver) {
  if (!deliver || !deliver->timestamp) return std::nullopt;
  return WallTime{deliver->timestamp->instant};
}

bool is_duplicate(InboundStatements& s, const Arrival& arrival, const Kept& kept) {
  std::optional<std::int64_t> known;
  s.same_tpdu.first_row([&](store::Row row) { known = row.integer(0); }, arrival.sim,
                        std::span<const unsigned char>(kept.tpdu), arrival.at,
                        WallTime::duration(same_within), sent_at(arrival.deliver));
  if (known) {
    s.seen.run(*known, arrival.at, WallTime::duration(noted_again));
    return true;
  }
  if (!kept.part) return false;
  bool is_same = false;
  s.same_part.each(
      [&](store::Row row) {
        is_same = is_same || may_be_one(arrival.at, sent_at(arrival.deliver),
                                        rows::wall(row.integer(0)), rows::optional_wall(row, 1));
      },
      arrival.sim, std::span<const unsigned char>(*kept.part), most_same_content);
  return is_same;
}

/// `message` is null for a part that waits for others.
std::int64_t keep(InboundStatements& s, const Arrival& arrival, const Kept& kept,
                  std::string_view sender, std::optional<InboundId> message) {
  std::optional<at::Concat> concat;
  std::optional<std::span<const unsigned char>> content;
  if (kept.part) {
    concat = arrival.deliver->header.concat;
    content = *kept.part;
  }
  const auto of = [&](int at::Concat::*field) {
    return concat ? std::optional((*concat).*field) : std::nullopt;
  };
  s.keep.run(arrival.sim, arrival.modem, kept.pdu, std::span<const unsigned char>(kept.tpdu),
             content, sender, of(&at::Concat::ref), of(&at::Concat::bits), of(&at::Concat::total),
             of(&at::Concat::seq), arrival.at, sent_at(arrival.deliver), message);
  return s.keep.last_row_id();
}

InboundId put(InboundStatements& s, const InboundView& message) {
  std::optional<std::string_view> waiting;
  std::optional<bool> is_active;
  std::optional<bool> store;
  if (message.waiting) {
    waiting = rows::name_of(message.waiting->kind);
    is_active = message.waiting->active;
    store = message.waiting->store;
  }
  std::vector<std::string> numbers;
  for (const int number : message.missing) numbers.push_back(std::to_string(number));
  const auto missing = message.complete ? std::nullopt : std::optional(rows::joined(numbers));
  s.put.run(name_of(message.kind), message.sim, message.modem, message.from,
            at::name_of(message.from_kind), message.received_at, message.sent_at, message.parts,
            missing, message.message_class, waiting, is_active, store, message.destination_port,
            message.source_port, message.problem, s.blocked.has(message.from));
  const InboundId id{s.put.last_row_id()};
  if (message.kind != InboundKind::call) s.put_text.run(id, message.text, message.data);
  return id;
}

/// It waited for nothing: message and part are written once.
InboundId come_out_alone(InboundStatements& s, const Arrival& arrival, const Kept& kept,
                         InboundView message) {
  message.modem = arrival.modem;
  message.received_at = arrival.at;
  const InboundId id = put(s, message);
  (void)keep(s, arrival, kept, message.from, id);
  return id;
}

InboundId come_out(InboundStatements& s, const at::Collected& parts) {
  InboundView message = message_of(parts);
  const auto [first, last] = std::ranges::minmax_element(parts.pieces, {}, &at::Piece::id);
  s.heard.first_row([&](store::Row row) { message.modem = row.text(0); }, first->id);
  s.heard.first_row([&](store::Row row) { message.received_at = rows::wall(row.integer(1)); },
                    last->id);
  const InboundId id = put(s, message);
  for (const at::Piece& piece : parts.pieces) s.came_out.run(piece.id, id);
  return id;
}

at::Piece piece_of(const SetKey& key, const store::Row& row) {
  auto decoded = at::decode_deliver(row.view(3));
  at::Deliver deliver;
  if (decoded) {
    deliver = *std::move(decoded);
  } else {
    deliver.from = {key.sender, kind_of_sender(key.sender)};
    deliver.text = "\uFFFD";  // another version of the program could read it
  }
  deliver.header.concat = key.concat;
  deliver.header.concat->seq = row.small(2);
  return {row.integer(0), static_cast<std::int64_t>(key.sim),
          in_seconds(rows::wall(row.integer(1))), std::move(deliver)};
}

struct Together {
  std::vector<at::Collected> messages;  // that are whole, or given up at `until`
  std::vector<std::int64_t> doubles;    // parts that are not there any more
};

/// Hears again what waits under a key, in its order: the same messages begin as did then, for the
/// parts of those that have come out are not heard, and all of each are not.
Together put_together(InboundStatements& s, const SetKey& key, sys_seconds until) {
  at::Reassembly reassembly(of_one_key);
  Together together;
  const auto take = [&](std::vector<at::Collected> out) {
    std::ranges::move(out, std::back_inserter(together.messages));
  };
  s.parts.each(
      [&](store::Row row) {
        auto heard = reassembly.hear(piece_of(key, row));
        if (heard.duplicate_of) together.doubles.push_back(row.integer(0));
        take(std::move(heard.out));
      },
      key.sim, key.sender, key.concat.ref, key.concat.bits, key.concat.total);
  take(reassembly.expire(until));
  for (const std::int64_t part : together.doubles) s.drop.run(part);
  return together;
}

std::int64_t count(store::Statement& statement, const auto&... values) {
  std::int64_t n = 0;
  statement.first_row([&](store::Row row) { n = row.integer(0); }, values...);
  return n;
}

/// All that waits under the key that `oldest` finds comes out; false when it finds none.
bool give_up(InboundStatements& s, std::vector<InboundId>& out, store::Statement& oldest,
             const auto&... values) {
  std::optional<SetKey> key;
  oldest.first_row([&](store::Row row) { key = key_of(row); }, values...);
  if (!key) return false;
  const Together together = put_together(s, *key, end_of_time);
  for (const auto& message : together.messages) out.push_back(come_out(s, message));
  return true;
}

void make_room(InboundStatements& s, const SetKey& key, std::vector<InboundId>& out) {
  while (count(s.open_of_sender, key.sim, key.sender) >= most_waiting_of_sender) {
    if (!give_up(s, out, s.oldest_of_sender, key.sim, key.sender)) break;
  }
  while (count(s.open) >= most_waiting) {
    if (!give_up(s, out, s.oldest)) break;
  }
}

}  // namespace

Hearing Book::hear(const Arrival& arrival) {
  InboundStatements& s = statements_->inbound;
  const Kept kept = kept_of(arrival);
  Hearing hearing;
  hearing.is_duplicate = is_duplicate(s, arrival, kept);
  if (hearing.is_duplicate) return hearing;

  if (!arrival.deliver) {
    hearing.complete.push_back(come_out_alone(s, arrival, kept, unreadable_of(arrival, kept.pdu)));
    return hearing;
  }

  const at::Deliver& deliver = *arrival.deliver;
  const std::string& sender = deliver.from.digits_or_text;
  if (!kept.part) {
    at::Collected single{.total = 1, .pieces = {}};
    single.pieces.push_back(
        {0, static_cast<std::int64_t>(arrival.sim), in_seconds(arrival.at), deliver});
    hearing.complete.push_back(come_out_alone(s, arrival, kept, message_of(single)));
    hearing.loopback = came_back(deliver, arrival, hearing.complete.back());
    return hearing;
  }

  const SetKey key{arrival.sim, sender, *deliver.header.concat};
  make_room(s, key, hearing.complete);
  const std::int64_t part = keep(s, arrival, kept, sender, std::nullopt);
  const Together together = put_together(s, key, in_seconds(arrival.at));
  hearing.is_duplicate = std::ranges::find(together.doubles, part) != together.doubles.end();
  for (const auto& message : together.messages) hearing.complete.push_back(come_out(s, message));
  return hearing;
}

InboundId Book::call(const IncomingCall& call) {
  InboundView message{};
  message.kind = InboundKind::call;
  message.from = call.from;
  message.from_kind = kind_of_sender(call.from);
  message.sim = call.sim;
  message.modem = call.modem;
  message.received_at = call.at;
  return put(statements_->inbound, message);
}

void Book::block_senders(BlockedSenders senders) {
  statements_->inbound.blocked = std::move(senders);
}

std::vector<InboundId> Book::give_up_gaps(WallTime now, std::size_t limit) {
  InboundStatements& s = statements_->inbound;
  std::vector<SetKey> keys;
  s.aged.each([&](store::Row row) { keys.push_back(key_of(row)); },
              now - WallTime::duration(of_one_key.life));
  std::vector<InboundId> out;
  for (const SetKey& key : keys) {
    const Together together = put_together(s, key, in_seconds(now));
    for (const auto& message : together.messages) {
      if (out.size() == limit) return out;
      out.push_back(come_out(s, message));
    }
  }
  return out;
}

}  // namespace bank::scheduler
