#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace bank::at {

/// What each parameter of +CNMI may be (TS 27.005 §3.4.1), from "+CNMI: (0-2),(0-3),(0,2),(0-2),
/// (0,1)". Some modems list values that they then refuse. Empty where a list is missing.
struct NotificationChoices {
  std::vector<int> mode, mt, bm, ds, bfr;

  friend bool operator==(const NotificationChoices&, const NotificationChoices&) = default;
};
[[nodiscard]] std::optional<NotificationChoices> notification_choices(std::string_view cnmi_line);

/// The lists of any other test answer, such as +CSMS=?, +CMGF=? or +CFUN=?, in order. Empty where
/// the line has another prefix ("+CSMS:").
[[nodiscard]] std::vector<std::vector<int>> number_lists(std::string_view prefix,
                                                         std::string_view line);

}  // namespace bank::at
