#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "at/alphabet.hpp"
#include "at/message_waiting.hpp"

namespace bank::at {

/// What TP-DCS says of the user data (TS 23.038 §4).
struct DataCoding {
  Alphabet alphabet = Alphabet::gsm7;  // octets also for compressed text: nobody here reads it
  std::optional<int> message_class{};  // 0 flash, 1 device, 2 SIM, 3 terminal equipment
  std::optional<MessageWaiting> waiting{};

  friend bool operator==(const DataCoding&, const DataCoding&) = default;
};

/// Reserved values are read as the default alphabet, as §4 asks of a receiver. Groups:
///   0x00–0x3F  general: bit 5 compressed, bit 4 has a class, bits 3 and 2 the alphabet
///   0x40–0x7F  the same, to be deleted once read
///   0x80–0xBF  reserved
///   0xC0–0xEF  message waiting: discard, store, store in UCS-2; bit 3 active, bits 1 and 0 kind
///   0xF0–0xFF  bit 2 8-bit data, bits 1 and 0 the class
[[nodiscard]] constexpr DataCoding decode_dcs(std::uint8_t dcs) {
  constexpr std::array alphabets{Alphabet::gsm7, Alphabet::octets, Alphabet::ucs2, Alphabet::gsm7};
  const int low_bits = dcs & 0x03;
  if (dcs < 0x80) {
    const bool compressed = (dcs & 0x20) != 0;
    const bool has_class = (dcs & 0x10) != 0;
    return {compressed ? Alphabet::octets : alphabets[std::size_t{dcs} >> 2 & 0x03],
            has_class ? std::optional{low_bits} : std::nullopt};
  }
  if (dcs < 0xC0) return {};
  if (dcs >= 0xF0) return {(dcs & 0x04) != 0 ? Alphabet::octets : Alphabet::gsm7, low_bits};
  return {
      dcs >= 0xE0 ? Alphabet::ucs2 : Alphabet::gsm7, std::nullopt,
      MessageWaiting{static_cast<MessageWaiting::Kind>(low_bits), (dcs & 0x08) != 0, dcs >= 0xD0}};
}

/// The general group without compression; where something waits, the group that says so.
[[nodiscard]] constexpr std::uint8_t encode_dcs(const DataCoding& coding) {
  if (coding.waiting) {
    const auto& waiting = *coding.waiting;
    const int group = coding.alphabet == Alphabet::ucs2 ? 0xE0 : waiting.store ? 0xD0 : 0xC0;
    return static_cast<std::uint8_t>(group | (waiting.active ? 0x08 : 0) |
                                     (static_cast<int>(waiting.kind) & 0x03));
  }
  const int group = coding.message_class ? 0x10 | (*coding.message_class & 0x03) : 0x00;
  switch (coding.alphabet) {
    case Alphabet::gsm7: break;
    case Alphabet::octets: return static_cast<std::uint8_t>(group | 0x04);
    case Alphabet::ucs2: return static_cast<std::uint8_t>(group | 0x08);
  }
  return static_cast<std::uint8_t>(group);
}

static_assert(encode_dcs({Alphabet::gsm7, 0}) == 0x10 && encode_dcs({Alphabet::ucs2, 0}) == 0x18);
static_assert(decode_dcs(0xF5) == DataCoding{Alphabet::octets, 1});
static_assert(decode_dcs(0x08) == DataCoding{Alphabet::ucs2});
static_assert(decode_dcs(0x19) == DataCoding{Alphabet::ucs2, 1});
static_assert(encode_dcs(decode_dcs(0xE9)) == 0xE9 && encode_dcs(decode_dcs(0xC0)) == 0xC0);

}  // namespace bank::at
