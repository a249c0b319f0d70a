#include "at/tp.hpp"

#include <algorithm>

#include "at/gsm7.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

constexpr std::uint8_t iei_concat_8 = 0x00;
constexpr std::uint8_t iei_concat_16 = 0x08;

/// Information elements of a header (TS 23.040 §9.2.3.24); unknown ones are skipped by their
/// length, and where one runs past the header nothing after it is believed.
std::optional<Concat> concat_in(Octets elements) {
  std::optional<Concat> found;
  for (std::size_t at = 0; at + 2 <= elements.size();) {
    const std::uint8_t iei = elements[at];
    const std::size_t size = elements[at + 1];
    if (at + 2 + size > elements.size()) return std::nullopt;
    const Octets value = elements.subspan(at + 2, size);
    std::optional<Concat> concat;
    if (iei == iei_concat_8 && size == 3) {
      concat = Concat{value[0], 8, value[2], value[1]};
    } else if (iei == iei_concat_16 && size == 4) {
      concat = Concat{value[0] << 8 | value[1], 16, value[3], value[2]};
    }
    const bool makes_sense = concat && concat->seq >= 1 && concat->seq <= concat->total;
    if (makes_sense) found = concat;
    at += 2 + size;
  }
  return found;
}

}  // namespace

Coding coding_of(int tp_dcs) {
  const int group = tp_dcs >> 4;
  const auto alphabet_bits = [](int bits) {
    return bits == 1 ? Alphabet::octets : bits == 2 ? Alphabet::ucs2 : Alphabet::gsm7;
  };
  if (group <= 7) {  // general, and marked for deletion
    Coding coding{alphabet_bits(tp_dcs >> 2 & 3)};
    if ((tp_dcs & 0x10) != 0) coding.message_class = tp_dcs & 3;
    return coding;
  }
  if (group == 0xE) return {Alphabet::ucs2};  // message waiting, stored, in UCS-2
  if (group == 0xF) return {(tp_dcs & 4) != 0 ? Alphabet::octets : Alphabet::gsm7, tp_dcs & 3};
  return {};  // message waiting in the default alphabet, and reserved: read as that
}

UserData read_user_data(Octets pdu, std::size_t at, bool with_header, Alphabet alphabet) {
  UserData result;
  if (at >= pdu.size()) return result;
  const std::size_t udl = pdu[at];
  const Octets data = pdu.subspan(at + 1);

  std::size_t header = 0;  // octets, its length octet among them
  if (with_header && !data.empty() && std::size_t{data[0]} + 1 <= data.size()) {
    header = std::size_t{data[0]} + 1;
    result.concat = concat_in(data.subspan(1, header - 1));
  }
  if (alphabet == Alphabet::gsm7) {
    const std::size_t fill_bits = (7 - header * 8 % 7) % 7;
    const std::size_t before = (header * 8 + fill_bits) / 7;
    const Octets packed = data.subspan(header);
    const std::size_t bits = packed.size() * 8;
    const std::size_t there = bits > fill_bits ? (bits - fill_bits) / 7 : 0;
    const std::size_t count = udl > before ? std::min(udl - before, there) : 0;
    const auto septets = unpack(packed, count, fill_bits);
    result.text = septets ? utf8_from_septets(*septets) : std::string{};
    return result;
  }
  const std::size_t end = std::min(udl, data.size());
  const Octets body = end > header ? data.subspan(header, end - header) : Octets{};
  if (alphabet == Alphabet::ucs2) {
    result.text = utf8_from_utf16be(body);
  } else {
    result.data.assign(body.begin(), body.end());
  }
  return result;
}

}  // namespace bank::at
