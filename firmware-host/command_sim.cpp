#include <fmt/format.h>

#include <cstdio>

#include "firmware-host/admin_access.hpp"

namespace bank::host {

int command_sim_release(const SimReleaseOptions& options) {
  if (options.all != options.sims.empty()) {
    return complain(exit_usage, "write the ICCIDs of the SIMs to release, or --all");
  }
  const auto tell = [&](const SimsReleased& released) {
    if (options.json) {
      fmt::print("{{\"released\":{}}}\n", released.count);
    } else {
      fmt::print("{} SIMs released: they send within their limits, as far as the book knows\n",
                 released.count);
    }
    return exit_done;
  };
  return with_answer<SimsReleased>(options.config, NoDatabase::is_trouble,
                                   ReleaseSims{options.sims}, tell);
}

}  // namespace bank::host
