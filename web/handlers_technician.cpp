// What was said with a modem, about a message, and what became of a modem: for technicians.
#include <fmt/format.h>

#include <algorithm>

#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"
#include "web/time_text.hpp"

namespace bank::web {

namespace {

using namespace std::chrono_literals;
using scheduler::SubmissionView;
using scheduler::WallTime;

constexpr char events_list = 'e';
constexpr auto around = 5s;             // a submission is shown with what was said before and after
constexpr std::size_t most_modems = 8;  // of one message whose dialogues are read, the last ones

void append_line(JsonText& json, const DialogueLine& line) {
  json.member("at", line.at).member("direction", line.to_modem ? "to_modem" : "from_modem");
  json.member("text", line.text);
}

bool is_known(Door& door, std::string_view name) {
  const auto modems = door.modems();
  return std::any_of(modems.begin(), modems.end(),
                     [&](const ModemView& one) { return one.name == name; });
}

/// Makes the answer of what modems said, off the thread of the rack.
auto answering(Exchange& exchange, auto shown) {
  return [shown = std::move(shown),
          reply = std::move(exchange.reply)](Outcome<std::vector<ModemDialogue>> outcome) {
    reply([shown, outcome = std::move(outcome)]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      return shown(*outcome);
    });
  };
}

/// When its modems had a message, by modem; of most_modems, the last that had it.
std::vector<DialogueWanted> wanted_of(const std::vector<SubmissionView>& submissions,
                                      WallTime now) {
  std::vector<DialogueWanted> wanted;
  for (auto one = submissions.rbegin(); one != submissions.rend(); ++one) {
    auto found = std::find_if(wanted.begin(), wanted.end(),
                              [&](const DialogueWanted& each) { return each.modem == one->modem; });
    if (found == wanted.end() && wanted.size() == most_modems) continue;
    if (found == wanted.end()) found = wanted.insert(wanted.end(), {one->modem, {}});
    found->when.push_back({one->at - around, one->ended.value_or(now) + around});
  }
  return wanted;
}

/// Why lines may be missing; empty: none are.
std::string missing_of(const std::vector<DialogueWanted>& wanted,
                       const std::vector<ModemDialogue>& said) {
  if (wanted.empty()) return "no modem has had the message";
  std::string note;
  for (std::size_t i = 0; i < wanted.size() && i < said.size(); ++i) {
    const auto& when = wanted[i].when;
    const bool is_whole = std::all_of(when.begin(), when.end(), [&](const DialogueTimes& times) {
      return said[i].kept_since && *said[i].kept_since <= times.since + around;
    });
    if (is_whole) continue;
    note += note.empty() ? "" : "; ";
    note += said[i].kept_since ? fmt::format("what was said with {} is kept since {}",
                                             wanted[i].modem, rfc3339(*said[i].kept_since))
                               : fmt::format("no modem is called {} any more", wanted[i].modem);
  }
  return note;
}

struct Line {
  const DialogueLine* said;
  std::size_t modem;  // of those that were wanted
};

Response message_dialogue(const std::vector<DialogueWanted>& wanted,
                          const std::vector<ModemDialogue>& said, std::size_t limit) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < said.size(); ++i) {
    for (const auto& line : said[i].lines) lines.push_back({&line, i});
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.said->at < b.said->at; });
  std::string note = missing_of(wanted, said);
  if (lines.size() > limit) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(limit));
    note += note.empty() ? "" : "; ";
    note += fmt::format("these are the last {} lines, see ?limit=", limit);
  }
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& line : lines) {
    json.open('{').member("modem", wanted[line.modem].modem);
    append_line(json, *line.said);
    json.close('}');
  }
  json.close(']').member("next", nullptr).key("note");
  note.empty() ? json.value(nullptr) : json.value(note);
  json.close('}');
  return {.body = json.take()};
}

