#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/book.hpp"
#include "store/database.hpp"
#include "web/account.hpp"
#include "web/token.hpp"

namespace bank::web {

/// What signing in needs to know of an account. Secrets are in it: it is never shown.
struct Credentials {
  Account account;
  std::string password;    // PHC string; empty: none was chosen yet
  std::string one_time;    // octets of the second factor; empty: none
  std::int64_t last_step;  // of its last code
};

// --- reading, on any connection; throws DatabaseError -------------------------------------------

/// In order of name.
[[nodiscard]] std::vector<Account> accounts(const store::Database& database);
[[nodiscard]] std::optional<Account> account(const store::Database& database, AccountId id);
/// Whether there is an administrator who can sign in.
[[nodiscard]] bool has_admin(const store::Database& database);
/// Also one that is disabled. Names are the same in small and large letters.
[[nodiscard]] std::optional<Credentials> credentials(const store::Database& database,
                                                     std::string_view name);
[[nodiscard]] std::optional<Credentials> credentials(const store::Database& database, AccountId id);
/// Nothing also for one that is over, or whose account is disabled.
[[nodiscard]] std::optional<SignedIn> signed_in(const store::Database& database,
                                                const KeyHash& hash, WallTime now);
/// The newest first.
[[nodiscard]] std::vector<Session> sessions_of(const store::Database& database, AccountId account);
[[nodiscard]] std::optional<SetupLink> setup_link(const store::Database& database,
                                                  const KeyHash& hash, WallTime now);

// --- writing, in a job of the store's writer; throws DatabaseError ------------------------------

struct NewAccount {
  std::string name;  // is_account_name
  Role role;
  std::string password;  // PHC string; empty: by a set-up link
  std::string by;
};
enum class AccountRefusal {
  unknown,
  name_taken,
  too_many,
  last_admin,  // nobody could let anybody in any more
};

/// The rows of people who sign in.
class AccountRows {
 public:
  explicit AccountRows(store::Database& database) : database_(database) {}

  [[nodiscard]] Result<AccountId, AccountRefusal> create(scheduler::Book& book,
                                                         const NewAccount& account, WallTime now);
  [[nodiscard]] std::optional<Credentials> credentials(AccountId id) const {
    return web::credentials(database_, id);
  }
  [[nodiscard]] std::optional<Credentials> credentials(std::string_view name) const {
    return web::credentials(database_, name);
  }
  /// Whether nobody could let anybody in any more, were that changed.
  [[nodiscard]] bool would_end_admins(AccountId id, std::optional<Role> role,
                                      std::optional<bool> enabled) const;
  void change_role(AccountId id, Role role, WallTime now);
  /// A disabled one is signed out everywhere.
  void enable(AccountId id, bool enabled, WallTime now);
  [[nodiscard]] std::optional<AccountRefusal> remove(AccountId id, WallTime now);
  /// Signs out everywhere but in `but`, and takes away what set-up link there was.
  void set_password(AccountId id, const std::string& password, std::optional<SessionId> but,
                    WallTime now);
  /// 20 octets, or empty: no second factor.
  void set_one_time(AccountId id, std::string_view octets, WallTime now);
  /// False: that code, or a later one, was used before.
  [[nodiscard]] bool use_step(AccountId id, std::int64_t step);

  /// The longest unused goes when he has too many.
  SessionId open_session(AccountId account, const KeyHash& hash, std::string_view address,
                         std::string_view agent, WallTime now);
  void session_used(SessionId id, WallTime at);
  /// False: he has no such.
  bool close_session(AccountId account, SessionId id);
  /// At most `limit` of those that are over; how many.
  std::size_t close_old_sessions(WallTime now, std::size_t limit);

  /// Of an account, or of the first administrator: the one before it does not work any more.
  void put_setup_link(const KeyHash& hash, std::optional<AccountId> account, WallTime now);
  [[nodiscard]] std::optional<SetupLink> setup_link(const KeyHash& hash, WallTime now) const {
    return web::setup_link(database_, hash, now);
  }
  void drop_setup_link(const KeyHash& hash);

  /// 32 octets, the same for good: made when it is asked for first.
  [[nodiscard]] std::string device_secret();

 private:
  store::Database& database_;
};

}  // namespace bank::web
