#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "firmware-host/commands.hpp"
#include "modem/virtual/rack.hpp"

namespace bank::host {
namespace {

/// SIGINT and SIGTERM as values: blocked for the whole process, taken by one waiting thread, so
/// that no handler runs in the middle of anything.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&wanted_);
    sigaddset(&wanted_, SIGINT);
    sigaddset(&wanted_, SIGTERM);
    sigaddset(&wanted_, SIGUSR1);  // our own: ends the wait when nobody asked to stop
    pthread_sigmask(SIG_BLOCK, &wanted_, nullptr);
  }
  void wait() const {
    int got = 0;
    sigwait(&wanted_, &got);
  }

 private:
  sigset_t wanted_{};
};

}  // namespace

int command_rack(const RackOptions& options) {
  const StopSignals signals;
  auto rack = modem::virt::Rack::open({.modems = static_cast<unsigned>(options.modems),
                                       .dir = options.dir,
                                       .latency = options.latency,
                                       .jitter = options.jitter,
                                       .report_delay = options.report_delay,
                                       .boot = options.boot,
                                       .storage = static_cast<std::size_t>(options.storage),
                                       .record = options.record,
                                       .seed = options.seed,
                                       .pin = options.pin,
                                       .control = options.control});
  if (!rack) return complain(exit_failed, rack.error());
  fmt::print("{} modems in {}; control socket {}; Ctrl-C ends it\n", options.modems, options.dir,
             (*rack)->control_path());
  std::fflush(stdout);
  std::thread waiting([&] {
    signals.wait();
    (*rack)->stop();
  });
  const auto served = (*rack)->run();
  pthread_kill(waiting.native_handle(), SIGUSR1);
  waiting.join();
  return served ? exit_done : complain(exit_failed, served.error());
}

}  // namespace bank::host
