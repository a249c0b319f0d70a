#include "at/submission.hpp"

#include "at/fields.hpp"
#include "at/telephone_number.hpp"

namespace bank::at {

std::optional<int> message_reference(std::string_view cmgs_line) {
  const auto values = after("+CMGS:", cmgs_line);
  return values ? number_in(fields_of(*values)[0], 255) : std::nullopt;
}

std::optional<std::string> service_centre(std::string_view csca_line) {
  const auto values = after("+CSCA:", csca_line);
  if (!values) return std::nullopt;
  const auto fields = fields_of(*values);
  return telephone_number(fields[0], fields[1]);
}

}  // namespace bank::at
