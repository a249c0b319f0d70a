#include <csignal>
#include <cstdio>

#include <CLI/CLI.hpp>

#include "modem/virtual/rack.hpp"

// The rack alone with a few flags, so that wire and rack can be measured without the program.
namespace {

bank::modem::virt::Rack* rack_to_stop = nullptr;

void on_signal(int) {
  rack_to_stop->stop();
}

}  // namespace

int main(int argc, char** argv) {
  bank::modem::virt::RackOptions options;
  long latency_ms = 0;
  long jitter_ms = 0;
  long report_delay_ms = 0;
  CLI::App app("Virtual modems on pseudo-terminals");
  app.add_option("--modems", options.modems);
  app.add_option("--dir", options.dir)->required();
  app.add_option("--latency-ms", latency_ms);
  app.add_option("--jitter-ms", jitter_ms);
  app.add_option("--report-delay-ms", report_delay_ms);
  app.add_option("--storage", options.storage);
  app.add_option("--record", options.record);
  app.add_option("--seed", options.seed);
  app.add_option("--pin", options.pin);
  CLI11_PARSE(app, argc, argv);
  options.latency = std::chrono::milliseconds{latency_ms};
  options.jitter = std::chrono::milliseconds{jitter_ms};
  options.report_delay = std::chrono::milliseconds{report_delay_ms};

  auto rack = bank::modem::virt::Rack::open(options);
  if (!rack) {
    std::fprintf(stderr, "bench_rack: %s\n", rack.error().c_str());
    return 1;
  }
  rack_to_stop = rack->get();
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  std::printf("%u modems in %s, control at %s\n", options.modems, options.dir.c_str(),
              (*rack)->control_path().c_str());
  std::fflush(stdout);
  const auto done = (*rack)->run();
  if (!done) std::fprintf(stderr, "bench_rack: %s\n", done.error().c_str());
  return done ? 0 : 1;
}
