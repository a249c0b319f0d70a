#include "modem/virtual/sim.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bank::modem::virt {

std::size_t Sim::used() const {
  return static_cast<std::size_t>(
      std::count_if(slots.begin(), slots.end(), [](const auto& slot) { return slot.has_value(); }));
}

Sim sim_of(unsigned index, std::string pin, std::size_t storage) {
  Sim sim;
  sim.iccid = fmt::format("8998110000000{:06}", index + 1);
  sim.imsi = fmt::format("432110000{:06}", index + 1);
  sim.number = fmt::format("+98912000{:04}", index + 1);
  sim.pin = std::move(pin);
  sim.slots.resize(std::clamp<std::size_t>(storage, 1, most_storage));
  return sim;
}

std::string imei_of(unsigned index) {
  std::string imei = fmt::format("35420900{:06}", index + 1);
  int sum = 0;
  for (std::size_t i = 0; i < imei.size(); ++i) {
    const int digit = imei[i] - '0';
    const int weighted = i % 2 == 1 ? digit * 2 : digit;
    sum += weighted / 10 + weighted % 10;
  }
  imei += static_cast<char>('0' + (10 - sum % 10) % 10);
  return imei;
}

}  // namespace bank::modem::virt
