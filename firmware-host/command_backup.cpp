#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "firmware-host/admin_access.hpp"
#include "firmware-host/clocks.hpp"
#include "firmware-host/restore.hpp"
#include "store/lock.hpp"
#include "web/time_text.hpp"

namespace bank::host {
namespace {

std::string dumped(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

int command_backup(const BackupOptions& options) {
  std::error_code unknown;
  const auto absolute = std::filesystem::absolute(options.file, unknown).lexically_normal();
  const MakeBackup backup{.to = absolute.string(), .force = options.force};
  const auto tell = [&](const BackupMade& made) {
    if (options.json) {
      fmt::print("{}\n", dumped({{"file", backup.to},
                                 {"bytes", made.bytes},
                                 {"queued", made.queued},
                                 {"sending", made.sending}}));
    } else {
      fmt::print(
          "{}: {} octets, checked; {} messages queued and {} sending in it, which a restore makes "
          "uncertain\n",
          backup.to, made.bytes, made.queued, made.sending);
    }
    return exit_done;
  };
  return with_answer<BackupMade>(options.config, NoDatabase::is_trouble, backup, tell);
}

int command_restore(const RestoreOptions& options) {
  const auto config = load_config_file(options.config);
  if (!config) return complain_of(options.config, config.error());
  const std::string& database = config->store.path;
  const auto lock = store::Lock::take(database);
  if (!lock) return complain(lock.error().held ? exit_usage : exit_failed, lock.error().detail);
  const auto restored = restore_backup(database, options.file, now());
  if (!restored) return complain(exit_failed, restored.error());
  if (options.json) {
    using nlohmann::json;
    fmt::print(
        "{}\n",
        dumped({{"database", database},
                {"taken_at", restored->taken ? json(web::rfc3339(*restored->taken)) : json()},
                {"uncertain", restored->uncertain},
                {"aside", restored->aside.empty() ? json() : json(restored->aside)}}));
    return exit_done;
  }
  fmt::print("{}: restored from {}{}\n", database, options.file,
             restored->taken ? ", made " + web::rfc3339(*restored->taken) : "");
  if (!restored->aside.empty()) fmt::print("what was there is now {}\n", restored->aside);
  fmt::print(
      "{} messages that were queued or sending are uncertain: they may have gone out since the "
      "backup was made.\n"
      "  GET /v1/messages?state=uncertain lists them; POST /v1/messages/{{id}}/requeue sends one "
      "(again).\n"
      "What the SIMs sent since then is not known: each SIM's day counts as used for 24 hours, or "
      "until you release it:\n"
      "  modembank sim release --config {} --all    (or the ICCIDs of some)\n"
      "Opt-outs, keys and messages that came after the backup are not in it: see docs/backup.md "
      "before you start.\n",
      restored->uncertain, options.config);
  return exit_done;
}

}  // namespace bank::host
