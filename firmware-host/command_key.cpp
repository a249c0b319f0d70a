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

json or_null(const std::optional<std::int64_t>& number) {
  return number ? json(*number) : json(nullptr);
}

json to_json(const scheduler::ApiKey& key) {
  return {{"id", static_cast<std::int64_t>(key.id)},
          {"name", key.name},
          {"scopes", key.scopes},
          {"classes", key.classes},
          {"pools", key.pools},
          {"sims", key.sims},
          {"networks", key.networks},
          {"per_minute", or_null(key.limits.per_minute)},
          {"per_hour", or_null(key.limits.per_hour)},
          {"per_day", or_null(key.limits.per_day)},
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
                   .sims = each_once(options.sims),
                   .networks = each_once(options.networks),
                   .limits = {.per_minute = options.per_minute,
                              .per_hour = options.per_hour,
                              .per_day = options.per_day},
                   .hash = web::sha256(key)};
  if (create.classes.empty()) create.classes = {"promotional", "service", "transactional"};
  if (const auto flaw = flaw_of(create)) return complain(exit_usage, sentence_of(*flaw));
  return with_answer<KeyCreated>(
      options.config, NoDatabase::made, create, [&](const KeyCreated& created) {
        const auto id = static_cast<std::int64_t>(created.id);
        if (options.json) {
          fmt::print("{}\n", dumped({{"id", id},
                                     {"name", create.name},
                                     {"scopes", create.scopes},
                                     {"classes", create.classes},
                                     {"pools", create.pools},
                                     {"sims", create.sims},
                                     {"networks", create.networks},
                                     {"per_minute", or_null(create.limits.per_minute)},
                                     {"per_hour", or_null(create.limits.per_hour)},
                                     {"per_day", or_null(create.limits.per_day)},
                                     {"key", key}}));
        } else {
          fmt::print("{}\n", key);
          fmt::print(stderr, "key {} for {}; it is shown this once\n", id,
                     fmt::join(create.scopes, ", "));
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

/// What it is bound to besides: "; SIMs 8998…; from 192.0.2.0/24; at most 1000 a day"; or nothing.
std::string bounds_of(const scheduler::ApiKey& key) {
  std::string bounds;
  if (!key.sims.empty()) bounds += fmt::format("; SIMs {}", fmt::join(key.sims, ", "));
  if (!key.networks.empty()) bounds += fmt::format("; from {}", fmt::join(key.networks, ", "));
  const auto& [minute, hour, day] = key.limits;
  if (minute) bounds += fmt::format("; at most {} a minute", *minute);
  if (hour) bounds += fmt::format("; at most {} an hour", *hour);
  if (day) bounds += fmt::format("; at most {} a day", *day);
  return log::escaped(bounds);
}

void print_key(const scheduler::ApiKey& key) {
  fmt::print("{:>4}  {}  {:<7}  {:<24}  {}; {}; {}{}; {}\n", static_cast<std::int64_t>(key.id),
             web::rfc3339(key.created_at), key.revoked_at ? "revoked" : "valid",
             log::escaped(key.name), fmt::join(key.scopes, ", "), fmt::join(key.classes, ", "),
             log::escaped(pools_of(key)), bounds_of(key), used(key));
}

}  // namespace

int command_key_list(const KeyListOptions& options) {
  std::optional<scheduler::KeyId> last;
  bool more = true;
  const auto tell = [&](const KeysListed& listed) {
    for (const scheduler::ApiKey& key : listed.keys) {
      options.json ? fmt::print("{}\n", dumped(to_json(key))) : print_key(key);
      last = key.id;
    }
    more = listed.more && !listed.keys.empty();
    return exit_done;
  };
  while (more) {
    const KeyList page{last.value_or(scheduler::KeyId{})};
    const int code = with_answer<KeysListed>(options.config, NoDatabase::is_trouble, page, tell);
    if (code != exit_done) return code;
  }
  if (!last && !options.json) {
    fmt::print(stderr, "no keys yet; `modembank key create` makes one\n");
  }
  return exit_done;
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
