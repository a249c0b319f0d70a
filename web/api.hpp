#pragma once

#include <functional>
#include <memory>

#include "web/door.hpp"
#include "web/event_stream.hpp"
#include "web/http.hpp"
#include "web/server.hpp"

namespace bank::web {

/// Of GET /v1/events.
struct EventOptions {
  EventRing::Limits limits{};
  EventStream::Pace pace{};
};

/// The native HTTP API (INTERFACES §3): routes, keys and handlers over a Door.
///
///   Api api(door);
///   auto server = Server::start(options, api.handler());
///   api.show_counts([&] { return (*server)->counts(); });   // optional, for /metrics
///
/// It outlives the server; the door outlives it.
class Api {
 public:
  /// `only_tls`: browsers come by TLS alone, which a proxy ends.
  explicit Api(Door& door, EventOptions events = {}, bool only_tls = false);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  [[nodiscard]] Handler handler();
  /// What is published there is told to those who listen to GET /v1/events.
  [[nodiscard]] EventRing& events();
  /// Keys were made or revoked: what is remembered of them is read again. From any thread; after
  /// the commit, before the revocation is answered.
  void forget_keys();
  /// Where /metrics gets the server's own counts from; before requests come.
  void show_counts(std::function<ServerCounts()> counts);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bank::web
