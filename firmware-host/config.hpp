#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"
#include "scheduler/duration_text.hpp"

namespace bank::host {

/// Where the HTTP door listens: an IPv4 or IPv6 address without brackets, or "localhost".
struct Listen {
  std::string host;
  std::uint16_t port;  // 0: any free one

  friend bool operator==(const Listen&, const Listen&) = default;
};

/// Reads "127.0.0.1:8080", "[::1]:8080" or "localhost:8080"; the error says what to write instead.
[[nodiscard]] Result<Listen, std::string> parse_listen(std::string_view text);
/// As parse_listen reads it: "[::1]:8080".
[[nodiscard]] std::string to_string(const Listen& listen);

using scheduler::parse_duration;
using scheduler::to_string;

struct StoreConfig {
  std::string path = "/var/lib/modembank/modembank.db";
};

struct HttpConfig {
  std::vector<Listen> listen{{"127.0.0.1", 8080}};
  bool only_tls = false;  // browsers come through a proxy that speaks TLS: their cookies say so
};

struct RegionConfig {
  std::string country = "IR";            // ISO 3166-1, two capital letters
  std::string timezone = "Asia/Tehran";  // a name of the IANA database
};

struct DiscoveryConfig {
  enum class UnknownSims { send, hold };
  std::vector<std::string> paths{"/dev/modembank/*"};  // glob patterns
  UnknownSims unknown_sims = UnknownSims::send;
};

struct ModemConfig {
  std::string name;    // default: the last part of the path
  std::string device;  // absolute path
  int baud = 115200;
  std::optional<std::string> pin;  // already read when it was given as pin_file
};

/// What a SIM may do, in parts. Nothing: no limit of that kind; 0: never sends.
struct LimitsConfig {
  std::optional<int> per_minute;
  std::optional<int> per_hour;
  std::optional<int> per_day;
  std::optional<int> per_month;
  std::optional<std::chrono::milliseconds> min_interval;

  friend bool operator==(const LimitsConfig&, const LimitsConfig&) = default;
};

/// So that a prepaid SIM is not taken away for want of use.
struct KeepAliveConfig {
  std::chrono::milliseconds every = std::chrono::days{60};
  std::string to;  // the number of a [[sim]]
};

struct SimConfig {
  enum class Use { both, send, receive };
  enum class Network { automatic, fixed, preferred };
  std::string iccid;   // 18 to 20 digits, as printed and without a trailing F
  std::string label;   // may be empty
  std::string number;  // E.164, may be empty
  std::vector<std::string> pools{"default"};
  bool pools_written = false;      // else a person may set them while the program runs
  std::optional<std::string> pin;  // already read when it was given as pin_file
  LimitsConfig limits;             // only what this entry writes; see limits_of
  Use use = Use::both;
  Network network = Network::automatic;
  std::string plmn;  // MCC and MNC of a network that is not automatic
  std::optional<KeepAliveConfig> keep_alive;
};

struct InboundConfig {
  std::vector<std::string> blocked;  // senders, as scheduler::BlockedSenders takes them
};

/// How some SIMs are asked what is left to spend. Amounts are whole, in what the answer is in.
struct BalanceConfig {
  std::string operator_name;      // theirs; empty: `sims`
  std::vector<std::string> sims;  // ICCIDs
  std::string code;
  std::string pattern;  // one that scheduler::TextPattern parses
  std::chrono::milliseconds every = std::chrono::hours{6};
  std::optional<int> low, stop;
};

struct SendingConfig {
  enum class OnUncertain { hold, resend };
  bool sticky_sender = true;  // no effect yet
  OnUncertain on_uncertain = OnUncertain::hold;
  int max_attempts = 4;
  std::chrono::milliseconds default_validity = std::chrono::hours{24};
  std::chrono::milliseconds stop_after = std::chrono::seconds{60};
  bool roaming = false;
  std::vector<std::string> countries;  // empty: the region's alone; "*" for all; see countries_of
};

struct RepliesConfig {
  enum class OptOutScope { all, promotional };
  OptOutScope opt_out_scope = OptOutScope::all;
  std::string help;  // what who asks for help is told; empty: nobody is
};

/// What may be done for a modem that does not work, besides opening its port again and the maker's
/// reset.
struct RecoveryConfig {
  bool usb_reset = true;  // of its USB device, where it is one
  /// Places on USB ("1-1.4") whose port of the hub may be switched off, where the map of slots says
  /// that a test has proved that it works.
  std::vector<std::string> power{};
  std::string slot_map = "/etc/udev/rules.d/60-modembank-slots.rules";
};

struct HealthConfig {
  /// So long after a SIM has shown last that it works it sends a loop-back; nothing: never.
  std::optional<std::chrono::milliseconds> loopback{};
};

/// Where webhooks may go besides addresses that all the world reaches.
struct WebhooksConfig {
  bool allow_private = false;
  std::vector<std::string> allow;  // "10.0.0.5:8080", as web::canonical_endpoint writes it
};

/// Who is told of alarms, and when. Kinds by the names of scheduler::AlarmKind.
struct AlarmsConfig {
  struct Person {
    std::string name;    // may be empty
    std::string number;  // normalised, and one that may be sent to
  };
  std::vector<std::string> mail_to{};
  std::string mail_command = "/usr/sbin/sendmail";
  int mail_limit_per_hour = 20;
  std::vector<Person> sms_to{};
  int sms_limit_per_day = 10;  // to each
  bool only_critical = false;
  std::chrono::milliseconds repeat_every = std::chrono::hours{12};  // while it is open; 0: never
  std::map<std::string, std::chrono::milliseconds> after{}, clear_after{};  // only what is written
};

struct RetentionConfig {  // from the last change of what has ended
  std::chrono::milliseconds texts = std::chrono::days{90};
  std::chrono::milliseconds history = std::chrono::days{730};
};

/// Something right that its writer should know: a key without effect in this version, a missing
/// limit. Shown by check-config and at start.
struct ConfigNotice {
  int line;           // in the file, from 1; 0 when it is about what is not written
  std::string where;  // "sending.sticky_sender"
  std::string text;

