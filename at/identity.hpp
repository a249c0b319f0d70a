#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/dialogue.hpp"

/// Who the modem and its SIM are. Every reader passes over lines that are somebody else's, and
/// gives nothing where there is nothing.
namespace bank::at {

/// The answer to +CGMI, +CGMM or +CGMR ("+CGMI:" as `prefix`), with or without prefix and quotes,
/// trimmed, as UTF-8; several lines become one. Empty when there is none.
[[nodiscard]] std::string identity_text(const Reply& reply, std::string_view prefix);

/// What ATI tells, empty where it does not: lines with "Manufacturer:", "Model:" and "Revision:",
/// or the bare values in this order; one bare line is the model.
struct Identification {
  std::string maker, model, revision;
  friend bool operator==(const Identification&, const Identification&) = default;
};
[[nodiscard]] Identification identification(const Reply& ati);

/// The first run of 14 to 16 digits: an IMEI without or with its check digit, or an IMEISV.
[[nodiscard]] std::optional<std::string> imei(const Reply& reply);

/// The first run of 14 or 15 digits.
[[nodiscard]] std::optional<std::string> imsi(const Reply& reply);

/// 18 to 20 digits that begin with 89 (ITU-T E.118), without the filling F at the end, from any of
/// the commands that give it; also as the SIM holds them, with the digits of each octet swapped
/// (+CRSM: 144,0,"98…", ^ICCID). Some operators use A to F inside; they are given in upper case.
[[nodiscard]] std::optional<std::string> iccid(const Reply& reply);

/// Whose lines +CNUM gives, in order; type 145 puts the '+' where the modem left it out. A line
/// without a number is passed over.
[[nodiscard]] std::vector<std::string> own_numbers(const Reply& cnum);

/// The first of them.
[[nodiscard]] std::optional<std::string> own_number(const Reply& cnum);

}  // namespace bank::at
