#pragma once

#include <string>
#include <string_view>

namespace bank::scheduler {

/// A text in the form in which keywords are compared and conversations are searched: in any case,
/// width and script of digits, with and without accents, by Arabic and by Persian keyboards, it
/// comes out alike. Words are parted by one space; what is neither letter nor digit parts them.
/// "لغو‌۱۱." → "لغو11", "TỪ CHỐI" → "tu choi", "ＴＤ" → "td", "İPTAL" →
/// "iptal".
///
/// Marks that are letters to their readers stay: vowels of Indic and South-East Asian scripts, and
/// the voicing of Kana. What is not well-formed UTF-8 counts as a parting.
[[nodiscard]] std::string fold(std::string_view utf8);

/// The first line that is not blank, without what stands before it.
[[nodiscard]] std::string_view first_line_of(std::string_view text);

/// Whether the first letter is of a script that stands without spaces between words (Thai to
/// Myanmar, Khmer, Han, Kana).
[[nodiscard]] bool is_unspaced(std::string_view folded);

/// Without its spaces: "لغو 11" → "لغو11".
[[nodiscard]] std::string without_spaces(std::string_view folded);

}  // namespace bank::scheduler
