#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "web/auth.hpp"
#include "web/door.hpp"
#include "web/http.hpp"
#include "web/server.hpp"

/// Handlers are functions from a request to a response, at once or through its Reply. They know
/// neither libmicrohttpd nor SQLite.
namespace bank::web {

/// Idempotency keys whose first request is not answered yet; bounded by the requests pending.
class RunningRequests {
 public:
  /// False: one with that name is running.
  [[nodiscard]] bool begin(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return names_.insert(name).second;
  }
  void end(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.erase(name);
  }

 private:
  std::mutex mutex_;
  std::unordered_set<std::string> names_;
};

/// A request as a handler sees it: routed, authenticated, complete.
struct Exchange {
  Door& door;
  const std::shared_ptr<RunningRequests>& running;
  const std::function<ServerCounts()>& server_counts;  // may be empty
  KeyRing::Caller caller;                              // nothing for calls that need no key
  std::string parameter;                               // of the path, decoded; may be empty
  std::string query;                                   // as sent
  std::optional<std::string> idempotency_key;
  std::string body;
  Reply reply;
};

/// Nothing: `reply` will be called.
using Answer = std::optional<Response>;

Answer post_messages(Exchange& exchange);
Answer list_messages(Exchange& exchange);
Answer get_message(Exchange& exchange);
Answer cancel_message(Exchange& exchange);
Answer requeue_message(Exchange& exchange);
Answer list_suppressions(Exchange& exchange);
Answer get_suppression(Exchange& exchange);
Answer put_suppression(Exchange& exchange);
Answer delete_suppression(Exchange& exchange);
Answer list_modems(Exchange& exchange);
Answer get_modem(Exchange& exchange);
Answer list_sims(Exchange& exchange);
Answer get_sim(Exchange& exchange);
Answer healthz(Exchange& exchange);
Answer readyz(Exchange& exchange);
Answer get_metrics(Exchange& exchange);

}  // namespace bank::web
