#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_text.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"
#include "web/webhook_door.hpp"
#include "web/webhook_signature.hpp"

namespace bank::web {

namespace {

constexpr char deliveries_list = 'd';
constexpr std::string_view secret_remedy =
    "write whsec_ and 24 to 64 octets in base64, or leave it out: then one is made";

Response no_such_webhook() {
  return problem(404, "no_such_webhook",
                 "no subscription has this id; GET /v1/webhooks lists those that are");
}

Response no_such_delivery() {
  return problem(404, "no_such_delivery",
                 "this subscription has no such delivery, or not any more; "
                 "GET /v1/webhooks/{id}/deliveries lists those that are");
}

/// All but its secret, which is given when it is made and never again.
void append_webhook(JsonText& json, const Webhook& webhook, std::optional<WallTime> left_alone,
                    std::string_view secret = {}) {
  json.open('{').member("id", outside(webhook.id)).member("url", webhook.url);
  json.key("events").open('[');
  if (webhook.events.empty()) json.value("*");
  for (const auto& event : webhook.events) json.value(event);
  json.close(']').key("filter").written(webhook.filter.text());
  json.member("enabled", webhook.enabled).key("disabled_because");
  webhook.disabled_because.empty() ? json.value(nullptr) : json.value(webhook.disabled_because);
  json.member("left_alone_until", left_alone).member("created_at", webhook.created_at);
  json.member("created_by", webhook.created_by).key("old_secret_until");
  webhook.old_secret ? json.value(webhook.old_secret_until) : json.value(nullptr);
  json.member("pending", webhook.pending).member("delivered", webhook.delivered);
  json.member("dead", webhook.dead);
  if (!secret.empty()) json.member("secret", shown_webhook_secret(secret));
  json.close('}');
}

void append_delivery(JsonText& json, const WebhookDelivery& delivery, bool whole) {
  json.open('{').member("id", outside(DeliveryName{delivery.id, delivery.salt}));
  json.member("type", delivery.type).member("conversation", delivery.conversation);
  json.member("state", name_of(delivery.state)).member("created_at", delivery.created_at);
  json.member("attempts", delivery.attempts).member("due_at", delivery.due_at);
  json.member("ended_at", delivery.ended_at).key("error");
  delivery.error.empty() ? json.value(nullptr) : json.value(delivery.error);
  json.key("log").open('[');
  for (const auto& attempt : delivery.log) {
    json.open('{').member("number", attempt.number).member("at", attempt.at).key("status");
    attempt.status == 0 ? json.value(nullptr) : json.value(attempt.status);
    json.key("error");
    attempt.error.empty() ? json.value(nullptr) : json.value(attempt.error);
    json.member("took_ms", static_cast<std::int64_t>(attempt.took.count()));
    if (whole) json.member("answer", attempt.answer);
    json.close('}');
  }
  json.close(']');
  if (whole) json.member("body", delivery.body);
  json.close('}');
}

Response shown(Door& door, const Webhook& webhook, int status, bool with_secret) {
  JsonText json;
  append_webhook(json, webhook, door.webhooks().left_alone_until(webhook.id),
                 with_secret ? std::string_view(webhook.secret) : std::string_view());
  return {.status = status, .body = json.take()};
}

Response response_of(WebhookRefusal refusal) {
  switch (refusal) {
    case WebhookRefusal::unknown: return no_such_webhook();
    case WebhookRefusal::disabled:
      return problem(409, "webhook_disabled", "this subscription is disabled; enable it first");
    case WebhookRefusal::too_many: break;
  }
  return problem(409, "too_many_webhooks",
                 fmt::format("there are {} subscriptions; delete one", most_webhooks));
}

/// What to answer when something was changed: `shown` of what came of it, or why nothing did.
template <class T, class Shown>
Answered<ByWebhooks<T>> answering(Exchange& exchange, Shown shown) {
  return [shown = std::move(shown),
          reply = std::move(exchange.reply)](Outcome<ByWebhooks<T>> outcome) {
    reply([shown, outcome = std::move(outcome)]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      if (const auto* refusal = std::get_if<WebhookRefusal>(&*outcome)) {
        return response_of(*refusal);
      }
      return shown(std::get<T>(*outcome));
    });
  };
}
/// The subscription in the path of a call that takes no parameters.
///
/// Errors  the 400 or 404 to answer with.
Result<WebhookId, Response> webhook_in_path(const Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return unexpected(query.error());
  const auto id = webhook_id(exchange.parameter);
  return id ? Result<WebhookId, Response>(*id) : unexpected(no_such_webhook());
}

// --- bodies -------------------------------------------------------------------------------------

struct WebhookForm {
  WebhookPatch patch;
  std::optional<std::string> secret;  // octets
};

void read_url(const nlohmann::json& value, const AddressPolicy& policy, WebhookForm& form,
              std::vector<FieldError>& errors) {
  if (!value.is_string()) return errors.push_back({"/url", "write a URL, as text"});
  form.patch.url = value.get<std::string>();
  if (auto flaw = flaw_of_webhook_url(*form.patch.url, policy)) {
    errors.push_back({"/url", std::move(*flaw)});
  }
}

void read_events(const nlohmann::json& value, WebhookForm& form, std::vector<FieldError>& errors) {
  if (!value.is_array() || value.empty() || value.size() > most_event_patterns) {
    return errors.push_back(
        {"/events",
         fmt::format("write an array of 1 to {} types, or [\"*\"] for all", most_event_patterns)});
  }
  std::vector<std::string> events;
  bool all = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto text = value[i].is_string() ? value[i].get<std::string>() : std::string();
    all = all || text == "*";
    if (text != "*" && !is_event_pattern(text)) {
      errors.push_back({fmt::format("/events/{}", i),
                        "write a type like message.sent, all of a kind like message.*, or *"});
    }
    events.push_back(text);
  }
  if (all) events.clear();
  form.patch.events = std::move(events);
}

