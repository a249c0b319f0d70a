#include <algorithm>
#include <iterator>

#include "web/alarm_door.hpp"
#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/metrics.hpp"
#include "web/problem.hpp"

namespace bank::web {

namespace {

using Type = MetricFamily::Type;
using scheduler::WallTime;

Response health_answer(bool well, std::string_view good, const Health& health) {
  JsonText json;
  json.open('{').member("status", well ? good : "failing").key("problems").open('[');
  for (const auto& one : health.problems) json.value(one);
  json.close(']').close('}');
  Response response{.status = well ? 200 : 503, .body = json.take()};
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

void add_messages(Metrics& metrics, Door& door) {
  MetricFamily family{"modembank_messages", "Messages in the book by state.", Type::gauge, {}};
  for (const auto& [state, count] : door.counts()) {
    family.samples.push_back(
        {{{"state", std::string(scheduler::name_of(state))}}, static_cast<double>(count)});
  }
  metrics.push_back(std::move(family));
}

void add_modems(Metrics& metrics, const std::vector<ModemView>& modems, WallTime now) {
  MetricFamily state{"modembank_modem_state", "1 for the state a modem is in.", Type::gauge, {}};
  MetricFamily signal{"modembank_modem_signal_dbm", "Received signal strength.", Type::gauge, {}};
  MetricFamily temperature{
      "modembank_modem_temperature_celsius", "Of the module.", Type::gauge, {}};
  MetricFamily answer{
      "modembank_modem_answer_seconds", "From question to answer, smoothed.", Type::gauge, {}};
  MetricFamily refused{"modembank_modem_refused_ratio",
                       "Of the last fifty parts, those that were refused or had no answer.",
                       Type::gauge,
                       {}};
  MetricFamily success{"modembank_modem_last_success_timestamp_seconds",
                       "When the network last took a part from this modem.",
                       Type::gauge,
                       {}};
  MetricFamily proven{
      "modembank_modem_since_proof_seconds",
      "Since it was shown last that its SIM works in it: sent, delivered, or looped back.",
      Type::gauge,
      {}};
  for (const auto& modem : modems) {
    state.samples.push_back({{{"modem", modem.name}, {"state", modem.state}}, 1});
    if (modem.signal_dbm) {
      signal.samples.push_back({{{"modem", modem.name}}, static_cast<double>(*modem.signal_dbm)});
    }
    const auto since = [&](WallTime at) {
      return std::max(now - at, WallTime::duration{}).count();
    };
    const auto add = [&](MetricFamily& family, const auto& value, double unit) {
      if (value) family.samples.push_back({{{"modem", modem.name}}, double(*value) * unit});
    };
    add(temperature, modem.temperature, 1);
    add(answer, modem.answer_ms, 1e-3);
    add(refused, modem.refused_percent, 1e-2);
    if (modem.last_success) {
      const auto seconds =
          static_cast<double>(modem.last_success->time_since_epoch().count()) / 1e3;
      success.samples.push_back({{{"modem", modem.name}}, seconds});
    }
    if (modem.proven) add(proven, std::optional(since(modem.proven->at)), 1e-3);
  }
  metrics.push_back(std::move(state));
  metrics.push_back(std::move(signal));
  metrics.push_back(std::move(temperature));
  metrics.push_back(std::move(answer));
  metrics.push_back(std::move(refused));
  metrics.push_back(std::move(success));
  metrics.push_back(std::move(proven));
}

void add_sims(Metrics& metrics, const std::vector<SimView>& sims) {
  MetricFamily state{"modembank_sim_state", "1 for the state a SIM is in.", Type::gauge, {}};
  MetricFamily left{
      "modembank_sim_left_parts", "Parts a SIM may still send in a window.", Type::gauge, {}};
  MetricFamily balance{"modembank_sim_balance",
                       "What a SIM has left to spend, as its network told last.",
                       Type::gauge,
                       {}};
  for (const auto& sim : sims) {
    const auto name = sim.outside();
    if (sim.balance) balance.samples.push_back({{{"sim", name}}, std::stod(sim.balance->amount)});
    state.samples.push_back({{{"sim", name}, {"state", sim.state}}, 1});
    const std::pair<const char*, std::optional<std::int64_t>> windows[] = {
        {"minute", sim.left.per_minute},
        {"hour", sim.left.per_hour},
        {"day", sim.left.per_day},
        {"month", sim.left.per_month}};
    for (const auto& [window, parts] : windows) {
      if (!parts) continue;
      left.samples.push_back({{{"sim", name}, {"window", window}}, static_cast<double>(*parts)});
    }
  }
  metrics.push_back(std::move(state));
  metrics.push_back(std::move(left));
  metrics.push_back(std::move(balance));
}

void add_alarms(Metrics& metrics, AlarmDoor& alarms) {
  MetricFamily open{"modembank_alarms_open", "Alarms that are open.", Type::gauge, {}};
  const auto counts = alarms.open();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto kind = scheduler::name_of(static_cast<scheduler::AlarmKind>(i));
    open.samples.push_back({{{"kind", std::string(kind)}}, static_cast<double>(counts.at(i))});
  }
  metrics.push_back(std::move(open));
}

void add_server(Metrics& metrics, const ServerCounts& counts) {
  MetricFamily answers{
      "modembank_http_answers_total", "Answers by class of status.", Type::counter, {}};
  for (std::size_t i = 1; i < std::size(counts.answers); ++i) {
    answers.samples.push_back(
        {{{"status", std::to_string(i + 1) + "xx"}}, static_cast<double>(counts.answers[i])});
  }
  metrics.push_back(std::move(answers));
  metrics.push_back({"modembank_http_connections",
                     "Open connections.",
                     Type::gauge,
                     {{{}, static_cast<double>(counts.connections_open)}}});
  metrics.push_back({"modembank_http_pending_requests",
                     "Requests that wait for their commit.",
                     Type::gauge,
                     {{{}, static_cast<double>(counts.requests_pending)}}});
  metrics.push_back({"modembank_http_slow_clients_total",
                     "Connections closed for being too slow.",
                     Type::counter,
                     {{{}, static_cast<double>(counts.slow_clients_total)}}});
  metrics.push_back({"modembank_http_crowded_out_total",
                     "Connections closed because nearly all were in use.",
                     Type::counter,
                     {{{}, static_cast<double>(counts.crowded_out_total)}}});
}

}  // namespace

Answer healthz(Exchange& exchange) {
  const auto health = exchange.door.health();
  return health_answer(health.alive, "ok", health);
}

Answer readyz(Exchange& exchange) {
  const auto health = exchange.door.health();
  return health_answer(health.ready, "ready", health);
}

Answer get_metrics(Exchange& exchange) {
  Metrics metrics = exchange.door.metrics();
  add_messages(metrics, exchange.door);
  add_modems(metrics, exchange.door.modems(), exchange.door.now());
  add_sims(metrics, exchange.door.sims());
  add_alarms(metrics, exchange.door.alarms());
  auto queues = exchange.door.queues();
  const auto append = [&](std::vector<QueueFill> more) {
    std::move(more.begin(), more.end(), std::back_inserter(queues));
  };
  append(exchange.keys.queues());
  append(exchange.meters.queues());
  append(exchange.events.queues());
  if (exchange.server_counts) {
    auto counts = exchange.server_counts();
    append(std::move(counts.queues));
    add_server(metrics, counts);
  }
  add_queues(metrics, queues);
  return Response{.body = metrics_text(metrics), .content_type = "text/plain; version=0.0.4"};
}

}  // namespace bank::web
