#include "firmware-host/appliance.hpp"
#include "firmware-host/commands.hpp"
#include "firmware-host/log.hpp"

namespace bank::host {

int command_serve(const ServeOptions& options) {
  log::open();
  auto config = load_config_file(options.config);
  if (!config) return complain_of(options.config, config.error());
  for (const auto& notice : config->notices) {
    log::warn("config.notice", {{"what", notice.sentence(options.config)}});
  }
  auto appliance = Appliance::open(std::move(*config));
  if (!appliance) return complain(appliance.error().code, appliance.error().detail);
  for (const auto& address : (*appliance)->addresses()) {
    log::info("http.listening", {{"address", address}});
  }
  if ((*appliance)->wants_setup()) {
    log::warn("console.setup", {{"what",
                                 "nobody can sign in yet: open this link, which works once "
                                 "and within 24 hours"},
                                {"link", (*appliance)->console_url()}});
  }
  (*appliance)->run([&] {
    const auto again = load_config_file(options.config);
    log::warn("config.reload",
              {{"what", again ? "read and right; what changed takes effect at the next start"
                              : "has mistakes: run modembank check-config"}});
  });
  return exit_done;
}

}  // namespace bank::host
