#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/concat.hpp"
#include "at/pdu_reader.hpp"
#include "at/split.hpp"

namespace bank::at {

inline constexpr std::size_t user_data_octets = 140;  // TS 23.040 §9.2.3.24
inline constexpr std::size_t whole_septets = 160;
inline constexpr std::size_t whole_units = 70;
inline constexpr std::size_t part_septets = 153;  // beside a header with an 8-bit reference
inline constexpr std::size_t part_units = 67;

/// TP-UD: its header as far as it is understood, and what follows it.
struct UserData {
  std::optional<Concat> concat{};
  std::optional<std::string> text{};  // UTF-8; null for 8-bit
  std::vector<std::uint8_t> data{};   // 8-bit
};

/// Reads TP-UDL and TP-UD. A header element that is not known, broken or senseless is passed over;
/// a header longer than the user data is refused, because nobody can say where the text begins.
[[nodiscard]] UserData read_user_data(PduReader& reader, bool has_header, Alphabet alphabet);

enum class Fit { fits, not_in_alphabet, too_long, senseless_concat };

/// Appends TP-UDL and TP-UD: the text in its alphabet (for Alphabet::octets as it is), behind a
/// concatenation element where there is one. Appends nothing where it does not fit.
[[nodiscard]] Fit append_user_data(std::vector<std::uint8_t>& octets, Alphabet alphabet,
                                   std::string_view text, const std::optional<Concat>& concat);

}  // namespace bank::at
