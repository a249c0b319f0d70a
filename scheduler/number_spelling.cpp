#include "scheduler/number_spelling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "scheduler/spreadsheet_cell.hpp"

namespace bank::scheduler {
namespace {

using Fault = NumberError::Fault;

struct Character {
  char32_t value;
  std::size_t octets;
};

/// The first character of UTF-8; nothing when it is none (RFC 3629: no overlong forms, surrogates
/// or values beyond U+10FFFF).
std::optional<Character> first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return Character{lead, 1};
  const std::size_t octets = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < octets) return std::nullopt;
  char32_t value = lead & (0x7FU >> octets);
  for (std::size_t i = 1; i < octets; ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if ((octet & 0xC0U) != 0x80U) return std::nullopt;
    value = value << 6U | (octet & 0x3FU);
  }
  const bool overlong = (octets == 3 && value < 0x800) || (octets == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return std::nullopt;
  return Character{value, octets};
}

std::optional<char> digit_in(char32_t c) {
  for (const char32_t zero : {U'0', U'\u0660', U'\u06F0', U'\uFF10'}) {  // last: fullwidth
    if (c >= zero && c <= zero + 9) return static_cast<char>('0' + (c - zero));
  }
  return std::nullopt;
}

/// White space, and the invisible marks that spreadsheets, word processors and right-to-left text
/// leave in a paste.
bool is_blank(char32_t c) {
  static constexpr char32_t blanks[] = {
      U' ',      U'\u00A0',             // no-break space
      U'\u00AD',                        // soft hyphen
      U'\u061C',                        // Arabic letter mark
      U'\u202F', U'\u205F', U'\u2060',  // spaces, joiner
      U'\u3000', U'\uFEFF'};            // ideographic space, byte order mark
  return std::ranges::find(blanks, c) != std::end(blanks) ||
         (c >= U'\u2000' && c <= U'\u200F') ||  // spaces, zero width, LRM and RLM
         (c >= U'\u202A' && c <= U'\u202E') ||  // embeddings and overrides of direction
         (c >= U'\u2066' && c <= U'\u2069');    // isolates
}

/// What may stand between the digits of a number and says nothing, beside blanks.
bool is_punctuation(char32_t c) {
  static constexpr char32_t marks[] = {U'-',      U'.',      U'(',      U')',     U'[', U']',
                                       U'\u2212',                                    // minus
                                       U'\uFF08', U'\uFF09', U'\uFF0D', U'\uFF0E'};  // ( ) - .
  return std::ranges::find(marks, c) != std::end(marks) ||
         (c >= U'\u2010' && c <= U'\u2015');  // dashes
}

std::string name_of_character(char32_t c) {
  if (c > U' ' && c < 0x7F) return fmt::format("'{}'", static_cast<char>(c));
  return fmt::format("the character U+{:04X}", static_cast<std::uint32_t>(c));
}

/// Germany and its neighbours write 030/1234567; elsewhere 88776655/56 are two numbers.
struct AreaSlash {
  static constexpr std::size_t most_before = 8;  // digits: 00, calling code, area
  static constexpr std::size_t fewest_behind = 5;

  bool found = false;
  std::size_t at = 0;      // octets into the text
  std::size_t before = 0;  // digits
};

void note_company(Spelled& spelled, std::size_t at) {
  spelled.company = std::min(at, spelled.company.value_or(at));
}

/// Adds one character, which begins at octet `at`, to what is spelled so far. `blank` is the first
/// one behind the digits so far.
std::optional<NumberError> take(const Character& c, std::size_t at, Spelled& spelled,
                                AreaSlash& slash, std::optional<std::size_t>& blank) {
  if (const auto digit = digit_in(c.value)) {
    if (blank) note_company(spelled, *blank);
    if (spelled.digits.size() == most_spelled_digits) {
      return NumberError{Fault::too_long, at, "these are more digits than a number has"};
    }
    spelled.digits += *digit;
    return std::nullopt;
  }
  if (c.value == U'+' || c.value == U'\uFF0B') {
    if (spelled.plus || !spelled.digits.empty()) {
      return NumberError{Fault::not_a_number, at,
                         fmt::format("there is a '+' inside the number (octet {}); give each "
                                     "number by itself",
                                     at)};
    }
    spelled.plus = true;
    return std::nullopt;
  }
  if (c.value == U'/' && !slash.found && spelled.digits.size() <= AreaSlash::most_before) {
    slash = {true, at, spelled.digits.size()};
    note_company(spelled, at);
    return std::nullopt;
  }
  if (is_punctuation(c.value)) {
    note_company(spelled, at);
    return std::nullopt;
  }
  if (is_blank(c.value)) {
    if (!blank && !spelled.digits.empty()) blank = at;
    return std::nullopt;
  }
  return NumberError{
      Fault::not_a_number, at,
      fmt::format("found {} (octet {}), which no number has", name_of_character(c.value), at)};
}

Result<Spelled, NumberError> read_characters(std::string_view text, std::size_t begin) {
  Spelled spelled;
  AreaSlash slash;
  std::optional<std::size_t> blank;
  for (std::size_t at = begin; at < text.size();) {
    const auto c = first_character(text.substr(at));
    if (!c) {
      return unexpected(
          NumberError{Fault::not_a_number, at, fmt::format("octet {} is not UTF-8", at)});
    }
    if (auto error = take(*c, at, spelled, slash, blank)) return unexpected(std::move(*error));
    at += c->octets;
  }
  if (spelled.digits.empty())
    return unexpected(NumberError{Fault::empty, 0, "there are no digits"});
  if (slash.found && spelled.digits.size() - slash.before < AreaSlash::fewest_behind) {
    return unexpected(NumberError{
        Fault::not_a_number, slash.at,
        fmt::format("found '/' (octet {}), which may stand behind the area alone; give each "
                    "number by itself",
                    slash.at)});
  }
  return spelled;
}

Result<Spelled, NumberError> read_cell(std::string_view text) {
  const CellContent content = content_of_cell(text);
  text = text.substr(0, content.end);
  const std::string_view inner = text.substr(content.begin);
  if (is_cell_error(inner)) {
    return unexpected(
        NumberError{Fault::not_a_number, content.begin,
                    "a spreadsheet shows an error in place of this number; make its column text, "
                    "enter the number again and export it anew"});
  }
  auto scientific = read_scientific(inner);
  if (!scientific) return read_characters(text, content.begin);
  if (!scientific->digits.empty()) return Spelled{false, std::move(scientific->digits), {}};
  return unexpected(NumberError{
      Fault::rounded, content.begin + scientific->mark,
      fmt::format("a spreadsheet has rounded this number to {}, and its last digits are lost; "
                  "make its column text, enter the numbers again and export it anew",
                  inner)});
}

}  // namespace

Result<Spelled, NumberError> read_spelling(std::string_view text, std::string_view example) {
  Result<Spelled, NumberError> spelled =
      text.size() <= NumberPolicy::most_octets
          ? read_cell(text)
          : unexpected(NumberError{
                Fault::too_long, NumberPolicy::most_octets,
                fmt::format("this is {} octets long, more than a number has", text.size())});
  if (!spelled) spelled.error().detail += fmt::format("; write it like {}", example);
  return spelled;
}

}  // namespace bank::scheduler
