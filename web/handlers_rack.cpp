#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scheduler/duration_text.hpp"
#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

void append(JsonText& json, const std::optional<scheduler::Loopback>& loopback) {
  if (!loopback) {
    json.value(nullptr);
    return;
  }
  json.open('{').member("message", scheduler::outside(loopback->message));
  json.member("to", loopback->to).member("state", scheduler::name_of(loopback->state));
  json.member("asked_at", loopback->asked_at).member("ended_at", loopback->ended_at);
  const auto& took = loopback->took;
  json.member("took_ms", took ? std::optional(took->count()) : std::nullopt).close('}');
}

void append(JsonText& json, const ModemView& modem) {
  json.open('{').member("name", modem.name).member("slot", modem.slot);
  json.member("device", modem.device).member("usb_path", modem.usb_path);
  json.member("maker", modem.maker).member("model", modem.model);
  json.member("firmware", modem.firmware).member("imei", modem.imei);
  json.member("iccid", modem.iccid).member("profile", modem.profile).member("state", modem.state);
  json.key("verdict").open('{').member("level", modem.verdict.level);
  json.member("because", modem.verdict.because).member("do_next", modem.verdict.do_next).close('}');
  json.member("operator", modem.operator_name).member("registration", modem.registration);
  json.member("signal_dbm", modem.signal_dbm).key("temperature");
  modem.temperature ? json.written(fmt::format("{:.1f}", *modem.temperature)) : json.value(nullptr);
  json.member("millivolts", modem.millivolts).member("answer_ms", modem.answer_ms);
  json.member("refused_percent", modem.refused_percent).key("storage").open('[');
  for (const auto& storage : modem.storage) {
    json.open('{').member("name", storage.name).member("used", storage.used);
    json.member("total", storage.total).close('}');
  }
  json.close(']').member("last_success", modem.last_success);
  const auto& proven = modem.proven;
  json.member("proven_at", proven ? std::optional(proven->at) : std::nullopt);
  json.member("proven_by", proven ? std::optional(scheduler::name_of(proven->by)) : std::nullopt);
  append(json.key("loopback"), modem.loopback);
  json.close('}');
}

void append(JsonText& json, const Allowance& allowance) {
  json.member("per_minute", allowance.per_minute).member("per_hour", allowance.per_hour);
  json.member("per_day", allowance.per_day).member("per_month", allowance.per_month);
}

void append(JsonText& json, const SimView& sim) {
  json.open('{').member("iccid", sim.iccid).member("imsi", sim.imsi);
  json.member("number", sim.number).member("label", sim.label);
  json.member("operator", sim.operator_name).member("modem", sim.modem);
  json.key("pools").open('[');
  for (const auto& pool : sim.pools) json.value(pool);
  json.close(']').member("state", sim.state).key("limits").open('{');
  append(json, sim.limits);
  const auto& interval = sim.min_interval;
  json.member("min_interval",
              interval ? std::optional(scheduler::to_string(*interval)) : std::nullopt);
  json.close('}').key("from_file").open('[');
  for (const auto& field : sim.from_file) json.value(field);
  json.close(']');
  json.key("left").open('{');
  append(json, sim.left);
  json.close('}').key("balance");
  if (sim.balance) {
    json.open('{').key("amount").written(sim.balance->amount);
    json.member("at", sim.balance->at).member("text", sim.balance->text).close('}');
  } else {
    json.value(nullptr);
  }
  json.close('}');
}

std::string name_of(const ModemView& modem) {
  return modem.name;
}
std::string name_of(const SimView& sim) {
  return sim.outside();
}

template <class T>
Answer list(const Exchange& exchange, const std::vector<T>& all, char letter) {
  const auto query = Query::read(exchange.query, {"limit", "after"});
  if (!query) return query.error();
  const auto page = read_page(*query, letter);
  if (!page) return page.error();
  auto from = all.begin();
  if (page->after) {
    from = std::find_if(all.begin(), all.end(),
                        [&](const T& one) { return name_of(one) > *page->after; });
  }
  const auto left = static_cast<std::size_t>(all.end() - from);
  const auto to = from + static_cast<std::ptrdiff_t>(std::min(left, page->limit));
  JsonText json;
  json.open('{').key("items").open('[');
  for (auto one = from; one != to; ++one) append(json, *one);
  json.close(']').key("next");
  left > page->limit ? json.value(cursor(letter, name_of(*(to - 1)))) : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

template <class T>
Answer one_of(const Exchange& exchange, const std::vector<T>& all, Response unknown) {
  const auto query = Query::read(exchange.query, {});
  if (!query) return query.error();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const T& one) { return name_of(one) == exchange.parameter; });
  if (found == all.end()) return unknown;
  JsonText json;
  append(json, *found);
  return Response{.body = json.take()};
}

}  // namespace

Response no_such_modem() {
  return problem(404, "no_such_modem",
                 "no modem has this name; GET /v1/modems lists those there are");
}

Response shown_modem(Door& door, std::string_view name, int status) {
  const auto modems = door.modems();
  const auto found = std::find_if(modems.begin(), modems.end(),
                                  [&](const ModemView& one) { return one.name == name; });
  if (found == modems.end()) return no_such_modem();
  JsonText json;
  append(json, *found);
  return {.status = status, .body = json.take()};
}

Answer list_modems(Exchange& exchange) {
  return list(exchange, exchange.door.modems(), 'd');
}

Answer get_modem(Exchange& exchange) {
  return one_of(exchange, exchange.door.modems(), no_such_modem());
}

Response no_such_sim() {
  return problem(404, "no_such_sim",
                 "no SIM has this ICCID; GET /v1/sims lists those that were seen");
}

Response shown_sim(Door& door, std::string_view name) {
  const auto sims = door.sims();
  const auto found = std::find_if(sims.begin(), sims.end(),
                                  [&](const SimView& one) { return one.outside() == name; });
  if (found == sims.end()) return no_such_sim();
  JsonText json;
  append(json, *found);
  return {.body = json.take()};
}

Answer list_sims(Exchange& exchange) {
  return list(exchange, exchange.door.sims(), 'i');
}

Answer get_sim(Exchange& exchange) {
  return one_of(exchange, exchange.door.sims(), no_such_sim());
}

}  // namespace bank::web
