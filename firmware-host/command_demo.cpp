#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "firmware-host/appliance.hpp"
#include "firmware-host/commands.hpp"
#include "firmware-host/log.hpp"
#include "modem/virtual/rack.hpp"

namespace bank::host {
namespace {

/// The demo's folder: the one asked for, or one that is deleted at the end.
class Folder {
 public:
  explicit Folder(const std::string& wanted) {
    if (!wanted.empty()) {
      std::filesystem::create_directories(wanted);
      path_ = wanted;
      return;
    }
    std::string name = (std::filesystem::temp_directory_path() / "modembank-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
    temporary_ = true;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (temporary_ && !path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool temporary_ = false;
};

}  // namespace

int command_demo(const DemoOptions& options) {
  log::open(log::Level::warn);
  const Folder folder(options.data);
  if (folder.path().empty()) return complain(exit_failed, "no temporary folder can be made");
  auto rack = modem::virt::Rack::open({.modems = static_cast<unsigned>(options.modems),
                                       .dir = (folder.path() / "rack").string(),
                                       .latency = options.latency,
                                       .jitter = options.latency / 5,
                                       .report_delay = options.latency,
                                       .record = (folder.path() / "network.tsv").string(),
                                       .pin = {},
                                       .control = {},
                                       .connected = true});
  if (!rack) return complain(exit_failed, rack.error());

  Config config;
  config.store.path = (folder.path() / "modembank.db").string();
  config.http.listen = {options.listen};
  config.discovery.paths = {(folder.path() / "rack" / "slot-*").string()};
  config.limits.per_day = 100'000;
  config.sending.countries = {"*"};
  auto appliance = Appliance::open(std::move(config));
  if (!appliance) return complain(appliance.error().code, appliance.error().detail);

  // Signals are the appliance's: the rack's thread must not take them.
  std::thread modems([&] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    (void)(*rack)->run();
  });
  const std::string key = (*appliance)->make_key("demo");
  const std::string url = "http://" + (*appliance)->addresses().front();
  fmt::print(
      "modembank demo: {} virtual modems, network time {} ms, data in {}\n"
      "Console   {}\n"
      "API       {}/v1/messages\n"
      "API key   {}\n\n"
      "Try it:\n"
      "  curl -s {}/v1/messages -H 'Authorization: Bearer {}' \\\n"
      "    -H 'Content-Type: application/json' \\\n"
      "    -d '{{\"to\":\"+989121234567\",\"text\":\"Hello from the rack\"}}'\n"
      "then read it back by its id:\n"
      "  curl -s {}/v1/messages/ID -H 'Authorization: Bearer {}'\n\n"
      "Ctrl-C ends it.\n",
      options.modems, options.latency.count(), folder.path().string(), (*appliance)->console_url(),
      url, key, url, key, url, key);
  std::fflush(stdout);
  (*appliance)->run([] {});
  appliance->reset();
  (*rack)->stop();
  modems.join();
  return exit_done;
}

}  // namespace bank::host
