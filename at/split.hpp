#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "at/alphabet.hpp"
#include "at/language.hpp"
#include "at/result.hpp"

namespace bank::at {

enum class Encoding { automatic, gsm7, ucs2, plain };

/// Why a text cannot be sent as asked, and where.
struct TextError {
  enum class Fault {
    empty,
    not_utf8,
    control_character,
    not_in_gsm7,
    too_many_parts,
    no_room  // the header leaves none for a character
  };
  Fault fault;
  std::size_t offset;  // octets from the start of the text

  friend bool operator==(const TextError&, const TextError&) = default;
};

/// A set of national languages. It always has `none`: the default alphabet needs no permission.
class Languages {
 public:
  constexpr Languages() = default;
  constexpr Languages(std::initializer_list<Language> languages) {
    for (const Language language : languages) add(language);
  }

  constexpr void add(Language language) {
    bits_ = static_cast<std::uint16_t>(bits_ | 1U << static_cast<unsigned>(language));
  }
  [[nodiscard]] constexpr bool only_none() const { return bits_ == 1; }
  [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }  // bit n: identifier n

 private:
  std::uint16_t bits_ = 1;
};

/// What a text may be written with, and what else its parts carry.
struct SplitOptions {
  Encoding encoding = Encoding::automatic;
  Languages languages{};           // whose tables GSM 7-bit may be written with
  int reference_bits = 8;          // of the concatenation element: 8 or 16
  std::size_t further_header = 0;  // octets of other elements in each header, such as ports
};

/// A text cut into parts, in order; joined they are the text again, or what `plain` made of it.
struct Split {
  Alphabet alphabet;
  Shift shift{};                     // for gsm7
  std::vector<std::string> parts{};  // UTF-8
};

inline constexpr std::size_t most_parts = 255;  // TS 23.040 §9.2.3.24.1: one octet counts them

/// The user data header of each part, in octets with its length octet; 0 where there is none
/// (TS 23.040 §9.2.3.24).
[[nodiscard]] std::size_t header_size(const SplitOptions& options, Shift shift, bool several);

/// Cuts a text into the fewest parts it can be sent in.
///
/// Alphabet  gsm7: the default alphabet, or tables of the allowed languages where they save parts
///           or it lacks a character; of equals the smallest header, then the default locking
///           table. automatic: UCS-2 too, where that takes fewer parts, or as many with a smaller
///           header: a national table is written only where it saves a part, because a phone may
///           lack it. plain: as automatic, after what `plain` (at/plain.hpp) changes.
/// Cuts      never inside an escape pair or a surrogate pair. A grapheme cluster, and a link up to
///           the next blank, stays whole where this adds no part; clusters come before links.
/// Errors    as TextError says, with the place in the text that is cut. Line feed and carriage
///           return are allowed, other control characters (C0, DEL, C1) are refused.
[[nodiscard]] Result<Split, TextError> split(std::string_view utf8, const SplitOptions& options);

[[nodiscard]] inline Result<Split, TextError> split(std::string_view utf8, Encoding encoding) {
  return split(utf8, SplitOptions{.encoding = encoding});
}

}  // namespace bank::at
