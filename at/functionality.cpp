#include "at/functionality.hpp"

#include "at/fields.hpp"

namespace bank::at {

std::optional<int> functionality(std::string_view cfun_line) {
  const auto values = after("+CFUN:", cfun_line);
  return values ? number_in(plain_fields_of(*values)[0], 255) : std::nullopt;
}

std::optional<HuaweiSystem> huawei_system(std::string_view line) {
  const auto classic = after("^SYSINFO:", line);
  const auto extended = classic ? std::nullopt : after("^SYSINFOEX:", line);
  if (!classic && !extended) return std::nullopt;
  const auto fields = plain_fields_of(classic ? *classic : *extended);
  const auto status = number_in(fields[0], 255);
  if (!status) return std::nullopt;
  HuaweiSystem found{.service_status = *status};
  found.service_domain = number_in(fields[1], 255);
  found.roaming = number_in(fields[2], 255);
  found.system_mode = number_in(fields[classic ? 3 : 5], 255);
  found.sim_state = number_in(fields[classic ? 4 : 3], 255);
  found.submode = number_in(fields[classic ? 6 : 7], 255);
  return found;
}

}  // namespace bank::at
