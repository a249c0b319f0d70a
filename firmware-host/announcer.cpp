#include "firmware-host/announcer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "scheduler/suppressions.hpp"
#include "web/inbound_json.hpp"
#include "web/json_text.hpp"
#include "web/message_json.hpp"
#include "web/suppression_json.hpp"

namespace bank::host {
Announcer::Announcer(const Clock& clock, scheduler::Book& book, BookCalls& calls, To to)
    : clock_(clock), book_(book), calls_(calls), to_(std::move(to)), reader_(book.database()) {
  book_.listen(this);
}

Announcer::~Announcer() {
  book_.listen(nullptr);
}

bool Announcer::is_listening() const noexcept {
  return to_.is_anyone_live() || to_.is_any_webhook();
}

std::optional<web::Happening> Announcer::of(const scheduler::BookChange& change) {
  web::JsonText json;
  const auto at = clock_.now().wall;
  if (const auto* id = std::get_if<scheduler::MessageId>(&change)) {
    const auto message = reader_.message(*id);
    if (!message) return std::nullopt;
    web::append_message(json, *message, std::nullopt);
    return web::Happening{"message." + std::string(scheduler::name_of(message->state)), at,
                          message->to, json.take()};
  }
  if (const auto* id = std::get_if<scheduler::InboundId>(&change)) {
    const auto inbound = reader_.inbound(*id);
    if (!inbound || inbound->is_blocked || inbound->is_loopback) return std::nullopt;
    web::append_inbound(json, *inbound);
    const bool is_call = inbound->kind == scheduler::InboundKind::call;
    return web::Happening{is_call ? "inbound.call" : "inbound.received", at, inbound->from,
                          json.take()};
  }
  const auto& number = std::get<std::string>(change);
  const auto events = scheduler::suppression_history(book_.database(), number, std::nullopt, 1);
  if (events.empty()) return std::nullopt;
  json.open('{').member("number", number).key("event");
  web::append_suppression_event(json, events.front());
  json.close('}');
  return web::Happening{"suppression.changed", at, number, json.take()};
}

void Announcer::changed(const std::vector<scheduler::BookChange>& changes) {
  std::vector<web::Happening> happened;
  for (const auto& change : changes) {
    if (auto one = of(change)) happened.push_back(std::move(*one));
  }
  to_.enqueue_webhooks(happened);
  std::move(happened.begin(), happened.end(), std::back_inserter(pending_));
}

void Announcer::begun() noexcept {
  pending_.clear();
}

void Announcer::committed() noexcept {
  if (pending_.empty()) return;
  to_.wake_webhooks();
  to_.publish(std::exchange(pending_, {}));
}

void Announcer::announce(web::Happening happening) {
  if (to_.webhooks_want(happening.type)) {
    calls_.write(
        [this, happening](scheduler::Book&) {
          to_.enqueue_webhooks(std::span(&happening, 1));
          return true;
        },
        [this](const web::Outcome<bool>& done) {
          if (done) to_.wake_webhooks();
        });
  }
  std::vector<web::Happening> one;
  one.push_back(std::move(happening));
  to_.publish(std::move(one));
}

web::Happening happening_of(const scheduler::ModemEvent& event) {
  web::JsonText json;
  json.open('{').member("modem", event.modem).member("at", event.at);
  json.member("kind", scheduler::name_of(event.kind)).member("what", event.what).close('}');
  return {"modem.changed", event.at, "modem " + event.modem, json.take()};
}

web::Happening happening_of(const web::SimView& sim, scheduler::WallTime at) {
  web::JsonText json;
  json.open('{').member("sim", sim.outside()).member("state", sim.state);
  json.member("modem", sim.modem).close('}');
  return {"sim.changed", at, "sim " + sim.outside(), json.take()};
}

}  // namespace bank::host
