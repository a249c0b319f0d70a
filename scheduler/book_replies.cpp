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
    "(SELECT id, via, text, state, class, reference, created_at, updated_at FROM message "
    "INDEXED BY message_to WHERE state <> 'queued' AND recipient = ?1 "
    "ORDER BY id DESC LIMIT ?2)";

/// Begins the `reference` of answers that are no confirmation of an opt-out.
constexpr std::string_view answer_reference = "answer:";
/// SQL: whether a message went out by itself.
constexpr std::string_view is_automatic =
    "(class = 'system' OR (reference >= 'answer:' AND reference < 'answer;'))";

struct Written {
  SimId sim;
  std::string from;
  at::Address::Kind kind;
  std::string text;
  std::string sim_name;
  bool is_whole;
};

std::optional<Written> written(ReplyStatements& s, InboundId id) {
  std::optional<Written> heard;
  s.heard.first_row(
      [&](store::Row row) {
        using Kind = at::Address::Kind;
        heard = Written{
            SimId{row.integer(0)}, row.text(1), row.flag(2) ? Kind::alphanumeric : Kind::unknown,
            row.text(3),           row.text(4), row.flag(5)};
      },
      id);
  return heard;
}

/// What is said in a text of which a part never came is never sure.
Reading read(const ReplyRules& rules, const Written& heard) {
  using Tier = Reading::Tier;
  Reading reading = rules.read(heard.text);
  if (heard.is_whole || reading.tier == Tier::none) return reading;
  reading.tier = reading.wish == Wish::opt_out ? Tier::uncertain : Tier::none;
  return reading;
}

Writer writer_of(ReplyStatements& s, const std::string& number, SimId sim, const Reading& reading,
                 WallTime now) {
  Writer writer{.is_person = true};
  s.suppression.first_row(
      [&](store::Row row) {
        writer.suppressed_for = row.text(0);
        writer.suppressed_scope = row.text(1);
        writer.is_held = row.flag(2);
      },
      number);
  writer.left_topic = s.topic.first_row([](store::Row) {}, number, reading.topic);
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

/// Of a class that an opt-out covers, and known by its reference.
void as_service(NewMessage& answer, std::string_view what) {
  answer.message_class = MessageClass::service;
  answer.reference = std::string(answer_reference) + std::string(what);
}

/// What an operator's answer to that text is; nothing: there is none, or not to him.
std::optional<NewMessage> automatic(const Written& heard, const std::string& number,
                                    const Writer& writer, const ReplyRules& rules, WallTime now) {
  const bool may_be_served = !writer.suppressed_for || (writer.suppressed_for == "opt_out" &&
                                                        writer.suppressed_scope == "promotional");
  if (!heard.is_whole || !may_be_served || writer.answers >= most_answers) return std::nullopt;
  const AutoAnswer* const chosen = rules.answer_to(heard.text, heard.sim_name, now);
  if (chosen == nullptr) return std::nullopt;
  auto message = answer_to(heard, number, chosen->text, now);
  if (!message) return std::nullopt;
  as_service(*message, chosen->name);
  return message;
}

}  // namespace

ReplyStatements::ReplyStatements(const store::Database& database)
    : heard(database,
            "SELECT i.sim, i.sender, i.sender_kind IN ('alphanumeric', 'abbreviated'), t.text, "
            "coalesce(s.iccid, 'imsi:' || s.imsi), i.missing IS NULL FROM inbound i "
            "JOIN inbound_text t ON t.inbound = i.id JOIN sim s ON s.id = i.sim "
            "WHERE i.id = ? AND i.kind = 'text' AND i.loopback = 0 AND i.blocked = 0"),
      suppression(database, "SELECT reason, scope, held FROM suppression WHERE number = ?"),
      topic(database,
            "SELECT 1 FROM topic_suppression WHERE number = ?1 AND (topic = ?2 OR ?2 = '') "
            "AND reason = 'opt_out'"),
      last_text(database, "SELECT t.body FROM " + std::string(last_messages) +
                              " m JOIN text t ON t.id = m.text WHERE m.via = ?4 "
                              "AND m.state IN ('sending', 'sent', 'delivered', 'undelivered', "
                              "'uncertain') AND m.updated_at >= ?3 ORDER BY m.id DESC LIMIT 1"),
      answers(database, "SELECT count(*) FROM (SELECT created_at FROM " +
                            std::string(last_messages) + " m WHERE " + std::string(is_automatic) +
                            " AND m.created_at > ?3 UNION ALL "
                            "SELECT created_at FROM message INDEXED BY message_queued_to "
                            "WHERE state = 'queued' AND recipient = ?1 AND priority = ?4 AND " +
                            std::string(is_automatic) + " AND created_at > ?3)"),
      keep_gap(database, "INSERT OR IGNORE INTO gap_wish (inbound, number) VALUES (?, ?)"),
      gaps(database, "SELECT inbound, number FROM gap_wish ORDER BY inbound LIMIT ?"),
      drop_gap(database, "DELETE FROM gap_wish WHERE inbound = ?") {}

std::optional<Book::Obeyed> Book::obey(InboundId id, const ReplyRules& rules, std::size_t limit,
                                       WallTime now) {
  const auto heard = written(statements_->replies, id);
  if (!heard || !heard->is_whole) return std::nullopt;
  return obey_any(id, rules, limit, now);
}

