#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The character set that texts of the modem come in (AT+CSCS, TS 27.007 §5.5).
namespace bank::at {

enum class CharacterSet { ira, gsm, ucs2, utf8, latin1, hex };

/// Of the names that modems use: "IRA", "ASCII", "GSM", "UCS2", "UTF-8", "8859-1", "HEX". Nullopt
/// for others (PCCP437, CUSTOM).
[[nodiscard]] std::optional<CharacterSet> character_set_named(std::string_view name);

/// The name in "+CSCS: \"GSM\"", also where it is itself written in UCS-2 hex; nullopt when none.
[[nodiscard]] std::optional<std::string> character_set(std::string_view cscs_line);

/// The names in "+CSCS: (\"IRA\",\"GSM\",\"UCS2\")", with or without brackets and quotes.
[[nodiscard]] std::vector<std::string> character_sets(std::string_view cscs_line);

/// Longest identity or name kept, in octets of UTF-8; what is longer is cut at a character.
inline constexpr std::size_t longest_name = 128;

/// A text without control characters, as UTF-8. What is no hex under UCS2 or HEX is taken as it
/// stands, because modems forget their own setting; so is everything where the set is not known,
/// apart from UCS-2 in hex that looks like text. What is no UTF-8 then becomes U+FFFD.
[[nodiscard]] std::string name_in(std::string_view text, std::optional<CharacterSet> set);

/// UTF-16 in hex that looks like text: whole units of scripts that names are written in, no
/// control characters. Digits alone may be that, too.
[[nodiscard]] std::optional<std::string> plausible_ucs2(std::string_view hex);

}  // namespace bank::at
