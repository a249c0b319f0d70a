#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace bank::scheduler {

/// How one country numbers its lines. "Patterns" are lists divided by spaces; each is digits, "."
/// for any digit and sets such as "[2-9]".
struct NumberingPlan {
  std::string_view country;  // ISO 3166-1, or "001" for a code that belongs to no country
  std::uint16_t code;        // calling code (ITU-T E.164), without '+'
  std::uint32_t lengths;     // bit n: a national number that can have a message may have n digits
  std::uint32_t mobile_lengths;    // the same for mobiles alone
  std::string_view trunk;          // patterns of what is dialled before it at home, the official
                                   // one first; empty where nothing is
  std::string_view international;  // patterns of what is dialled before a foreign number
  std::string_view emergency;      // patterns of whole numbers
  std::string_view zones;          // IANA, divided by spaces: of numbers that can be anywhere in
                                   // the country; empty where all digits tell
  std::string_view example;        // a national number, of a mobile where there is one
};

/// All plans, ordered by code; of a shared code the country that has what no other claims is first.
[[nodiscard]] std::span<const NumberingPlan> numbering_plans();

/// The plans of one calling code; none when no country has it.
[[nodiscard]] std::span<const NumberingPlan> plans_of_code(unsigned code);

/// Null for what is no country.
[[nodiscard]] const NumberingPlan* plan_of_country(std::string_view country);

/// The plans of the calling code that these digits begin with (no '+'), and its length in digits.
/// Calling codes are prefix-free, so there is at most one.
struct CodeFound {
  std::span<const NumberingPlan> plans;
  std::size_t length = 0;
};
[[nodiscard]] CodeFound find_code(std::string_view digits);

/// Which of the plans that share a code a national number belongs to. `plans` is not empty.
[[nodiscard]] const NumberingPlan& plan_of_number(std::span<const NumberingPlan> plans,
                                                  std::string_view national);

/// Whether one of the patterns matches all the digits.
[[nodiscard]] bool matches(std::string_view patterns, std::string_view digits);

/// The number of leading digits that the longest matching pattern covers; 0 when none does.
[[nodiscard]] std::size_t matched_prefix(std::string_view patterns, std::string_view digits);

}  // namespace bank::scheduler
