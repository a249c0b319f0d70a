#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/split.hpp"

namespace bank::web {

/// A character because of which a text is not written in GSM 7-bit.
struct Forcing {
  std::size_t index;  // in the text, in characters (code points)
  std::string character;
};
inline constexpr std::size_t most_forcing = 1000;  // listed; there may be more

/// What a text takes, for whoever writes it. Pure.
struct TextPreview {
  at::Alphabet alphabet;
  std::size_t parts;
  std::size_t units_left;  // septets, or UTF-16 units, in the last part
  std::vector<Forcing> forcing{};
  struct PlainForm {
    std::string text;
    std::size_t parts;
  };
  std::optional<PlainForm> plain{};  // where `forcing` has any and the text can be written without
};

/// Errors  as at::split says.
[[nodiscard]] Result<TextPreview, at::TextError> preview_of(std::string_view text,
                                                            at::Encoding encoding);

}  // namespace bank::web
