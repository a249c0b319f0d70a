#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "firmware-host/admin_access.hpp"
#include "firmware-host/log.hpp"
#include "web/api_key.hpp"
#include "web/time_text.hpp"

namespace bank::host {
namespace {

using nlohmann::json;

std::vector<std::string> each_once(const std::vector<std::string>& words) {
  const std::set<std::string> once(words.begin(), words.end());
  return {once.begin(), once.end()};
}

json time_or_null(const std::optional<scheduler::WallTime>& time) {
  return time ? json(web::rfc3339(*time)) : json(nullptr);
}

json to_json(const scheduler::ApiKey& key) {
  return {{"id", static_cast<std::int64_t>(key.id)},
          {"name", key.name},
          {"scopes", key.scopes},
          {"classes", key.classes},
          {"pools", key.pools},
          {"created_at", web::rfc3339(key.created_at)},
          {"revoked_at", time_or_null(key.revoked_at)},
          {"last_used_at", time_or_null(key.last_used_at)}};
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

int command_key_create(const KeyCreateOptions& options) {
  const std::string key = web::make_api_key();
  KeyCreate create{.name = options.name,
                   .scopes = each_once(options.scopes),
                   .classes = each_once(options.classes),
                   .pools = each_once(options.pools),
                   .hash = web::sha256(key)};
  if (create.classes.empty()) create.classes = {"promotional", "service", "transactional"};
  if (const auto flaw = flaw_of(create)) return complain(exit_usage, *flaw);
  return with_answer<KeyCreated>(options.config, NoDatabase::made, create,
                                 [&](const KeyCreated& created) {
                                   const auto id = static_cast<std::int64_t>(created.id);
                                   if (options.json) {
                                     fmt::print("{}\n", dumped({{"id", id},
                                                                {"name", create.name},
                                                                {"scopes", create.scopes},
                                                                {"classes", create.classes},
                                                                {"pools", create.pools},
                                                                {"key", key}}));
                                   } else {
                                     fmt::print("{}\n", key);
                                     fmt::print(stderr, "key {} for {}; it is shown this once\n",
                                                id, fmt::join(create.scopes, ", "));
                                   }
                                   return exit_done;
                                 });
}

namespace {

std::string used(const scheduler::ApiKey& key) {
  return key.last_used_at ? "used " + web::rfc3339(*key.last_used_at) : "never used";
}

std::string pools_of(const scheduler::ApiKey& key) {
  return key.pools.empty() ? "all pools" : fmt::format("{}", fmt::join(key.pools, ", "));
}

}  // namespace

int command_key_list(const KeyListOptions& options) {
  const auto tell = [&](const KeysListed& listed) {
    for (const scheduler::ApiKey& key : listed.keys) {
      if (options.json) {
        fmt::print("{}\n", dumped(to_json(key)));
      } else {
        fmt::print("{:>4}  {}  {:<7}  {:<24}  {}; {}; {}; {}\n", static_cast<std::int64_t>(key.id),
                   web::rfc3339(key.created_at), key.revoked_at ? "revoked" : "valid",
                   log::escaped(key.name), fmt::join(key.scopes, ", "),
                   fmt::join(key.classes, ", "), log::escaped(pools_of(key)), used(key));
      }
    }
    if (listed.keys.empty() && !options.json) {
      fmt::print(stderr, "no keys yet; `modembank key create` makes one\n");
    }
    return exit_done;
  };
  return with_answer<KeysListed>(options.config, NoDatabase::is_trouble, KeyList{}, tell);
}

int command_key_revoke(const KeyRevokeOptions& options) {
  const KeyRevoke revoke{scheduler::KeyId{options.id}};
  const auto tell = [&](const KeyRevoked& revoked) {
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
  };
  return with_answer<KeyRevoked>(options.config, NoDatabase::is_trouble, revoke, tell);
}

}  // namespace bank::host
