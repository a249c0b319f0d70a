#include "web/webhook_sender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "web/webhook_reader.hpp"
#include "web/webhook_signature.hpp"

namespace bank::web {

namespace {

constexpr std::size_t few_ready = 32;  // more are read below
constexpr auto longest_wait = 1s;      // with something to do
constexpr auto idle_wait = 60s;        // without a subscription
constexpr auto tidy_every = 60s;
constexpr std::size_t tidy_after = 1000;  // deliveries that ended
constexpr auto pause_after_failure = 1s;  // of the database
constexpr int last_waits = 20;            // of 100 ms each, before it stops

/// What the writer's thread has to tell; it may come when the sender is gone.
struct Inbox {
  std::mutex mutex;
  std::function<void()> wake;  // guarded by mutex; empty: the sender is gone
  bool written = false;        // these: what was given to it last is answered; guarded by mutex
  bool tidied = false;
  std::optional<store::Failure> failure;
  WebhookRows::Tidied what_tidied;
};

/// One subscription, as the sender's thread sees it.
struct Endpoint {
  Webhook webhook;
  Circuit circuit;
  std::deque<DueDelivery> ready;         // read, not begun
  std::unordered_set<std::string> busy;  // conversations of which one is read and not yet written
  std::size_t under_way = 0;
  bool look = true;                  // there may be more that is due
  std::optional<WallTime> next_due;  // the first that was not yet, when it was looked last
};

struct UnderWay {
  WebhookId webhook;
  DueDelivery delivery;
  WallTime begun;
};

}  // namespace

struct WebhookSender::Impl {
  Impl(const std::filesystem::path& path, store::Writer& the_writer, WebhookRows& the_rows,
       WebhookSenderOptions the_options)
      : writer(the_writer),
        rows(the_rows),
        options(std::move(the_options)),
        database(store::Database::open(path, store::Database::Mode::read_only)),
        reader(database),
        transfers(options.addresses, options.limits) {
    inbox->wake = [this] { transfers.wake(); };
    thread = std::thread([this] { run(); });
  }

  void run() {
    while (!stopping) {
      hear();
      try {
        take_subscriptions();
        read();
      } catch (const store::DatabaseError& error) {
        fail(error.failure());
      }
      begin();
      write();
      tidy_up();
      for (auto& ended : transfers.wait(pause())) end(std::move(ended));
    }
    for (int i = 0; i < last_waits && transfers.under_way() != 0; ++i) {
      for (auto& ended : transfers.wait(100ms)) end(std::move(ended));
    }
    hear();
    hold_until.reset();
    writing.reset();  // in the writer's queue before what comes now
    write();
  }

  // --- the database -----------------------------------------------------------------------------

  void fail(const store::Failure& failure) {
    hold_until = options.now() + pause_after_failure;
    if (options.on_failure) options.on_failure(failure);
  }

  [[nodiscard]] bool held() {
    if (!hold_until) return false;
    const auto now = options.now();
    // Further away than the pause: the clock was set back.
    if (now < *hold_until && *hold_until - now <= pause_after_failure) return true;
    hold_until.reset();
    return false;
  }

  /// What the writer's thread said.
  void hear() {
    std::optional<store::Failure> failure;
    bool written = false, tidied = false;
    WebhookRows::Tidied what;
    {
      const std::lock_guard lock(inbox->mutex);
      written = std::exchange(inbox->written, false);
      tidied = std::exchange(inbox->tidied, false);
      failure = std::exchange(inbox->failure, std::nullopt);
      what = std::exchange(inbox->what_tidied, {});
    }
    if (written) {
      if (!failure) release(*writing);
      if (failure) unwritten.insert(unwritten.begin(), writing->begin(), writing->end());
      writing.reset();
    }
    if (tidied) {
      tidying = false;
      tidy_wanted = tidy_wanted || what.more || failure.has_value();
      if (what.deliveries_due) look_everywhere = true;
    }
    if (failure) fail(*failure);
    if (look_everywhere.exchange(false)) {
      for (auto& [id, endpoint] : endpoints) endpoint.look = true;
    }
  }

