#include "firmware-host/health.hpp"

#include <fmt/format.h>

namespace bank::host {

web::Health health_of(const Vitals& vitals) {
  web::Health health{};
  const auto look_at = [&](std::chrono::milliseconds still, std::string_view thread) {
    if (still < longest_still) return true;
    health.alive = false;
    health.problems.push_back(
        fmt::format("the thread of the {} has not moved for {} s; restart the program", thread,
                    std::chrono::floor<std::chrono::seconds>(still).count()));
    return false;
  };
  look_at(vitals.rack_still, "rack");
  if (!look_at(vitals.store_still, "database")) health.ready = false;
  if (!vitals.disk_trouble.empty()) {
    health.ready = false;
    health.problems.push_back(vitals.disk_trouble);
  }
  if (vitals.held == "clock") {
    health.problems.emplace_back("the clock is behind: set it; nothing is sent until then");
  }
  if (vitals.held == "stopping") {
    health.ready = false;
    health.problems.emplace_back("the program is stopping");
  }
  return health;
}

}  // namespace bank::host