  /// "modembank.toml:12: sending.sticky_sender: …"
  [[nodiscard]] std::string sentence(std::string_view filename) const;
};

/// Everything of INTERFACES §2, each key with its default.
struct Config {
  StoreConfig store;
  HttpConfig http;
  RegionConfig region;
  DiscoveryConfig discovery;
  std::vector<ModemConfig> modems;
  LimitsConfig limits;
  std::vector<SimConfig> sims;
  SendingConfig sending;
  RepliesConfig replies;
  RecoveryConfig recovery;
  HealthConfig health;
  AlarmsConfig alarms;
  InboundConfig inbound;
  std::vector<BalanceConfig> balances;
  WebhooksConfig webhooks;
  RetentionConfig retention;
  std::vector<ConfigNotice> notices;
};

/// One thing wrong with a configuration: where it is, what stands there, what to write instead.
struct ConfigProblem {
  int line;            // in the file, from 1
  std::string where;   // "sim[2].iccid", from 1 as people count; empty for the file as a whole
  std::string found;   // what stands there; never a PIN
  std::string remedy;  // "write …"

  /// "modembank.toml:12: http.listen: found …; write …"
  [[nodiscard]] std::string sentence(std::string_view filename) const;
};

/// Longest configuration file that is read, in octets.
inline constexpr std::size_t longest_config = 4 * 1024 * 1024;

/// Reads a configuration. `filename` is for messages; relative paths in the file (store.path,
/// pin_file) are taken from its folder. Reads the files that pin_file names, nothing else.
///
/// Errors  every problem there is, in the order of the file; a file that is not TOML has one.
[[nodiscard]] Result<Config, std::vector<ConfigProblem>> load_config(std::string_view text,
                                                                     std::string_view filename);
/// The same from a file; one that cannot be read is one problem on line 0.
[[nodiscard]] Result<Config, std::vector<ConfigProblem>> load_config_file(
    const std::string& filename);

/// Key by key: what `own` writes, else what `general` does.
[[nodiscard]] LimitsConfig over(const LimitsConfig& own, const LimitsConfig& general);
/// What the configuration says of one SIM: its own limits over [limits].
[[nodiscard]] LimitsConfig limits_of(const Config& config, const SimConfig& sim);
/// The entry that says how this SIM's balance is asked for, the first that fits; null: none.
[[nodiscard]] const BalanceConfig* balance_of(const Config& config, std::string_view iccid,
                                              std::string_view operator_name);
/// Where messages may go: [sending] countries, else the region's. "*" stands for all.
[[nodiscard]] std::vector<std::string> countries_of(const Config& config);

/// A few lines for people: what this configuration amounts to. No PINs, numbers masked.
[[nodiscard]] std::string summary(const Config& config);

}  // namespace bank::host
