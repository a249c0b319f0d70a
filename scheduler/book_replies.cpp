// The message book: what people who write back wish is done in the transaction that keeps their
// text, so that no crash comes between the two.
#include <fmt/format.h>

#include <span>
#include <utility>

#include "at/split.hpp"
#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"
#include "scheduler/inbound_message.hpp"
#include "scheduler/number.hpp"
#include "scheduler/wishes.hpp"

namespace bank::scheduler {
namespace {

constexpr int most_looked_at = 64;  // of our last messages to somebody
constexpr std::chrono::days invited_for{30};
constexpr std::chrono::hours answer_life{1};  // who asked for it waits no longer
constexpr int answer_priority = 9;

/// The newest messages to one recipient that are not queued.
constexpr std::string_view last_messages =
    "(SELECT id, via, text, state, class, created_at, updated_at FROM message "
    "INDEXED BY message_to WHERE state <> 'queued' AND recipient = ?1 "
    "ORDER BY id DESC LIMIT ?2)";

struct Written {
  SimId sim;
  std::string from;
  at::Address::Kind kind;
  std::string text;
};

Writer writer_of(ReplyStatements& s, const std::string& number, SimId sim, const Reading& reading,
                 WallTime now) {
  Writer writer{.is_person = true};
  s.suppression.first_row(
      [&](store::Row row) {
        writer.suppressed_for = row.text(0);
        writer.suppressed_scope = row.text(1);
      },
      number);
  if (reading.tier == Reading::Tier::invited) {
    s.last_text.first_row(
        [&](store::Row row) { writer.was_invited = invites(row.view(0), reading.keyword); }, number,
        most_looked_at, now - WallTime::duration(invited_for), sim);
  }
  s.answers.first_row(
      [&](store::Row row) { writer.answers = static_cast<std::size_t>(row.integer(0)); }, number,
      most_looked_at, now - WallTime::duration(answers_within), answer_priority);
  return writer;
}

/// Nothing: of a text that the network cannot carry, which none of ours is.
std::optional<NewMessage> answer_to(const Written& heard, const std::string& number,
                                    std::string text, WallTime now) {
  NewMessage answer;
  const auto split = at::split(text, answer.encoding);
  if (!split) return std::nullopt;
  answer.to = number;
  answer.text = std::move(text);
  answer.message_class = MessageClass::system;
  answer.priority = answer_priority;
  answer.sim = heard.sim;
  answer.expires_at = now + answer_life;
  answer.parts = static_cast<int>(split->parts.size());
  return answer;
}

}  // namespace

ReplyStatements::ReplyStatements(const store::Database& database)
    : heard(database,
            "SELECT i.sim, i.sender, i.sender_kind IN ('alphanumeric', 'abbreviated'), t.text "
            "FROM inbound i "
            "JOIN inbound_text t ON t.inbound = i.id "
            "WHERE i.id = ? AND i.kind = 'text' AND i.missing IS NULL AND i.loopback = 0"),
      suppression(database, "SELECT reason, scope FROM suppression WHERE number = ?"),
      last_text(database, "SELECT t.body FROM " + std::string(last_messages) +
                              " m JOIN text t ON t.id = m.text WHERE m.via = ?4 "
                              "AND m.state IN ('sending', 'sent', 'delivered', 'undelivered', "
                              "'uncertain') AND m.updated_at >= ?3 ORDER BY m.id DESC LIMIT 1"),
      answers(database, "SELECT count(*) FROM (SELECT created_at FROM " +
                            std::string(last_messages) +
                            " m WHERE m.class = 'system' AND m.created_at > ?3 UNION ALL "
                            "SELECT created_at FROM message INDEXED BY message_queued_to "
                            "WHERE state = 'queued' AND recipient = ?1 AND priority = ?4 "
                            "AND class = 'system' AND created_at > ?3)") {}

std::optional<Book::Obeyed> Book::obey(InboundId id, const ReplyRules& rules, std::size_t limit,
                                       WallTime now) {
  ReplyStatements& s = statements_->replies;
  std::optional<Written> heard;
  s.heard.first_row(
      [&](store::Row row) {
        using Kind = at::Address::Kind;
        heard = Written{SimId{row.integer(0)}, row.text(1),
                        row.flag(2) ? Kind::alphanumeric : Kind::unknown, row.text(3)};
      },
      id);
  if (!heard) return std::nullopt;
  const Reading reading = rules.read(heard->text);
  if (reading.tier == Reading::Tier::none) return std::nullopt;
  const auto number = rules.person(heard->from, heard->kind);
  if (!number) return std::nullopt;

  const Writer writer = writer_of(s, *number, heard->sim, reading, now);
  const Deed deed = deed_for(reading, writer, rules.opt_out_scope());
  if (deed.kind == Deed::Kind::nothing) return std::nullopt;
  const std::string_view language = language_for(reading, country_of(*number));
  Obeyed obeyed;
  std::string text;
  switch (deed.kind) {
    case Deed::Kind::suppress:
    case Deed::Kind::hold: {
      const bool is_held = deed.kind == Deed::Kind::hold;
      obeyed.suppressed = Suppression{*number, now, std::string(deed.scope), "opt_out",
                                      fmt::format("{} \"{}\"{}", outside(id), reading.keyword,
                                                  is_held ? ", which may mean it" : "")};
      obeyed.is_done = suppress(*obeyed.suppressed, limit) < limit;
      text = answer_to_opt_out(language, deed.scope, rules.local_minute(now));
      break;
    }
    case Deed::Kind::lift:
      (void)unsuppress(*number, now);
      text = answer_to_opt_in(language);
      break;
    case Deed::Kind::help:
    case Deed::Kind::nothing: return std::nullopt;
  }
  if (!deed.answers || !rules.may_answer(*number)) return obeyed;
  const auto answer = answer_to(*heard, *number, std::move(text), now);
  if (!answer) return obeyed;
  obeyed.answer = accept(std::span(&*answer, 1), std::nullopt, std::nullopt, now).front().id;
  return obeyed;
}

}  // namespace bank::scheduler
