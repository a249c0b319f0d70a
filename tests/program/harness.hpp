#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/program/child.hpp"
#include "tests/program/record.hpp"
#include "tests/web/http_client.hpp"

namespace bank::program::test {

/// A folder of the test's own, gone at its end (kept when MODEMBANK_KEEP is in the environment).
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file and gives its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

/// `modembank rack` in FOLDER/rack, recording into FOLDER/network.tsv.
class Rack {
 public:
  Rack(const Folder& folder, int modems, const std::vector<std::string>& options);

  /// One line of its control language (docs/virtual-rack.md); the answer after "ok".
  std::string ask(const std::string& line) const;
  [[nodiscard]] bool is_running() { return !child_.ended(); }
  [[nodiscard]] std::string port(int slot) const;  // from 1
  /// What its network took until now: the record is a batch behind unless it is asked for.
  [[nodiscard]] std::vector<Taken> taken() const;

 private:
  std::string folder_;
  std::string record_;
  Child child_;
};

/// A configuration in FOLDER/modembank.toml: the rack's ports, a free port of loopback, every
/// country; `more` is added to it and may override `limits`.
struct Settings {
  std::string limits = "per_day = 100000";
  std::string sending{};    // lines of [sending]
  std::string paths{};      // of [discovery]; empty: all of the rack's
  std::string discovery{};  // more lines of it
  std::string more{};       // whole tables
  std::string database{};   // empty: modembank.db in the folder
};
std::string write_config(const Folder& folder, const Settings& settings = {});

/// `modembank key create`, before `serve` runs or while it does.
std::string make_key(const Folder& folder, const std::string& config,
                     const std::string& scope = "admin");

/// `modembank serve`. Starting it does not wait; asking it for something does.
class Serve {
 public:
  /// `round` tells the logs of several runs in one folder apart. `by` is the command that executes
  /// it, for an environment of its own.
  Serve(const Folder& folder, const std::string& config, int round = 1,
        std::vector<std::string> by = {});

  /// Where it listens, once it does.
  [[nodiscard]] const std::string& address();
  Child& child() { return *child_; }

 private:
  std::unique_ptr<Child> child_;
  std::string address_;
};

/// The API of a running program, a connection a call; a call that fails is a failed test.
class Api {
 public:
  Api(std::string address, std::string key)
      : address_(std::move(address)), head_("Authorization: Bearer " + std::move(key) + "\r\n") {}

  [[nodiscard]] web::test::HttpAnswer ask_for(const std::string& path) const;
  [[nodiscard]] nlohmann::json get(const std::string& path) const;  // 200
  /// 202, and the message.
  nlohmann::json post(const nlohmann::json& message) const;
  [[nodiscard]] web::test::HttpAnswer try_post(const nlohmann::json& message) const;
  /// POST of any body.
  [[nodiscard]] web::test::HttpAnswer post_to(const std::string& path,
                                              const nlohmann::json& body) const;
  /// Any method without a body.
  [[nodiscard]] web::test::HttpAnswer change(const std::string& method,
                                             const std::string& path) const;
  /// All pages of a list.
  [[nodiscard]] std::vector<nlohmann::json> all(const std::string& path) const;

  /// Messages by state, as /metrics counts them.
  [[nodiscard]] std::map<std::string, long> counts() const;
  [[nodiscard]] nlohmann::json modem(const std::string& name) const;  // null: not listed

  bool wait_for_count(const std::string& state, long count,
                      std::chrono::milliseconds time = patience) const;
  /// Waits until these modems are ready.
  bool wait_until_ready(const std::vector<std::string>& modems,
                        std::chrono::milliseconds time = patience) const;
  /// The message when it has come to one of these states; as it is when the time is over.
  [[nodiscard]] nlohmann::json wait_for_state(const std::string& id,
                                              const std::vector<std::string>& states,
                                              std::chrono::milliseconds time = patience) const;

 private:
  std::string address_;
  std::string head_;
};

[[nodiscard]] std::string slot_name(int slot);  // from 1: "slot-01"

}  // namespace bank::program::test
