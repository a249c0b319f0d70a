#include <fmt/format.h>

#include <algorithm>

#include "web/at_command.hpp"
#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_text.hpp"
#include "web/message_form.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

constexpr std::size_t longest_code = 182;  // characters of GSM 7-bit in at::longest_ussd octets

/// Whether a key may act on a modem: of one that was made for some pools or SIMs, the SIM in the
/// modem must be one of these.
bool may_touch(const scheduler::ApiKey& key, Door& door, std::string_view modem) {
  if (key.pools.empty() && key.sims.empty()) return true;
  const auto sims = door.sims();
  return std::any_of(sims.begin(), sims.end(), [&](const SimView& sim) {
    return sim.modem == modem && may_use_sim(key, door, sim.outside());
  });
}

/// Why the modem in the path of a call that takes no parameters cannot be asked anything; nothing:
/// it can.
std::optional<Response> refusal_before_asking(const Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const auto modems = exchange.door.modems();
  const bool known = std::any_of(modems.begin(), modems.end(), [&](const ModemView& one) {
    return one.name == exchange.parameter;
  });
  if (!known) return no_such_modem();
  const auto& key = *exchange.caller;
  if (!may_touch(key, exchange.door, exchange.parameter)) {
    if (!key.sims.empty()) {
      return problem(403, "sim_not_allowed",
                     fmt::format("the SIM of this modem is none of those that this key may use: "
                                 "{}; use another modem, or a key made without --sim",
                                 fmt::join(key.sims, ", ")));
    }
    return problem(403, "pool_not_allowed",
                   fmt::format("the SIM of this modem is in none of the pools that this key may "
                               "use: {}; use another modem, or a key made without --pool",
                               fmt::join(key.pools, ", ")));
  }
  return std::nullopt;
}

/// The one field of a body that asks a modem something.
struct Field {
  std::string_view name;     // its problem is "invalid_" and this
  std::string_view example;  // what to write
};
constexpr Field code_field{"code", "write a USSD code like *140*1#, or the answer to a menu"};
constexpr Field command_field{"command", "write a command like AT+CSQ"};
constexpr Field to_field{"to", "write the number of a SIM of the rack, or leave it out"};

Response invalid(const Field& field, std::string pointer, std::string_view detail) {
  return problem(422, fmt::format("invalid_{}", field.name), fmt::format("{}: {}", pointer, detail),
                 {{pointer, std::string(detail)}});
}
Response invalid(const Field& field, std::string_view detail) {
  return invalid(field, pointer_step(field.name), detail);
}

Response response_of(const ModemRefusal& refusal, const Field& asked) {
  switch (refusal.why) {
    case ModemRefusal::Why::unknown: return no_such_modem();
    case ModemRefusal::Why::wrong_state: return problem(409, "wrong_modem_state", refusal.detail);
    case ModemRefusal::Why::unfit: return invalid(asked, refusal.detail);
    case ModemRefusal::Why::receive_only: return problem(409, "receive_only", refusal.detail);
    case ModemRefusal::Why::no_number: return problem(409, "no_known_number", refusal.detail);
    case ModemRefusal::Why::at_limit: return problem(409, "sim_at_limit", refusal.detail);
    case ModemRefusal::Why::under_way: return problem(409, "loopback_under_way", refusal.detail);
    case ModemRefusal::Why::silent: break;
  }
  return problem(504, "modem_silent", refusal.detail);
}

/// What to answer when a modem was asked: `shown` of what it gave, or why it gave nothing.
template <class T, class Shown>
Answered<ByModem<T>> answering(Exchange& exchange, const Field& asked, Shown shown) {
  return [&asked, shown = std::move(shown),
          reply = std::move(exchange.reply)](Outcome<ByModem<T>> outcome) {
    reply([&asked, shown, outcome = std::move(outcome)]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      if (const auto* refusal = std::get_if<ModemRefusal>(&*outcome)) {
        return response_of(*refusal, asked);
      }
      return shown(std::get<T>(*outcome));
    });
  };
}

Answer act(Exchange& exchange, ModemAction action) {
  if (auto refusal = refusal_before_asking(exchange)) return refusal;
  const int status = action == ModemAction::restart ? 202 : 200;
  const auto shown = [&door = exchange.door, name = exchange.parameter, status](std::monostate) {
    return shown_modem(door, name, status);
  };
  exchange.door.modem_action(exchange.parameter, action, asker(exchange),
                             answering<std::monostate>(exchange, code_field, shown));
  return std::nullopt;
}

