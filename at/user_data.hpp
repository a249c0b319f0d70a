#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/pdu_reader.hpp"
#include "at/split.hpp"
#include "at/user_data_header.hpp"

namespace bank::at {

inline constexpr std::size_t user_data_octets = 140;  // TS 23.040 §9.2.3.24

/// TP-UD: its header as far as it is understood, and what follows it.
struct UserData {
  UserDataHeader header{};
  std::optional<std::string> text{};  // UTF-8; null for 8-bit
  std::vector<std::uint8_t> data{};   // 8-bit
};

/// Reads TP-UDL and TP-UD, GSM 7-bit in the tables that the header names. A header element that is
/// not known, broken or senseless changes nothing; a header longer than the user data is refused,
/// because nobody can say where the text begins.
[[nodiscard]] UserData read_user_data(PduReader& reader, bool has_header, Alphabet alphabet);

enum class Fit { fits, not_in_alphabet, too_long, senseless_header };

/// Appends TP-UDL and TP-UD: the text in its alphabet (for Alphabet::octets as it is), behind the
/// header where there is one. Appends nothing where it does not fit.
[[nodiscard]] Fit append_user_data(std::vector<std::uint8_t>& octets, Alphabet alphabet,
                                   std::string_view text, const UserDataHeader& header);

/// Septets that user data of GSM 7-bit has room for behind a header of so many octets, its length
/// octet among them (TS 23.040 §9.2.3.24).
[[nodiscard]] constexpr std::size_t septets_behind(std::size_t header_size) {
  return header_size < user_data_octets ? (user_data_octets - header_size) * 8 / 7 : 0;
}

/// The same in UTF-16 units.
[[nodiscard]] constexpr std::size_t units_behind(std::size_t header_size) {
  return header_size < user_data_octets ? (user_data_octets - header_size) / 2 : 0;
}

inline constexpr std::size_t whole_septets = septets_behind(0);
inline constexpr std::size_t whole_units = units_behind(0);
inline constexpr std::size_t part_septets = septets_behind(6);  // an 8-bit reference
inline constexpr std::size_t part_units = units_behind(6);

}  // namespace bank::at