  /// They are on disk: of their conversations the next may go.
  void release(const std::vector<DeliveryResult>& results) {
    for (const auto& result : results) {
      const auto found = endpoints.find(result.webhook);
      if (found == endpoints.end()) continue;
      found->second.busy.erase(result.conversation);
      found->second.look = true;
      if (result.step.what != DeliveryStep::What::again) ++ended_since_tidy;
    }
  }

  void take_subscriptions() {
    auto published = rows.known();
    if (published == seen) return;
    seen = std::move(published);
    std::map<WebhookId, Endpoint> kept;
    for (const auto& webhook : *seen) {
      auto& endpoint = kept[webhook.id];
      if (const auto found = endpoints.find(webhook.id); found != endpoints.end()) {
        endpoint = std::move(found->second);
      }
      if (endpoint.webhook.revision != webhook.revision) endpoint.circuit.close();
      endpoint.webhook = webhook;
      endpoint.look = true;
      if (!webhook.enabled) forget_ready(endpoint);
    }
    endpoints = std::move(kept);
    note_circuits();
  }

  static void forget_ready(Endpoint& endpoint) {
    for (const auto& delivery : endpoint.ready) endpoint.busy.erase(delivery.conversation);
    endpoint.ready.clear();
  }

  void read() {
    if (held()) return;
    const auto now = options.now();
    bool looked = false;
    for (auto& [id, endpoint] : endpoints) {
      // What would not be begun now is not read.
      if (!endpoint.webhook.enabled || endpoint.ready.size() >= few_ready ||
          !endpoint.circuit.may_begin(now, endpoint.under_way)) {
        continue;
      }
      const bool due = endpoint.next_due && *endpoint.next_due <= now;
      if (!endpoint.look && !due) continue;
      looked = true;
      // Busy ones come too: they are due until what became of them is written.
      const auto limit = most_read + endpoint.busy.size();
      auto found = reader.due(id, now, limit, most_read_octets);
      endpoint.look = found.size() == limit;
      endpoint.next_due = endpoint.look ? std::nullopt : reader.next_due(id, now);
      bool fresh = false;
      for (auto& delivery : found) {
        if (!endpoint.busy.insert(delivery.conversation).second) continue;
        endpoint.ready.push_back(std::move(delivery));
        fresh = true;
      }
      if (!fresh) endpoint.look = false;  // until something of them is written
    }
    if (looked) pending = reader.pending();
  }

  void write() {
    unwritten_count = unwritten.size() + (writing ? writing->size() : 0);
    if (writing || unwritten.empty() || held()) return;
    writing = std::make_shared<std::vector<DeliveryResult>>(std::move(unwritten));
    unwritten.clear();
    auto changed = std::make_shared<std::shared_ptr<const Webhooks>>();
    const bool taken = writer.submit(
        {[&on = rows, results = writing, changed] {
           changed->reset();
           if (on.note(*results)) *changed = on.all();
         },
         [&on = rows, box = inbox, changed](const std::optional<store::Failure>& failure) {
           if (!failure && *changed) on.publish(*changed);
           const std::lock_guard lock(box->mutex);
           box->written = true;
           box->failure = failure;
           if (box->wake) box->wake();
         }});
    if (taken) return;
    unwritten = std::move(*writing);
    writing.reset();
    hold_until = options.now() + pause_after_failure;
  }