Response modem_dialogue(const ModemDialogue& said) {
  if (!said.kept_since) return no_such_modem();
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& line : said.lines) {
    json.open('{');
    append_line(json, line);
    json.close('}');
  }
  json.close(']').member("next", nullptr).member("kept_since", said.kept_since).close('}');
  return {.body = json.take()};
}

void append(JsonText& json, const SignalView& piece) {
  json.open('{').member("at", piece.at).member("least_dbm", piece.least);
  json.key("mean_dbm").written(fmt::format("{:.1f}", piece.mean));
  json.member("greatest_dbm", piece.greatest).member("readings", piece.readings).close('}');
}

void append(JsonText& json, const SubmissionsView& piece) {
  json.open('{').member("at", piece.at).member("sent", piece.sent);
  json.member("refused", piece.refused).member("uncertain", piece.uncertain);
  const bool has_times = piece.sent + piece.refused > 0;
  json.member("mean_ms", has_times ? std::optional(piece.mean.count()) : std::nullopt);
  json.member("longest_ms", has_times ? std::optional(piece.longest.count()) : std::nullopt);
  json.close('}');
}

/// Makes the answer of pieces of a day, off the thread of the rack.
template <class Piece>
Answered<ByModem<std::vector<Piece>>> answering_pieces(Exchange& exchange) {
  return [reply = std::move(exchange.reply)](Outcome<ByModem<std::vector<Piece>>> outcome) {
    reply([outcome = std::move(outcome)]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      const auto* pieces = std::get_if<std::vector<Piece>>(&*outcome);
      if (pieces == nullptr) return no_such_modem();
      JsonText json;
      json.open('{').key("items").open('[');
      for (const auto& piece : *pieces) append(json, piece);
      json.close(']').member("next", nullptr).close('}');
      return {.body = json.take()};
    });
  };
}

}  // namespace

Answer get_modem_dialogue(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"since", "limit"});
  if (!query) return query.error();
  const auto page = read_page(*query, events_list);
  if (!page) return page.error();
  const auto since = time_in(*query, "since");
  if (!since) return since.error();
  if (!is_known(exchange.door, exchange.parameter)) return no_such_modem();
  exchange.door.dialogue({{exchange.parameter, {{since->value_or(WallTime{}), latest_time}}}},
                         page->limit,
                         answering(exchange, [](const std::vector<ModemDialogue>& said) {
                           return said.empty() ? no_such_modem() : modem_dialogue(said.front());
                         }));
  return std::nullopt;
}

Answer get_message_dialogue(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit"});
  if (!query) return query.error();
  const auto page = read_page(*query, events_list);
  if (!page) return page.error();
  auto& door = exchange.door;
  const auto id = scheduler::message_id(exchange.parameter);
  if (!id || !door.message(*id)) return no_such_message();
  const auto wanted = wanted_of(door.submissions(*id), door.now());
  // One line more than is shown tells that there are more.
  door.dialogue(
      wanted, page->limit + 1,
      answering(exchange, [wanted, limit = page->limit](const std::vector<ModemDialogue>& said) {
        return message_dialogue(wanted, said, limit);
      }));
  return std::nullopt;
}

Answer get_modem_signal(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  exchange.door.signal(exchange.parameter, answering_pieces<SignalView>(exchange));
  return std::nullopt;
}

Answer get_modem_submissions(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  exchange.door.submissions_of(exchange.parameter, answering_pieces<SubmissionsView>(exchange));
  return std::nullopt;
}

Answer list_modem_events(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after"});
  if (!query) return query.error();
  const auto page = read_page(*query, events_list);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();
  auto events = exchange.door.modem_events(exchange.parameter, *after, page->limit + 1);
  // One that is gone for good has a history still.
  if (events.empty() && !is_known(exchange.door, exchange.parameter)) return no_such_modem();
  const bool more = events.size() > page->limit;
  if (more) events.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& event : events) {
    json.open('{').member("at", event.at).member("kind", event.kind);
    json.member("what", event.what).close('}');
  }
  json.close(']').key("next");
  more ? json.value(cursor(events_list, std::to_string(events.back().id))) : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

}  // namespace bank::web
