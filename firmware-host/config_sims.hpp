#pragma once

#include <vector>

#include "firmware-host/config.hpp"
#include "firmware-host/config_section.hpp"

/// What a configuration says of SIMs in daily life: use, network, upkeep, balance, senders in the
/// way.
namespace bank::host {

/// use and operator of a [[sim]].
void read_purpose(Section& entry, SimConfig& sim);

/// keep_alive of all [[sim]], each with what it needs to be checked once all of the file is known.
class KeepAliveReader {
 public:
  void read(Section& entry, SimConfig& sim);
  void check(const Config& config, Findings& findings) const;

 private:
  struct Written {
    std::size_t sim;  // of config.sims
    std::string where;
    int to_line, every_line;
  };
  std::vector<Written> written_;
  std::size_t sims_ = 0;
};

[[nodiscard]] InboundConfig read_inbound(Section& root, Findings& findings);
[[nodiscard]] std::vector<BalanceConfig> read_balances(Section& root, Findings& findings);

}  // namespace bank::host
