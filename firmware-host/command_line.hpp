#pragma once

#include <functional>

#include "firmware-host/commands.hpp"

namespace bank::host {

/// What the words of the command line lead to; main.cpp fills it, tests put their own in.
struct Commands {
  std::function<int(const ServeOptions&)> serve;
  std::function<int(const DemoOptions&)> demo;
  std::function<int(const RackOptions&)> rack;
  std::function<int(const SendOptions&)> send;
  std::function<int(const ProbeOptions&)> probe;
  std::function<int(const SlotsOptions&)> slots;
  std::function<int(const PduDecodeOptions&)> pdu_decode;
  std::function<int(const PduEncodeOptions&)> pdu_encode;
  std::function<int(const CheckConfigOptions&)> check_config;
  std::function<int(const KeyCreateOptions&)> key_create;
  std::function<int(const UserAddOptions&)> user_add;
  std::function<int(const UserLinkOptions&)> user_link;
  std::function<int(const KeyListOptions&)> key_list;
  std::function<int(const KeyRevokeOptions&)> key_revoke;
  std::function<int(const BackupOptions&)> backup;
  std::function<int(const RestoreOptions&)> restore;
  std::function<int(const SimReleaseOptions&)> sim_release;
};

/// Reads the command line and runs the command it names; gives its exit code. Wrong usage is one
/// line on standard error and 2; --help and --version write to standard output and give 0. An
/// exception that no command expected is one line too, and 1.
[[nodiscard]] int run_command_line(int argc, const char* const* argv, const Commands& commands);

}  // namespace bank::host
