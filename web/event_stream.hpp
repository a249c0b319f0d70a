#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"
#include "web/event_ring.hpp"
#include "web/http.hpp"

namespace bank::web {

/// Which types of events a client wants: "message.sent" is that one, "message.*" all that begin
/// with "message.".
class EventFilter {
 public:
  static constexpr std::size_t most_types = 32;
  static constexpr std::size_t longest_type = 64;

  /// All of them.
  EventFilter() = default;
  /// Reads "message.*,inbound.received".
  ///
  /// Errors  one line: what to write instead.
  [[nodiscard]] static Result<EventFilter, std::string> read(std::string_view types);
  [[nodiscard]] bool wants(std::string_view type) const;

 private:
  std::vector<std::string> exact_;
  std::vector<std::string> prefixes_;  // with the dot
};

/// What one client is told: `retry` and where it stands, then the events that it wants, in order; a
/// comment and where it stands when nothing was to be told for a while. It ends, and says so, when
/// the ring has overtaken it, or it may not listen any more.
class EventStream final : public Stream {
 public:
  struct Pace {
    std::chrono::milliseconds silence{15'000};     // then a comment is told
    std::chrono::milliseconds check_every{5'000};  // whether it may still be told
  };
  struct Ending {
    std::string_view reason, detail;
  };
  /// Why it may not be told any more; nothing: it may. May read the database, may throw.
  using Ends = std::function<std::optional<Ending>()>;

  /// `after`: the id of the last event that the client knows; empty: it wants what comes from now
  /// on. When that event is not known here the client is told so first.
  EventStream(const EventRing& ring, EventFilter filter, std::string_view after, Pace pace,
              Ends ends);
  ~EventStream() override { ring_.leave(); }
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  [[nodiscard]] bool is_due(Time now) override;
  [[nodiscard]] std::optional<std::size_t> give(std::span<char> room, Time now) override;

 private:
  void look();
  void check(Time now);
  void end(const Ending& ending);
  [[nodiscard]] bool has_words() const { return said_ < words_.size(); }

  const EventRing& ring_;
  EventFilter filter_;
  Pace pace_;
  Ends ends_;
  std::uint64_t cursor_;
  std::vector<EventPtr> events_;  // taken from the ring; the first is told at the moment
  std::vector<EventPtr> taken_;   // empty between calls
  std::size_t next_ = 0;          // of events_
  std::size_t told_ = 0;          // octets of it
  std::string words_;             // told before events_: of the stream itself
  std::size_t said_ = 0;          // octets of them
  bool ending_ = false;           // with the last of words_
  std::optional<Time> comment_at_;
  std::optional<Time> check_at_;
};

}  // namespace bank::web
