#include <fmt/format.h>

#include <cstdio>

#include "firmware-host/commands.hpp"

namespace bank::host {

int complain_of(const std::string& filename, const std::vector<ConfigProblem>& problems) {
  for (const ConfigProblem& problem : problems) {
    fmt::print(stderr, "{}\n", problem.sentence(filename));
  }
  return exit_usage;
}

int command_check_config(const CheckConfigOptions& options) {
  const auto config = load_config_file(options.file);
  if (!config) return complain_of(options.file, config.error());
  fmt::print("{}", summary(*config));
  for (const ConfigNotice& notice : config->notices) {
    fmt::print("notice: {}\n", notice.sentence(options.file));
  }
  return exit_done;
}

}  // namespace bank::host
