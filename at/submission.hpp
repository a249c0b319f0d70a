#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bank::at {

/// TP-MR, 0 to 255, from "+CMGS: 17" or "+CMGS: 17,\"…\""; nullopt when the modem gives none.
[[nodiscard]] std::optional<int> message_reference(std::string_view cmgs_line);

/// The address in "+CSCA: \"+4179…\",145", also where it comes as UCS-2 in hex.
[[nodiscard]] std::optional<std::string> service_centre(std::string_view csca_line);

}  // namespace bank::at
