// What the admin socket can do to the book, and what it refuses.
#include <fmt/format.h>

#include "firmware-host/admin_socket.hpp"
#include "web/json_text.hpp"

namespace bank::host {
namespace {

void append(web::JsonText& json, std::string_view name, const std::vector<std::string>& words) {
  if (words.empty()) return;
  json.key(name).open('[');
  for (const auto& word : words) json.value(word);
  json.close(']');
}

/// All of it but its hash, by which nobody is known either.
std::string detail_of(const KeyCreate& key) {
  web::JsonText json;
  json.open('{').member("name", key.name);
  append(json, "scopes", key.scopes);
  append(json, "classes", key.classes);
  append(json, "pools", key.pools);
  append(json, "sims", key.sims);
  append(json, "networks", key.networks);
  if (key.limits.per_minute) json.member("per_minute", *key.limits.per_minute);
  if (key.limits.per_hour) json.member("per_hour", *key.limits.per_hour);
  if (key.limits.per_day) json.member("per_day", *key.limits.per_day);
  return json.close('}').take();
}

std::string name_of(scheduler::KeyId id) {
  return fmt::format("key {}", static_cast<std::int64_t>(id));
}

AdminAnswer create(const KeyCreate& wanted, const AdminOffice& office, const std::string& by,
                   scheduler::WallTime now) {
  auto flaw = flaw_of(wanted);
  if (!flaw) flaw = flaw_here(wanted, office.configured, office.reader);
  if (flaw) return AdminError{sentence_of(*flaw), *flaw};
  const auto id =
      office.book.create_key(wanted.name, wanted.scopes, wanted.classes, wanted.hash, now,
                             wanted.pools, wanted.sims, wanted.networks, wanted.limits);
  office.audit.note({by, "key.create", name_of(id), detail_of(wanted)}, now);
  return KeyCreated{id};
}

AdminAnswer list(const KeyList& wanted, scheduler::BookReader& reader) {
  KeysListed listed{reader.keys(wanted.after, keys_in_answer + 1)};
  listed.more = listed.keys.size() > keys_in_answer;
  if (listed.more) listed.keys.resize(keys_in_answer);
  return listed;
}

AdminAnswer revoke(const KeyRevoke& wanted, const AdminOffice& office, const std::string& by,
                   scheduler::WallTime now) {
  const bool was_valid = office.book.revoke_key(wanted.id, now);
  if (was_valid) office.audit.note({by, "key.revoke", name_of(wanted.id)}, now);
  return KeyRevoked{was_valid};
}

AdminAnswer release(const ReleaseSims& wanted, const AdminOffice& office, const std::string& by,
                    scheduler::WallTime now) {
  auto sims = office.book.release_sims(wanted.sims);
  if (!sims) {
    return AdminError{
        "no SIM has one of these names, and none was released; GET /v1/sims lists "
        "those there are"};
  }
  const std::size_t count = sims->size();
  web::JsonText json;
  json.open('{').member("count", count);
  append(json, "sims", wanted.sims);  // none: all
  office.audit.note({by, "sim.release", wanted.sims.size() == 1 ? wanted.sims.front() : "",
                     json.close('}').take()},
                    now);
  return SimsReleased{.sims = std::move(*sims), .count = count};
}

AdminAnswer add(const UserAdd& wanted, const AdminOffice& office, const std::string& by,
                scheduler::WallTime now) {
  if (!web::is_account_name(wanted.name)) {
    return AdminError{"NAME: " + std::string(web::account_name_rule)};
  }
  const auto made =
      office.accounts.create(office.book, {wanted.name, wanted.role, wanted.password, by}, now);
  if (!made) {
    return AdminError{made.error() == web::AccountRefusal::name_taken
                          ? fmt::format("NAME: there is a user {}; `modembank user link {}` lets "
                                        "him choose a new password",
                                        wanted.name, wanted.name)
                          : std::string("there are as many users as there may be; delete one in "
                                        "the console")};
  }
  web::JsonText json;
  json.open('{').member("name", wanted.name).member("role", web::name_of(wanted.role));
  office.audit.note({by, "user.create", web::outside(*made), json.close('}').take()}, now);
  return UserKnown{wanted.name};
}

AdminAnswer link(const UserLink& wanted, const AdminOffice& office, const std::string& by,
                 scheduler::WallTime now) {
  const auto known = office.accounts.credentials(wanted.name);
  if (!known) {
    return AdminError{
        fmt::format("NAME: there is no user {}; `modembank user add` makes one", wanted.name)};
  }
  office.accounts.put_setup_link(wanted.hash, known->account.id, now);
  office.audit.note({by, "user.invite", web::outside(known->account.id)}, now);
  return UserKnown{known->account.name};
}

}  // namespace

std::string by_user(unsigned uid) {
  return fmt::format("command line, uid {}", uid);
}

void note_backup(scheduler::AuditLog& audit, const MakeBackup& wanted, const BackupMade& made,
                 const std::string& by, scheduler::WallTime now) {
  web::JsonText json;
  json.open('{').member("file", wanted.to);
  json.member("octets", static_cast<std::int64_t>(made.bytes)).close('}');
  audit.note({by, "backup.make", "", json.take()}, now);
}

AdminAnswer perform(const AdminRequest& request, const AdminOffice& office, const std::string& by,
                    scheduler::WallTime now) {
  if (const auto* wanted = std::get_if<KeyCreate>(&request)) {
    return create(*wanted, office, by, now);
  }
  if (const auto* wanted = std::get_if<KeyList>(&request)) return list(*wanted, office.reader);
  if (const auto* wanted = std::get_if<KeyRevoke>(&request)) {
    return revoke(*wanted, office, by, now);
  }
  if (const auto* wanted = std::get_if<ReleaseSims>(&request)) {
    return release(*wanted, office, by, now);
  }
  if (const auto* wanted = std::get_if<UserAdd>(&request)) return add(*wanted, office, by, now);
  if (const auto* wanted = std::get_if<UserLink>(&request)) return link(*wanted, office, by, now);
  return AdminError{"a backup is not made inside a transaction; please report this"};
}

}  // namespace bank::host