/// The fields of `known` in a body.
///
/// Errors  the 400 or 422 to answer with.
Result<WebhookForm, Response> form_in(const std::string& body, const AddressPolicy& policy,
                                      std::initializer_list<std::string_view> known) {
  const auto json = read_json_object(body);
  if (!json) return unexpected(json.error());
  WebhookForm form;
  std::vector<FieldError> errors;
  for (const auto& [name, value] : json->items()) {
    if (errors.size() > most_field_errors) break;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      errors.push_back(
          {pointer_step(name), fmt::format("unknown field; write {}", fmt::join(known, ", "))});
    } else if (name == "url") {
      read_url(value, policy, form, errors);
    } else if (name == "events") {
      read_events(value, form, errors);
    } else if (name == "filter") {
      form.patch.filter = WebhookFilter::read(value, errors);
    } else if (name == "enabled") {
      if (value.is_boolean()) form.patch.enabled = value.get<bool>();
      if (!value.is_boolean()) errors.push_back({"/enabled", "write true or false"});
    } else {
      if (value.is_string()) form.secret = read_webhook_secret(value.get<std::string>());
      if (!form.secret) errors.push_back({"/secret", std::string(secret_remedy)});
    }
  }
  if (errors.empty()) return form;
  return unexpected(problem(422, "invalid_webhook",
                            fmt::format("{}: {}", errors.front().pointer, errors.front().detail),
                            errors));
}

}  // namespace

Answer list_webhooks(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  JsonText json;
  json.open('{').key("items").open('[');
  auto& door = exchange.door.webhooks();
  for (const auto& webhook : door.webhooks()) {
    append_webhook(json, webhook, door.left_alone_until(webhook.id));
  }
  json.close(']').member("next", nullptr).close('}');  // there are few enough for one page
  return Response{.body = json.take()};
}

Answer create_webhook(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  auto& door = exchange.door;
  auto form =
      form_in(exchange.body, door.webhooks().addresses(), {"url", "events", "filter", "secret"});
  if (!form) return std::move(form.error());
  if (!form->patch.url) {
    return problem(422, "invalid_webhook", "/url: write where deliveries go",
                   {{"/url", "write where deliveries go"}});
  }
  NewWebhook webhook{
      std::move(*form->patch.url), form->patch.events.value_or(std::vector<std::string>{}),
      form->patch.filter.value_or(WebhookFilter{}),
      form->secret ? std::move(*form->secret) : make_webhook_secret(), asker(exchange)};
  door.webhooks().create(std::move(webhook),
                         answering<Webhook>(exchange, [&door](const Webhook& made) {
                           return shown(door, made, 201, true);
                         }));
  return std::nullopt;
}

Answer get_webhook(Exchange& exchange) {
  const auto id = webhook_in_path(exchange);
  if (!id) return id.error();
  const auto found = exchange.door.webhooks().webhook(*id);
  return found ? shown(exchange.door, *found, 200, false) : no_such_webhook();
}

Answer change_webhook(Exchange& exchange) {
  const auto id = webhook_in_path(exchange);
  if (!id) return id.error();
  auto& door = exchange.door;
  auto form =
      form_in(exchange.body, door.webhooks().addresses(), {"url", "events", "filter", "enabled"});
  if (!form) return std::move(form.error());
  door.webhooks().change(*id, std::move(form->patch), asker(exchange),
                         answering<Webhook>(exchange, [&door](const Webhook& now) {
                           return shown(door, now, 200, false);
                         }));
  return std::nullopt;
}

