#include "web/account_rows.hpp"

#include <sodium.h>

#include <algorithm>

#include "store/statement.hpp"

namespace bank::web {

namespace {

using store::Row;
using store::Statement;

constexpr std::string_view account_columns =
    "a.id, a.name, a.role, a.key, a.password IS NOT NULL, a.totp IS NOT NULL, a.enabled, "
    "a.created_at, a.created_by";

WallTime time_of(std::int64_t milliseconds) {
  return WallTime{std::chrono::milliseconds{milliseconds}};
}

Account account_of(const Row& row, int first = 0) {
  Account account;
  account.id = AccountId{row.integer(first)};
  account.name = row.text(first + 1);
  account.role = role_named(row.view(first + 2)).value_or(Role::viewer);
  account.key = scheduler::KeyId{row.integer(first + 3)};
  account.has_password = row.flag(first + 4);
  account.has_second_factor = row.flag(first + 5);
  account.enabled = row.flag(first + 6);
  account.created_at = time_of(row.integer(first + 7));
  account.created_by = row.text(first + 8);
  return account;
}

constexpr int account_width = 9;
constexpr std::string_view session_columns =
    "s.id, s.account, s.created_at, s.used_at, s.address, s.agent";

Session session_of(const Row& row, int first = 0) {
  return {.id = SessionId{row.integer(first)},
          .account = AccountId{row.integer(first + 1)},
          .created_at = time_of(row.integer(first + 2)),
          .used_at = time_of(row.integer(first + 3)),
          .address = row.text(first + 4),
          .agent = row.text(first + 5)};
}

std::string select_accounts(std::string_view where) {
  return "SELECT " + std::string(account_columns) + " FROM account a " + std::string(where);
}

template <class Value>
std::optional<Credentials> credentials_by(const store::Database& database, std::string_view where,
                                          const Value& value) {
  std::optional<Credentials> found;
  Statement(database, "SELECT " + std::string(account_columns) +
                          ", a.password, a.totp, a.totp_step FROM account a " + std::string(where))
      .first_row(
          [&](const Row& row) {
            const auto secret = row.blob(account_width + 1);
            found = Credentials{account_of(row), row.text(account_width),
                                std::string(secret.begin(), secret.end()),
                                row.integer(account_width + 2)};
          },
          value);
  return found;
}

std::span<const unsigned char> octets_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

std::span<const unsigned char> octets_of(const KeyHash& hash) {
  return {hash.data(), hash.size()};
}

/// Of no key that anybody has.
KeyHash hash_of_nothing() {
  KeyHash hash{};
  randombytes_buf(hash.data(), hash.size());
  return hash;
}

}  // namespace

// --- reading ------------------------------------------------------------------------------------

std::vector<Account> accounts(const store::Database& database) {
  std::vector<Account> found;
  Statement(database, select_accounts("ORDER BY a.name COLLATE NOCASE")).each([&](const Row& row) {
    found.push_back(account_of(row));
  });
  return found;
}

std::optional<Account> account(const store::Database& database, AccountId id) {
  std::optional<Account> found;
  Statement(database, select_accounts("WHERE a.id = ?"))
      .first_row([&](const Row& row) { found = account_of(row); }, id);
  return found;
}

bool has_admin(const store::Database& database) {
  return Statement(database,
                   "SELECT 1 FROM account WHERE role = 'admin' AND enabled = 1 "
                   "AND password IS NOT NULL LIMIT 1")
      .first_row([](const Row&) {});
}

std::optional<Credentials> credentials(const store::Database& database, std::string_view name) {
  return credentials_by(database, "WHERE a.name = ?", name);
}

std::optional<Credentials> credentials(const store::Database& database, AccountId id) {
  return credentials_by(database, "WHERE a.id = ?", id);
}

std::optional<SignedIn> signed_in(const store::Database& database, const KeyHash& hash,
                                  WallTime now) {
  std::optional<SignedIn> found;
  Statement(database, "SELECT " + std::string(session_columns) + ", " +
                          std::string(account_columns) +
                          " FROM session s JOIN account a ON a.id = s.account WHERE s.hash = ?")
      .first_row(
          [&](const Row& row) {
            constexpr int session_width = 6;
            found = SignedIn{session_of(row), account_of(row, session_width), {}};
          },
          octets_of(hash));
  if (!found || !found->account.enabled || found->session.is_over(now)) return std::nullopt;
  auto& key = found->key;
  key.id = found->account.key;
  key.name = found->account.name;
  key.classes.assign(classes_of_people.begin(), classes_of_people.end());
  return found;
}

std::vector<Session> sessions_of(const store::Database& database, AccountId account) {
  std::vector<Session> found;
  Statement(database, "SELECT " + std::string(session_columns) +
                          " FROM session s WHERE s.account = ? ORDER BY s.id DESC")
      .each([&](const Row& row) { found.push_back(session_of(row)); }, account);
  return found;
}

std::optional<SetupLink> setup_link(const store::Database& database, const KeyHash& hash,
                                    WallTime now) {
  std::optional<SetupLink> found;
  Statement(database,
            "SELECT account, expires_at FROM setup_link WHERE hash = ? AND expires_at > ?")
      .first_row(
          [&](const Row& row) {
            found =
                SetupLink{row.is_null(0) ? std::nullopt : std::optional(AccountId{row.integer(0)}),
                          time_of(row.integer(1))};
          },
          octets_of(hash), now);
  // That of the first administrator is of no use to a second one.
  if (found && !found->account && has_admin(database)) return std::nullopt;
  return found;
}

// --- writing ------------------------------------------------------------------------------------

Result<AccountId, AccountRefusal> AccountRows::create(scheduler::Book& book,
                                                      const NewAccount& account, WallTime now) {
  if (web::credentials(database_, account.name)) return unexpected(AccountRefusal::name_taken);
  if (accounts(database_).size() >= most_accounts) return unexpected(AccountRefusal::too_many);
  const auto key = book.create_key(account.name, {"account"}, {}, hash_of_nothing(), now);
  std::optional<std::string> password;
  if (!account.password.empty()) password = account.password;
  Statement create(database_,
                   "INSERT INTO account (name, role, key, password, created_at, created_by, "
                   "changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5)");
  create.run(account.name, name_of(account.role), key, password, now, account.by);
  return AccountId{create.last_row_id()};
}

bool AccountRows::would_end_admins(AccountId id, std::optional<Role> role,
                                   std::optional<bool> enabled) const {
  if (role.value_or(Role::admin) == Role::admin && enabled.value_or(true)) return false;
  const auto all = accounts(database_);
  const auto may_let_in = [](const Account& one) {
    return one.role == Role::admin && one.enabled && one.has_password;
  };
  return std::any_of(all.begin(), all.end(),
                     [&](const Account& one) { return one.id == id && may_let_in(one); }) &&
         std::count_if(all.begin(), all.end(), may_let_in) == 1;
}

void AccountRows::change_role(AccountId id, Role role, WallTime now) {
  Statement(database_, "UPDATE account SET role = ?2, changed_at = ?3 WHERE id = ?1")
      .run(id, name_of(role), now);
}

void AccountRows::enable(AccountId id, bool enabled, WallTime now) {
  Statement(database_, "UPDATE account SET enabled = ?2, changed_at = ?3 WHERE id = ?1")
      .run(id, enabled ? 1 : 0, now);
  if (enabled) return;
  Statement(database_, "DELETE FROM session WHERE account = ?").run(id);
  Statement(database_, "DELETE FROM setup_link WHERE account = ?").run(id);
}

std::optional<AccountRefusal> AccountRows::remove(AccountId id, WallTime now) {
  if (would_end_admins(id, std::nullopt, false)) return AccountRefusal::last_admin;
  const auto gone = account(database_, id);
  if (!gone) return AccountRefusal::unknown;
  Statement(database_, "DELETE FROM account WHERE id = ?").run(id);
  // What he sent goes by it.
  Statement(database_, "UPDATE api_key SET revoked_at = ?2 WHERE id = ?1").run(gone->key, now);
  return std::nullopt;
}

void AccountRows::set_password(AccountId id, const std::string& password,
                               std::optional<SessionId> but, WallTime now) {
  Statement(database_, "UPDATE account SET password = ?2, changed_at = ?3 WHERE id = ?1")
      .run(id, password, now);
  Statement(database_, "DELETE FROM session WHERE account = ?1 AND id IS NOT ?2").run(id, but);
  Statement(database_, "DELETE FROM setup_link WHERE account = ?").run(id);
}

void AccountRows::set_one_time(AccountId id, std::string_view octets, WallTime now) {
  std::optional<std::span<const unsigned char>> secret;
  if (!octets.empty()) secret = octets_of(octets);
  Statement(database_, "UPDATE account SET totp = ?2, totp_step = 0, changed_at = ?3 WHERE id = ?1")
      .run(id, secret, now);
}

bool AccountRows::use_step(AccountId id, std::int64_t step) {
  Statement use(database_, "UPDATE account SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2");
  return use.run(id, step) != 0;
}

SessionId AccountRows::open_session(AccountId account, const KeyHash& hash,
                                    std::string_view address, std::string_view agent,
                                    WallTime now) {
  Statement(database_,
            "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE account = ? "
            "ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ?)")
      .run(account, most_sessions_of_one - 1);
  Statement open(database_,
                 "INSERT INTO session (hash, account, created_at, used_at, address, agent) "
                 "VALUES (?1, ?2, ?3, ?3, ?4, ?5)");
  open.run(octets_of(hash), account, now, address, agent);
  return SessionId{open.last_row_id()};
}

void AccountRows::session_used(SessionId id, WallTime at) {
  Statement(database_, "UPDATE session SET used_at = ?2 WHERE id = ?1 AND used_at < ?2")
      .run(id, at);
}

bool AccountRows::close_session(AccountId account, SessionId id) {
  return Statement(database_, "DELETE FROM session WHERE account = ? AND id = ?")
             .run(account, id) != 0;
}

std::size_t AccountRows::close_old_sessions(WallTime now, std::size_t limit) {
  return static_cast<std::size_t>(
      Statement(database_,
                "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE used_at < ?1 "
                "OR created_at < ?2 LIMIT ?3)")
          .run(now - session_unused, now - session_life, limit));
}

void AccountRows::put_setup_link(const KeyHash& hash, std::optional<AccountId> account,
                                 WallTime now) {
  Statement(database_, "DELETE FROM setup_link WHERE account IS ?1 OR expires_at <= ?2")
      .run(account, now);
  Statement(database_, "INSERT INTO setup_link (hash, account, expires_at) VALUES (?, ?, ?)")
      .run(octets_of(hash), account, now + setup_link_life);
}

void AccountRows::drop_setup_link(const KeyHash& hash) {
  Statement(database_, "DELETE FROM setup_link WHERE hash = ?").run(octets_of(hash));
}

std::string AccountRows::device_secret() {
  KeyHash fresh{};
  randombytes_buf(fresh.data(), fresh.size());
  Statement(database_, "INSERT OR IGNORE INTO device_secret (one, secret) VALUES (1, ?)")
      .run(octets_of(fresh));
  std::string secret;
  Statement(database_, "SELECT secret FROM device_secret").first_row([&](const Row& row) {
    const auto octets = row.blob(0);
    secret.assign(octets.begin(), octets.end());
  });
  return secret;
}

}  // namespace bank::web
