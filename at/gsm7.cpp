#include "at/gsm7.hpp"

#include <array>

#include "at/national_tables.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

/// What stands under a code, as §6.2.1.1 shows codes that have no character.
char32_t shown(const CodeTable& locking, const CodeTable& single, bool escaped, std::uint8_t code) {
  if (escaped && single[code] != 0) return single[code];
  return locking[code] != 0 ? locking[code] : U' ';
}

std::optional<std::uint8_t> code_in(const CodeTable& table, char32_t c) {
  for (std::uint8_t code = 0; code < code_count; ++code) {
    if (c != 0 && table[code] == c && code != escape) return code;
  }
  return std::nullopt;
}

/// The way back of the default alphabet, which most of all texts are in: directly, for every
/// character but the euro sign. The last is Ω.
class DefaultCodes {
 public:
  DefaultCodes() {
    codes_.fill(absent);
    for (std::uint8_t code = 0; code < code_count; ++code) {
      add(single_shift_table(Language::none)[code], extended | code);
    }
    for (std::uint8_t code = 0; code < code_count; ++code) {
      if (code != escape) add(locking_table(Language::none)[code], code);
    }
  }

  [[nodiscard]] std::optional<Gsm7Code> operator[](char32_t c) const {
    if (c == U'€') return Gsm7Code{0x65, true};
    if (c >= codes_.size() || codes_[c] == absent) return std::nullopt;
    const std::uint8_t code = codes_[c];
    return Gsm7Code{static_cast<std::uint8_t>(code & 0x7F), (code & extended) != 0};
  }

 private:
  static constexpr std::uint8_t absent = 0xFF;
  static constexpr int extended = 0x80;

  void add(char32_t c, int code) {
    if (c != 0 && c < codes_.size()) codes_[c] = static_cast<std::uint8_t>(code);
  }

  std::array<std::uint8_t, U'Ω' + 1> codes_{};
};

std::optional<Gsm7Code> default_code(char32_t c) {
  static const DefaultCodes codes;
  return codes[c];
}

}  // namespace

std::optional<Gsm7Code> to_gsm7(char32_t c, Shift shift) {
  if (shift == Shift{}) return default_code(c);
  if (const auto code = code_in(locking_table(shift.locking), c)) return Gsm7Code{*code, false};
  if (const auto code = code_in(single_shift_table(shift.single), c)) return Gsm7Code{*code, true};
  return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> septets_from_utf8(std::string_view utf8, Shift shift) {
  std::vector<std::uint8_t> septets;
  septets.reserve(utf8.size() * 2);
  while (!utf8.empty()) {
    const auto c = first_code_point(utf8);
    const auto code = c ? to_gsm7(c->value, shift) : std::nullopt;
    if (!code) return std::nullopt;
    if (code->extended) septets.push_back(escape);
    septets.push_back(code->code);
    utf8.remove_prefix(c->octets);
  }
  return septets;
}

std::string utf8_from_septets(Octets septets, Shift shift) {
  const CodeTable& locking = locking_table(shift.locking);
  const CodeTable& single = single_shift_table(shift.single);
  std::string text;
  text.reserve(septets.size() * 2);
  bool escaped = false;
  for (const std::uint8_t octet : septets) {
    const auto septet = static_cast<std::uint8_t>(octet & 0x7F);
    const bool begins_pair = septet == escape && !escaped;
    if (!begins_pair) append_utf8(text, shown(locking, single, escaped, septet));
    escaped = begins_pair;
  }
  if (escaped) text += ' ';
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
