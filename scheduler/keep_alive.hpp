#pragma once

#include <chrono>
#include <optional>

#include "scheduler/message.hpp"

namespace bank::scheduler {

/// What the book knows of a SIM that a prepaid contract takes away when it is not used.
struct SimActivity {
  WallTime known_since;
  std::optional<WallTime> last_use{};  // the stamp of its last part that counts
  bool is_in_flight = false;           // a part of it is on the air
  struct Asked {                       // the last message that the program sent for its sake
    WallTime at;
    bool is_open;  // queued, being sent, or in doubt
  };
  std::optional<Asked> asked{};
};

/// After one that did not go out (its life ended, it was refused).
inline constexpr std::chrono::hours keep_alive_again{24};

/// Whether a message is to be sent by this SIM, so that it has been used within `every`.
[[nodiscard]] bool keep_alive_is_due(const SimActivity& activity, std::chrono::milliseconds every,
                                     WallTime now);

}  // namespace bank::scheduler