void Book::keep_gap(InboundId id, const ReplyRules& rules) {
  ReplyStatements& s = statements_->replies;
  const auto heard = written(s, id);
  if (!heard || heard->is_whole) return;
  if (read(rules, *heard).tier == Reading::Tier::none) return;
  if (const auto number = rules.person(heard->from, heard->kind)) s.keep_gap.run(id, *number);
}

std::vector<Book::GapWish> Book::gap_wishes(std::size_t limit) {
  std::vector<GapWish> wishes;
  statements_->replies.gaps.each(
      [&](store::Row row) {
        wishes.push_back({InboundId{row.integer(0)}, row.text(1)});
      },
      limit);
  return wishes;
}

std::optional<Book::Obeyed> Book::obey_gap(InboundId id, const ReplyRules& rules, std::size_t limit,
                                           WallTime now) {
  if (statements_->replies.drop_gap.run(id) == 0) return std::nullopt;
  return obey_any(id, rules, limit, now);
}

std::optional<Book::Obeyed> Book::obey_any(InboundId id, const ReplyRules& rules, std::size_t limit,
                                           WallTime now) {
  ReplyStatements& s = statements_->replies;
  const auto heard = written(s, id);
  if (!heard) return std::nullopt;
  const Reading reading = read(rules, *heard);
  if (reading.tier == Reading::Tier::none && !rules.answers_by_itself()) return std::nullopt;
  const auto number = rules.person(heard->from, heard->kind);
  if (!number) return std::nullopt;

  const Writer writer = writer_of(s, *number, heard->sim, reading, now);
  const Deed deed = deed_for(reading, writer, rules.opt_out_scope());
  const std::string_view language = language_for(reading, country_of(*number));
  const bool may_answer = rules.may_answer(*number);
  Obeyed obeyed;
  std::optional<NewMessage> answer;
  // An opt-out lets its own confirmation through and no other answer: those are of a class that it
  // covers, but to who asks for help although he has left.
  const auto tell = [&](std::string text, std::string_view service) {
    if (deed.answers && may_answer) answer = answer_to(*heard, *number, std::move(text), now);
    if (answer && !service.empty()) as_service(*answer, service);
  };
  switch (deed.kind) {
    case Deed::Kind::suppress:
    case Deed::Kind::hold: {
      const bool is_held = deed.kind == Deed::Kind::hold;
      obeyed.suppressed = Suppression{*number,
                                      now,
                                      deed.scope,
                                      "opt_out",
                                      fmt::format("{} \"{}\"{}", outside(id), reading.keyword,
                                                  is_held ? ", which may mean it" : ""),
                                      "text",
                                      {},
                                      is_held,
                                      id};
      obeyed.is_done = suppress(*obeyed.suppressed, limit) < limit;
      tell(answer_to_opt_out(language, deed.scope, rules.local_minute(now)), {});
      break;
    }
    case Deed::Kind::lift:
      (void)unsuppress(*number, {now, "text", {}, outside(id)}, deed.scope);
      tell(answer_to_opt_in(language), "start");
      break;
    case Deed::Kind::help:
      if (rules.help().empty()) return std::nullopt;
      tell(rules.help(), writer.suppressed_for ? "" : "help");
      break;
    case Deed::Kind::nothing:
      if (may_answer) answer = automatic(*heard, *number, writer, rules, now);
      if (!answer) return std::nullopt;
      break;
  }
  if (answer) {
    obeyed.answer = accept(std::span(&*answer, 1), std::nullopt, std::nullopt, now).front().id;
  }
  return obeyed;
}

std::optional<Book::Obeyed> Book::decide(std::string_view number, bool is_opt_out,
                                         const ReplyRules& rules, const Lifting& by,
                                         std::size_t limit) {
  SuppressionStatements& s = statements_->suppressions;
  std::optional<Suppression> held;
  s.find.first_row([&](store::Row row) { held = rows::suppression_of(row); }, number);
  if (!held || !held->is_held) return std::nullopt;
  const auto note = [&](std::string_view action, std::string_view scope) {
    s.keep(number, action, scope, held->reason, by, held->evidence);
  };
  Obeyed obeyed;
  if (!is_opt_out) {
    s.drop.run(number);
    note("dismissed", held->scope);
    return obeyed;
  }
  held->scope = rules.opt_out_scope();
  held->is_held = false;
  s.settle.run(number, held->scope, by.at, by.by);
  note("confirmed", held->scope);
  obeyed.is_done = suppress(*held, limit) < limit;
  obeyed.suppressed = held;
  const auto heard =
      held->inbound ? written(statements_->replies, *held->inbound) : std::optional<Written>();
  if (!heard || !rules.may_answer(number)) return obeyed;
  const Reading reading = rules.read(heard->text);
  const std::string_view language = language_for(reading, country_of(number));
  const std::string to(number);
  const auto answer = answer_to(
      *heard, to, answer_to_opt_out(language, held->scope, rules.local_minute(by.at)), by.at);
  if (answer) {
    obeyed.answer = accept(std::span(&*answer, 1), std::nullopt, std::nullopt, by.at).front().id;
  }
  return obeyed;
}

}  // namespace bank::scheduler
