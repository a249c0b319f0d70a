#include "at/registration.hpp"

#include <array>
#include <cstddef>
#include <limits>

#include "at/fields.hpp"

namespace bank::at {
namespace {

using Domain = NetworkRegistration::Domain;

constexpr std::array<Registration, 12> by_stat{
    Registration::idle,          Registration::home,
    Registration::searching,     Registration::denied,
    Registration::unknown,       Registration::roaming,
    Registration::sms_only_home, Registration::sms_only_roaming,
    Registration::emergency,     Registration::home,
    Registration::roaming,       Registration::emergency};

struct DomainPrefix {
  std::string_view prefix;
  Domain domain;
};
constexpr DomainPrefix prefixes[] = {{"+CREG:", Domain::circuit},
                                     {"+CGREG:", Domain::packet},
                                     {"+CEREG:", Domain::lte},
                                     {"+C5GREG:", Domain::nr}};

constexpr std::size_t longest_stat = 3;  // digits: Iridium writes 001

/// <stat> where it can stand second: not quoted and not as long as a location area in hex.
bool can_be_stat(std::string_view field) {
  return field.size() <= longest_stat && !field.starts_with('"') &&
         number_in(field, static_cast<int>(by_stat.size()) - 1);
}

/// Whether the line is "n,stat[,lac,ci…]" and not "stat[,lac,ci…]". Both come unasked.
bool has_answer_form(const Fields& fields, Domain domain, bool solicited) {
  if (fields.size() < 2 || !can_be_stat(fields[1])) return false;
  if (solicited || fields.size() == 2) return true;
  // Unasked, three fields are stat, lac and ci. With more it is an answer only where <n> asks for a
  // location.
  const int highest_n = domain == Domain::circuit ? 3 : 5;
  const auto n = number_in(fields[0]);
  return fields.size() > 3 && (!n || (*n >= 2 && *n <= highest_n));
}

std::optional<int> routing_area_in(std::string_view field) {
  const auto rac = hex_number_in(field);
  return rac && *rac <= 0xFF ? std::optional(static_cast<int>(*rac)) : std::nullopt;
}

/// Some give the routing area between the area and the cell; there it is shorter than a cell, and
/// what follows is no <AcT>.
bool has_rac_before_cell(const Fields& fields, std::size_t area) {
  return fields.size() > area + 3 && unquoted(fields[area + 1]).size() <= 2 &&
         routing_area_in(fields[area + 1]) && !access_technology(fields[area + 2]);
}

void read_location(const Fields& fields, std::size_t at, NetworkRegistration& found) {
  const bool rac_first = has_rac_before_cell(fields, at);
  const std::size_t cell = at + (rac_first ? 2 : 1);
  if (const auto area = hex_number_in(fields[at]);
      area && *area <= std::numeric_limits<std::uint32_t>::max()) {
    found.area = static_cast<std::uint32_t>(*area);
  }
  found.cell = hex_number_in(fields[cell]);
  if (found.area.value_or(0) == 0 && found.cell.value_or(0) == 0) {
    found.area = std::nullopt;
    found.cell = std::nullopt;
  }
  found.technology = access_technology(fields[cell + 1]);
  if (rac_first) {
    found.routing_area = routing_area_in(fields[at + 1]);
  } else if (found.domain == Domain::packet) {
    found.routing_area = routing_area_in(fields[cell + 2]);
  }
}

std::optional<NetworkRegistration> read(std::string_view values, Domain domain, bool solicited) {
  const auto fields = plain_fields_of(values);
  const std::size_t at = has_answer_form(fields, domain, solicited) ? 1 : 0;
  constexpr int highest_stat = 999;
  const auto stat = number_in(fields[at], highest_stat);
  if (!stat || fields[at].size() > longest_stat) return std::nullopt;
  const auto index = static_cast<std::size_t>(*stat);
  NetworkRegistration found{
      .domain = domain,
      .stat = *stat,
      .registration = index < by_stat.size() ? by_stat[index] : Registration::unknown};
  if (at == 1) found.n = number_in(fields[0], highest_stat);
  read_location(fields, at + 1, found);
  return found;
}

}  // namespace

std::optional<NetworkRegistration> network_registration(std::string_view creg_line,
                                                        bool solicited) {
  for (const auto& [prefix, domain] : prefixes) {
    if (const auto values = after(prefix, creg_line)) return read(*values, domain, solicited);
  }
  return std::nullopt;
}

std::optional<Registration> registration(std::string_view creg_line, bool solicited) {
  const auto found = network_registration(creg_line, solicited);
  return found ? std::optional(found->registration) : std::nullopt;
}

std::string_view name_of(Registration registration) {
  switch (registration) {
    case Registration::idle: return "idle";
    case Registration::home: return "home";
    case Registration::searching: return "searching";
    case Registration::denied: return "denied";
    case Registration::unknown: return "unknown";
    case Registration::roaming: return "roaming";
    case Registration::sms_only_home: return "sms_only_home";
    case Registration::sms_only_roaming: return "sms_only_roaming";
    case Registration::emergency: return "emergency";
  }
  return "unknown";
}

}  // namespace bank::at
