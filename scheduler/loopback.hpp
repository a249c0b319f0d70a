#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/keep_alive.hpp"
#include "scheduler/message.hpp"

namespace bank::scheduler {

/// What shows that a SIM works in its modem: the network took a part of it, told that one was
/// delivered, or brought what it sent to a SIM of the rack.
struct Proof {
  enum class By { sent, delivered, loopback };
  WallTime at;
  By by;
};
[[nodiscard]] std::string_view name_of(Proof::By by);

/// When it last was so, of each kind; nothing: never, as far as is known.
struct Proofs {
  std::optional<WallTime> sent{}, delivered{}, loopback{};

  void add(const Proof& proof);
  /// The latest; of two at once the one that shows more.
  [[nodiscard]] std::optional<Proof> last() const;
};

/// A short text of the rack to itself. Of each SIM the last is known.
struct Loopback {
  enum class State {
    open,         // it waits, is sent, or is on its way
    arrived,      // whenever: one that was given up may come yet
    not_sent,     // the network did not take it
    undelivered,  // the network took it, and told that it is lost
    missing,      // the network took it, and it did not come for long
  };
  SimId sim;          // that sends it
  MessageId message;  // where it can be read how far it came
  std::string modem;  // that the SIM was in
  std::string to;     // E.164
  WallTime asked_at;
  State state = State::open;
  std::optional<WallTime> ended_at{};  // it arrived, or was given up
  /// From the begin of its submission to its arrival; nothing where clocks do not tell.
  std::optional<std::chrono::milliseconds> took{};

  friend bool operator==(const Loopback&, const Loopback&) = default;
};
[[nodiscard]] std::string_view name_of(Loopback::State state);
[[nodiscard]] std::optional<Loopback::State> loopback_state_named(std::string_view name);

/// Life of such a message: what has not gone by then tells as much as it will.
inline constexpr std::chrono::minutes loopback_life{5};
/// So long after the network took it it may come; then it is missing.
inline constexpr std::chrono::minutes loopback_patience{10};
/// So long after a part, well or ill, one that is due waits: work that flows tells enough.
inline constexpr std::chrono::minutes work_rests{10};

/// What the text of one says of itself: 13 characters, of its own. Whoever knows neither the SIM
/// nor the moment does not know it.
[[nodiscard]] std::string loopback_token(SimId sim, WallTime at);
[[nodiscard]] std::string loopback_text(std::string_view token);
/// The token in a text that is one; nothing: it is another text.
[[nodiscard]] std::optional<std::string_view> loopback_token_in(std::string_view text);

/// How one stands whose message is in that state since then.
[[nodiscard]] Loopback::State fate_of(MessageState message, WallTime since, WallTime now);

/// Whether one that is lost still tells something: nothing has shown since that the SIM can what
/// failed then.
[[nodiscard]] bool is_in_force(const Loopback& loopback, const Proofs& proofs);

/// Whether one is to be sent, because nothing has shown for `every` that the SIM works. `last`: its
/// last one, so that there is one at most in that time.
[[nodiscard]] bool loopback_is_due(const SimActivity& activity, const Proofs& proofs,
                                   const std::optional<Loopback>& last,
                                   std::chrono::milliseconds every, WallTime now);

}  // namespace bank::scheduler
