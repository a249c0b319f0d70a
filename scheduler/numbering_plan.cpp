#include "scheduler/numbering_plan.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace bank::scheduler {
namespace {

constexpr NumberingPlan plans[] = {
#define NUMBERING_PLANS
#include "scheduler/numbering_plan.inc"
#undef NUMBERING_PLANS
};

/// Leading digits of the national numbers of a country that is not the first of its code.
struct SharedCode {
  std::uint16_t code;
  std::string_view country;
  std::string_view prefixes;  // patterns
};
constexpr SharedCode shared_codes[] = {
#define SHARED_CODES
#include "scheduler/numbering_plan.inc"
#undef SHARED_CODES
};

constexpr bool by_code(const NumberingPlan& a, const NumberingPlan& b) {
  return a.code < b.code;
}
static_assert(std::is_sorted(std::begin(plans), std::end(plans), by_code));
static_assert(std::ranges::all_of(plans, [](const NumberingPlan& plan) {
  return plan.code > 0 && plan.code < 1000 && plan.lengths != 0 && plan.mobile_lengths != 0;
}));

constexpr bool set_has(std::string_view set, char digit) {
  for (std::size_t i = 0; i < set.size(); ++i) {
    const bool is_range = i + 2 < set.size() && set[i + 1] == '-';
    const char last = is_range ? set[i + 2] : set[i];
    if (digit >= set[i] && digit <= last) return true;
    if (is_range) i += 2;
  }
  return false;
}

/// How many of the digits one pattern takes; nothing when they are too few or others.
constexpr std::optional<std::size_t> taken_by(std::string_view pattern, std::string_view digits) {
  std::size_t taken = 0;
  while (!pattern.empty()) {
    if (taken == digits.size()) return std::nullopt;
    const char digit = digits[taken++];
    if (pattern.front() == '[') {
      const std::size_t end = pattern.find(']');
      if (!set_has(pattern.substr(1, end - 1), digit)) return std::nullopt;
      pattern.remove_prefix(end + 1);
    } else {
      if (pattern.front() != '.' && pattern.front() != digit) return std::nullopt;
      pattern.remove_prefix(1);
    }
  }
  return taken;
}
static_assert(taken_by("9[0-35].", "9571") == 3);
static_assert(!taken_by("9[0-35].", "947"));
static_assert(!taken_by("9..", "95"));

/// Calls `use` with each pattern of a list until it returns true.
template <class Use>
bool any_pattern(std::string_view patterns, Use use) {
  while (!patterns.empty()) {
    const std::size_t end = std::min(patterns.find(' '), patterns.size());
    if (use(patterns.substr(0, end))) return true;
    patterns.remove_prefix(std::min(end + 1, patterns.size()));
  }
  return false;
}

}  // namespace

std::span<const NumberingPlan> numbering_plans() {
  return plans;
}

std::span<const NumberingPlan> plans_of_code(unsigned code) {
  if (code == 0 || code > 999) return {};
  const NumberingPlan wanted{.country = {},
                             .code = static_cast<std::uint16_t>(code),
                             .lengths = 0,
                             .mobile_lengths = 0,
                             .trunk = {},
                             .international = {},
                             .emergency = {},
                             .zones = {},
                             .example = {}};
  const auto [first, last] = std::equal_range(std::begin(plans), std::end(plans), wanted, by_code);
  return {first, last};
}

const NumberingPlan* plan_of_country(std::string_view country) {
  if (country.size() != 2) return nullptr;  // "001" is none
  const auto found = std::ranges::find(plans, country, &NumberingPlan::country);
  return found == std::end(plans) ? nullptr : found;
}

CodeFound find_code(std::string_view digits) {
  if (digits.starts_with('0')) return {};  // no calling code does
  unsigned code = 0;
  for (std::size_t length = 1; length <= 3 && length <= digits.size(); ++length) {
    code = code * 10 + static_cast<unsigned>(digits[length - 1] - '0');
    if (const auto found = plans_of_code(code); !found.empty()) return {found, length};
  }
  return {};
}

const NumberingPlan& plan_of_number(std::span<const NumberingPlan> sharing,
                                    std::string_view national) {
  if (sharing.size() > 1) {
    for (const SharedCode& shared : shared_codes) {
      if (shared.code != sharing.front().code) continue;
      if (matched_prefix(shared.prefixes, national) == 0) continue;
      const auto plan = std::ranges::find(sharing, shared.country, &NumberingPlan::country);
      if (plan != sharing.end()) return *plan;
    }
  }
  return sharing.front();
}

bool matches(std::string_view patterns, std::string_view digits) {
  return any_pattern(patterns, [digits](std::string_view pattern) {
    return taken_by(pattern, digits) == digits.size();
  });
}

std::size_t matched_prefix(std::string_view patterns, std::string_view digits) {
  std::size_t longest = 0;
  any_pattern(patterns, [&](std::string_view pattern) {
    longest = std::max(longest, taken_by(pattern, digits).value_or(0));
    return false;
  });
  return longest;
}

}  // namespace bank::scheduler
