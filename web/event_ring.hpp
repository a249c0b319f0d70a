#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/happening.hpp"
#include "web/metrics.hpp"

namespace bank::web {

/// A happening in its place among all, and how it is told to clients. It is written once, for all
/// of them, by the first who needs it; where nobody listens it costs its place in the ring.
class Event {
 public:
  Event(std::uint64_t epoch, Happening happening);

  [[nodiscard]] const std::string& type() const { return happening_.type; }
  /// What it counts for in the bound of the ring, at the most.
  [[nodiscard]] std::size_t octets() const { return octets_; }
  /// As server-sent events have it (HTML §9.2.6): "id: …\nevent: …\ndata: {…}\n\n". From any
  /// thread.
  [[nodiscard]] const std::string& frame() const;

 private:
  friend class EventRing;
  std::uint64_t epoch_;
  std::uint64_t number_ = 0;  // given by the ring
  std::size_t octets_;
  mutable Happening happening_;  // its data is dropped when the frame is written
  mutable std::once_flag written_;
  mutable std::string frame_;
};
using EventPtr = std::shared_ptr<const Event>;

/// The last happenings, for everybody who wants to hear of them. A client is a number, that of the
/// event it wants next: the ring knows of no client, and waits for none. What is too old leaves it,
/// and who wanted that has been overtaken.
///
/// Ids are opaque outside: the epoch, another one for each start of the program, and the number of
/// the event, both of a fixed width, so that they sort as text.
class EventRing {
 public:
  struct Limits {
    std::size_t events = 8192;
    std::size_t octets = 8 * 1024 * 1024;
  };
  /// Octets of a happening's data; one with more is told with `data` null.
  static constexpr std::size_t most_data = 256 * 1024;

  EventRing(std::uint64_t epoch, Limits limits);
  explicit EventRing(std::uint64_t epoch) : EventRing(epoch, Limits()) {}
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;

  /// A client comes, and goes. One that lost its connection goes on where it was while the ring
  /// holds what followed: so much is published still after the last has left. Before one that
  /// comes later there is a gap, and it cannot go on from before.
  void join() const;
  void leave() const;
  /// Whether all that happens has to be published; from any thread.
  [[nodiscard]] bool is_followed() const;

  /// From any thread; waits for no client.
  void publish(std::vector<Happening> happenings);

  /// Where a client begins that wants what comes from now on.
  [[nodiscard]] std::uint64_t next() const { return next_; }
  /// Where it goes on behind the event with that id. Nothing: that is no id of this run of the
  /// program, or what came after it is not kept any more.
  [[nodiscard]] std::optional<std::uint64_t> behind(std::string_view id) const;
  /// The id of the event before that number; of none, where nothing has happened yet, but `behind`
  /// takes it.
  [[nodiscard]] std::string id_before(std::uint64_t number) const;

  /// The events from `cursor` on, until there are `most_events`, or `most_octets` of them are
  /// passed; the cursor moves behind them. False: the ring has overtaken it.
  [[nodiscard]] bool take(std::uint64_t& cursor, std::vector<EventPtr>& events,
                          std::size_t most_events, std::size_t most_octets) const;

  /// "live_events" and "live_event_octets".
  [[nodiscard]] std::vector<QueueFill> queues() const;

 private:
  const std::uint64_t epoch_;
  const Limits limits_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::deque<EventPtr> events_;
  mutable std::size_t octets_ = 0;
  mutable std::atomic<std::uint64_t> next_{1};     // read without the mutex too
  mutable std::atomic<int> followers_{0};          // so are these
  mutable std::atomic<std::uint64_t> left_at_{0};  // `next_` when the last left; 0: there was none
};

}  // namespace bank::web