Answer delete_webhook(Exchange& exchange) {
  const auto id = webhook_in_path(exchange);
  if (!id) return id.error();
  exchange.door.webhooks().remove(*id, asker(exchange),
                                  answering<std::monostate>(exchange, [](std::monostate) {
                                    return Response{.status = 204, .body = {}};
                                  }));
  return std::nullopt;
}

Answer renew_webhook_secret(Exchange& exchange) {
  const auto id = webhook_in_path(exchange);
  if (!id) return id.error();
  auto& door = exchange.door;
  std::optional<std::string> secret;
  if (!exchange.body.empty()) {
    auto form = form_in(exchange.body, {}, {"secret"});
    if (!form) return std::move(form.error());
    secret = std::move(form->secret);
  }
  if (!secret) secret = make_webhook_secret();
  door.webhooks().renew_secret(*id, std::move(*secret), asker(exchange),
                               answering<Webhook>(exchange, [&door](const Webhook& now) {
                                 return shown(door, now, 200, true);
                               }));
  return std::nullopt;
}

namespace {

/// A delivery as it is now; it may have gone meanwhile.
Response shown_delivery(Door& door, WebhookId webhook, DeliveryName name, int status) {
  const auto found = door.webhooks().delivery(webhook, name);
  if (!found) return no_such_delivery();
  JsonText json;
  append_delivery(json, *found, true);
  return {.status = status, .body = json.take()};
}

/// Subscription and delivery in the path of a call that takes no parameters.
///
/// Errors  the 400 or 404 to answer with.
Result<std::pair<WebhookId, DeliveryName>, Response> delivery_in_path(const Exchange& exchange) {
  const auto id = webhook_in_path(exchange);
  if (!id) return unexpected(id.error());
  const auto name = delivery_name(exchange.second_parameter);
  if (!name) return unexpected(no_such_delivery());
  return std::pair(*id, *name);
}

}  // namespace

Answer test_webhook(Exchange& exchange) {
  const auto id = webhook_in_path(exchange);
  if (!id) return id.error();
  auto& door = exchange.door;
  door.webhooks().ping(
      *id, asker(exchange),
      answering<DeliveryName>(exchange, [&door, id = *id](const DeliveryName& name) {
        return shown_delivery(door, id, name, 202);
      }));
  return std::nullopt;
}

Answer replay_dead_letters(Exchange& exchange) {
  const auto id = webhook_in_path(exchange);
  if (!id) return id.error();
  exchange.door.webhooks().replay_dead(*id, asker(exchange),
                                       answering<std::int64_t>(exchange, [](std::int64_t dead) {
                                         JsonText json;
                                         json.open('{').member("deliveries", dead).close('}');
                                         return Response{.status = 202, .body = json.take()};
                                       }));
  return std::nullopt;
}

Answer list_deliveries(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after", "state"});
  if (!query) return query.error();
  const auto page = read_page(*query, deliveries_list);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();
  std::optional<DeliveryState> state;
  if (const auto word = query->get("state")) {
    state = delivery_state(*word);
    if (!state) return bad_query("state", "write pending, delivered or dead");
  }
  const auto id = webhook_id(exchange.parameter);
  if (!id || !exchange.door.webhooks().webhook(*id)) return no_such_webhook();
  std::optional<DeliveryId> before;
  if (*after) before = DeliveryId{**after};
  auto found = exchange.door.webhooks().deliveries(*id, state, before, page->limit + 1);
  const bool more = found.size() > page->limit;
  if (more) found.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& delivery : found) append_delivery(json, delivery, false);
  json.close(']').key("next");
  more ? json.value(
             cursor(deliveries_list, std::to_string(static_cast<std::int64_t>(found.back().id))))
       : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer get_delivery(Exchange& exchange) {
  const auto found = delivery_in_path(exchange);
  if (!found) return found.error();
  return shown_delivery(exchange.door, found->first, found->second, 200);
}

Answer replay_delivery(Exchange& exchange) {
  const auto found = delivery_in_path(exchange);
  if (!found) return found.error();
  auto& door = exchange.door;
  const auto [id, name] = *found;
  door.webhooks().replay(id, name, asker(exchange),
                         answering<bool>(exchange, [&door, id = id, name = name](bool there) {
                           return there ? shown_delivery(door, id, name, 202) : no_such_delivery();
                         }));
  return std::nullopt;
}

}  // namespace bank::web
