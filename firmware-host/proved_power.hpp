#pragma once

#include <functional>
#include <string>
#include <vector>

#include "firmware-host/slot_map.hpp"

namespace bank::host {

/// Of the places that may be switched off and on ("1-1.4"), those where `slots --test-power` has
/// proved that it works, and the others: there the recovery ladder has no such rung.
struct PowerPlaces {
  std::vector<std::string> proved, unproved;
};
/// `controller_of`: what the bus of a place belongs to now ("0000:00:14.0"), for the map tells
/// places by that: buses are numbered as they come. A port of a root hub is never proved.
[[nodiscard]] PowerPlaces power_places(
    const std::vector<std::string>& allowed, const SlotMap& map,
    const std::function<std::string(const std::string&)>& controller_of);

}  // namespace bank::host