  void tidy_up() {
    const auto now = options.now();
    const bool time = now - tidied_at >= tidy_every || now < tidied_at;
    if (tidying || held() ||
        (!tidy_wanted.exchange(false) && !time && ended_since_tidy < tidy_after)) {
      return;
    }
    ended_since_tidy = 0;
    tidied_at = now;
    auto what = std::make_shared<WebhookRows::Tidied>();
    auto changed = std::make_shared<std::shared_ptr<const Webhooks>>();
    tidying = writer.submit(
        {[&on = rows, what, changed, now] {
           changed->reset();
           *what = on.tidy(now);
           if (what->webhooks_changed) *changed = on.all();
         },
         [&on = rows, box = inbox, what, changed](const std::optional<store::Failure>& failure) {
           if (!failure && *changed) on.publish(*changed);
           const std::lock_guard lock(box->mutex);
           box->tidied = true;
           if (failure) {
             box->failure = failure;
           } else {
             box->what_tidied = *what;
           }
           if (box->wake) box->wake();
         }});
    if (!tidying) tidy_wanted = true;
  }

  // --- the network ------------------------------------------------------------------------------

  [[nodiscard]] bool may_begin(const Endpoint& endpoint, WallTime now) const {
    if (endpoint.ready.empty() || endpoint.under_way >= most_of_one ||
        !endpoint.circuit.may_begin(now, endpoint.under_way)) {
      return false;
    }
    const auto running = transfers.under_way();
    return endpoint.under_way == 0 ? running < most_under_way
                                   : running + most_webhooks < most_under_way;
  }

  void begin() {
    const auto now = options.now();
    bool any = true;
    while (any) {  // one of each in turn
      any = false;
      for (auto& [id, endpoint] : endpoints) {
        if (unwritten.size() + (writing ? writing->size() : 0) + transfers.under_way() >=
                most_unwritten ||
            !may_begin(endpoint, now)) {
          continue;
        }
        auto delivery = std::move(endpoint.ready.front());
        endpoint.ready.pop_front();
        ++endpoint.under_way;
        begin(endpoint.webhook, std::move(delivery), now);
        any = true;
      }
    }
    under_way_count = transfers.under_way();
  }

  void begin(const Webhook& webhook, DueDelivery delivery, WallTime now) {
    const auto id = outside(delivery.name);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    auto signatures = webhook_signature(webhook.secret, id, seconds, delivery.body);
    if (webhook.old_secret && now < webhook.old_secret_until) {
      signatures += ' ' + webhook_signature(*webhook.old_secret, id, seconds, delivery.body);
    }
    const auto tag = next_tag++;
    transfers.begin({tag,
                     webhook.url,
                     {"webhook-id: " + id, fmt::format("webhook-timestamp: {}", seconds),
                      "webhook-signature: " + signatures},
                     std::exchange(delivery.body, {})});
    under_way.emplace(tag, UnderWay{webhook.id, std::move(delivery), now});
  }

  void end(WebhookTransfers::Ended ended) {
    const auto found = under_way.find(ended.tag);
    auto [webhook, delivery, begun] = std::move(found->second);
    under_way.erase(found);
    const auto now = options.now();
    const auto seed = static_cast<std::uint64_t>(delivery.name.id) ^
                      static_cast<std::uint64_t>(delivery.attempts) << 48U;
    auto step = step_after(ended.answer, delivery.since_replay + 1, seed, now);
    if (const auto endpoint = endpoints.find(webhook); endpoint != endpoints.end()) {
      --endpoint->second.under_way;
      const bool was_open = endpoint->second.circuit.is_open();
      endpoint->second.circuit.ended(step, now);
      const bool gone = step.what == DeliveryStep::What::gone;
      if (gone) endpoint->second.webhook.enabled = false;
      if (gone || was_open || endpoint->second.circuit.is_open()) {
        forget_ready(endpoint->second);  // of an open circuit the longest due one is the probe
        endpoint->second.look = true;
        note_circuits();
      }
    }
    const bool well = step.what == DeliveryStep::What::delivered;
    unwritten.push_back({delivery.name.id,
                         webhook,
                         std::move(delivery.conversation),
                         {delivery.attempts + 1, begun, ended.took, ended.answer.status, step.error,
                          well ? std::string() : std::move(ended.text)},
                         std::move(step)});
  }

