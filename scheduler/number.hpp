#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"

namespace bank::scheduler {

struct NumberingPlan;

/// Why a recipient was refused.
struct NumberError {
  enum class Fault {
    empty,
    not_a_number,  // a character that no spelling of a number has
    too_short,     // for its country, or for any
    too_long,
    unknown_country,      // no country has this calling code
    ambiguous,            // can be read as two different numbers
    rounded,              // by a spreadsheet: 9.89121E+11
    country_not_allowed,  // [sending] countries
    emergency,
    premium,
    not_mobile  // of `normalise_mobile` alone
  };
  Fault fault;
  std::size_t offset;  // octets into the text as given, of the character meant; else 0
  std::string detail;  // one line: what was found and what to write instead

  friend bool operator==(const NumberError&, const NumberError&) = default;
};

/// Turns numbers as people write them into the one form that is stored and sent, and refuses what
/// must not be sent to. The same for every message: made once from the configuration. Thread-safe.
class NumberPolicy {
 public:
  static constexpr std::size_t most_octets = 96;  // of a number as written

  /// `home_country` is the ISO 3166-1 code of [region] country, e.g. "IR"; `allowed_countries`
  /// those of [sending] countries, {"*"} for all, none for the home country alone. Throws
  /// std::invalid_argument for a code that is not `is_country`.
  NumberPolicy(std::string_view home_country, std::vector<std::string> allowed_countries);

  /// "+989121234567" (ITU-T E.164), or a short code of 3 to 6 digits as it is.
  ///
  /// Reads the international spelling (+, 00 or the home country's own prefix) and the home
  /// country's national one, with spaces, dashes, dots, brackets and the marks that pasted text
  /// brings, in ASCII, Arabic-Indic, Persian or fullwidth digits, and cells as spreadsheets export
  /// them as long as no digit is lost. A short code is digits alone. Text is UTF-8.
  [[nodiscard]] Result<std::string, NumberError> normalise(std::string_view text) const;

  /// The same for lists of people: refuses also what no person reads a text at, which is short
  /// codes, landlines and all that is not `can_receive_sms`.
  [[nodiscard]] Result<std::string, NumberError> normalise_mobile(std::string_view text) const;

 private:
  [[nodiscard]] Result<std::string, NumberError> dialled_at_home(std::string_view digits) const;
  [[nodiscard]] Result<std::string, NumberError> permitted(std::string number) const;

  const NumberingPlan* home_;  // of the table, which has no end
  std::vector<std::string> allowed_;
  bool all_allowed_ = false;
};

/// Whether this is a short code as `NumberPolicy::normalise` gives it: 3 to 6 digits.
[[nodiscard]] bool is_short_code(std::string_view number);

/// Whether this is the ISO 3166-1 code (two capitals) of a country with a numbering plan.
[[nodiscard]] bool is_country(std::string_view code);

/// The country of a number in E.164 with '+': its ISO code, "001" for codes that belong to no
/// country (satellite, international premium), empty when no country has that calling code.
[[nodiscard]] std::string_view country_of(std::string_view e164);

}  // namespace bank::scheduler
