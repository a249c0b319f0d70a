#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware-host/config.hpp"

namespace bank::host {

/// The whole program on one configuration: book, writer, modems, HTTP. One at a time in a process.
class Appliance {
 public:
  /// Takes the lock, opens and migrates the database, listens. Nothing is sent before `run`.
  ///
  /// Errors  the exit code and one line that says what, where and what to do.
  struct Refused {
    int code;
    std::string detail;
  };
  [[nodiscard]] static Result<std::unique_ptr<Appliance>, Refused> open(Config config);
  ~Appliance();
  Appliance(const Appliance&) = delete;
  Appliance& operator=(const Appliance&) = delete;

  /// Runs until SIGTERM, SIGINT or `stop`; then takes nothing new, waits for what modems have in
  /// hand, at most [sending] stop_after. `reload` is called on SIGHUP.
  void run(const std::function<void()>& reload);
  /// From any thread.
  void stop();

  /// "127.0.0.1:8080" …, with the ports that were given.
  [[nodiscard]] std::vector<std::string> addresses() const;
  /// The console; while no administrator can sign in, with the token by which the first one sets
  /// himself up, once.
  [[nodiscard]] std::string console_url() const;
  [[nodiscard]] bool wants_setup() const;
  /// A new API key, stored; its text is shown once.
  [[nodiscard]] std::string make_key(const std::string& name);

 private:
  struct Parts;
  explicit Appliance(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace bank::host
