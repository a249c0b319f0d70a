#include "firmware-host/clocks.hpp"

#include <ctime>
#include <fstream>

namespace bank::host {

scheduler::Now now() {
  using namespace std::chrono;
  timespec boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &boot);
  return {floor<milliseconds>(system_clock::now()),
          duration_cast<milliseconds>(seconds{boot.tv_sec} + nanoseconds{boot.tv_nsec})};
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  return std::getline(file, id) && !id.empty() ? id : "unknown";
}

scheduler::WallTime build_time() {
  // Day precision is enough, and a build stays the same when it is made again within the day.
  std::tm date{};
  if (::strptime(__DATE__, "%b %d %Y", &date) == nullptr) return {};
  return std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::from_time_t(::timegm(&date)));
}

}  // namespace bank::host
