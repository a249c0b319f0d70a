#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "at/split.hpp"
#include "scheduler/fold.hpp"
#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_fields.hpp"
#include "web/json_text.hpp"
#include "web/query.hpp"
#include "web/reply_door.hpp"
#include "web/suppression_json.hpp"

namespace bank::web {

namespace {

using scheduler::AutoAnswer;
using scheduler::Keyword;
using scheduler::ReplyLists;

constexpr std::array<std::string_view, 4> wishes{"opt_out", "opt_in", "help", "command"};
constexpr std::array<std::string_view, 3> matches{"exact", "prefix", "any"};
constexpr std::array<std::string_view, 7> days{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::size_t most_sims = 1'000;

void append_keyword(JsonText& json, const Keyword& keyword, bool is_first) {
  json.open('{').member("words", keyword.words).member("wish", name_of(keyword.wish));
  json.member("language", keyword.language).member("phrase", keyword.is_phrase).key("topic");
  keyword.topic.empty() ? json.value(nullptr) : json.value(keyword.topic);
  json.member("origin", is_first ? "program" : "operator").close('}');
}

/// Errors  the 422 to answer with.
Result<std::string, Response> words_of(const Exchange& exchange) {
  const std::string& words = exchange.parameter;
  if (words.size() <= ReplyLists::longest_words && !scheduler::fold(words).empty()) return words;
  return unexpected(
      problem(422, "no_words",
              fmt::format("the words in the path: write letters or digits, at most {} "
                          "octets",
                          ReplyLists::longest_words)));
}

Response too_many(std::size_t most) {
  return problem(409, "too_many", fmt::format("there are {} of them; remove some first", most));
}

// --- answers ------------------------------------------------------------------------------------

std::string clock_text(int minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

/// "09:00" to "24:00"; nothing: it is none.
std::optional<int> clock_minutes(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0U, 1U, 3U, 4U}) {
    if (digit(at) < 0 || digit(at) > 9) return std::nullopt;
  }
  const int minutes = (digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4);
  if (digit(3) > 5 || minutes > 1440) return std::nullopt;
  return minutes;
}

void append_answer(JsonText& json, const AutoAnswer& answer) {
  json.open('{').member("name", answer.name).member("enabled", answer.is_enabled);
  json.member("place", answer.place).member("match", name_of(answer.match));
  json.key("keywords").open('[');
  for (const auto& keyword : answer.keywords) json.value(keyword);
  json.close(']').key("sims").open('[');
  for (const auto& sim : answer.sims) json.value(sim);
  json.close(']').key("hours").open('{').key("days").open('[');
  for (std::size_t i = 0; i < days.size(); ++i) {
    if ((answer.days >> i & 1U) != 0) json.value(days.at(i));
  }
  json.close(']').member("from", clock_text(answer.from)).member("to", clock_text(answer.to));
  json.member("outside", answer.outside).close('}');
  json.member("text", answer.text).close('}');
}

void read_hours(const nlohmann::json& body, JsonFields& fields, AutoAnswer& answer) {
  JsonFields hours(body, {"days", "from", "to", "outside"});
  if (const auto named = hours.texts("days", days.size(), 3, "mon, tue, … sun")) {
    answer.days = 0;
    for (const auto& day : *named) {
      const auto found = std::find(days.begin(), days.end(), day);
      if (found == days.end()) hours.wrong("days", "write mon, tue, wed, thu, fri, sat or sun");
      if (found != days.end()) answer.days |= 1U << static_cast<unsigned>(found - days.begin());
    }
    if (answer.days == 0) hours.wrong("days", "name at least one, or leave it out for all");
  }
  for (const auto& [name, into] : {std::pair("from", &answer.from), std::pair("to", &answer.to)}) {
    constexpr std::string_view expected = "a time of the day as 09:00, at most 24:00";
    const auto written = hours.text(name, 5, expected);
    if (!written) continue;
    const auto minutes = clock_minutes(*written);
    if (!minutes) hours.wrong(name, fmt::format("write {}", expected));
    *into = minutes.value_or(*into);
  }
  answer.outside = hours.flag("outside").value_or(answer.outside);
  if (answer.from == answer.to) hours.wrong("to", "write another time than from");
  fields.take("hours", hours);
}

/// Errors  the 400 or 422 to answer with.
Result<AutoAnswer, Response> answer_in(const Exchange& exchange) {
  const auto json = read_json_object(exchange.body);
  if (!json) return unexpected(json.error());
  JsonFields fields(*json, {"enabled", "place", "match", "keywords", "sims", "hours", "text"});
  AutoAnswer answer;
  answer.name = exchange.parameter;
  answer.is_enabled = fields.flag("enabled").value_or(false);
  answer.place = fields.whole("place", 0, 10'000).value_or(answer.place);
  const auto match = fields.word("match", matches).value_or(std::string(matches.front()));
  using enum AutoAnswer::Match;
  answer.match = match == "any" ? any : match == "prefix" ? prefix : exact;
  answer.keywords = fields
                        .texts("keywords", AutoAnswer::most_keywords, AutoAnswer::longest_keyword,
                               "what people write")
                        .value_or(std::vector<std::string>{});
  const bool has_words =
      std::all_of(answer.keywords.begin(), answer.keywords.end(),
                  [](const std::string& keyword) { return !scheduler::fold(keyword).empty(); });
  if (!has_words) fields.wrong("keywords", "each needs a letter or a digit");
  if (answer.keywords.empty() == (answer.match != any)) {
    fields.wrong("keywords", "write some, or match any and none");
  }
  answer.sims = fields.texts("sims", most_sims, 32, "ICCIDs, or imsi: and an IMSI")
                    .value_or(std::vector<std::string>{});
  for (const auto& sim : answer.sims) {
    if (exchange.door.sim_named(sim)) continue;
    fields.wrong("sims", fmt::format("no SIM is named {}; GET /v1/sims lists them", sim));
  }
  if (const auto* hours = fields.object("hours")) read_hours(*hours, fields, answer);
  answer.text =
      fields.text("text", AutoAnswer::longest_text, "what is answered", true).value_or("");
  if (answer.text.empty()) fields.wrong("text", "write what is answered");
  if (!answer.text.empty() && !at::split(answer.text, at::Encoding::automatic)) {
    fields.wrong("text", "this cannot be sent; shorten it");
  }
  if (auto refusal = fields.refusal("invalid_answer")) return unexpected(std::move(*refusal));
  return answer;
}

std::optional<Response> flaw_of_name(const Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  const std::string& name = exchange.parameter;
  const bool is_name =
      name.size() <= AutoAnswer::longest_name && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
      });
  if (is_name) return std::nullopt;
  return problem(422, "bad_name",
                 fmt::format("the name in the path: at most {} octets without control characters",
                             AutoAnswer::longest_name));
}

Response no_such_answer() {
  return problem(404, "no_such_answer", "no answer has this name; GET /v1/answers lists them");
}

/// What a change that can find nothing or no room is answered with.
Answered<bool> done_or(Reply reply, std::function<Response()> done, Response otherwise) {
  return [reply = std::move(reply), done = std::move(done),
          otherwise = std::move(otherwise)](Outcome<bool> outcome) {
    reply([outcome = std::move(outcome), done, otherwise]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      return *outcome ? done() : otherwise;
    });
  };
}

