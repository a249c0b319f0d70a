#include "scheduler/conversations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "scheduler/book_rows.hpp"
#include "scheduler/fold.hpp"
#include "scheduler/outside_name.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {
namespace {

using store::Row;
using store::Statement;

constexpr std::string_view prefix = "con_";
constexpr auto newest = std::numeric_limits<std::int64_t>::max();
constexpr int most_looked_at = 64;  // of our last messages to a party

constexpr std::string_view select_view =
    "SELECT c.id, c.party, c.kind, c.state, c.unread, c.last_at, "
    "coalesce(s.iccid, 'imsi:' || s.imsi), t.text FROM conversation c "
    "LEFT JOIN inbound i ON i.id = c.last_inbound LEFT JOIN sim s ON s.id = i.sim "
    "LEFT JOIN inbound_text t ON t.inbound = c.last_inbound ";

ConversationView view_of(const Row& row) {
  return {
      ConversationId{row.integer(0)}, row.text(1), row.text(2),         row.text(3), row.integer(4),
      rows::wall(row.integer(5)),     row.text(6), row.optional_text(7)};
}

struct Party {
  std::string name;
  std::string_view kind;
};

/// Nothing: nobody is known to have written it.
std::optional<Party> party_of(const std::string& sender, at::Address::Kind kind,
                              const ReplyRules& rules) {
  if (sender.empty()) return std::nullopt;
  if (auto person = rules.person(sender, kind)) return Party{std::move(*person), "number"};
  return Party{sender, kind == at::Address::Kind::alphanumeric ? "name" : "code"};
}

std::size_t octets_of(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

struct NewInbound {
  std::int64_t id;
  std::string sender;
  at::Address::Kind kind;
  WallTime at;
  std::optional<std::string> text;
  bool joins;
};

/// The newest of three lists that go by their ids. A clock that was set back makes none of them
/// overtake another of its list: else a page would leave it out.
Conversations::Items page_of(std::array<std::vector<ConversationItem>*, 3> lists, BeforeItems next,
                             std::size_t limit) {
  Conversations::Items page;
  std::array<std::size_t, 3> at{};
  std::array<WallTime, 3> least;
  least.fill(WallTime::max());
  const auto time_of = [&](std::size_t i) {
    return std::min(least.at(i), (*lists.at(i))[at.at(i)].at);
  };
  while (true) {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      if (at.at(i) == lists.at(i)->size()) continue;
      if (!first || time_of(i) > time_of(*first)) first = i;
    }
    if (!first) return page;
    if (page.items.size() == limit) {
      page.next = next;
      return page;
    }
    least.at(*first) = time_of(*first);
    auto& item = (*lists.at(*first))[at.at(*first)++];
    if (const auto* in = std::get_if<ConversationItem::In>(&item.what)) {
      next.inbound = static_cast<std::int64_t>(in->id);
    } else if (const auto* out = std::get_if<MessageId>(&item.what)) {
      next.message = static_cast<std::int64_t>(*out);
    } else {
      next.note = std::get<ConversationItem::Note>(item.what).id;
    }
    page.items.push_back(std::move(item));
  }
}

}  // namespace

std::string outside(ConversationId id) {
  return outside_with(prefix, static_cast<std::int64_t>(id));
}

std::optional<ConversationId> conversation_id(std::string_view outside) {
  const auto id = inside_of(prefix, outside);
  return id ? std::optional(ConversationId{*id}) : std::nullopt;
}

std::string search_words(std::string_view folded) {
  std::string words;
  for (std::size_t at = 0; at < folded.size();) {
    const auto lead = static_cast<unsigned char>(folded[at]);
    const auto size = std::min(octets_of(lead), folded.size() - at);
    const bool is_alone = is_unspaced(folded.substr(at, size));
    if (is_alone && !words.empty() && words.back() != ' ') words += ' ';
    words += folded.substr(at, size);
    if (is_alone) words += ' ';
    at += size;
  }
  return words;
}

// --- changing -----------------------------------------------------------------------------------

