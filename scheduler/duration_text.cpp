#include "scheduler/duration_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace bank::scheduler {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  milliseconds length;
};
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
constexpr std::array<Unit, 7> units = {{{"y", days{365}},
                                        {"w", days{7}},
                                        {"d", days{1}},
                                        {"h", hours{1}},
                                        {"m", minutes{1}},
                                        {"s", seconds{1}},
                                        {"ms", milliseconds{1}}}};
constexpr std::int64_t largest_count = 1'000'000;  // of any unit: no product overflows

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || count < 0 || count > largest_count) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  const auto* const unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == units.end()) return std::nullopt;
  return count * unit->length;
}

std::string to_string(milliseconds duration) {
  if (duration == milliseconds{0}) return "0s";
  const auto fits = [&](const Unit& unit) { return duration % unit.length == milliseconds{0}; };
  // A week is nobody's word for what was written in days; 48 hours stay hours.
  for (const Unit& unit : units) {
    if (unit.name == "w" || !fits(unit)) continue;
    if (unit.name == "d" && duration < days{3}) continue;
    return fmt::format("{}{}", duration / unit.length, unit.name);
  }
  return fmt::format("{}ms", duration.count());
}

}  // namespace bank::scheduler
