#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/message.hpp"

namespace bank::scheduler {

/// Money as an operator tells it, in hundredths: operators' answers name no unit that holds.
using Amount = std::int64_t;

/// "12,345.67", "12.345,67", "12 345" and "-5": what stands behind the last separator is less than
/// a whole where it is one or two digits. Nothing: no number, or more than 15 digits.
[[nodiscard]] std::optional<Amount> amount_in(std::string_view text);
/// "12345.67", "52000"
[[nodiscard]] std::string text_of(Amount amount);

/// What was told last of a SIM's balance.
struct Balance {
  SimId sim;
  Amount amount;
  WallTime at;
  std::string text;  // of the network, as it came
  /// A person lets the SIM send all the same, until it is told again.
  bool is_released = false;

  friend bool operator==(const Balance&, const Balance&) = default;
};

/// Where a balance is too little; nothing: never.
struct BalanceBounds {
  std::optional<Amount> low, stop;
};

enum class BalanceLevel {
  enough,
  low,      // a person should know
  stopped,  // the SIM sends nothing
};
[[nodiscard]] BalanceLevel level_of(const Balance& balance, const BalanceBounds& bounds);

}  // namespace bank::scheduler
