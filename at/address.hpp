#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "at/hex.hpp"

namespace bank::at {

/// An address as TP-OA, TP-DA and TP-RA carry it (TS 23.040 §9.1.2.5).
struct Address {
  enum class Kind {
    unknown,
    international,
    national,
    network,
    subscriber,
    alphanumeric,
    abbreviated
  };
  std::string digits_or_text;  // '+' and digits when international; else digits (0-9 * # a b c),
                               // or the sender's name in UTF-8
  Kind kind = Kind::unknown;

  friend bool operator==(const Address&, const Address&) = default;
};

/// "international", "national", …: the words of the interface.
[[nodiscard]] std::string_view name_of(Address::Kind kind);

inline constexpr std::size_t most_address_digits = 20;  // TS 23.040 §9.1.2.5: 10 octets of value

/// An address and the octets it took.
struct ReadAddress {
  Address address;
  std::size_t octets;
};

/// Reads an address that begins at octet `at` of a PDU: its length in digits, its type, its value.
///
/// Errors  truncated, or out_of_range where the length is more than an address can have; both with
///         the field's name and the octet from the start of the PDU.
[[nodiscard]] Result<ReadAddress, DecodeError> read_address(Octets pdu, std::size_t at,
                                                            std::string_view field);

/// Reads the service centre's address that stands before a TPDU: its length counts octets, the type
/// among them; zero means none (an empty text).
[[nodiscard]] Result<ReadAddress, DecodeError> read_smsc(Octets pdu);

/// Appends an address: '+' in front makes it international (type 0x91), without it the type is
/// unknown (0x81) and the digits go as they are. False, and nothing appended, where it is no number
/// of 1 to 20 digits (0-9 * # a b c).
[[nodiscard]] bool append_number(std::vector<std::uint8_t>& octets, std::string_view number);

/// Appends any address, a sender's name (at most 11 septets) among them; false as above.
[[nodiscard]] bool append_address(std::vector<std::uint8_t>& octets, const Address& address);

/// Appends the service centre's address; an empty text is the single octet 0: the modem's own.
[[nodiscard]] bool append_smsc(std::vector<std::uint8_t>& octets, std::string_view number);

}  // namespace bank::at
