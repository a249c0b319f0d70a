#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bank::at {

/// A national language of TS 23.038 §6.2.1.2.4; the value is its identifier in the user data
/// header. `none` stands for the default alphabet and its own extension.
enum class Language : std::uint8_t {
  none,
  turkish,
  spanish,  // a single shift table only
  portuguese,
  bengali,
  gujarati,
  hindi,
  kannada,
  malayalam,
  oriya,
  punjabi,
  tamil,
  telugu,
  urdu
};

namespace languages {
inline constexpr std::array<std::string_view, 14> names{
    "",        "turkish",   "spanish", "portuguese", "bengali", "gujarati", "hindi",
    "kannada", "malayalam", "oriya",   "punjabi",    "tamil",   "telugu",   "urdu"};
}

/// "turkish", …; empty for none.
[[nodiscard]] constexpr std::string_view name_of(Language language) {
  return languages::names[static_cast<std::size_t>(language)];
}

/// Nullopt where no language is called so.
[[nodiscard]] constexpr std::optional<Language> language_named(std::string_view name) {
  for (std::size_t i = 1; i < languages::names.size(); ++i) {
    if (languages::names[i] == name) return static_cast<Language>(i);
  }
  return std::nullopt;
}

/// `none` for 0 and for identifiers that are reserved: their text is in the default alphabet
/// (TS 23.040 §9.2.3.24.15 and .16).
[[nodiscard]] constexpr Language language_of(std::uint8_t identifier) {
  return identifier < languages::names.size() ? static_cast<Language>(identifier) : Language::none;
}

/// Which tables a text in GSM 7-bit is written with.
struct Shift {
  Language locking = Language::none;  // in the place of the default alphabet
  Language single = Language::none;   // in the place of its extension

  friend bool operator==(const Shift&, const Shift&) = default;
};

}  // namespace bank::at
