#include "at/optional_parameters.hpp"

#include "at/data_coding.hpp"
#include "at/user_data.hpp"

namespace bank::at {
namespace {

constexpr int has_pid = 0x01;
constexpr int has_dcs = 0x02;
constexpr int has_user_data = 0x04;
constexpr int extended = 0x80;  // another indicator would follow; none is defined: filler

}  // namespace

OptionalParameters read_optional_parameters(PduReader reader, int indicator) {
  OptionalParameters read;
  if ((indicator & extended) != 0) return read;

  OptionalParameters whole;
  if ((indicator & has_pid) != 0) whole.pid = reader.octet("TP-PID");
  if (!reader.error()) read = whole;
  if ((indicator & has_dcs) != 0) whole.dcs = reader.octet("TP-DCS");
  if (!reader.error()) read = whole;
  if ((indicator & has_user_data) == 0) return read;

  const auto coding = decode_dcs(static_cast<std::uint8_t>(whole.dcs.value_or(0)));
  UserData user_data = read_user_data(reader, false, coding.alphabet);
  whole.text = std::move(user_data.text);
  if (!whole.text) whole.data = std::move(user_data.data);
  return reader.error() ? read : whole;
}

}  // namespace bank::at
