// What a person sets for a SIM while the program runs.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/duration_text.hpp"
#include "scheduler/name.hpp"
#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_fields.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using nlohmann::json;
using scheduler::SimSettings;
using namespace std::chrono_literals;

constexpr std::size_t longest_label = 128;  // octets
constexpr std::size_t most_pools = 32;
constexpr std::size_t longest_pool = 64;
constexpr int most_parts = 10'000'000;  // of a limit
constexpr std::chrono::milliseconds longest_interval = 24h;

std::optional<std::vector<std::string>> pools_in(JsonFields& fields) {
  constexpr auto expected = "names of letters, digits, '.', '_' and '-'";
  auto pools = fields.texts("pools", most_pools, longest_pool, expected);
  if (!pools) return std::nullopt;
  std::sort(pools->begin(), pools->end());
  pools->erase(std::unique(pools->begin(), pools->end()), pools->end());
  if (!std::all_of(pools->begin(), pools->end(), scheduler::is_name)) {
    fields.wrong("pools", fmt::format("write {}", expected));
  }
  return pools;
}

std::optional<std::chrono::milliseconds> interval_in(JsonFields& limits) {
  constexpr auto expected = "a time from \"0s\" to \"24h\"";
  const auto text = limits.text("min_interval", 16, expected);
  if (!text) return std::nullopt;
  const auto interval = scheduler::parse_duration(*text);
  if (interval && *interval <= longest_interval) return interval;
  limits.wrong("min_interval", fmt::format("write {}", expected));
  return std::nullopt;
}

/// A field that is null is taken back: what the configuration says of every SIM holds again.
std::vector<std::string> fields_in(const json& body) {
  std::vector<std::string> fields;
  for (const auto& [name, value] : body.items()) {
    if (name != "limits") fields.push_back(name);
  }
  const auto limits = body.find("limits");
  if (limits == body.end() || !limits->is_object()) return fields;
  for (const auto& [name, value] : limits->items()) fields.push_back("limits." + name);
  return fields;
}

Response shown(Door& door, const std::string& sim, const SimChanged& changed) {
  if (std::holds_alternative<NoSuchSim>(changed)) return no_such_sim();
  if (const auto* set = std::get_if<SetByFile>(&changed)) {
    return problem(409, "set_by_file",
                   fmt::format("the configuration sets {} of this SIM; change it in its [[sim]] "
                               "entry, or remove it there",
                               set->field));
  }
  return shown_sim(door, sim);
}

}  // namespace

Answer change_sim(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (auto refusal = bound_key(exchange)) return refusal;
  const auto body = read_json_object(exchange.body);
  if (!body) return body.error();
  JsonFields fields(*body, {"label", "pools", "limits"});
  SimSettings values{.label = fields.text("label", longest_label, "what people call it"),
                     .pools = pools_in(fields)};
  if (values.label && !scheduler::is_label(*values.label)) {
    fields.wrong("label", "leave out characters that turn the direction of writing");
  }
  if (const json* const given = fields.object("limits")) {
    JsonFields limits(*given, {"per_minute", "per_hour", "per_day", "per_month", "min_interval"});
    values.per_minute = limits.whole("per_minute", 0, most_parts);
    values.per_hour = limits.whole("per_hour", 0, most_parts);
    values.per_day = limits.whole("per_day", 0, most_parts);
    values.per_month = limits.whole("per_month", 0, most_parts);
    values.min_interval = interval_in(limits);
    fields.take("limits", limits);
  } else if (body->contains("limits")) {
    fields.wrong("limits", "write an object; in it null takes a limit back");
  }
  if (auto refusal = fields.refusal("invalid_sim")) return *refusal;
  auto& door = exchange.door;
  const std::string sim = exchange.parameter;
  door.change_sim({sim, fields_in(*body), std::move(values), body->dump()}, asker(exchange),
                  [&door, sim, reply = std::move(exchange.reply)](Outcome<SimChanged> outcome) {
                    reply([&door, sim, outcome = std::move(outcome)]() -> Response {
                      return outcome ? shown(door, sim, *outcome) : unavailable(outcome.error());
                    });
                  });
  return std::nullopt;
}

}  // namespace bank::web
