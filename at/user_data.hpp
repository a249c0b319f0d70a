#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/alphabet.hpp"
#include "at/pdu_reader.hpp"

#include "at/user_data_header.hpp"

namespace bank::at {

/// TP-UD: its header as far as it is understood, and what follows it.
struct UserData {
  UserDataHeader header{};
  std::optional<std::string> text{};  // UTF-8; null for 8-bit
  std::vector<std::uint8_t> data{};   // what the text was read from: septets, one an octet, or
                                      // UTF-16BE; else the 8-bit data
};

/// The text of such data; nullopt for 8-bit.
[[nodiscard]] std::optional<std::string> text_from(Alphabet alphabet, Shift shift, Octets data);

/// Reads TP-UDL and TP-UD, GSM 7-bit in the tables that the header names. A header element that is
/// not known, broken or senseless changes nothing; a header longer than the user data is refused,
/// because nobody can say where the text begins.
[[nodiscard]] UserData read_user_data(PduReader& reader, bool has_header, Alphabet alphabet);

enum class Fit { fits, not_in_alphabet, too_long, senseless_header };

/// Appends TP-UDL and TP-UD: the text in its alphabet (for Alphabet::octets as it is), behind the
/// header where there is one. Appends nothing where it does not fit.
[[nodiscard]] Fit append_user_data(std::vector<std::uint8_t>& octets, Alphabet alphabet,
                                   std::string_view text, const UserDataHeader& header);

}  // namespace bank::at
