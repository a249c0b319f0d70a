#pragma once

#include <optional>
#include <string>
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

/// "2,1,0,1,0": the setting an SMS bank wants most of what is offered: codes at once (mode 2, else
/// the highest below), inbound messages stored and told (mt 1), reports handed over (ds 1, else
/// stored), no broadcasts, nothing thrown away. Empty where messages are not told at all.
[[nodiscard]] std::string best_notification(const NotificationChoices& choices);

/// The lists of any other test answer, such as +CSMS=?, +CMGF=? or +CFUN=?, in order. Empty where
/// the line has another prefix ("+CSMS:").
[[nodiscard]] std::vector<std::vector<int>> number_lists(std::string_view prefix,
                                                         std::string_view line);

}  // namespace bank::at
