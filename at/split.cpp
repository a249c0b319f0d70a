#include "at/split.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "at/gsm7.hpp"
#include "at/plain.hpp"
#include "at/split_cuts.hpp"
#include "at/split_national.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

using Fault = TextError::Fault;

constexpr std::size_t largest_character = 2;  // an escape pair or a surrogate pair

bool is_refused_control(char32_t c) {
  if (c == U'\n' || c == U'\r') return false;
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/// What a character takes in the default alphabet, by the first octet of its UTF-8: nearly all of
/// most texts is told by that.
class AsciiSeptets {
 public:
  static constexpr std::uint8_t unclear = 0;  // not ASCII, not in the alphabet, or to be refused

  AsciiSeptets() {
    for (std::uint8_t c = 0; c < 0x80; ++c) {
      const auto code = is_refused_control(c) ? std::nullopt : to_gsm7(c);
      septets_[c] = code ? static_cast<std::uint8_t>(code->septets()) : unclear;
    }
  }
  [[nodiscard]] std::uint8_t operator[](char octet) const {
    return septets_[static_cast<std::uint8_t>(octet)];
  }

 private:
  std::array<std::uint8_t, 0x100> septets_{};
};

const AsciiSeptets& ascii_septets() {
  static const AsciiSeptets septets;
  return septets;
}

/// What one look at the whole text tells.
struct Measure {
  std::size_t septets = 0;
  std::size_t units = 0;
  std::optional<std::size_t> first_not_gsm7{};
};

Result<Measure, TextError> measure(std::string_view utf8) {
  const AsciiSeptets& in_ascii = ascii_septets();
  Measure m;
  for (std::size_t at = 0; at < utf8.size();) {
    if (const std::uint8_t septets = in_ascii[utf8[at]]; septets != AsciiSeptets::unclear) {
      m.septets += septets;
      ++m.units;
      ++at;
      continue;
    }
    const auto c = first_code_point(utf8.substr(at));
    if (!c) return unexpected(TextError{Fault::not_utf8, at});
    if (is_refused_control(c->value)) return unexpected(TextError{Fault::control_character, at});
    if (!m.first_not_gsm7) {  // else the septets are of no use any more
      const auto code = to_gsm7(c->value);
      if (code) m.septets += code->septets();
      if (!code) m.first_not_gsm7 = at;
    }
    m.units += utf16_units(c->value);
    at += c->octets;
  }
  return m;
}

Sizes sizes_in_ucs2(std::string_view utf8) {
  Sizes sizes(utf8.size());
  std::transform(utf8.begin(), utf8.end(), sizes.begin(), [](char c) -> std::uint8_t {
    const auto octet = static_cast<std::uint8_t>(c);
    if ((octet & 0xC0) == 0x80) return 0;
    return octet >= 0xF0 ? 2 : 1;  // four octets are a character beyond the basic plane
  });
  return sizes;
}

Sizes sizes_in_default(std::string_view utf8) {
  const AsciiSeptets& in_ascii = ascii_septets();
  Sizes sizes(utf8.size());
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    sizes[at] = in_ascii[utf8[at]];
    if (sizes[at] != AsciiSeptets::unclear) continue;
    const CodePoint c = *first_code_point(utf8.substr(at));
    sizes[at] = static_cast<std::uint8_t>(to_gsm7(c.value)->septets());
    at += c.octets - 1;
  }
  return sizes;
}

/// One way to write a text, cut into as few parts as it allows.
struct Way {
  Alphabet alphabet;
  Shift shift;
  Sizes sizes;
  std::size_t header = 0;  // of each part, octets
  std::size_t capacity = 0;
  Cuts cuts{};

  [[nodiscard]] auto rank() const { return std::pair(cuts.size(), header); }
};

/// Nullopt where the header leaves no room. `length` is the sum of the sizes.
std::optional<Way> cut(Alphabet alphabet, Shift shift, Sizes sizes, std::size_t length,
                       const SplitOptions& options) {
  Way way{alphabet, shift, std::move(sizes)};
  const auto make_room = [&](bool several) {
    way.header = header_size(options, shift, several);
    way.capacity = room_beside(way.header, alphabet);
  };
  make_room(false);
  if (length <= way.capacity) return way;
  make_room(true);
  if (way.capacity < largest_character) return std::nullopt;
  way.cuts = fill(way.sizes, way.capacity);
  return way;
}

