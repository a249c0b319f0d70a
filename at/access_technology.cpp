#include "at/access_technology.hpp"

#include "at/fields.hpp"

namespace bank::at {

std::optional<AccessTechnology> access_technology(std::string_view field) {
  const auto value = number_in(field, static_cast<int>(AccessTechnology::lte_nr));
  if (!value) return std::nullopt;
  return static_cast<AccessTechnology>(*value);
}

std::string_view name_of(AccessTechnology technology) {
  switch (technology) {
    case AccessTechnology::gsm: return "gsm";
    case AccessTechnology::gsm_compact: return "gsm_compact";
    case AccessTechnology::umts: return "umts";
    case AccessTechnology::edge: return "edge";
    case AccessTechnology::hsdpa: return "hsdpa";
    case AccessTechnology::hsupa: return "hsupa";
    case AccessTechnology::hspa: return "hspa";
    case AccessTechnology::lte: return "lte";
    case AccessTechnology::ec_gsm_iot: return "ec_gsm_iot";
    case AccessTechnology::nb_iot: return "nb_iot";
    case AccessTechnology::lte_5gc: return "lte_5gc";
    case AccessTechnology::nr: return "nr";
    case AccessTechnology::ng_ran: return "ng_ran";
    case AccessTechnology::lte_nr: return "lte_nr";
  }
  return "unknown";
}

}  // namespace bank::at