Response gone() {
  return {.status = 204, .body = {}};
}

}  // namespace

Answer list_keywords(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& [keyword, is_first] : exchange.door.replies().keywords()) {
    append_keyword(json, keyword, is_first);
  }
  json.close(']').member("next", nullptr).close('}');
  return Response{.body = json.take()};
}

Answer put_keyword(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  auto words = words_of(exchange);
  if (!words) return std::move(words.error());
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"wish", "language", "phrase", "topic"});
  Keyword keyword{};
  keyword.words = std::move(*words);
  const auto wish = fields.word("wish", wishes);
  if (!wish && !json->contains("wish")) fields.wrong("wish", "write what the words mean");
  keyword.wish = scheduler::wish_named(wish.value_or("")).value_or(scheduler::Wish::opt_out);
  keyword.language = fields.text("language", ReplyLists::longest_language, "a tag such as en or fa")
                         .value_or("en");
  keyword.is_phrase = fields.flag("phrase").value_or(false);
  keyword.topic = fields.text("topic", ReplyLists::longest_topic, topic_words).value_or("");
  if (!keyword.topic.empty() && !is_topic(keyword.topic)) {
    fields.wrong("topic", fmt::format("write {}", topic_words));
  }
  using scheduler::Wish;
  if (!keyword.topic.empty() && keyword.wish != Wish::opt_out && keyword.wish != Wish::opt_in) {
    fields.wrong("topic", "only an opt_out or opt_in is about one");
  }
  if (auto refusal = fields.refusal("invalid_keyword")) return refusal;
  const auto shown = [keyword] {
    JsonText answer;
    append_keyword(answer, keyword, false);
    return Response{.body = answer.take()};
  };
  exchange.door.replies().put(
      keyword, asker(exchange),
      done_or(std::move(exchange.reply), shown, too_many(ReplyLists::most_edits)));
  return std::nullopt;
}

Answer delete_keyword(Exchange& exchange) {
  auto query = Query::read(exchange.query, {"wish", "language"});
  if (!query) return std::move(query.error());
  auto words = words_of(exchange);
  if (!words) return std::move(words.error());
  const auto wish = scheduler::wish_named(query->get("wish").value_or(""));
  if (!wish) return bad_query("wish", fmt::format("write one of {}", fmt::join(wishes, ", ")));
  exchange.door.replies().remove_keyword(
      std::move(*words), *wish, std::string(query->get("language").value_or("")), asker(exchange),
      done_or(std::move(exchange.reply), gone,
              problem(404, "no_such_keyword",
                      "these words do not mean that; GET /v1/keywords lists those that do")));
  return std::nullopt;
}

Answer list_answers(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& answer : exchange.door.replies().answers()) append_answer(json, answer);
  json.close(']').member("next", nullptr).close('}');
  return Response{.body = json.take()};
}

Answer get_answer(Exchange& exchange) {
  if (auto flaw = flaw_of_name(exchange)) return flaw;
  for (const auto& answer : exchange.door.replies().answers()) {
    if (answer.name != exchange.parameter) continue;
    JsonText json;
    append_answer(json, answer);
    return Response{.body = json.take()};
  }
  return no_such_answer();
}

Answer put_answer(Exchange& exchange) {
  if (auto flaw = flaw_of_name(exchange)) return flaw;
  auto answer = answer_in(exchange);
  if (!answer) return std::move(answer.error());
  const auto shown = [answer = *answer] {
    JsonText json;
    append_answer(json, answer);
    return Response{.body = json.take()};
  };
  exchange.door.replies().put(
      std::move(*answer), asker(exchange),
      done_or(std::move(exchange.reply), shown, too_many(AutoAnswer::most)));
  return std::nullopt;
}

Answer delete_answer(Exchange& exchange) {
  if (auto flaw = flaw_of_name(exchange)) return flaw;
  exchange.door.replies().remove_answer(exchange.parameter, asker(exchange),
                                        done_or(std::move(exchange.reply), gone, no_such_answer()));
  return std::nullopt;
}

}  // namespace bank::web
