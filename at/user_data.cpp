#include "at/user_data.hpp"

#include "at/gsm7.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

// Information elements, TS 23.040 §9.2.3.24.
constexpr std::uint8_t iei_concat_8 = 0x00;
constexpr std::uint8_t iei_concat_16 = 0x08;

constexpr std::size_t most_septets_in(std::size_t octets) {
  return octets * 8 / 7;
}
constexpr std::size_t header_septets(std::size_t octets) {
  return (octets * 8 + 6) / 7;
}
constexpr std::size_t fill_bits_after(std::size_t octets) {
  return header_septets(octets) * 7 - octets * 8;
}

constexpr std::size_t concat_header_8 = 6;  // UDHL, IEI, IEDL, reference, total, number
static_assert(most_septets_in(user_data_octets) == whole_septets);
static_assert(most_septets_in(user_data_octets) - header_septets(concat_header_8) == part_septets);
static_assert(user_data_octets / 2 == whole_units);
static_assert((user_data_octets - concat_header_8) / 2 == part_units);

bool makes_sense(const Concat& c) {
  return c.total >= 1 && c.total <= static_cast<int>(most_parts) && c.seq >= 1 &&
         c.seq <= c.total && c.ref >= 0 &&
         ((c.bits == 8 && c.ref <= 0xFF) || (c.bits == 16 && c.ref <= 0xFFFF));
}

std::optional<Concat> concat_from(std::uint8_t iei, Octets data) {
  std::optional<Concat> concat;
  if (iei == iei_concat_8 && data.size() == 3) {
    concat = Concat{.ref = data[0], .bits = 8, .seq = data[2], .total = data[1]};
  } else if (iei == iei_concat_16 && data.size() == 4) {
    concat = Concat{.ref = data[0] << 8 | data[1], .bits = 16, .seq = data[3], .total = data[2]};
  }
  return concat && makes_sense(*concat) ? concat : std::nullopt;
}

/// Of several elements that make sense the last one counts (§9.2.3.24). An element that outruns the
/// header ends the reading of it.
std::optional<Concat> concat_in(Octets header) {
  std::optional<Concat> concat;
  while (header.size() >= 2) {
    const std::uint8_t iei = header[0];
    const std::size_t length = header[1];
    if (header.size() - 2 < length) break;
    if (const auto found = concat_from(iei, header.subspan(2, length))) concat = found;
    header = header.subspan(2 + length);
  }
  return concat;
}

std::vector<std::uint8_t> header_for(const std::optional<Concat>& concat) {
  if (!concat) return {};
  const auto low = [](int number) { return static_cast<std::uint8_t>(number & 0xFF); };
  if (concat->bits == 8) {
    return {5, iei_concat_8, 3, low(concat->ref), low(concat->total), low(concat->seq)};
  }
  return {6,
          iei_concat_16,
          4,
          low(concat->ref >> 8),
          low(concat->ref),
          low(concat->total),
          low(concat->seq)};
}

Fit append_septets(std::vector<std::uint8_t>& octets, std::string_view text, Octets header) {
  const auto septets = septets_from_utf8(text);
  if (!septets) return Fit::not_in_alphabet;
  const std::size_t length = header_septets(header.size()) + septets->size();
  if (length > whole_septets) return Fit::too_long;
  octets.push_back(static_cast<std::uint8_t>(length));
  octets.insert(octets.end(), header.begin(), header.end());
  append_packed(octets, *septets, fill_bits_after(header.size()));
  return Fit::fits;
}

Fit append_octets(std::vector<std::uint8_t>& octets, Octets body, Octets header) {
  const std::size_t length = header.size() + body.size();
  if (length > user_data_octets) return Fit::too_long;
  octets.push_back(static_cast<std::uint8_t>(length));
  octets.insert(octets.end(), header.begin(), header.end());
  octets.insert(octets.end(), body.begin(), body.end());
  return Fit::fits;
}

}  // namespace

UserData read_user_data(PduReader& reader, bool has_header, Alphabet alphabet) {
  const std::size_t length_at = reader.at();
  const std::size_t length = reader.octet("TP-UDL");
  const bool in_septets = alphabet == Alphabet::gsm7;
  const Octets body = reader.octets(in_septets ? packed_size(length) : length, "TP-UD");

  UserData user_data;
  std::size_t header_octets = 0;
  if (has_header) {
    if (body.empty()) {
      reader.refuse(DecodeError::Fault::out_of_range, "TP-UDL", length_at);
    } else if (std::size_t{body[0]} + 1 > body.size()) {
      reader.refuse(DecodeError::Fault::out_of_range, "TP-UDHL", length_at + 1);
    } else {
      header_octets = std::size_t{body[0]} + 1;
      user_data.concat = concat_in(body.subspan(1, header_octets - 1));
    }
  }
  if (reader.error()) return user_data;

  const Octets rest = body.subspan(header_octets);
  switch (alphabet) {
    case Alphabet::gsm7: {
      const std::size_t taken = header_septets(header_octets);
      const auto septets = unpack(rest, length > taken ? length - taken : 0,
                                  length > taken ? fill_bits_after(header_octets) : 0);
      user_data.text = septets ? utf8_from_septets(*septets) : std::string{};
      break;
    }
    case Alphabet::octets: user_data.data.assign(rest.begin(), rest.end()); break;
    case Alphabet::ucs2: user_data.text = utf8_from_utf16be(rest); break;
  }
  return user_data;
}

Fit append_user_data(std::vector<std::uint8_t>& octets, Alphabet alphabet, std::string_view text,
                     const std::optional<Concat>& concat) {
  if (concat && !makes_sense(*concat)) return Fit::senseless_concat;
  const std::vector<std::uint8_t> header = header_for(concat);
  std::vector<std::uint8_t> body;
  switch (alphabet) {
    case Alphabet::gsm7: return append_septets(octets, text, header);
    case Alphabet::ucs2:
      if (first_not_utf8(text)) return Fit::not_in_alphabet;
      append_utf16be(body, text);
      break;
    case Alphabet::octets: body.assign(text.begin(), text.end()); break;
  }
  return append_octets(octets, body, header);
}

}  // namespace bank::at
