#pragma once

#include <cstdint>
#include <string_view>

namespace bank::at {

/// That something waits for the owner of the SIM, as TP-DCS (TS 23.038 §4) or an element of the
/// header (TS 23.040 §9.2.3.24.2) says it.
struct MessageWaiting {
  enum class Kind : std::uint8_t { voice, fax, email, other, video };
  Kind kind;
  bool active;  // false: nothing waits any more
  bool store;   // false: the message itself need not be kept

  friend bool operator==(const MessageWaiting&, const MessageWaiting&) = default;
};

/// "voice", "fax", "email", "other", "video": the words of the interface.
[[nodiscard]] constexpr std::string_view name_of(MessageWaiting::Kind kind) {
  switch (kind) {
    case MessageWaiting::Kind::voice: return "voice";
    case MessageWaiting::Kind::fax: return "fax";
    case MessageWaiting::Kind::email: return "email";
    case MessageWaiting::Kind::other: return "other";
    case MessageWaiting::Kind::video: return "video";
  }
  return "other";
}

}  // namespace bank::at
