#include "at/address.hpp"

#include <array>

#include "at/gsm7.hpp"

namespace bank::at {
namespace {

constexpr std::string_view digit_characters = "0123456789*#abc";  // semi-octets 0 to 14
constexpr std::uint8_t filler = 0x0F;
constexpr std::uint8_t isdn_plan = 0x01;          // E.164, TS 23.040 §9.1.2.5
constexpr std::size_t most_smsc_octets = 12;      // type and value; TS 24.011 §8.2.5.1 says 11
constexpr std::size_t most_name_septets = 11;     // what ten octets hold
constexpr std::uint8_t smsc_type_and_digits = 1;  // its length counts octets, the type among them

// TS 23.040 §9.1.2.5, bits 6 to 4 of the type of address; 7 is reserved for extension.
Address::Kind kind_of(std::uint8_t type_of_address) {
  using enum Address::Kind;
  constexpr std::array<Address::Kind, 8> kinds{unknown,    international, national,    network,
                                               subscriber, alphanumeric,  abbreviated, unknown};
  return kinds[std::size_t{type_of_address} >> 4 & 0x07];
}

std::uint8_t type_of(Address::Kind kind) {
  const auto plan = kind == Address::Kind::alphanumeric ? 0 : isdn_plan;
  return static_cast<std::uint8_t>(0x80 | static_cast<int>(kind) << 4 | plan);
}
static_assert(static_cast<int>(Address::Kind::international) == 1 &&
              static_cast<int>(Address::Kind::abbreviated) == 6);

/// Digits of a value; fillers are passed over wherever they stand, as some networks put them
/// inside.
std::string digits_from(Octets value, std::size_t count, Address::Kind kind) {
  std::string text;
  text.reserve(count + 1);
  if (kind == Address::Kind::international) text += '+';
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t octet = value[i / 2];
    const auto digit = static_cast<std::uint8_t>(i % 2 == 0 ? octet & 0x0F : octet >> 4);
    if (digit != filler) text += digit_characters[digit];
  }
  return text == "+" ? std::string{} : text;
}

Address address_from(std::uint8_t type, Octets value, std::size_t semi_octets) {
  const Address::Kind kind = kind_of(type);
  if (kind == Address::Kind::alphanumeric) {
    const auto septets = unpack(value, semi_octets * 4 / 7);
    return {septets ? utf8_from_septets(*septets) : std::string{}, kind};
  }
  return {digits_from(value, semi_octets, kind), kind};
}

/// Digits as semi-octets, padded with a filler; false where a character is none.
bool append_digits(std::vector<std::uint8_t>& octets, std::string_view digits) {
  std::vector<std::uint8_t> value;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t digit = digit_characters.find(digits[i]);
    if (digit == std::string_view::npos) return false;
    if (i % 2 == 0) {
      value.push_back(static_cast<std::uint8_t>(filler << 4 | digit));
    } else {
      value.back() = static_cast<std::uint8_t>((value.back() & 0x0F) | digit << 4);
    }
  }
  octets.insert(octets.end(), value.begin(), value.end());
  return true;
}

/// `length` is computed from the number of digits: what it counts differs from field to field.
template <class Length>
bool append_typed_digits(std::vector<std::uint8_t>& octets, std::string_view number,
                         std::uint8_t type, Length length) {
  const std::size_t before = octets.size();
  if (number.empty() || number.size() > most_address_digits) return false;
  octets.push_back(static_cast<std::uint8_t>(length(number.size())));
  octets.push_back(type);
  if (append_digits(octets, number)) return true;
  octets.resize(before);
  return false;
}

struct Number {
  std::string_view digits;
  std::uint8_t type;
};

Number number_of(std::string_view text) {
  const bool international = text.starts_with('+');
  return {text.substr(international ? 1 : 0),
          type_of(international ? Address::Kind::international : Address::Kind::unknown)};
}

constexpr auto count_of_digits = [](std::size_t digits) { return digits; };

}  // namespace

std::string_view name_of(Address::Kind kind) {
  switch (kind) {
    case Address::Kind::unknown: return "unknown";
    case Address::Kind::international: return "international";
    case Address::Kind::national: return "national";
    case Address::Kind::network: return "network";
    case Address::Kind::subscriber: return "subscriber";
    case Address::Kind::alphanumeric: return "alphanumeric";
    case Address::Kind::abbreviated: return "abbreviated";
  }
  return "unknown";
}

Result<ReadAddress, DecodeError> read_address(Octets pdu, std::size_t at, std::string_view field) {
  using enum DecodeError::Fault;
  if (at + 1 >= pdu.size()) return unexpected(DecodeError{truncated, field, pdu.size()});
  const std::size_t semi_octets = pdu[at];
  const std::size_t value_octets = (semi_octets + 1) / 2;
  if (semi_octets > most_address_digits) return unexpected(DecodeError{out_of_range, field, at});
  if (pdu.size() - at - 2 < value_octets) {
    return unexpected(DecodeError{truncated, field, pdu.size()});
  }
  return ReadAddress{address_from(pdu[at + 1], pdu.subspan(at + 2, value_octets), semi_octets),
                     2 + value_octets};
}

Result<ReadAddress, DecodeError> read_smsc(Octets pdu) {
  using enum DecodeError::Fault;
  constexpr std::string_view field = "SMSC";
  if (pdu.empty()) return unexpected(DecodeError{truncated, field, 0});
  const std::size_t length = pdu[0];
  if (length == 0) return ReadAddress{{}, 1};
  if (length > most_smsc_octets) return unexpected(DecodeError{out_of_range, field, 0});
  if (pdu.size() - 1 < length) return unexpected(DecodeError{truncated, field, pdu.size()});
  const std::size_t value_octets = length - smsc_type_and_digits;
  return ReadAddress{address_from(pdu[1], pdu.subspan(2, value_octets), value_octets * 2),
                     1 + length};
}

bool append_number(std::vector<std::uint8_t>& octets, std::string_view number) {
  const auto [digits, type] = number_of(number);
  return append_typed_digits(octets, digits, type, count_of_digits);
}

bool append_address(std::vector<std::uint8_t>& octets, const Address& address) {
  const std::string_view text = address.digits_or_text;
  if (address.kind != Address::Kind::alphanumeric) {
    return append_typed_digits(octets, number_of(text).digits, type_of(address.kind),
                               count_of_digits);
  }
  const auto septets = septets_from_utf8(text);
  if (!septets || septets->size() > most_name_septets) return false;
  octets.push_back(static_cast<std::uint8_t>((septets->size() * 7 + 3) / 4));  // useful semi-octets
  octets.push_back(type_of(address.kind));
  append_packed(octets, *septets);
  return true;
}

bool append_smsc(std::vector<std::uint8_t>& octets, std::string_view number) {
  if (number.empty()) {
    octets.push_back(0);
    return true;
  }
  const auto [digits, type] = number_of(number);
  return append_typed_digits(octets, digits, type, [](std::size_t count) {
    return smsc_type_and_digits + (count + 1) / 2;
  });
}

}  // namespace bank::at
