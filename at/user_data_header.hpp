#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "at/concat.hpp"
#include "at/hex.hpp"
#include "at/language.hpp"
#include "at/message_waiting.hpp"

namespace bank::at {

/// Application ports (TS 23.040 §9.2.3.24.3 and .4).
struct Ports {
  int destination;
  int source;
  int bits;  // 8 or 16

  friend bool operator==(const Ports&, const Ports&) = default;
};

/// An element that is not understood here, or is broken: kept as it came.
struct InformationElement {
  std::uint8_t id;
  std::vector<std::uint8_t> data;

  friend bool operator==(const InformationElement&, const InformationElement&) = default;
};

/// The header of the user data (TS 23.040 §9.2.3.24).
struct UserDataHeader {
  std::optional<Concat> concat{};  // absent also where the element is broken or senseless
  std::optional<Ports> ports{};
  Shift shift{};
  std::optional<MessageWaiting> waiting{};
  std::vector<InformationElement> others{};

  [[nodiscard]] bool empty() const;
  friend bool operator==(const UserDataHeader&, const UserDataHeader&) = default;
};

/// Reads the elements, without the length octet in front. Of an element that is repeated the last
/// that makes sense counts, of waiting indications one that is active; where the last one has
/// too few or too many octets, the whole header counts for nothing (§9.2.3.24).
[[nodiscard]] UserDataHeader read_header(Octets elements);

/// Whether its numbers are in their ranges.
[[nodiscard]] bool makes_sense(const UserDataHeader& header);

/// The header with its length octet in front; nothing where there is no element. One that is too
/// long for its length is also too long for any message.
[[nodiscard]] std::vector<std::uint8_t> header_octets(const UserDataHeader& header);

}  // namespace bank::at
