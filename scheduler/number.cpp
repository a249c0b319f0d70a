#include "scheduler/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

#include "scheduler/number_facts.hpp"
#include "scheduler/number_spelling.hpp"
#include "scheduler/numbering_plan.hpp"

namespace bank::scheduler {
namespace {

using Fault = NumberError::Fault;

constexpr std::size_t most_digits = 15;  // ITU-T E.164 §6.2.1, calling code included
constexpr std::size_t shortest_short_code = 3;
constexpr std::size_t longest_short_code = 6;

/// 3GPP TS 22.101 §10.1.1: what any phone takes for an emergency call without a SIM. The home
/// country's own come from its plan.
constexpr std::string_view emergency_anywhere = "000 08 110 112 118 119 911 999";

unexpected<NumberError> refuse(Fault fault, std::string detail) {
  return unexpected(NumberError{fault, 0, std::move(detail)});
}

std::string example_of(const NumberingPlan& plan) {
  return fmt::format("+{}{}", plan.code, plan.example);
}

/// The trunk prefix that the country prescribes; others are understood too.
std::string_view trunk_of(const NumberingPlan& plan) {
  return plan.trunk.substr(0, plan.trunk.find(' '));
}

bool has_length(std::uint32_t lengths, std::size_t digits) {
  return digits < 32 && (lengths >> digits & 1U) != 0;
}

std::uint32_t lengths_of(std::span<const NumberingPlan> plans) {
  std::uint32_t lengths = 0;
  for (const NumberingPlan& plan : plans) lengths |= plan.lengths;
  return lengths;
}

/// "6, 7 or 10"
std::string words_for(std::uint32_t lengths) {
  std::vector<std::size_t> each;
  for (std::size_t n = 0; n < 32; ++n) {
    if (has_length(lengths, n)) each.push_back(n);
  }
  if (each.size() > 3 && each.back() - each.front() + 1 == each.size()) {
    return fmt::format("{} to {}", each.front(), each.back());
  }
  std::string words;
  for (std::size_t i = 0; i < each.size(); ++i) {
    words += i == 0 ? "" : i + 1 == each.size() ? " or " : ", ";
    words += std::to_string(each[i]);
  }
  return words;
}

/// The countries that share a code, as they are called: "US and others".
std::string names_of(std::span<const NumberingPlan> plans) {
  return fmt::format("{}{}", plans.front().country, plans.size() > 1 ? " and others" : "");
}

/// Nearer to the longest number than to any other says "too long", everything else "too short".
Fault wrong_length(std::uint32_t lengths, std::size_t digits) {
  return (lengths >> std::min<std::size_t>(digits, 31)) == 0 ? Fault::too_long : Fault::too_short;
}

/// A national number written with its trunk prefix, or without. No national number begins with a
/// trunk prefix of 0; other trunk prefixes can begin one, so there its length decides.
std::optional<std::string_view> without_trunk(std::span<const NumberingPlan> plans,
                                              std::string_view national) {
  const std::uint32_t lengths = lengths_of(plans);
  const std::string_view trunk = plans.front().trunk;
  const bool never_first = trunk == "0";
  if (has_length(lengths, national.size()) && !(never_first && national.front() == '0')) {
    return national;
  }
  const std::size_t written = matched_prefix(trunk, national);
  if (written == 0) return std::nullopt;
  national.remove_prefix(written);
  if (!has_length(lengths, national.size())) return std::nullopt;
  if (never_first && national.front() == '0') return std::nullopt;
  return national;
}

/// Digits that begin with a calling code, as E.164 with '+'. May be a number of a country that is
/// not allowed.
Result<std::string, NumberError> with_code(std::string_view digits) {
  const CodeFound code = find_code(digits);
  if (code.plans.empty()) {
    return refuse(Fault::unknown_country,
                  fmt::format("no country has a calling code that begins +{}; write the country's "
                              "calling code after the +, such as +98",
                              digits.substr(0, 3)));
  }
  const std::string_view national = digits.substr(code.length);
  const NumberingPlan& plan = plan_of_number(code.plans, national);
  if (matches(plan.emergency, national) || matches(emergency_anywhere, national)) {
    return refuse(Fault::emergency, fmt::format("{} is an emergency number, which gets no "
                                                "messages; write a subscriber's number",
                                                national));
  }
  const auto number = national.empty() ? std::nullopt : without_trunk(code.plans, national);
  if (!number || code.length + number->size() > most_digits) {
    const std::uint32_t lengths = lengths_of(code.plans);
    return refuse(
        wrong_length(lengths, national.size()),
        fmt::format("+{} ({}) is followed by {} digits where there should be {}; write it "
                    "like {}",
                    digits.substr(0, code.length), names_of(code.plans), national.size(),
                    words_for(lengths), example_of(plan)));
  }
  return fmt::format("+{}{}", digits.substr(0, code.length), *number);
}

/// The different numbers that one spelling can mean; few enough for an array.
class Readings {
 public:
  void add(std::string number) {
    const auto end = found_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (count_ == found_.size() || std::find(found_.begin(), end, number) != end) return;
    found_[count_++] = std::move(number);
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::string& operator[](std::size_t i) { return found_[i]; }

 private:
  std::array<std::string, 4> found_;  // after two of the country's prefixes, with its code, without
  std::size_t count_ = 0;
};

/// At home a mobile of Argentina is written 0, area, 15, number, and in E.164 9, area, number; an
/// area has two to four digits.
void read_argentine_mobile(std::string_view digits, Readings& readings) {
  constexpr std::string_view infix = "15";
  if (digits.starts_with('0')) digits.remove_prefix(1);
  for (const std::size_t area : {2U, 3U, 4U}) {
    if (digits.size() != 12 || digits.substr(area, infix.size()) != infix) continue;
    std::string number =
        fmt::format("+549{}{}", digits.substr(0, area), digits.substr(area + infix.size()));
    if (kind_of(number) == NumberKind::mobile) readings.add(std::move(number));
  }
}

}  // namespace

NumberPolicy::NumberPolicy(std::string_view home_country,
                           std::vector<std::string> allowed_countries)
    : home_(plan_of_country(home_country)), allowed_(std::move(allowed_countries)) {
  if (home_ == nullptr) {
    throw std::invalid_argument(fmt::format(
        "\"{}\" is not a country; write its ISO 3166-1 code, such as \"IR\"", home_country));
  }
  if (allowed_.empty()) allowed_.emplace_back(home_country);
  all_allowed_ = std::ranges::find(allowed_, "*") != allowed_.end();
  for (const std::string& country : allowed_) {
    if (country == "*" || is_country(country)) continue;
    throw std::invalid_argument(fmt::format(
        "\"{}\" is not a country; write its ISO 3166-1 code, such as \"IR\", or \"*\"", country));
  }
}

Result<std::string, NumberError> NumberPolicy::normalise(std::string_view text) const {
  auto spelled = read_spelling(text, example_of(*home_));
  if (!spelled) return unexpected(std::move(spelled.error()));
  const std::string& digits = spelled->digits;
  if (matches(emergency_anywhere, digits) || matches(home_->emergency, digits)) {
    return refuse(Fault::emergency,
                  fmt::format("{} is an emergency number, which gets no messages; write a "
                              "subscriber's number or another short code",
                              digits));
  }
  if (!spelled->plus && digits.size() < shortest_short_code) {
    return refuse(Fault::too_short,
                  fmt::format("{} digits are too few; write a short code of 3 to 6 digits, or a "
                              "number like {}",
                              digits.size(), example_of(*home_)));
  }
  if (!spelled->plus && is_short_code(digits)) {
    // Andorra, Greenland and others have mobiles of six digits, and premium numbers beside them.
    std::string at_home = fmt::format("+{}{}", home_->code, digits);
    const NumberKind kind = kind_of(at_home);
    if (can_receive_sms(kind) || kind == NumberKind::premium) {
      return permitted(std::move(at_home));
    }
    if (!spelled->company) return digits;
    return unexpected(NumberError{
        Fault::not_a_number, *spelled->company,
        fmt::format("a short code is digits alone, without what stands at octet {}; write it like "
                    "3000, or a number like {}",
                    *spelled->company, example_of(*home_))});
  }
  auto number = spelled->plus ? with_code(digits) : dialled_at_home(digits);
  if (!number) return number;
  return permitted(std::move(*number));
}

Result<std::string, NumberError> NumberPolicy::normalise_mobile(std::string_view text) const {
  auto number = normalise(text);
  if (!number) return number;
  const NumberFacts facts = facts_of(*number);
  if (can_receive_sms(facts.kind)) return number;
  const NumberingPlan* plan = plan_of_country(facts.country);
  const std::string example = example_of(plan == nullptr ? *home_ : *plan);
  if (facts.kind == NumberKind::unknown) {
    return refuse(Fault::not_mobile,
                  fmt::format("{} is in no range of numbers that {} is known to use; compare it "
                              "with its source, and write a mobile's number like {}",
                              *number, facts.country, example));
  }
  const std::string place = facts.region.empty() ? "" : fmt::format(", {}", facts.region);
  const std::string where =
      facts.country.empty() ? "" : fmt::format(" ({}{})", facts.country, place);
  return refuse(Fault::not_mobile,
                fmt::format("{} is a number of the kind {}{}, where no person reads a text; write "
                            "a mobile's number like {}",
                            *number, name_of(facts.kind), where, example));
}

Result<std::string, NumberError> NumberPolicy::dialled_at_home(std::string_view digits) const {
  Readings readings;
  std::optional<NumberError> why_not;
  const auto read_after = [&](std::size_t prefix) {
    if (prefix == 0 || prefix >= digits.size()) return;
    auto number = with_code(digits.substr(prefix));
    if (number) {
      readings.add(std::move(*number));
    } else {
      why_not = std::move(number.error());
    }
  };
  read_after(matched_prefix(home_->international, digits));
  if (digits.starts_with("00")) read_after(2);  // understood wherever the writer lives

  const auto home_plans = plans_of_code(home_->code);
  const std::string code = std::to_string(home_->code);
  const auto read_national = [&](std::string_view written, bool mobiles_only) {
    if (written.empty()) return;
    const auto national = without_trunk(home_plans, written);
    if (!national) return;
    if (mobiles_only && !has_length(home_->mobile_lengths, national->size())) return;
    readings.add(fmt::format("+{}{}", code, *national));
  };
  // A spreadsheet makes a mobile's 0912… into 912…, and its +98… into 98…; of other numbers a part
  // without its beginning is as likely a local number, of which we cannot know the place.
  const bool lacks_trunk = !home_->trunk.empty() && matched_prefix(home_->trunk, digits) == 0;
  read_national(digits, lacks_trunk);
  if (digits.starts_with(code)) read_national(digits.substr(code.size()), true);
  if (home_->country == "AR") read_argentine_mobile(digits, readings);

  if (readings.count() == 1) return std::move(readings[0]);
  if (readings.count() > 1) {
    return refuse(Fault::ambiguous,
                  fmt::format("this can be {} and {}; write the one you mean, with its +",
                              readings[0], readings[1]));
  }
  if (why_not) return unexpected(std::move(*why_not));
  const std::uint32_t lengths = lengths_of(home_plans);
  return refuse(
      wrong_length(lengths, digits.size()),
      fmt::format("{} digits without + are no number of {}, which has {}{}; write it like {}, and "
                  "numbers of other countries with + and their calling code",
                  digits.size(), home_->country, words_for(lengths),
                  home_->trunk.empty() ? "" : fmt::format(" after {}", trunk_of(*home_)),
                  example_of(*home_)));
}

Result<std::string, NumberError> NumberPolicy::permitted(std::string number) const {
  const std::string_view digits = std::string_view(number).substr(1);
  const CodeFound code = find_code(digits);
  const std::string_view national = digits.substr(code.length);
  const NumberingPlan& plan = plan_of_number(code.plans, national);
  if (kind_of(number) == NumberKind::premium) {
    return refuse(Fault::premium,
                  fmt::format("+{} … is a premium-rate number ({}), which gets no messages; write "
                              "a subscriber's number",
                              plan.code, plan.country));
  }
  if (all_allowed_ || std::ranges::find(allowed_, plan.country) != allowed_.end()) return number;
  if (plan.country.size() != 2) {
    return refuse(Fault::country_not_allowed,
                  fmt::format("+{} belongs to no country (satellites and world-wide services) and "
                              "needs [sending] countries = [\"*\"]",
                              plan.code));
  }
  return refuse(Fault::country_not_allowed,
                fmt::format("this is a number of {0} (+{1}), and messages go to {2} only; write a "
                            "number of {2}, or add \"{0}\" to [sending] countries",
                            plan.country, plan.code, fmt::join(allowed_, ", ")));
}

bool is_short_code(std::string_view number) {
  return number.size() >= shortest_short_code && number.size() <= longest_short_code &&
         number.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_country(std::string_view code) {
  return plan_of_country(code) != nullptr;
}

std::string_view country_of(std::string_view e164) {
  if (!e164.starts_with('+')) return {};
  const CodeFound code = find_code(e164.substr(1));
  if (code.plans.empty()) return {};
  return plan_of_number(code.plans, e164.substr(1 + code.length)).country;
}

}  // namespace bank::scheduler
