#include "scheduler/fold.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace bank::scheduler {
namespace {

void demand(UErrorCode error) {
  if (U_FAILURE(error)) throw std::runtime_error(std::string("ICU: ") + u_errorName(error));
}

icu::UnicodeString normalized(const icu::UnicodeString& text,
                              const icu::Normalizer2* (*form)(UErrorCode&)) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const normalizer = form(error);
  demand(error);
  auto result = normalizer->normalize(text, error);
  demand(error);
  return result;
}

/// Letters that keyboards of neighbouring languages write for the same one.
UChar32 same_letter(UChar32 c) {
  switch (c) {
    case 0x0649:                 // alef maksura
    case 0x064A: return 0x06CC;  // Arabic yeh → Persian yeh
    case 0x0643: return 0x06A9;  // Arabic kaf → keheh
    case 0x0629: return 0x0647;  // teh marbuta → heh
    case 0x0671: return 0x0627;  // alef wasla → alef
    case 0x0111: return 'd';     // đ
    case 0x0131: return 'i';     // ı
    case 0x00F8: return 'o';     // ø
    case 0x0142: return 'l';     // ł
    default: return c;
  }
}

/// A mark that only decorates the letter before it.
bool is_decoration(UChar32 c) {
  constexpr UChar32 voiced = 0x3099, half_voiced = 0x309A;
  if (c == voiced || c == half_voiced) return false;
  if ((U_GET_GC_MASK(c) & U_GC_M_MASK) == 0) return false;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &error);
  demand(error);
  constexpr UScriptCode plain[] = {USCRIPT_INHERITED, USCRIPT_COMMON,   USCRIPT_LATIN,
                                   USCRIPT_GREEK,     USCRIPT_CYRILLIC, USCRIPT_ARABIC,
                                   USCRIPT_HEBREW,    USCRIPT_SYRIAC};
  return std::find(std::begin(plain), std::end(plain), script) != std::end(plain);
}

/// What becomes of one character; nothing: it is dropped.
std::optional<UChar32> folded(UChar32 c) {
  constexpr UChar32 tatweel = 0x0640;
  if (c == tatweel || u_charType(c) == U_FORMAT_CHAR || is_decoration(c)) return std::nullopt;
  if (const int digit = u_charDigitValue(c); digit >= 0) return '0' + digit;
  const bool is_of_word = u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
  return is_of_word ? same_letter(c) : ' ';
}

/// Most texts, and without ICU's tables: the same as of all others.
std::string fold_ascii(std::string_view text) {
  std::string plain;
  bool is_parted = false;
  for (const char c : text) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    const bool is_of_word = is_capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (is_of_word && is_parted && !plain.empty()) plain += ' ';
    is_parted = !is_of_word;
    if (is_of_word) plain += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return plain;
}

}  // namespace

std::string fold(std::string_view utf8) {
  const bool is_ascii =
      std::all_of(utf8.begin(), utf8.end(), [](char c) { return (c & 0x80) == 0; });
  if (is_ascii) return fold_ascii(utf8);
  const auto length = static_cast<std::int32_t>(utf8.size());
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), length));
  const auto letters = normalized(normalized(text, icu::Normalizer2::getNFKCCasefoldInstance),
                                  icu::Normalizer2::getNFDInstance);
  icu::UnicodeString plain;
  bool is_parted = false;
  for (std::int32_t i = 0; i < letters.length(); i = letters.moveIndex32(i, 1)) {
    const auto c = folded(letters.char32At(i));
    if (!c) continue;
    if (*c == ' ') {
      is_parted = true;
      continue;
    }
    if (is_parted && !plain.isEmpty()) plain.append(u' ');
    is_parted = false;
    plain.append(*c);
  }
  std::string result;
  normalized(plain, icu::Normalizer2::getNFCInstance).toUTF8String(result);
  return result;
}

std::string_view first_line_of(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  return text.substr(0, text.find_first_of("\r\n"));
}

bool is_unspaced(std::string_view folded) {
  if (folded.size() < 3) return false;
  const auto lead = static_cast<unsigned char>(folded[0]);
  const auto next = static_cast<unsigned char>(folded[1]);
  if (lead == 0xE0) return next >= 0xB8;                                 // U+0E00 … U+0FFF
  if (lead == 0xE1) return next < 0x84 || next == 0x9E || next == 0x9F;  // U+1000, Khmer
  return lead >= 0xE2 && lead != 0xEA && lead != 0xEB && lead != 0xEC && lead != 0xED;  // Hangul
}

std::string without_spaces(std::string_view folded) {
  std::string joined(folded);
  std::erase(joined, ' ');
  return joined;
}

}  // namespace bank::scheduler
