#include "at/text.hpp"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>

#include "at/utf.hpp"

namespace bank::at {
namespace {

/// The character that ends before a place.
char32_t character_before(std::string_view utf8, std::size_t place) {
  std::size_t begin = place - 1;
  while (begin > 0 && (static_cast<unsigned char>(utf8[begin]) & 0xC0) == 0x80) --begin;
  const auto c = first_code_point(utf8.substr(begin));
  return c ? c->value : replacement_character;
}

bool stands_alone(char32_t c) {
  const auto point = static_cast<UChar32>(c);
  return u_getIntPropertyValue(point, UCHAR_GRAPHEME_CLUSTER_BREAK) == U_GCB_OTHER &&
         u_hasBinaryProperty(point, UCHAR_EXTENDED_PICTOGRAPHIC) == 0;
}

/// Whether two neighbours may be in one cluster. Most texts are told apart by this alone, without a
/// break iterator: before the combining marks only CR LF is joined, and two characters that no rule
/// of UAX #29 speaks of never are.
bool may_join(char32_t before, char32_t after) {
  constexpr char32_t first_mark = 0x300;
  if (before < first_mark && after < first_mark) return before == U'\r' && after == U'\n';
  return !stands_alone(before) || !stands_alone(after);
}

std::u32string normalized(const icu::Normalizer2* form, UErrorCode status,
                          std::u32string_view text) {
  if (U_FAILURE(status) != 0) return {};
  const auto source = icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()),
                                                    static_cast<std::int32_t>(text.size()));
  const icu::UnicodeString result = form->normalize(source, status);
  if (U_FAILURE(status) != 0) return {};
  std::u32string characters;
  for (std::int32_t i = 0; i < result.length(); i = result.moveIndex32(i, 1)) {
    characters += static_cast<char32_t>(result.char32At(i));
  }
  return characters;
}

}  // namespace

struct Clusters::Boundaries {
  explicit Boundaries(std::string_view utf8) {
    UErrorCode status = U_ZERO_ERROR;
    iterator.reset(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
    UText text = UTEXT_INITIALIZER;
    utext_openUTF8(&text, utf8.data(), static_cast<std::int64_t>(utf8.size()), &status);
    if (U_SUCCESS(status) != 0) iterator->setText(&text, status);  // which makes its own copy
    utext_close(&text);
    if (U_FAILURE(status) != 0) iterator.reset();
  }

  std::unique_ptr<icu::BreakIterator> iterator{};  // null where ICU has no data: nothing is joined
};

Clusters::Clusters(std::string_view utf8) : utf8_(utf8) {}
Clusters::~Clusters() = default;

bool Clusters::cut_by(std::size_t place) {
  if (begin_ < place && place < end_) return true;
  const auto after = first_code_point(utf8_.substr(place));
  if (!after || !may_join(character_before(utf8_, place), after->value)) return false;

  if (!boundaries_) boundaries_ = std::make_unique<Boundaries>(utf8_);
  auto* iterator = boundaries_->iterator.get();
  if (iterator == nullptr) return false;
  if (iterator->isBoundary(static_cast<std::int32_t>(place)) != 0) return false;
  end_ = static_cast<std::size_t>(iterator->current());  // isBoundary went on to the next
  begin_ = static_cast<std::size_t>(iterator->previous());
  return true;
}

bool is_blank(char32_t c) {
  return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

bool is_mark(char32_t c) {
  return u_getCombiningClass(static_cast<UChar32>(c)) != 0;
}

bool is_latin(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &status) == USCRIPT_LATIN;
}

Likeness likeness_of(char32_t c) {
  switch (u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_DECOMPOSITION_TYPE)) {
    case U_DT_NONE:
    case U_DT_CANONICAL:
    case U_DT_CIRCLE: return Likeness::none;
    case U_DT_SUPER: return Likeness::superscript;
    case U_DT_SUB: return Likeness::subscript;
    case U_DT_FRACTION: return Likeness::fraction;
    default: return Likeness::other;
  }
}

std::u32string nfc(std::u32string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFCInstance(status);
  return normalized(form, status, text);
}

std::u32string nfd(std::u32string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFDInstance(status);
  return normalized(form, status, text);
}

std::u32string nfkd(std::u32string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFKDInstance(status);
  return normalized(form, status, text);
}

}  // namespace bank::at
