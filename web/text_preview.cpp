#include "web/text_preview.hpp"

#include "at/gsm7.hpp"
#include "at/plain.hpp"
#include "at/utf.hpp"

namespace bank::web {

namespace {

template <class Each>
void each_character(std::string_view text, Each each) {
  while (const auto character = at::first_code_point(text)) {
    each(*character, text.substr(0, character->octets));
    text.remove_prefix(character->octets);
  }
}

std::size_t units_of(std::string_view part, const at::Split& split) {
  std::size_t units = 0;
  each_character(part, [&](const at::CodePoint& character, std::string_view) {
    if (split.alphabet == at::Alphabet::ucs2) {
      units += at::utf16_units(character.value);
    } else if (const auto code = at::to_gsm7(character.value, split.shift)) {
      units += code->septets();
    }
  });
  return units;
}

}  // namespace

Result<TextPreview, at::TextError> preview_of(std::string_view text, at::Encoding encoding) {
  const at::SplitOptions options{.encoding = encoding};
  const auto split = at::split(text, options);
  if (!split) return unexpected(split.error());
  const auto header = at::header_size(options, split->shift, split->parts.size() > 1);
  const auto room = at::room_beside(header, split->alphabet);
  const auto used = units_of(split->parts.back(), *split);
  TextPreview preview{split->alphabet, split->parts.size(), room > used ? room - used : 0};
  if (split->alphabet != at::Alphabet::ucs2) return preview;
  std::size_t index = 0;
  each_character(text, [&](const at::CodePoint& character, std::string_view written) {
    const bool is_listed = preview.forcing.size() < most_forcing;
    if (is_listed && !at::to_gsm7(character.value)) {
      preview.forcing.push_back({index, std::string(written)});
    }
    ++index;
  });
  auto plain = at::plain(text);
  if (plain.changes.empty()) return preview;
  const auto plain_split = at::split(plain.text, at::Encoding::automatic);
  if (plain_split && plain_split->alphabet == at::Alphabet::gsm7) {
    preview.plain = TextPreview::PlainForm{std::move(plain.text), plain_split->parts.size()};
  }
  return preview;
}

}  // namespace bank::web