/// The best of all ways that the options allow; among equals the first that is tried here.
Result<Way, TextError> best_way(std::string_view utf8, const Measure& measured,
                                const SplitOptions& options) {
  std::optional<Way> best;
  TextError why_none{Fault::not_in_gsm7, measured.first_not_gsm7.value_or(0)};
  const auto consider = [&](Alphabet alphabet, Shift shift, Sizes sizes, std::size_t length) {
    auto way = cut(alphabet, shift, std::move(sizes), length, options);
    if (!way) why_none = {Fault::no_room, 0};
    if (way && (!best || way->rank() < best->rank())) best = std::move(way);
  };
  const bool may_be_gsm7 = options.encoding != Encoding::ucs2;
  if (may_be_gsm7 && options.languages.only_none()) {
    if (!measured.first_not_gsm7) {
      consider(Alphabet::gsm7, {}, sizes_in_default(utf8), measured.septets);
    }
  } else if (may_be_gsm7) {
    auto spellings = spellings_of(utf8, options.languages);
    why_none.offset = spellings.first_lacking;
    for (auto& [shift, sizes, length] : spellings.found) {
      consider(Alphabet::gsm7, shift, std::move(sizes), length);
    }
  }
  // UCS-2 never takes fewer parts than the default alphabet.
  const bool may_pay_off = !may_be_gsm7 || measured.first_not_gsm7;
  if (may_pay_off && options.encoding != Encoding::gsm7) {
    consider(Alphabet::ucs2, {}, sizes_in_ucs2(utf8), measured.units);
  }
  if (!best) return unexpected(why_none);
  if (best->cuts.size() == most_parts) {
    return unexpected(TextError{Fault::too_many_parts, best->cuts.back()});
  }
  return std::move(*best);
}

Split parts_of(std::string_view utf8, const Way& way) {
  Split split{way.alphabet, way.shift, {}};
  split.parts.reserve(way.cuts.size() + 1);
  std::size_t begin = 0;
  for (const std::size_t end : way.cuts) {
    split.parts.emplace_back(utf8.substr(begin, end - begin));
    begin = end;
  }
  split.parts.emplace_back(utf8.substr(begin));
  return split;
}

/// The alphabet in which the whole text fits one part without any table of its own, which nothing
/// can better; nullopt where there is none or several must be compared.
std::optional<Alphabet> whole_in(const Measure& measured, const SplitOptions& options) {
  const auto fits = [&](Alphabet alphabet, std::size_t length) {
    return length <= room_beside(header_size(options, {}, false), alphabet);
  };
  if (options.encoding != Encoding::ucs2 && !measured.first_not_gsm7) {
    return fits(Alphabet::gsm7, measured.septets) ? std::optional{Alphabet::gsm7} : std::nullopt;
  }
  const bool may_be_ucs2 = options.encoding != Encoding::gsm7;
  return may_be_ucs2 && fits(Alphabet::ucs2, measured.units) ? std::optional{Alphabet::ucs2}
                                                             : std::nullopt;
}

}  // namespace

std::size_t header_size(const SplitOptions& options, Shift shift, bool several) {
  constexpr std::size_t national_element = 3;
  std::size_t elements = options.further_header;
  if (shift.locking != Language::none) elements += national_element;
  if (shift.single != Language::none) elements += national_element;
  if (several) elements += options.reference_bits == 16 ? 6 : 5;
  return elements == 0 ? 0 : elements + 1;
}

Result<Split, TextError> split(std::string_view utf8, const SplitOptions& options) {
  if (utf8.empty()) return unexpected(TextError{Fault::empty, 0});
  const auto measured = measure(utf8);
  if (!measured) return unexpected(measured.error());
  if (options.encoding == Encoding::plain) {
    SplitOptions automatic = options;
    automatic.encoding = Encoding::automatic;
    return split(measured->first_not_gsm7 ? plain(utf8).text : utf8, automatic);
  }
  if (const auto alphabet = whole_in(*measured, options)) {
    return Split{*alphabet, {}, {std::string(utf8)}};
  }

  auto way = best_way(utf8, *measured, options);
  if (!way) return unexpected(way.error());
  way->cuts = keep_whole(utf8, way->sizes, way->capacity, std::move(way->cuts));
  return parts_of(utf8, *way);
}

}  // namespace bank::at
