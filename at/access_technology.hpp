#pragma once

#include <optional>
#include <string_view>

namespace bank::at {

/// <AcT> of TS 27.007 §7.3, in its order.
enum class AccessTechnology {
  gsm,
  gsm_compact,
  umts,
  edge,
  hsdpa,
  hsupa,
  hspa,
  lte,
  ec_gsm_iot,
  nb_iot,
  lte_5gc,
  nr,
  ng_ran,
  lte_nr
};

/// Nullopt where it is no number or one that the standard does not know (yet).
[[nodiscard]] std::optional<AccessTechnology> access_technology(std::string_view field);

/// Of the lines that makers tell it by unasked: SIMCom's "+CNSMOD: [<n>,]<stat>" and Option's
/// "_OSSYSI: <n>", which tells GSM from UMTS alone. Nullopt for other lines, where there is no
/// service, and for what families of one maker call by the same number: 7 is HSPA on SIM7600 and
/// LTE on SIM7000, 9 is TD-SCDMA or NB-IoT.
[[nodiscard]] std::optional<AccessTechnology> told_technology(std::string_view line);

/// "gsm", "lte", …
[[nodiscard]] std::string_view name_of(AccessTechnology technology);

}  // namespace bank::at
