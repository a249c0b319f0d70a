#include "firmware-host/proved_power.hpp"

#include <algorithm>

#include "modem/power_test.hpp"

namespace bank::host {

PowerPlaces power_places(const std::vector<std::string>& allowed, const SlotMap& map,
                         const std::function<std::string(const std::string&)>& controller_of) {
  PowerPlaces places;
  for (const std::string& place : allowed) {
    const std::string chain = place.substr(place.find('-') + 1);
    const auto controller = controller_of(place);
    const bool is_proved = !modem::is_at_root_hub(place) &&
                           std::any_of(map.begin(), map.end(), [&](const RackSlot& slot) {
                             return slot.chain == chain && slot.controller == controller &&
                                    slot.power && slot.power->verdict == modem::PowerVerdict::works;
                           });
    (is_proved ? places.proved : places.unproved).push_back(place);
  }
  return places;
}

}  // namespace bank::host
