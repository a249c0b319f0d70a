#include "scheduler/number_facts.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "scheduler/number.hpp"
#include "scheduler/numbering_plan.hpp"
#include "scheduler/prefix_table.hpp"

namespace bank::scheduler {
namespace {

#include "scheduler/number_kinds.inc"
#include "scheduler/number_operators.inc"
#include "scheduler/number_regions.inc"
#include "scheduler/number_zones.inc"

constexpr PrefixTable kinds{kind_starts, kind_names};  // a name is a letter for each length
constexpr PrefixTable operators{operator_starts, operator_names};
constexpr PrefixTable regions{region_starts, region_names};
constexpr PrefixTable zones{zone_starts, zone_names};  // a name is zones divided by spaces

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_international(std::string_view number) {
  return number.starts_with('+') && is_digits(number.substr(1)) && number[1] != '0';
}

NumberKind kind_of_letter(char letter) {
  using enum NumberKind;
  switch (letter) {
    case 'M': return mobile;
    case 'L': return landline;
    case 'B': return mobile_or_landline;
    case 'T': return toll_free;
    case 'P': return premium;
    case 'S': return shared_cost;
    case 'N': return personal;
    case 'V': return voip;
    case 'G': return pager;
    case 'U': return company;
    case 'X': return voicemail;
    default: return unknown;
  }
}

/// Mexico, Argentina, Brazil, Indonesia, China: where also a mobile's digits tell a place.
constexpr std::array<unsigned, 5> codes_of_placed_mobiles{52, 54, 55, 62, 86};

/// Whether a number of this kind tells by its digits where it is.
bool has_place(NumberKind kind, unsigned code) {
  using enum NumberKind;
  return kind == landline || kind == mobile_or_landline || kind == unknown ||
         (kind == mobile &&
          std::ranges::find(codes_of_placed_mobiles, code) != codes_of_placed_mobiles.end());
}

std::vector<std::string_view> divided(std::string_view words) {
  std::vector<std::string_view> each;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    each.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return each;
}

}  // namespace

std::string_view name_of(NumberKind kind) {
  using enum NumberKind;
  switch (kind) {
    case unknown: return "unknown";
    case short_code: return "short_code";
    case mobile: return "mobile";
    case landline: return "landline";
    case mobile_or_landline: return "mobile_or_landline";
    case toll_free: return "toll_free";
    case premium: return "premium";
    case shared_cost: return "shared_cost";
    case personal: return "personal";
    case voip: return "voip";
    case pager: return "pager";
    case company: return "company";
    case voicemail: return "voicemail";
  }
  return "unknown";
}

bool can_receive_sms(NumberKind kind) {
  return kind == NumberKind::mobile || kind == NumberKind::mobile_or_landline;
}

NumberKind kind_of(std::string_view number) {
  if (is_short_code(number)) return NumberKind::short_code;
  if (!is_international(number)) return NumberKind::unknown;
  const std::string_view digits = number.substr(1);
  const std::string_view by_length = kinds.name_of(digits);
  return digits.size() < by_length.size() ? kind_of_letter(by_length[digits.size()])
                                          : NumberKind::unknown;
}

NumberFacts facts_of(std::string_view number) {
  NumberFacts facts{
      .country = {}, .kind = kind_of(number), .region = {}, .operator_hint = {}, .time_zones = {}};
  if (!is_international(number)) return facts;
  const std::string_view digits = number.substr(1);
  const CodeFound code = find_code(digits);
  if (code.plans.empty()) return facts;
  const NumberingPlan& plan = plan_of_number(code.plans, digits.substr(code.length));
  const bool anywhere = !plan.zones.empty() && !has_place(facts.kind, plan.code);
  facts.country = plan.country;
  facts.region = regions.name_of(digits);
  facts.operator_hint = operators.name_of(digits);
  facts.time_zones = divided(anywhere ? plan.zones : zones.name_of(digits));
  return facts;
}

}  // namespace bank::scheduler
