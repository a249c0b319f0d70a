#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware-host/config.hpp"

/// The commands of the program. Each returns the exit code: 0 done, 1 it failed, 2 wrong usage or
/// configuration. Errors are one line on standard error.
namespace bank::host {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

/// Writes "modembank: …" and a line end to standard error; returns `code`.
int complain(int code, const std::string& what_where_and_what_to_do);

/// Writes every problem, a line each, to standard error; returns 2.
int complain_of(const std::string& filename, const std::vector<ConfigProblem>& problems);

struct ServeOptions {
  std::string config;  // path of the file
};
[[nodiscard]] int command_serve(const ServeOptions& options);

struct DemoOptions {
  int modems = 8;  // 1 to 512
  Listen listen{"127.0.0.1", 8080};
  std::string data;                         // folder to keep; empty: one that is deleted at the end
  std::chrono::milliseconds latency{1000};  // the network's, for one part
};
[[nodiscard]] int command_demo(const DemoOptions& options);

struct RackOptions {
  int modems = 8;  // 1 to 512
  std::string dir;
  std::chrono::milliseconds latency{1000};
  std::chrono::milliseconds jitter{0};
  std::chrono::milliseconds report_delay{1000};
  std::chrono::milliseconds boot{0};  // silence of a modem that restarts or is plugged in again
  int storage = 30;                   // places for inbound messages on each SIM
  std::string record;                 // file for what the network took; empty: none
  std::string control;                // UNIX socket; empty: DIR/control
  std::string pin;                    // empty: SIMs without a PIN
  std::uint64_t seed = 1;
};
[[nodiscard]] int command_rack(const RackOptions& options);

struct SendOptions {
  std::vector<std::string> to;
  std::string text;
  std::string csv;              // file instead of both; its name may end in .ndjson or .jsonl
  std::string charset;          // of a CSV file; empty: UTF-8, or UTF-16 where it shows
  std::string idempotency_key;  // of a file; empty: a new one
  std::string url = "http://127.0.0.1:8080";  // where `serve` and `demo` listen unless told
  std::string key;
  std::string message_class;  // empty: the server's default
  bool json = false;
};
[[nodiscard]] int command_send(const SendOptions& options);

struct ProbeOptions {
  std::string device;
  int baud = 115'200;  // bits per second; a native USB modem has none
  bool json = false;
};
[[nodiscard]] int command_probe(const ProbeOptions& options);

struct SlotsOptions {
  std::string write;       // the map's file, made or added to; empty: none
  std::string test_power;  // of this slot ("7", "slot-07") or of "all"; empty: none. Wants `write`
  std::string sys = "/sys";
  std::string dev = "/dev";
  bool json = false;
};
[[nodiscard]] int command_slots(const SlotsOptions& options);

/// Which way a PDU went: to the phone, from it, a status report, or by what its type says.
enum class PduDirection { automatic, mt, mo, report };

struct PduDecodeOptions {
  std::vector<std::string> pdus;  // hexadecimal; none: a PDU a line from standard input
  PduDirection direction = PduDirection::automatic;
  bool no_smsc = false;  // no service centre's field stands in front
  bool json = false;
};
[[nodiscard]] int command_pdu_decode(const PduDecodeOptions& options);

struct PduEncodeOptions {
  std::string to;
  std::string text;
  std::string encoding = "auto";  // auto, gsm7, ucs2, plain
  std::string language;           // whose tables GSM 7-bit may use; empty: none
  std::string smsc;               // empty: the modem's own
  bool report = false;
  bool flash = false;
  std::optional<std::chrono::minutes> validity;
  int concat_ref = 0;  // above 255 it is written with 16 bits
  bool json = false;
};
[[nodiscard]] int command_pdu_encode(const PduEncodeOptions& options);

struct CheckConfigOptions {
  std::string file;
};
[[nodiscard]] int command_check_config(const CheckConfigOptions& options);

struct KeyCreateOptions {
  std::string config;
  std::string name;
  std::vector<std::string> scopes;    // send, read, admin
  std::vector<std::string> classes;   // empty: transactional, service, promotional
  std::vector<std::string> pools;     // empty: all
  std::vector<std::string> sims;      // empty: all
  std::vector<std::string> networks;  // empty: from everywhere
  std::optional<std::int64_t> per_minute, per_hour, per_day;
  bool json = false;
};
[[nodiscard]] int command_key_create(const KeyCreateOptions& options);

struct KeyListOptions {
  std::string config;
  bool json = false;
};
[[nodiscard]] int command_key_list(const KeyListOptions& options);

struct KeyRevokeOptions {
  std::string config;
  std::int64_t id;
  bool json = false;
};
[[nodiscard]] int command_key_revoke(const KeyRevokeOptions& options);

struct UserAddOptions {
  std::string config;
  std::string name;
  std::string role;  // admin, operator, technician, viewer
};
/// The password comes from the terminal, twice and unseen, or from standard input, a line.
[[nodiscard]] int command_user_add(const UserAddOptions& options);

struct UserLinkOptions {
  std::string config;
  std::string name;
};
/// Prints a link by which that user chooses a new password.
[[nodiscard]] int command_user_link(const UserLinkOptions& options);

struct BackupOptions {
  std::string config;
  std::string file;  // to make
  bool force = false;
  bool json = false;
};
[[nodiscard]] int command_backup(const BackupOptions& options);

struct RestoreOptions {
  std::string config;
  std::string file;  // to read
  bool json = false;
};
[[nodiscard]] int command_restore(const RestoreOptions& options);

struct SimReleaseOptions {
  std::string config;
  std::vector<std::string> sims;  // ICCIDs or "imsi:…"
  bool all = false;
  bool json = false;
};
[[nodiscard]] int command_sim_release(const SimReleaseOptions& options);

}  // namespace bank::host
