#include "firmware-host/admin_access.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "firmware-host/backup.hpp"
#include "firmware-host/clocks.hpp"
#include "scheduler/schema.hpp"
#include "store/lock.hpp"
#include "store/migrations.hpp"

namespace bank::host {
namespace {

using Answered = Result<AdminAnswer, std::string>;

bool exists(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0;
}

Answered in_the_file(const Config& config, const AdminRequest& request) {
  const std::string& database = config.store.path;
  try {
    auto connection = store::Database::open(database, store::Database::Mode::read_write);
    store::migrate(connection, scheduler::schema());
    scheduler::AuditLog audit(connection);
    const std::string by = by_user(::geteuid());
    if (const auto* backup = std::get_if<MakeBackup>(&request)) {
      auto answer = make_backup(database, *backup, now().wall, {});
      const auto* made = std::get_if<BackupMade>(&answer);
      if (made == nullptr) return answer;
      store::Transaction transaction(connection);
      note_backup(audit, *backup, *made, by, now().wall);
      transaction.commit();
      return answer;
    }
    scheduler::Book book(connection, "");
    scheduler::BookReader reader(connection);
    web::AccountRows accounts(connection);
    const Configured configured = configured_by(config);
    store::Transaction transaction(connection);
    AdminAnswer answer =
        perform(request, {book, reader, audit, accounts, configured}, by, now().wall);
    transaction.commit();
    return answer;
  } catch (const store::DatabaseError& error) {
    return unexpected(std::string(error.what()));
  }
}

/// Both ways can be a moment away: another command at work, a `serve` that has the lock and not yet
/// its socket.
Answered ask(const Config& config, const AdminRequest& request) {
  constexpr int most_tries = 50;
  constexpr std::chrono::milliseconds pause{100};
  const std::string socket = admin_socket_path(config.store.path);
  std::string last;
  for (int i = 0; i < most_tries; ++i) {
    const auto lock = store::Lock::take(config.store.path);
    if (lock) return in_the_file(config, request);
    if (!lock.error().held) return unexpected(lock.error().detail);
    if (exists(socket)) return ask_admin(socket, request);
    last = lock.error().detail;
    std::this_thread::sleep_for(pause);
  }
  return unexpected(last);
}

}  // namespace

Configured configured_by(const Config& config) {
  Configured configured;
  for (const SimConfig& sim : config.sims) {
    configured.pools.insert(sim.pools.begin(), sim.pools.end());
    configured.sims.insert(sim.iccid);
  }
  return configured;
}

Result<AdminAnswer, int> administer(const std::string& config_file, NoDatabase none_yet,
                                    const AdminRequest& request) {
  const auto config = load_config_file(config_file);
  if (!config) return unexpected(complain_of(config_file, config.error()));
  const std::string& database = config->store.path;
  if (none_yet == NoDatabase::is_trouble && !exists(database)) {
    return unexpected(
        complain(exit_failed, fmt::format("{}: there is no database yet; `modembank key create` or "
                                          "`serve` makes it",
                                          database)));
  }
  auto answer = ask(*config, request);
  if (!answer) return unexpected(complain(exit_failed, answer.error()));
  if (const auto* error = std::get_if<AdminError>(&*answer)) {
    return unexpected(complain(exit_failed, error->detail));
  }
  return std::move(*answer);
}

}  // namespace bank::host
