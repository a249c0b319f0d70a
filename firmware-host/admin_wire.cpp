// The lines of the admin socket: requests and answers as JSON and back.
#include <fmt/format.h>
#include <sodium.h>

#include <nlohmann/json.hpp>

#include "firmware-host/admin_socket.hpp"
#include "web/time_text.hpp"

namespace bank::host {
namespace {

using nlohmann::json;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

// A key's name was checked when it was made; a file from elsewhere may still hold other octets.
std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string hex(const std::array<unsigned char, 32>& octets) {
  std::array<char, 65> text{};
  sodium_bin2hex(text.data(), text.size(), octets.data(), octets.size());
  return text.data();
}

std::array<unsigned char, 32> octets_of(const std::string& text) {
  std::array<unsigned char, 32> octets{};
  std::size_t length = 0;
  const int done = sodium_hex2bin(octets.data(), octets.size(), text.data(), text.size(), nullptr,
                                  &length, nullptr);
  if (done != 0 || length != octets.size() || text.size() != 2 * octets.size()) {
    throw std::invalid_argument("hash is not 64 hexadecimal digits");
  }
  return octets;
}

json to_json(const std::optional<scheduler::WallTime>& time) {
  return time ? json(web::rfc3339(*time)) : json(nullptr);
}

std::optional<scheduler::WallTime> time_of(const json& value) {
  if (value.is_null()) return std::nullopt;
  const auto time = web::read_rfc3339(value.get<std::string>());
  if (!time) throw std::invalid_argument("not a time of RFC 3339");
  return time;
}

json or_null(const std::optional<std::int64_t>& number) {
  return number ? json(*number) : json(nullptr);
}

std::optional<std::int64_t> number_of(const json& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_integer()) throw std::invalid_argument("not a whole number");
  return value.get<std::int64_t>();
}

scheduler::KeyLimits limits_of(const json& value) {
  return {.per_minute = number_of(value.at("per_minute")),
          .per_hour = number_of(value.at("per_hour")),
          .per_day = number_of(value.at("per_day"))};
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
          {"created_at", to_json(key.created_at)},
          {"revoked_at", to_json(key.revoked_at)},
          {"last_used_at", to_json(key.last_used_at)}};
}

scheduler::ApiKey key_of(const json& value) {
  const auto created = time_of(value.at("created_at"));
  if (!created) throw std::invalid_argument("created_at is null");
  return {.id = scheduler::KeyId{value.at("id").get<std::int64_t>()},
          .name = value.at("name"),
          .scopes = value.at("scopes"),
          .classes = value.at("classes"),
          .created_at = *created,
          .revoked_at = time_of(value.at("revoked_at")),
          .pools = value.at("pools"),
          .last_used_at = time_of(value.at("last_used_at")),
          .sims = value.at("sims"),
          .networks = value.at("networks"),
          .limits = limits_of(value)};
}

AdminRequest read_request(const json& line) {
  const auto what = line.at("do").get<std::string>();
  if (what == "key.create") {
    return KeyCreate{.name = line.at("name"),
                     .scopes = line.at("scopes"),
                     .classes = line.at("classes"),
                     .pools = line.at("pools"),
                     .sims = line.at("sims"),
                     .networks = line.at("networks"),
                     .limits = limits_of(line),
                     .hash = octets_of(line.at("hash"))};
  }
  if (what == "key.list") return KeyList{scheduler::KeyId{line.at("after").get<std::int64_t>()}};
  if (what == "key.revoke") {
    return KeyRevoke{scheduler::KeyId{line.at("id").get<std::int64_t>()}};
  }
  if (what == "backup") return MakeBackup{.to = line.at("to"), .force = line.at("force")};
  if (what == "sim.release") return ReleaseSims{line.at("sims")};
  if (what == "user.add") {
    const auto role = web::role_named(line.at("role").get<std::string>());
    if (!role) throw std::invalid_argument("\"role\" is none");
    return UserAdd{line.at("name"), *role, line.at("password")};
  }
  if (what == "user.link") return UserLink{line.at("name"), octets_of(line.at("hash"))};
  throw std::invalid_argument(
      "\"do\" is not key.create, key.list, key.revoke, backup, sim.release, user.add or user.link");
}

