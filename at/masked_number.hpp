#pragma once

#include <string>
#include <string_view>

namespace bank::at {

/// "+41791234567" -> "+4179***67": enough to recognise a number, not enough to call it. Short codes
/// ("12345") stay as they are: they belong to services, not to people.
[[nodiscard]] std::string masked_number(std::string_view number);

}  // namespace bank::at
