#include "firmware-host/health.hpp"

#include <fmt/format.h>

namespace bank::host {

web::Health health_of(const Vitals& vitals) {
  web::Health health{};
  const auto stands = [&](std::string_view thread, std::chrono::milliseconds still,
                          std::string_view remedy) {
    health.problems.push_back(fmt::format("the thread of the {} has not moved for {} s; {}", thread,
                                          std::chrono::floor<std::chrono::seconds>(still).count(),
                                          remedy));
  };
  if (vitals.rack_still >= longest_still) {
    health.alive = false;
    stands("rack", vitals.rack_still, "restart the program");
  }
  if (vitals.store_still >= longest_disk_wait) {
    health.alive = false;
    health.ready = false;
    stands("database", vitals.store_still, "look at `dmesg`, then restart the program");
  } else if (vitals.store_still >= longest_still) {
    health.ready = false;
    stands("database", vitals.store_still,
           "the disk does not answer: look at `dmesg`; work goes on by itself when it does");
  }
  for (const std::string& trouble : {vitals.disk_trouble, vitals.damage}) {
    if (trouble.empty()) continue;
    health.ready = false;
    health.problems.push_back(trouble);
  }
  if (!vitals.log_trouble.empty()) health.problems.push_back(vitals.log_trouble);
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
