#include "scheduler/balance.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace bank::scheduler {
namespace {

constexpr Amount hundredths = 100;
constexpr int most_digits = 15;

}  // namespace

std::optional<Amount> amount_in(std::string_view text) {
  constexpr std::string_view separators = ",.' ";
  while (!text.empty() && separators.find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  while (text.starts_with(' ')) text.remove_prefix(1);
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const auto last = text.find_last_of(",.");
  const std::size_t behind = last == std::string_view::npos ? 0 : text.size() - last - 1;
  const bool has_fraction = behind == 1 || behind == 2;
  Amount amount = 0;
  int digits = 0;
  for (const char c : text) {
    if (separators.find(c) != std::string_view::npos) continue;
    if (c < '0' || c > '9' || ++digits > most_digits) return std::nullopt;
    amount = amount * 10 + (c - '0');
  }
  if (digits == 0) return std::nullopt;
  if (!has_fraction) amount *= hundredths;
  if (has_fraction && behind == 1) amount *= 10;
  return is_negative ? -amount : amount;
}

std::string text_of(Amount amount) {
  const auto whole = std::abs(amount) / hundredths;
  const auto part = std::abs(amount) % hundredths;
  const std::string sign = amount < 0 ? "-" : "";
  return part == 0 ? fmt::format("{}{}", sign, whole)
                   : fmt::format("{}{}.{:02}", sign, whole, part);
}

BalanceLevel level_of(const Balance& balance, const BalanceBounds& bounds) {
  using enum BalanceLevel;
  if (bounds.stop && balance.amount < *bounds.stop && !balance.is_released) return stopped;
  const bool is_low = (bounds.low && balance.amount < *bounds.low) ||
                      (bounds.stop && balance.amount < *bounds.stop);
  return is_low ? low : enough;
}

}  // namespace bank::scheduler
