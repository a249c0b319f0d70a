#include "at/user_data.hpp"

#include <utility>

#include "at/gsm7.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

constexpr std::size_t header_septets(std::size_t octets) {
  return (octets * 8 + 6) / 7;
}
constexpr std::size_t fill_bits_after(std::size_t octets) {
  return header_septets(octets) * 7 - octets * 8;
}

constexpr std::size_t most_septets = room_beside(0, Alphabet::gsm7);
static_assert(most_septets - header_septets(6) == room_beside(6, Alphabet::gsm7));

Fit append_septets(std::vector<std::uint8_t>& octets, std::string_view text, Octets header,
                   Shift shift) {
  const auto septets = septets_from_utf8(text, shift);
  if (!septets) return Fit::not_in_alphabet;
  const std::size_t length = header_septets(header.size()) + septets->size();
  if (length > most_septets) return Fit::too_long;
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
      user_data.header = read_header(body.subspan(1, header_octets - 1));
    }
  }
  if (reader.error()) return user_data;

  const Octets rest = body.subspan(header_octets);
  if (alphabet == Alphabet::gsm7) {
    const std::size_t taken = header_septets(header_octets);
    auto septets = unpack(rest, length > taken ? length - taken : 0,
                          length > taken ? fill_bits_after(header_octets) : 0);
    if (septets) user_data.data = std::move(*septets);
  } else {
    user_data.data.assign(rest.begin(), rest.end());
  }
  user_data.text = text_from(alphabet, user_data.header.shift, user_data.data);
  return user_data;
}

std::optional<std::string> text_from(Alphabet alphabet, Shift shift, Octets data) {
  switch (alphabet) {
    case Alphabet::gsm7: return utf8_from_septets(data, shift);
    case Alphabet::ucs2: return utf8_from_utf16be(data);
    case Alphabet::octets: break;
  }
  return std::nullopt;
}

Fit append_user_data(std::vector<std::uint8_t>& octets, Alphabet alphabet, std::string_view text,
                     const UserDataHeader& header) {
  if (!makes_sense(header)) return Fit::senseless_header;
  const std::vector<std::uint8_t> front = header_octets(header);
  std::vector<std::uint8_t> body;
  switch (alphabet) {
    case Alphabet::gsm7: return append_septets(octets, text, front, header.shift);
    case Alphabet::ucs2:
      if (first_not_utf8(text)) return Fit::not_in_alphabet;
      append_utf16be(body, text);
      break;
    case Alphabet::octets: body.assign(text.begin(), text.end()); break;
  }
  return append_octets(octets, body, front);
}

}  // namespace bank::at
