#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "at/concat.hpp"
#include "at/hex.hpp"
#include "at/split.hpp"

namespace bank::at {

/// What TP-DCS says of the user data (TS 23.038 §4).
struct Coding {
  Alphabet alphabet = Alphabet::gsm7;
  std::optional<int> message_class{};
};
[[nodiscard]] Coding coding_of(int tp_dcs);

/// TP-UD taken apart, by the octets that are really there: a length that promises more is cut.
struct UserData {
  std::optional<Concat> concat{};  // null also when the element is broken or senseless
  std::optional<std::string> text{};
  std::vector<std::uint8_t> data{};
};

/// Reads TP-UDL at octet `at` and the user data after it (TS 23.040 §9.2.3.16 and .24).
[[nodiscard]] UserData read_user_data(Octets pdu, std::size_t at, bool with_header,
                                      Alphabet alphabet);

}  // namespace bank::at
