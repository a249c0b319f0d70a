#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"

namespace bank::at {

using Octets = std::span<const std::uint8_t>;

/// The longest PDU read: a SIM record (176 octets, TS 51.011 §10.5.3) twice over, so that what a
/// modem pads or repeats is still read, and what is no PDU at all costs nothing.
inline constexpr std::size_t longest_pdu = 352;  // octets

/// Reads hexadecimal digits of either case, as AT commands carry octets. Blanks between octets, and
/// quotes, blanks, line ends and a Ctrl-Z around the whole are passed over: modems print them.
///
/// Errors  field "hex": reserved_value at the octet of the first character that is no digit,
///         truncated where the last octet has one digit, out_of_range beyond `longest_pdu`.
[[nodiscard]] Result<std::vector<std::uint8_t>, DecodeError> from_hex(std::string_view digits);

/// Upper case, without blanks: some modems take nothing else in a PDU.
[[nodiscard]] std::string to_hex(Octets octets);

}  // namespace bank::at
