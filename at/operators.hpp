#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/access_technology.hpp"
#include "at/character_set.hpp"

namespace bank::at {

/// One network of "+COPS: (stat,\"long\",\"short\",\"numeric\",AcT),…" (TS 27.007 §7.3). Names as
/// UTF-8, null where there is none.
struct ListedOperator {
  enum class Availability { unknown, available, current, forbidden };
  Availability availability;
  std::optional<std::string> long_name{}, short_name{};
  std::string plmn{};                                   // MCC and MNC
  AccessTechnology technology = AccessTechnology::gsm;  // where none is given (§7.3)

  friend bool operator==(const ListedOperator&, const ListedOperator&) = default;
};

inline constexpr std::size_t most_operators = 64;

/// What the modem sees around it, in its order. The lists of modes and formats that may follow are
/// no networks; what is malformed is passed over and does not hide the others. `set` is the
/// character set in force (AT+CSCS).
[[nodiscard]] std::vector<ListedOperator> listed_operators(std::string_view cops_line,
                                                           std::optional<CharacterSet> set = {});

/// "+COPS: mode[,format,\"name\"[,AcT]]".
struct SelectedOperator {
  int mode;                           // 0 automatic, 1 manual, 2 deregistered, 4 both
  std::optional<int> format{};        // 0 long, 1 short, 2 numeric
  std::optional<std::string> name{};  // or the digits of `format` 2; null when not registered
  std::optional<AccessTechnology> technology{};

  friend bool operator==(const SelectedOperator&, const SelectedOperator&) = default;
};
[[nodiscard]] std::optional<SelectedOperator> selected_operator(
    std::string_view cops_line, std::optional<CharacterSet> set = {});

/// The name (or the digits, if the modem knows no more) in it.
[[nodiscard]] std::optional<std::string> operator_name(std::string_view cops_line);

}  // namespace bank::at
