#include "at/gsm7.hpp"

#include <array>

#include "at/utf.hpp"

namespace bank::at {
namespace {

constexpr std::uint8_t escape = 0x1B;

// TS 23.038 §6.2.1, code 0 to 127. The escape's own place holds a blank: what a phone that does not
// know the extension shows there.
constexpr std::u32string_view basic =
    U"@£$¥èéùìòÇ\nØø\rÅå"
    U"Δ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ"
    U" !\"#¤%&'()*+,-./"
    U"0123456789:;<=>?"
    U"¡ABCDEFGHIJKLMNO"
    U"PQRSTUVWXYZÄÖÑÜ§"
    U"¿abcdefghijklmno"
    U"pqrstuvwxyzäöñüà";
constexpr std::uint8_t code_count = 128;
static_assert(basic.size() == code_count);

struct Extension {
  std::uint8_t code;
  char32_t character;
};
constexpr std::array<Extension, 10> extensions = {{{0x0A, U'\f'},
                                                   {0x14, U'^'},
                                                   {0x28, U'{'},
                                                   {0x29, U'}'},
                                                   {0x2F, U'\\'},
                                                   {0x3C, U'['},
                                                   {0x3D, U'~'},
                                                   {0x3E, U']'},
                                                   {0x40, U'|'},
                                                   {0x65, U'€'}}};

constexpr char32_t extended(std::uint8_t code) {
  for (const auto& extension : extensions) {
    if (extension.code == code) return extension.character;
  }
  return basic[code];
}

// The way back, for every character of the alphabet but the euro sign: the last is Ω.
constexpr std::size_t direct_size = U'Ω' + 1;
constexpr std::uint8_t absent = 0xFF;
constexpr std::uint8_t extension_bit = 0x80;

constexpr std::array<std::uint8_t, direct_size> codes = [] {
  std::array<std::uint8_t, direct_size> table{};
  table.fill(absent);
  for (std::uint8_t code = 0; code < code_count; ++code) {
    if (code != escape) table[basic[code]] = code;
  }
  for (const auto& extension : extensions) {
    if (extension.character < direct_size) {
      table[extension.character] = static_cast<std::uint8_t>(extension_bit | extension.code);
    }
  }
  return table;
}();

constexpr std::optional<Gsm7Code> code_of(char32_t c) {
  if (c == U'€') return Gsm7Code{0x65, true};
  if (c >= direct_size || codes[c] == absent) return std::nullopt;
  return Gsm7Code{static_cast<std::uint8_t>(codes[c] & 0x7F), (codes[c] & extension_bit) != 0};
}

constexpr bool every_code_comes_back() {
  for (std::uint8_t code = 0; code < code_count; ++code) {
    if (code != escape && code_of(basic[code]) != Gsm7Code{code, false}) return false;
  }
  for (const auto& extension : extensions) {
    if (code_of(extension.character) != Gsm7Code{extension.code, true}) return false;
  }
  return true;
}
static_assert(every_code_comes_back());
static_assert(basic[0x09] == U'Ç' && basic[0x24] == U'¤' && basic[0x40] == U'¡' &&
              basic[0x5F] == U'§' && basic[0x60] == U'¿' && basic[0x7F] == U'à');
static_assert(!code_of(U'ç') && !code_of(U'`') && !code_of(U'á') && !code_of(U'\t'));

}  // namespace

std::optional<Gsm7Code> to_gsm7(char32_t c) {
  return code_of(c);
}

std::optional<std::vector<std::uint8_t>> septets_from_utf8(std::string_view utf8) {
  std::vector<std::uint8_t> septets;
  septets.reserve(utf8.size() * 2);
  while (!utf8.empty()) {
    const auto c = first_code_point(utf8);
    const auto code = c ? code_of(c->value) : std::nullopt;
    if (!code) return std::nullopt;
    if (code->extended) septets.push_back(escape);
    septets.push_back(code->code);
    utf8.remove_prefix(c->octets);
  }
  return septets;
}

std::string utf8_from_septets(Octets septets) {
  std::string text;
  text.reserve(septets.size() * 2);
  for (std::size_t i = 0; i < septets.size(); ++i) {
    const auto septet = static_cast<std::uint8_t>(septets[i] & 0x7F);
    if (septet == escape && i + 1 < septets.size()) {
      append_utf8(text, extended(septets[++i] & 0x7F));
    } else {
      append_utf8(text, basic[septet]);
    }
  }
  return text;
}

void append_packed(std::vector<std::uint8_t>& octets, Octets septets, std::size_t fill_bits) {
  unsigned pending = 0;  // bits not yet written, the oldest lowest
  std::size_t bits = fill_bits;
  for (const std::uint8_t septet : septets) {
    pending |= static_cast<unsigned>(septet & 0x7F) << bits;
    bits += 7;
    if (bits >= 8) {
      octets.push_back(static_cast<std::uint8_t>(pending & 0xFF));
      pending >>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) octets.push_back(static_cast<std::uint8_t>(pending));
}

Result<std::vector<std::uint8_t>, DecodeError> unpack(Octets packed, std::size_t count,
                                                      std::size_t fill_bits) {
  if (packed.size() * 8 < count * 7 + fill_bits) {
    return unexpected(DecodeError{DecodeError::Fault::truncated, "TP-UD", packed.size()});
  }
  std::vector<std::uint8_t> septets(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = i * 7 + fill_bits;
    const std::size_t octet = bit / 8;
    const std::size_t shift = bit % 8;
    unsigned window = static_cast<unsigned>(packed[octet]) >> shift;
    if (shift > 1) window |= static_cast<unsigned>(packed[octet + 1]) << (8 - shift);
    septets[i] = static_cast<std::uint8_t>(window & 0x7F);
  }
  return septets;
}

}  // namespace bank::at
