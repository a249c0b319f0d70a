#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bank::web {

inline constexpr std::size_t longest_at_command = 256;  // characters

/// Why a line that a person typed is not handed to a modem, and what to do instead; nothing: it may
/// be. It must be one command of AT (V.250 §5.2.1) in printable ASCII. What would break a promise
/// of the program is refused: a message past limits and suppressions, a received one deleted before
/// it is booked, a try of a PIN that nobody counts, a line that is no AT dialogue afterwards. To
/// ask for such a command ("?", "=?") is no harm.
[[nodiscard]] std::optional<std::string> flaw_of_at_command(std::string_view line);

}  // namespace bank::web
