#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace bank::scheduler {

enum class NumberKind : std::uint8_t {
  unknown,  // in no range that the country's plan gives out, as far as the data knows
  short_code,
  mobile,
  landline,
  mobile_or_landline,  // where the plan does not tell them apart, as in +1
  toll_free,
  premium,
  shared_cost,
  personal,  // leads to wherever its owner is
  voip,
  pager,
  company,  // one number for all of a company's places
  voicemail
};

/// "mobile_or_landline".
[[nodiscard]] std::string_view name_of(NumberKind kind);

/// Whether a person may read a text at numbers of this kind. False for `unknown`: whoever knows
/// better asks for that himself.
[[nodiscard]] bool can_receive_sms(NumberKind kind);

/// What a number tells about itself. The texts are constants.
struct NumberFacts {
  std::string_view country;  // as `country_of` tells; empty for a short code
  NumberKind kind = NumberKind::unknown;
  std::string_view region;         // where it was given out, in English, such as "Hawaii"
  std::string_view operator_hint;  // to whom the range was given; numbers move between operators
  std::vector<std::string_view> time_zones;  // IANA; all of the country where digits do not tell
};

/// Whatever is not known is empty. `number` is what `NumberPolicy::normalise` gives, E.164 with
/// '+' or a short code; anything else is unknown. Pure and thread-safe; a few binary searches.
[[nodiscard]] NumberFacts facts_of(std::string_view number);

/// The same, of the kind alone.
[[nodiscard]] NumberKind kind_of(std::string_view number);

}  // namespace bank::scheduler