std::size_t Conversations::adopt(const ReplyRules& rules, std::size_t limit) {
  const auto from = database_.integer("SELECT inbound FROM conversation_cursor");
  std::vector<NewInbound> found;
  Statement(database_,
            "SELECT i.id, i.sender, i.sender_kind, i.received_at, t.text, "
            "i.blocked = 0 AND i.loopback = 0 FROM inbound i "
            "LEFT JOIN inbound_text t ON t.inbound = i.id WHERE i.id > ? ORDER BY i.id LIMIT ?")
      .each(
          [&](Row row) {
            using Kind = at::Address::Kind;
            const Kind kind = row.view(2) == "alphanumeric"  ? Kind::alphanumeric
                              : row.view(2) == "abbreviated" ? Kind::abbreviated
                                                             : Kind::unknown;
            found.push_back({row.integer(0), row.text(1), kind, rows::wall(row.integer(3)),
                             row.optional_text(4), row.flag(5)});
          },
          from, limit);
  if (found.empty()) return 0;
  Statement put(database_,
                "INSERT INTO conversation (party, kind, unread, last_at, last_inbound) "
                "VALUES (?, ?, 1, ?, ?) ON CONFLICT (party) DO UPDATE SET unread = unread + 1, "
                "state = 'open', last_at = max(last_at, excluded.last_at), "
                "last_inbound = excluded.last_inbound");
  Statement join(database_,
                 "UPDATE inbound SET conversation = (SELECT id FROM conversation WHERE party = ?2) "
                 "WHERE id = ?1");
  Statement index(database_, "INSERT INTO inbound_words (rowid, words) VALUES (?, ?)");
  for (const auto& one : found) {
    const auto party = one.joins ? party_of(one.sender, one.kind, rules) : std::nullopt;
    if (!party) continue;
    put.run(party->name, party->kind, one.at, one.id);
    join.run(one.id, party->name);
    if (one.text && !one.text->empty()) index.run(one.id, search_words(fold(*one.text)));
  }
  Statement(database_, "UPDATE conversation_cursor SET inbound = ?").run(found.back().id);
  return found.size();
}

bool Conversations::set_state(ConversationId id, std::string_view state) {
  return Statement(database_, "UPDATE conversation SET state = ?2 WHERE id = ?1").run(id, state) >
         0;
}

bool Conversations::read(ConversationId id) {
  return Statement(database_, "UPDATE conversation SET unread = 0 WHERE id = ?").run(id) > 0;
}

Conversations::Noted Conversations::note(ConversationId id, std::string_view text,
                                         std::string_view by, WallTime now) {
  if (!find(id)) return Noted::unknown;
  std::int64_t count = 0;
  Statement(database_, "SELECT count(*) FROM conversation_note WHERE conversation = ?")
      .first_row([&](Row row) { count = row.integer(0); }, id);
  if (count >= static_cast<std::int64_t>(most_notes)) return Noted::full;
  Statement(database_,
            "INSERT INTO conversation_note (conversation, at, who, text) VALUES (?, ?, ?, ?)")
      .run(id, now, by, text);
  return Noted::noted;
}

// --- reading ------------------------------------------------------------------------------------

std::optional<ConversationView> Conversations::find(ConversationId id) const {
  std::optional<ConversationView> found;
  Statement(database_, fmt::format("{} WHERE c.id = ?", select_view))
      .first_row([&](Row row) { found = view_of(row); }, id);
  return found;
}

std::optional<ConversationView> Conversations::with(std::string_view party) const {
  std::optional<ConversationView> found;
  Statement(database_, fmt::format("{} WHERE c.party = ?", select_view))
      .first_row([&](Row row) { found = view_of(row); }, party);
  return found;
}

std::vector<ConversationView> Conversations::list(const ConversationFilter& filter,
                                                  std::optional<After> after,
                                                  std::size_t limit) const {
  std::vector<ConversationView> found;
  // One of the three indexes leads; unread ones are few, and their state is looked at.
  const std::string_view index = filter.is_unread ? "conversation_unread"
                                 : filter.state   ? "conversation_state"
                                                  : "conversation_last";
  const std::string sql = fmt::format(
      "{} WHERE c.id IN (SELECT id FROM conversation INDEXED BY {} WHERE {} {} "
      "(last_at, id) < (?2, ?3) ORDER BY last_at DESC, id DESC LIMIT ?4) "
      "ORDER BY c.last_at DESC, c.id DESC",
      select_view, index, filter.is_unread ? "unread > 0 AND" : "",
      filter.state ? "state = ?1 AND" : "?1 = '' AND");
  Statement(database_, sql)
      .each([&](Row row) { found.push_back(view_of(row)); }, filter.state.value_or(""),
            after ? after->last_at.time_since_epoch().count() : newest,
            after ? static_cast<std::int64_t>(after->id) : newest, limit);
  return found;
}