AdminAnswer read_answer(const json& line) {
  if (line.contains("error")) return AdminError{line.at("error")};
  if (line.contains("revoked")) return KeyRevoked{line.at("revoked")};
  if (line.contains("released")) return SimsReleased{.sims = {}, .count = line.at("released")};
  if (line.contains("user")) return UserKnown{line.at("user")};
  if (line.contains("bytes")) {
    return BackupMade{
        .bytes = line.at("bytes"), .queued = line.at("queued"), .sending = line.at("sending")};
  }
  if (line.contains("id")) return KeyCreated{scheduler::KeyId{line.at("id").get<std::int64_t>()}};
  KeysListed listed;
  for (const json& key : line.at("keys")) listed.keys.push_back(key_of(key));
  listed.more = line.at("more");
  return listed;
}

template <class Value, class Read>
Result<Value, std::string> parsed(std::string_view line, const Read& read) {
  try {
    return read(json::parse(line));
  } catch (const std::exception& error) {
    return unexpected(
        fmt::format("not a line of the admin socket ({}); are both programs of one "
                    "version?",
                    error.what()));
  }
}

}  // namespace

std::string to_line(const AdminRequest& request) {
  return dumped(std::visit(
      Overloaded{[](const KeyCreate& create) -> json {
                   return {{"do", "key.create"},
                           {"name", create.name},
                           {"scopes", create.scopes},
                           {"classes", create.classes},
                           {"pools", create.pools},
                           {"sims", create.sims},
                           {"networks", create.networks},
                           {"per_minute", or_null(create.limits.per_minute)},
                           {"per_hour", or_null(create.limits.per_hour)},
                           {"per_day", or_null(create.limits.per_day)},
                           {"hash", hex(create.hash)}};
                 },
                 [](const KeyList& list) -> json {
                   return {{"do", "key.list"}, {"after", static_cast<std::int64_t>(list.after)}};
                 },
                 [](const KeyRevoke& revoke) -> json {
                   return {{"do", "key.revoke"}, {"id", static_cast<std::int64_t>(revoke.id)}};
                 },
                 [](const MakeBackup& backup) -> json {
                   return {{"do", "backup"}, {"to", backup.to}, {"force", backup.force}};
                 },
                 [](const ReleaseSims& release) -> json {
                   return {{"do", "sim.release"}, {"sims", release.sims}};
                 },
                 [](const UserAdd& add) -> json {
                   return {{"do", "user.add"},
                           {"name", add.name},
                           {"role", web::name_of(add.role)},
                           {"password", add.password}};
                 },
                 [](const UserLink& link) -> json {
                   return {{"do", "user.link"}, {"name", link.name}, {"hash", hex(link.hash)}};
                 }},
      request));
}

std::string to_line(const AdminAnswer& answer) {
  return dumped(std::visit(
      Overloaded{
          [](const KeyCreated& created) -> json {
            return {{"id", static_cast<std::int64_t>(created.id)}};
          },
          [](const KeysListed& listed) -> json {
            json keys = json::array();
            for (const scheduler::ApiKey& key : listed.keys) keys.push_back(to_json(key));
            return {{"keys", std::move(keys)}, {"more", listed.more}};
          },
          [](const KeyRevoked& revoked) -> json {
            return {{"revoked", revoked.known}};
          },
          [](const BackupMade& made) -> json {
            return {{"bytes", made.bytes}, {"queued", made.queued}, {"sending", made.sending}};
          },
          [](const SimsReleased& released) -> json {
            return {{"released", released.count}};
          },
          [](const UserKnown& user) -> json {
            return {{"user", user.name}};
          },
          [](const AdminError& error) -> json {
            return {{"error", error.detail}};
          }},
      answer));
}

Result<AdminRequest, std::string> request_from(std::string_view line) {
  return parsed<AdminRequest>(line, read_request);
}

Result<AdminAnswer, std::string> answer_from(std::string_view line) {
  return parsed<AdminAnswer>(line, read_answer);
}

}  // namespace bank::host
