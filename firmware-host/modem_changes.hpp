#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "scheduler/book.hpp"
#include "web/door.hpp"

namespace bank::host {

/// What of a modem's ups and downs is worth a line for people: a change of its state, or of what is
/// wrong with it. One that lasts less than `shortest` is passed over, and a modem that flaps gets
/// `most_an_hour` lines, then one that counts the others.
class ModemChanges {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds shortest{1};
  static constexpr int most_an_hour = 60;
  static constexpr std::size_t longest = 512;  // octets of a line

  struct Line {
    scheduler::ModemEvent::Kind kind;  // state or verdict
    std::string what;                  // "ready", "resting: the modem does not answer; …"
  };
  /// How it is now; call often. Nothing: nothing to note.
  [[nodiscard]] std::optional<Line> see(const web::ModemView& view, Time now);

 private:
  struct Stand {
    std::string state, level, because;
    friend bool operator==(const Stand&, const Stand&) = default;
  };

  std::optional<Stand> noted_;  // last; at first how it was found while it started
  Stand seen_{};                // last
  Time seen_since_{};
  Time hour_began_{};
  int lines_ = 0;   // in this hour
  int passed_ = 0;  // changes in this hour without a line, once it had all of them
};

}  // namespace bank::host
