// What the admin socket can do to the book, and what it refuses.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "firmware-host/admin_socket.hpp"
#include "firmware-host/config_checks.hpp"
#include "web/address_range.hpp"
#include "web/json_text.hpp"

namespace bank::host {
namespace {

constexpr std::array<std::string_view, 3> scopes{"send", "read", "admin"};
constexpr std::array<std::string_view, 4> classes{"transactional", "promotional", "service", "otp"};

/// Nothing: some of the words there are, each once.
std::optional<std::string> flaw_of_words(std::string_view option,
                                         const std::vector<std::string>& words,
                                         std::span<const std::string_view> known) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (std::find(known.begin(), known.end(), *word) == known.end()) {
      return fmt::format("{}: not one of {}", option, fmt::join(known, ", "));
    }
    if (std::find(words.begin(), word, *word) != word) {
      return fmt::format("{}: {} stands there twice; write it once", option, *word);
    }
  }
  if (words.empty()) return fmt::format("{}: write one of {}", option, fmt::join(known, ", "));
  return std::nullopt;
}

/// Of words that may be left out; `flaw_of_one` says what is wrong with one, without the option.
template <class Flaw>
std::optional<std::string> flaw_of_any(std::string_view option, std::string_view none_means,
                                       const std::vector<std::string>& words,
                                       const Flaw& flaw_of_one) {
  if (words.size() > most_key_words) {
    return fmt::format("{}: {} of them; write at most {}, or none for {}", option, words.size(),
                       most_key_words, none_means);
  }
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (const auto flaw = flaw_of_one(*word)) return fmt::format("{}: {}", option, *flaw);
    if (std::find(words.begin(), word, *word) != word) {
      return fmt::format("{}: {} stands there twice; write it once", option, *word);
    }
  }
  return std::nullopt;
}

using Flaw = std::optional<std::string>;

Flaw flaw_of_pool(const std::string& pool) {
  if (is_name(pool)) return std::nullopt;
  return "write 1 to 64 of letters, digits, '.', '_', '-', as pools of a [[sim]]";
}

bool is_imsi(std::string_view text) {
  constexpr std::size_t shortest = 6, longest = 15;  // digits; TS 23.003 §2.2
  return text.size() >= shortest && text.size() <= longest &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

Flaw flaw_of_sim(const std::string& sim) {
  constexpr std::string_view by_imsi = "imsi:";
  const std::string_view name = sim;
  if (is_iccid(name) || (name.starts_with(by_imsi) && is_imsi(name.substr(by_imsi.size())))) {
    return std::nullopt;
  }
  return "write an ICCID of 18 to 20 digits, or imsi: and the IMSI, as GET /v1/sims has it";
}

Flaw flaw_of_network(const std::string& network) {
  const auto range = web::AddressRange::read(network);
  return range ? std::nullopt : Flaw(range.error());
}

Flaw flaw_of_limits(const scheduler::KeyLimits& limits) {
  const std::pair<std::string_view, std::optional<std::int64_t>> all[] = {
      {"--per-minute", limits.per_minute},
      {"--per-hour", limits.per_hour},
      {"--per-day", limits.per_day}};
  for (const auto& [option, limit] : all) {
    if (!limit || (*limit >= 1 && *limit <= most_key_limit)) continue;
    return fmt::format("{}: write a number of messages from 1 to {}, or leave it out", option,
                       most_key_limit);
  }
  return std::nullopt;
}

/// A pool that no SIM is in would make a key that can send nothing.
std::optional<std::string> unknown_pool(const std::vector<std::string>& wanted,
                                        std::set<std::string> known,
                                        scheduler::BookReader& reader) {
  if (wanted.empty()) return std::nullopt;
  known.insert("default");
  for (const auto& sim : reader.sims()) known.insert(sim.pools.begin(), sim.pools.end());
  for (const std::string& pool : wanted) {
    if (known.contains(pool)) continue;
    return fmt::format(
        "--pool: no SIM is in {}; write one of {}, or first name the pool in a [[sim]]", pool,
        fmt::join(known, ", "));
  }
  return std::nullopt;
}

/// The same of a SIM that was never seen here: a digit is soon mistyped.
std::optional<std::string> unknown_sim(const std::vector<std::string>& wanted,
                                       const std::set<std::string>& known,
                                       scheduler::BookReader& reader) {
  if (wanted.empty()) return std::nullopt;
  const auto sims = reader.sims();
  for (const std::string& name : wanted) {
    const bool is_seen = std::any_of(sims.begin(), sims.end(), [&](const auto& sim) {
      return sim.outside() == name || "imsi:" + sim.imsi == name;
    });
    if (is_seen || known.contains(name)) continue;
    return fmt::format(
        "--sim: {} was never seen here and stands in no [[sim]]; write one of GET /v1/sims, or "
        "first plug it in",
        name);
  }
  return std::nullopt;
}

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
  const auto& [pools, sims] = office.configured;
  if (auto flaw = flaw_of(wanted)) return AdminError{std::move(*flaw)};
  if (auto flaw = unknown_pool(wanted.pools, pools, office.reader)) {
    return AdminError{std::move(*flaw)};
  }
  if (auto flaw = unknown_sim(wanted.sims, sims, office.reader)) {
    return AdminError{std::move(*flaw)};
  }
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

std::optional<std::string> flaw_of(const KeyCreate& create) {
  if (create.name.empty() || !is_label(create.name)) {
    return "--name: write 1 to 128 octets on one line";
  }
  if (auto flaw = flaw_of_words("--scope", create.scopes, scopes)) return flaw;
  if (auto flaw = flaw_of_words("--class", create.classes, classes)) return flaw;
  if (auto flaw = flaw_of_any("--pool", "all pools", create.pools, flaw_of_pool)) return flaw;
  if (auto flaw = flaw_of_any("--sim", "all SIMs", create.sims, flaw_of_sim)) return flaw;
  if (auto flaw =
          flaw_of_any("--network", "use from everywhere", create.networks, flaw_of_network)) {
    return flaw;
  }
  return flaw_of_limits(create.limits);
}

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