/// The one text in a body that has nothing else.
///
/// Errors  the 400 or 422 to answer with.
Result<std::string, Response> text_in(const std::string& body, const Field& field) {
  const auto json = read_json_object(body);
  if (!json) return unexpected(json.error());
  for (const auto& item : json->items()) {
    if (item.key() == field.name) continue;
    return unexpected(invalid(field, pointer_step(item.key()),
                              fmt::format("unknown field; write {} alone", field.name)));
  }
  const auto found = json->find(field.name);
  if (found == json->end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
    return unexpected(invalid(field, field.example));
  }
  return found->get<std::string>();
}

/// The number in a body that may be left out, or have none.
///
/// Errors  the 400 or 422 to answer with.
Result<std::optional<std::string>, Response> number_in(const std::string& body, Door& door) {
  if (body.empty()) return std::nullopt;
  const auto json = read_json_object(body);
  if (!json) return unexpected(json.error());
  if (json->empty()) return std::nullopt;
  const auto text = text_in(body, to_field);
  if (!text) return unexpected(text.error());
  auto number = door.normalise(*text);
  if (!number) return unexpected(invalid(to_field, number.error()));
  return std::move(*number);
}

std::optional<std::string> flaw_of_code(std::string_view code) {
  if (code.size() > longest_code) {
    return fmt::format("longer than {} octets; shorten it", longest_code);
  }
  const bool has_controls = std::any_of(code.begin(), code.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (has_controls) return "has a control character; leave it out";
  return std::nullopt;
}

Response shown(const at::UssdAnswer& answer) {
  JsonText json;
  json.open('{').member("status", at::name_of(answer.status)).member("text", answer.text);
  json.member("dcs", answer.dcs).member("encoding", at::name_of(answer.encoding)).close('}');
  return {.body = json.take()};
}

Response shown(const AtAnswer& answer) {
  JsonText json;
  json.open('{').key("lines").open('[');
  for (const auto& line : answer.lines) json.value(line);
  json.close(']').member("result", answer.result).close('}');
  return {.body = json.take()};
}

Response shown(const LoopbackAsked& asked) {
  JsonText json;
  json.open('{').member("message", scheduler::outside(asked.message)).member("to", asked.to);
  json.member("to_modem", asked.to_modem).close('}');
  return {.status = 202, .body = json.take()};
}

}  // namespace

Answer restart_modem(Exchange& exchange) {
  return act(exchange, ModemAction::restart);
}
Answer pause_modem(Exchange& exchange) {
  return act(exchange, ModemAction::pause);
}
Answer resume_modem(Exchange& exchange) {
  return act(exchange, ModemAction::resume);
}
Answer identify_modem(Exchange& exchange) {
  return act(exchange, ModemAction::identify);
}

Answer ask_ussd(Exchange& exchange) {
  if (auto refusal = refusal_before_asking(exchange)) return refusal;
  auto code = text_in(exchange.body, code_field);
  if (!code) return std::move(code.error());
  if (const auto flaw = flaw_of_code(*code)) return invalid(code_field, *flaw);
  exchange.door.ussd(
      exchange.parameter, std::move(*code), asker(exchange),
      answering<at::UssdAnswer>(exchange, code_field,
                                [](const at::UssdAnswer& answer) { return shown(answer); }));
  return std::nullopt;
}

Answer ask_at(Exchange& exchange) {
  if (auto refusal = refusal_before_asking(exchange)) return refusal;
  auto command = text_in(exchange.body, command_field);
  if (!command) return std::move(command.error());
  if (const auto flaw = flaw_of_at_command(*command)) return invalid(command_field, *flaw);
  AtQuestion question{
      .modem = exchange.parameter, .command = std::move(*command), .by = asker(exchange)};
  exchange.door.at_command(std::move(question),
                           answering<AtAnswer>(exchange, command_field, [](const AtAnswer& answer) {
                             return shown(answer);
                           }));
  return std::nullopt;
}

Answer loop_back(Exchange& exchange) {
  if (auto refusal = refusal_before_asking(exchange)) return refusal;
  auto to = number_in(exchange.body, exchange.door);
  if (!to) return std::move(to.error());
  LoopbackWanted wanted{.modem = exchange.parameter, .to = std::move(*to), .by = asker(exchange)};
  exchange.door.loop_back(
      std::move(wanted),
      answering<LoopbackAsked>(exchange, to_field,
                               [](const LoopbackAsked& asked) { return shown(asked); }));
  return std::nullopt;
}

}  // namespace bank::web
