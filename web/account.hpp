#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/book.hpp"

/// People who sign in to the console.
namespace bank::web {

using scheduler::WallTime;

enum class AccountId : std::int64_t {};
enum class SessionId : std::int64_t {};

/// What somebody may do. All of them read what there is, texts of people too; a viewer does nothing
/// else. An operator writes to people, a technician sees to modems and SIMs, both see to alarms; an
/// admin does everything.
enum class Role { admin, operator_, technician, viewer };
inline constexpr std::array<Role, 4> roles{Role::admin, Role::operator_, Role::technician,
                                           Role::viewer};
[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] std::optional<Role> role_named(std::string_view name);

/// Classes of what people send.
inline constexpr std::array<std::string_view, 3> classes_of_people{"promotional", "service",
                                                                   "transactional"};

inline constexpr std::size_t most_accounts = 200;
inline constexpr std::size_t most_sessions_of_one = 20;  // the one that is longest unused goes
inline constexpr std::size_t longest_account_name = 64;
inline constexpr std::size_t longest_agent = 200;  // octets
inline constexpr std::chrono::hours session_unused{12};
inline constexpr std::chrono::days session_life{30};
inline constexpr std::chrono::hours setup_link_life{24};

struct Account {
  AccountId id{};
  std::string name;
  Role role = Role::viewer;
  scheduler::KeyId key{};
  bool has_password = false;
  bool has_second_factor = false;
  bool enabled = true;
  WallTime created_at{};
  std::string created_by;
};

struct Session {
  SessionId id{};
  AccountId account{};
  WallTime created_at{};
  WallTime used_at{};
  std::string address;
  std::string agent;
  [[nodiscard]] bool is_over(WallTime now) const {
    return now - used_at > session_unused || now - created_at > session_life;
  }
};

/// Whose session a token is of, with the key that he acts by.
struct SignedIn {
  Session session;
  Account account;
  scheduler::ApiKey key;  // name, classes and scopes as his role has them
};

/// What a set-up link is for.
struct SetupLink {
  std::optional<AccountId> account;  // nothing: whoever has it becomes the first administrator
  WallTime expires_at;
};

[[nodiscard]] std::string outside(AccountId id);  // "user_…"
[[nodiscard]] std::optional<AccountId> account_id(std::string_view text);
[[nodiscard]] std::string outside(SessionId id);  // "sess_…"
[[nodiscard]] std::optional<SessionId> session_id(std::string_view text);

/// 1 to `longest_account_name` letters, digits, and ".", "_", "-", "@" between them.
[[nodiscard]] bool is_account_name(std::string_view text);
/// Of a name: it is the same in large and small letters.
[[nodiscard]] std::string small_letters(std::string_view text);
inline constexpr std::string_view account_name_rule =
    "write 1 to 64 letters, digits, '.', '_', '-', '@', the first and the last a letter or digit";

/// What a page has to send with what changes something (X-CSRF-Token), beside the cookie: another
/// site's page makes a browser send the cookie, and cannot read this.
[[nodiscard]] std::string csrf_token_of(std::string_view session_token);

}  // namespace bank::web
