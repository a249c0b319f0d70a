#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "at/split.hpp"

namespace bank::at {

/// What the data coding scheme of USSD and cell broadcast says (TS 23.038 §5). It is another one
/// than that of SMS.
struct CbsCoding {
  Alphabet alphabet = Alphabet::gsm7;  // octets also for compressed text, which nobody here reads
  bool begins_with_language = false;   // two letters, and in GSM 7-bit a carriage return

  friend bool operator==(const CbsCoding&, const CbsCoding&) = default;
};

/// Reserved values are read as the default alphabet, as §5 asks of a receiver.
[[nodiscard]] constexpr CbsCoding decode_cbs(std::uint8_t dcs) {
  constexpr std::array alphabets{Alphabet::gsm7, Alphabet::octets, Alphabet::ucs2, Alphabet::gsm7};
  const auto by_bits = alphabets[std::size_t{dcs} >> 2 & 0x03];
  switch (dcs >> 4) {
    case 0x1:
      if (dcs == 0x10) return {Alphabet::gsm7, true};
      return dcs == 0x11 ? CbsCoding{Alphabet::ucs2, true} : CbsCoding{};
    case 0x4:
    case 0x5: return {by_bits};  // general data coding, without and with a class
    case 0x6:
    case 0x7: return {Alphabet::octets};  // the same, compressed
    case 0x9: return {by_bits};           // with a user data header
    case 0xD:                             // IMS
    case 0xE: return {Alphabet::octets};  // WAP
    case 0xF: return {(dcs & 0x04) != 0 ? Alphabet::octets : Alphabet::gsm7};
    default: return {};  // a language of the default alphabet, or reserved
  }
}

static_assert(decode_cbs(0x0F) == CbsCoding{} && decode_cbs(0x01) == CbsCoding{});
static_assert(decode_cbs(0x48).alphabet == Alphabet::ucs2);
static_assert(decode_cbs(0x5B).alphabet == Alphabet::ucs2);
static_assert(decode_cbs(0x44).alphabet == Alphabet::octets);
static_assert(decode_cbs(0x68).alphabet == Alphabet::octets);
static_assert(decode_cbs(0x08).alphabet == Alphabet::gsm7);  // a language; UCS-2 in SMS
static_assert(decode_cbs(0x11) == CbsCoding{Alphabet::ucs2, true});

}  // namespace bank::at