Conversations::Items Conversations::items(ConversationId id, std::optional<BeforeItems> before,
                                          std::size_t limit) const {
  const auto conversation = find(id);
  if (!conversation) return {};
  const BeforeItems from = before.value_or(BeforeItems{newest, newest, newest});
  const std::string& party = conversation->party;
  std::vector<ConversationItem> in, out, notes;
  std::vector<SimId> sims;  // of `in`
  Statement(database_,
            "SELECT id, received_at, sim FROM inbound INDEXED BY inbound_of_conversation "
            "WHERE conversation = ? AND id < ? ORDER BY id DESC LIMIT ?")
      .each(
          [&](Row row) {
            in.push_back(
                {rows::wall(row.integer(1)), ConversationItem::In{InboundId{row.integer(0)}, {}}});
            sims.push_back(SimId{row.integer(2)});
          },
          id, from.inbound, limit + 1);
  // Our last message before it: by that SIM, else by any.
  Statement answered(
      database_,
      "SELECT id FROM (SELECT id, via, created_at FROM message INDEXED BY message_to "
      "WHERE state <> 'queued' AND recipient = ?1 AND parts_sent > 0 AND created_at <= ?2 "
      "AND created_at >= ?3 ORDER BY id DESC LIMIT ?5) ORDER BY via IS ?4 DESC, id DESC LIMIT 1");
  for (std::size_t i = 0; i < sims.size(); ++i) {
    answered.first_row(
        [&](Row row) {
          std::get<ConversationItem::In>(in[i].what).answers = MessageId{row.integer(0)};
        },
        party, in[i].at, in[i].at - WallTime::duration(answered_within), sims[i], most_looked_at);
  }
  for (const std::string_view which : {"INDEXED BY message_to WHERE state <> 'queued'",
                                       "INDEXED BY message_queued_to WHERE state = 'queued'"}) {
    Statement(database_, fmt::format("SELECT id, created_at FROM message {} AND recipient = ? "
                                     "AND id < ? ORDER BY id DESC LIMIT ?",
                                     which))
        .each(
            [&](Row row) {
              out.push_back({rows::wall(row.integer(1)), MessageId{row.integer(0)}});
            },
            party, from.message, limit + 1);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::get<MessageId>(a.what) > std::get<MessageId>(b.what);
  });
  Statement(database_,
            "SELECT id, at, who, text FROM conversation_note WHERE conversation = ? AND id < ? "
            "ORDER BY id DESC LIMIT ?")
      .each(
          [&](Row row) {
            notes.push_back({rows::wall(row.integer(1)),
                             ConversationItem::Note{row.integer(0), row.text(2), row.text(3)}});
          },
          id, from.note, limit + 1);
  return page_of({&in, &out, &notes}, from, limit);
}

std::vector<Conversations::Hit> Conversations::search(std::string_view query,
                                                      std::optional<InboundId> before,
                                                      std::size_t limit) const {
  // Each word is quoted, so that none of it is a sign of the search's own language; what is folded
  // holds no quotes.
  const std::string words = search_words(fold(query));
  std::string match;
  std::size_t count = 0, last = 0;
  for (std::size_t at = 0; at < words.size() && count < most_words;) {
    const auto end = std::min(words.find(' ', at), words.size());
    if (end > at) {
      match += fmt::format("{}\"{}\"", match.empty() ? "" : " AND ", words.substr(at, end - at));
      ++count;
      last = end - at;
    }
    at = end + 1;
  }
  if (match.empty()) return {};
  // All words with one letter are too many to be looked through.
  if (last > 1) match += " *";
  std::vector<Hit> hits;
  Statement(database_,
            "SELECT i.id, i.conversation FROM inbound_words CROSS JOIN inbound i "
            "ON i.id = inbound_words.rowid WHERE inbound_words MATCH ? AND inbound_words.rowid < ? "
            "AND i.conversation IS NOT NULL ORDER BY inbound_words.rowid DESC LIMIT ?")
      .each(
          [&](Row row) {
            hits.push_back({InboundId{row.integer(0)}, ConversationId{row.integer(1)}});
          },
          match, before ? static_cast<std::int64_t>(*before) : newest, limit);
  return hits;
}

}  // namespace bank::scheduler