  [[nodiscard]] std::chrono::milliseconds pause() const {
    if (endpoints.empty() && !writing && !tidying && unwritten.empty()) return idle_wait;
    if (look_everywhere || (tidy_wanted && !tidying && !hold_until)) return 0ms;
    const auto now = options.now();
    std::chrono::milliseconds most = longest_wait;
    const auto until = [&](const std::optional<WallTime>& when) {
      if (when) most = std::clamp<std::chrono::milliseconds>(*when - now, 1ms, most);
    };
    for (const auto& [id, endpoint] : endpoints) {
      if (!endpoint.webhook.enabled) continue;
      if (const auto next = endpoint.circuit.next_try(now)) {
        until(next);
      } else {
        until(endpoint.next_due);
      }
    }
    until(hold_until);
    return most;
  }

  void note_circuits() {
    const auto now = options.now();
    const std::lock_guard lock(circuits_mutex);
    circuits.clear();
    for (const auto& [id, endpoint] : endpoints) {
      if (endpoint.circuit.is_open()) circuits[id] = endpoint.circuit.next_try(now).value_or(now);
    }
  }

  store::Writer& writer;
  WebhookRows& rows;
  WebhookSenderOptions options;
  store::Database database;
  WebhookReader reader;
  WebhookTransfers transfers;
  std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>();

  // Of the sender's thread.
  std::shared_ptr<const Webhooks> seen;
  std::map<WebhookId, Endpoint> endpoints;
  std::unordered_map<std::uint64_t, UnderWay> under_way;  // by the tag of the transfer
  std::uint64_t next_tag = 1;
  std::vector<DeliveryResult> unwritten;
  std::shared_ptr<std::vector<DeliveryResult>> writing;  // the writer has them; null: none
  std::optional<WallTime> hold_until;                    // after the database failed
  bool tidying = false;                                  // the writer is at it
  WallTime tidied_at{};
  std::size_t ended_since_tidy = 0;

  // Of several.
  std::atomic<bool> stopping{false}, tidy_wanted{false}, look_everywhere{true};
  std::atomic<std::int64_t> pending{0};
  std::atomic<std::size_t> under_way_count{0}, unwritten_count{0};
  mutable std::mutex circuits_mutex;
  std::map<WebhookId, WallTime> circuits;  // of those that are open; guarded by circuits_mutex
  std::thread thread;
};

WebhookSender::WebhookSender(const std::filesystem::path& database, store::Writer& writer,
                             WebhookRows& rows, WebhookSenderOptions options)
    : impl_(std::make_unique<Impl>(database, writer, rows, std::move(options))) {}

WebhookSender::~WebhookSender() {
  stop();
}

void WebhookSender::wake() {
  // One wake until it has looked.
  if (!impl_->look_everywhere.exchange(true)) impl_->transfers.wake();
}

void WebhookSender::tidy() {
  impl_->tidy_wanted = true;
  impl_->look_everywhere = true;
  impl_->transfers.wake();
}

std::optional<WallTime> WebhookSender::left_alone_until(WebhookId id) const {
  const std::lock_guard lock(impl_->circuits_mutex);
  const auto found = impl_->circuits.find(id);
  return found == impl_->circuits.end() ? std::nullopt : std::optional(found->second);
}

std::vector<QueueFill> WebhookSender::queues() const {
  const auto pending = std::max<std::int64_t>(impl_->pending, 0);
  return {{"webhook_deliveries", static_cast<std::uint64_t>(pending), most_pending_deliveries},
          {"webhook_transfers", impl_->under_way_count, most_under_way},
          {"webhook_results", impl_->unwritten_count, most_unwritten}};
}

void WebhookSender::stop() {
  impl_->stopping = true;
  impl_->transfers.wake();
  if (impl_->thread.joinable()) impl_->thread.join();
  const std::lock_guard lock(impl_->inbox->mutex);
  impl_->inbox->wake = nullptr;
}

}  // namespace bank::web
