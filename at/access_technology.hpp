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

/// "gsm", "lte", …
[[nodiscard]] std::string_view name_of(AccessTechnology technology);

}  // namespace bank::at
