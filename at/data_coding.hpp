#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "at/split.hpp"

namespace bank::at {

/// What TP-DCS says of the user data (TS 23.038 §4).
struct DataCoding {
  Alphabet alphabet =
      Alphabet::gsm7;  // octets also for compressed text, which nobody here can read
  std::optional<int> message_class{};

  friend bool operator==(const DataCoding&, const DataCoding&) = default;
};

/// Reserved values are read as the default alphabet, as §4 asks of a receiver.
[[nodiscard]] constexpr DataCoding decode_dcs(std::uint8_t dcs) {
  constexpr std::array alphabets{Alphabet::gsm7, Alphabet::octets, Alphabet::ucs2, Alphabet::gsm7};
  const int message_class = dcs & 0x03;
  if (dcs < 0x80) {  // general data coding, and the same marked for automatic deletion
    const bool compressed = (dcs & 0x20) != 0;
    const bool has_class = (dcs & 0x10) != 0;
    return {compressed ? Alphabet::octets : alphabets[std::size_t{dcs} >> 2 & 0x03],
            has_class ? std::optional{message_class} : std::nullopt};
  }
  if (dcs >= 0xF0) {
    return {(dcs & 0x04) != 0 ? Alphabet::octets : Alphabet::gsm7, message_class};
  }
  const bool indication_in_ucs2 = dcs >= 0xE0;  // message waiting, stored; 0xC0 and 0xD0 are GSM 7
  return {indication_in_ucs2 ? Alphabet::ucs2 : Alphabet::gsm7, std::nullopt};
}

/// The general data coding group, without compression.
[[nodiscard]] constexpr std::uint8_t encode_dcs(const DataCoding& coding) {
  const int group = coding.message_class ? 0x10 | *coding.message_class : 0x00;
  switch (coding.alphabet) {
    case Alphabet::gsm7: break;
    case Alphabet::octets: return static_cast<std::uint8_t>(group | 0x04);
    case Alphabet::ucs2: return static_cast<std::uint8_t>(group | 0x08);
  }
  return static_cast<std::uint8_t>(group);
}

static_assert(encode_dcs({Alphabet::gsm7, 0}) == 0x10 && encode_dcs({Alphabet::ucs2, 0}) == 0x18);
static_assert(decode_dcs(0xF5) == DataCoding{Alphabet::octets, 1});
static_assert(decode_dcs(0x08) == DataCoding{Alphabet::ucs2, std::nullopt});
static_assert(decode_dcs(0x19) == DataCoding{Alphabet::ucs2, 1});

}  // namespace bank::at
