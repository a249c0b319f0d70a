#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bank::at {

inline constexpr std::size_t longest_number = 20;  // digits of an address, TS 23.040 §9.1.2.5

/// The <number>,<type> of +CSCA, +CNUM or +CLIP, quoted or not, also in UCS-2 hex. Type 145
/// (TS 24.008 §10.5.4.7) puts the '+' where the modem left it out. Nullopt for anything but digits,
/// '*', '#' and a '+' in front.
[[nodiscard]] std::optional<std::string> telephone_number(std::string_view number,
                                                          std::string_view type);

}  // namespace bank::at
