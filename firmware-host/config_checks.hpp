#pragma once

#include <string>
#include <string_view>

#include "at/result.hpp"
#include "scheduler/name.hpp"

/// What single values of a configuration must be. Pure but for `read_pin_file`.
namespace bank::host {

/// ISO 3166-1 alpha-2, in capitals, of a country with a numbering plan.
[[nodiscard]] bool is_country(std::string_view code);
/// A name of the IANA database, as ICU knows it: "Asia/Tehran".
[[nodiscard]] bool is_timezone(const std::string& name);
/// The time zone somebody most likely meant; empty when none is near.
[[nodiscard]] std::string nearest_timezone(const std::string& name);

/// 18 to 20 digits (ITU-T E.118 with the check digit; ETSI has cards of 20).
[[nodiscard]] bool is_iccid(std::string_view text);
/// '+' and 7 to 15 digits, the first not 0 (ITU-T E.164).
[[nodiscard]] bool is_international_number(std::string_view text);
/// 4 to 8 digits (3GPP TS 31.101 §9.5.1).
[[nodiscard]] bool is_pin(std::string_view text);
using scheduler::is_label;
using scheduler::is_name;

/// What is wrong with a file, and the remedy; the PIN itself is never in it.
struct PinFileTrouble {
  std::string found;
  std::string remedy;
};
/// The one PIN in a small regular file that only its owner and group may read.
[[nodiscard]] Result<std::string, PinFileTrouble> read_pin_file(const std::string& path);

}  // namespace bank::host
