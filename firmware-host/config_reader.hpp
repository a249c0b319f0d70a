#pragma once

#include <toml++/toml.h>
#include <filesystem>

#include "firmware-host/config.hpp"
#include "firmware-host/config_findings.hpp"

namespace bank::host {

/// Where a configuration comes from, as far as its content depends on it.
struct ConfigOrigin {
  std::filesystem::path folder;  // relative paths in the file are taken from here
  bool for_all = false;          // everybody on this machine may read the file
};

/// Reads every table into its struct; what is wrong or noteworthy goes to `findings`. Sections of
/// the file that are wrong keep their defaults, so the result counts only when there is no problem.
[[nodiscard]] Config read_config(const toml::table& root, ConfigOrigin origin, Findings& findings);

}  // namespace bank::host
