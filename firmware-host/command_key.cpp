#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "firmware-host/admin_socket.hpp"
#include "firmware-host/commands.hpp"
#include "firmware-host/config_checks.hpp"
#include "firmware-host/log.hpp"
#include "scheduler/schema.hpp"
#include "store/database.hpp"
#include "store/lock.hpp"
#include "store/migrations.hpp"
#include "web/api_key.hpp"
#include "web/time_text.hpp"

namespace bank::host {
namespace {

using nlohmann::json;

/// Why a key command did not come to its end.
struct Refused {
  int code;
  std::string detail;
};
using Answered = Result<AdminAnswer, Refused>;

scheduler::WallTime wall_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Answered in_the_file(const std::string& database, const AdminRequest& request) {
  try {
    auto connection = store::Database::open(database, store::Database::Mode::read_write);
    store::migrate(connection, scheduler::schema());
    scheduler::Book book(connection, "");
    scheduler::BookReader reader(connection);
    store::Transaction transaction(connection);
    AdminAnswer answer = perform(request, book, reader, wall_now());
    transaction.commit();
    return answer;
  } catch (const store::DatabaseError& error) {
    return unexpected(Refused{exit_failed, error.what()});
  }
}

/// Under the database's lock the file itself, else the program that holds the lock. Both can be a
/// moment away: another `key` at work, a `serve` that has the lock and not yet its socket.
Answered ask(const std::string& database, const AdminRequest& request) {
  constexpr int most_tries = 50;
  constexpr std::chrono::milliseconds pause{100};
  std::string last;
  for (int i = 0; i < most_tries; ++i) {
    const auto lock = store::Lock::take(database);
    if (lock) return in_the_file(database, request);
    if (!lock.error().held) return unexpected(Refused{exit_failed, lock.error().detail});
    const std::string socket = admin_socket_path(database);
    struct stat about {};
    if (::stat(socket.c_str(), &about) == 0) {
      auto answer = ask_admin(socket, request);
      if (answer) return std::move(*answer);
      return unexpected(Refused{exit_failed, answer.error()});
    }
    last = lock.error().detail;
    std::this_thread::sleep_for(pause);
  }
  return unexpected(Refused{exit_failed, last});
}

/// Runs a request against the database of a configuration and hands its answer to `tell`.
template <class Expected, class Tell>
int with_answer(const std::string& config_file, bool may_make, const AdminRequest& request,
                const Tell& tell) {
  const auto config = load_config_file(config_file);
  if (!config) return complain_of(config_file, config.error());
  const std::string& database = config->store.path;
  struct stat about {};
  if (!may_make && ::stat(database.c_str(), &about) != 0) {
    return complain(exit_failed, fmt::format("{}: there is no database yet; `modembank key create` "
                                             "or `serve` makes it",
                                             database));
  }
  auto answer = ask(database, request);
  if (!answer) return complain(answer.error().code, answer.error().detail);
  if (const auto* error = std::get_if<AdminError>(&*answer)) {
    return complain(exit_failed, error->detail);
  }
  const auto* expected = std::get_if<Expected>(&*answer);
  if (expected == nullptr) {
    return complain(exit_failed,
                    "the running program answered something else than it was asked; "
                    "is it of another version? restart it");
  }
  return tell(*expected);
}

std::vector<std::string> each_once(const std::vector<std::string>& words) {
  const std::set<std::string> once(words.begin(), words.end());
  return {once.begin(), once.end()};
}

json to_json(const scheduler::ApiKey& key) {
  return {{"id", static_cast<std::int64_t>(key.id)},
          {"name", key.name},
          {"scopes", key.scopes},
          {"classes", key.classes},
          {"created_at", web::rfc3339(key.created_at)},
          {"revoked_at", key.revoked_at ? json(web::rfc3339(*key.revoked_at)) : json(nullptr)}};
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

int command_key_create(const KeyCreateOptions& options) {
  if (options.name.empty() || !is_label(options.name)) {
    return complain(exit_usage, "--name: write 1 to 128 octets on one line");
  }
  const std::string key = web::make_api_key();
  KeyCreate create{.name = options.name,
                   .scopes = each_once(options.scopes),
                   .classes = each_once(options.classes),
                   .hash = web::sha256(key)};
  if (create.classes.empty()) create.classes = {"promotional", "service", "transactional"};
  return with_answer<KeyCreated>(options.config, true, create, [&](const KeyCreated& created) {
    const auto id = static_cast<std::int64_t>(created.id);
    if (options.json) {
      fmt::print("{}\n", dumped({{"id", id},
                                 {"name", create.name},
                                 {"scopes", create.scopes},
                                 {"classes", create.classes},
                                 {"key", key}}));
    } else {
      fmt::print("{}\n", key);
      fmt::print(stderr, "key {} for {}; it is shown this once\n", id,
                 fmt::join(create.scopes, ", "));
    }
    return exit_done;
  });
}

int command_key_list(const KeyListOptions& options) {
  return with_answer<KeysListed>(options.config, false, KeyList{}, [&](const KeysListed& listed) {
    for (const scheduler::ApiKey& key : listed.keys) {
      if (options.json) {
        fmt::print("{}\n", dumped(to_json(key)));
      } else {
        fmt::print("{:>4}  {}  {:<7}  {:<24}  {}; {}\n", static_cast<std::int64_t>(key.id),
                   web::rfc3339(key.created_at), key.revoked_at ? "revoked" : "valid",
                   log::escaped(key.name), fmt::join(key.scopes, ", "),
                   fmt::join(key.classes, ", "));
      }
    }
    if (listed.keys.empty() && !options.json) {
      fmt::print(stderr, "no keys yet; `modembank key create` makes one\n");
    }
    return exit_done;
  });
}

int command_key_revoke(const KeyRevokeOptions& options) {
  const KeyRevoke revoke{scheduler::KeyId{options.id}};
  return with_answer<KeyRevoked>(options.config, false, revoke, [&](const KeyRevoked& revoked) {
    if (!revoked.known) {
      return complain(exit_failed, fmt::format("key {}: no such key, or revoked before; see "
                                               "`modembank key list`",
                                               options.id));
    }
    if (options.json) {
      fmt::print("{}\n", dumped({{"id", options.id}, {"revoked", true}}));
    } else {
      fmt::print("key {} is revoked\n", options.id);
    }
    return exit_done;
  });
}

}  // namespace bank::host
