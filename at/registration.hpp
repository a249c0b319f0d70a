#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "at/access_technology.hpp"

namespace bank::at {

/// <stat> of TS 27.007 §7.2. "CSFB not preferred" (9, 10) is home and roaming, RLOS (11) emergency.
enum class Registration {
  idle,
  home,
  searching,
  denied,
  unknown,
  roaming,
  sms_only_home,
  sms_only_roaming,
  emergency
};

/// An answer to +CREG?, +CGREG?, +CEREG? or +C5GREG?, or the same unasked.
struct NetworkRegistration {
  enum class Domain { circuit, packet, lte, nr };
  Domain domain;
  std::optional<int> n{};  // the setting, in the answer form only
  int stat;
  Registration registration;
  std::optional<std::uint32_t> area{};  // location, routing or tracking area code
  std::optional<std::uint64_t> cell{};  // up to 36 bits (NR)
  std::optional<int> routing_area{};    // <rac>
  std::optional<AccessTechnology> technology{};

  friend bool operator==(const NetworkRegistration&, const NetworkRegistration&) = default;
};

/// `solicited`: the question is outstanding, which decides where the answer "n,stat,…" and the
/// unsolicited "stat,lac,…" look alike. Area and cell are hexadecimal, quoted or not; both zero is
/// how modems say that they know none. Nullopt: no <stat> in it.
[[nodiscard]] std::optional<NetworkRegistration> network_registration(std::string_view creg_line,
                                                                      bool solicited);

/// Its <stat> alone.
[[nodiscard]] std::optional<Registration> registration(std::string_view creg_line, bool solicited);

[[nodiscard]] constexpr bool is_roaming(Registration r) {
  return r == Registration::roaming || r == Registration::sms_only_roaming;
}

[[nodiscard]] constexpr bool allows_sms(Registration r) {
  return r == Registration::home || r == Registration::sms_only_home || is_roaming(r);
}

/// "home", "sms_only_roaming", …
[[nodiscard]] std::string_view name_of(Registration registration);

}  // namespace bank::at
