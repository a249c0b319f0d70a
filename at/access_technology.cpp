#include "at/access_technology.hpp"

#include <span>

#include "at/fields.hpp"

namespace bank::at {
namespace {

struct Named {
  int number;
  AccessTechnology technology;
};
// GPRS (2) is what GSM calls its packets.
constexpr Named of_simcom[] = {
    {1, AccessTechnology::gsm},  {2, AccessTechnology::gsm},   {3, AccessTechnology::edge},
    {4, AccessTechnology::umts}, {5, AccessTechnology::hsdpa}, {6, AccessTechnology::hsupa},
    {8, AccessTechnology::lte},
};
constexpr Named of_option[] = {{0, AccessTechnology::gsm}, {2, AccessTechnology::umts}};

std::optional<AccessTechnology> named(std::span<const Named> names, std::string_view field) {
  const auto number = number_in(field);
  for (const auto& known : names) {
    if (number == known.number) return known.technology;
  }
  return std::nullopt;
}

}  // namespace

std::optional<AccessTechnology> access_technology(std::string_view field) {
  const auto value = number_in(field, static_cast<int>(AccessTechnology::lte_nr));
  if (!value) return std::nullopt;
  return static_cast<AccessTechnology>(*value);
}

std::optional<AccessTechnology> told_technology(std::string_view line) {
  if (const auto simcom = after("+CNSMOD:", line)) {
    const auto fields = fields_of(*simcom);
    return fields.size() > 2 ? std::nullopt : named(of_simcom, fields[fields.size() - 1]);
  }
  const auto option = after("_OSSYSI:", line);
  return option ? named(of_option, *option) : std::nullopt;
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
