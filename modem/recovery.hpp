#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string_view>

#include "at/dialogue.hpp"

namespace bank::modem {

using at::TimePoint;

/// What can be done for a modem that is there and does not work, from the gentlest up. Getting in
/// step again comes before all of them, within the session.
enum class Rung {
  reopen,     // close the port, open it again, bring the modem up anew
  reset,      // the maker's reset by AT, heard or not
  usb_reset,  // its USB device is taken away from the drivers and given back
  power,      // its port of the hub is switched off and on
  rest,       // nothing, for a while
};
[[nodiscard]] std::string_view name_of(Rung rung);  // "reopen", "reset", …

/// Which of them can be done for this modem at all.
struct Means {
  bool usb_reset = false;
  bool power = false;  // proven for its port: many hubs say they switch and do not
};

/// The ladder of one modem: each failure in a row takes it a rung higher, in growing pauses, as far
/// as means and budget go; past the last it rests, longer each time, and begins again at the reset.
/// A modem that was well for a while begins anew.
class Recovery {
 public:
  /// How often a rung may be taken in an hour.
  static constexpr std::array<std::size_t, 4> most_an_hour{60, 3, 2, 1};
  static constexpr std::chrono::milliseconds shortest_pause{1000};
  static constexpr std::chrono::milliseconds longest_pause{60'000};  // before a rung
  static constexpr std::chrono::milliseconds longest_rest{5 * 60'000};
  /// Ready that long, it is well; a part that the network took counts at once.
  static constexpr std::chrono::minutes well_after{5};

  struct Step {
    Rung rung;
    std::chrono::milliseconds pause;  // before it
  };
  /// It was lost though its port is there, or gave up.
  /// `from` is the lowest rung that can help: reopen or reset.
  [[nodiscard]] Step failed(const Means& means, TimePoint now, Rung from = Rung::reopen);
  /// Of the step told last no more is done than to open the port: it costs that, and its rung
  /// nothing.
  void only_reopens();
  /// The same, because it would disturb others now: the next failure comes back to this rung.
  void put_off();
  /// It is ready (again).
  void ready(TimePoint now);
  /// The network took a part of it.
  void succeeded();
  /// Another device may be at this port now.
  void exchanged() { *this = Recovery{}; }

  [[nodiscard]] int failures() const { return failures_; }

 private:
  [[nodiscard]] bool may(Rung rung, TimePoint now) const;
  void charge(Rung rung, TimePoint now);

  int failures_ = 0;        // in a row, with the rungs that were passed over
  int place_ = 0;           // on the ladder
  Rung last_ = Rung::rest;  // told last
  int rests_ = 0;
  TimePoint ready_since_ = TimePoint::max();
  std::array<std::deque<TimePoint>, 4> taken_;  // in the last hour, by rung
};

}  // namespace bank::modem
