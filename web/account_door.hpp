#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "web/account_rows.hpp"
#include "web/door.hpp"

namespace bank::web {

/// From where somebody signs in.
struct Browser {
  std::string address;
  std::string agent;         // as it names itself; bounded by `longest_agent`
  std::string device;        // its cookie of an earlier time, as it came; may be empty
  bool is_loopback = false;  // the address tells nothing: behind a reverse proxy all have it
};
struct SignIn {
  std::string name, password;
  std::string code;  // of the second factor; may be empty
  Browser from;
};
/// A session that is open now. Both are for cookies, and are shown to nobody else.
struct SignedInNow {
  Account account;
  std::string token;
  std::string device;  // by which the browser is known next time
};
struct SignInRefused {
  enum class Why {
    wrong,           // name, password or code: it is not said which
    code_wanted,     // the password is right, and there is a second factor
    paused,          // too many were wrong
    link,            // the set-up link is unknown, used or over
    name,            // of the first administrator: not as names are, or taken
    too_many,        // there are as many users as there may be
    password,        // the new one will not do
    wrong_password,  // not the one that he has, who has signed in
    wrong_code,      // none of the new second factor
    signed_out       // meanwhile
  };
  Why why;
  std::chrono::seconds pause{};
  std::string detail{};  // of `name` and `password`: what to write instead
};
using SignInOutcome = std::variant<SignedInNow, SignInRefused>;

/// Somebody new, or somebody who chooses a new password: by a link that works once.
struct Invited {
  Account account;
  std::string token;  // of the link; shown once
};
template <class T>
using ByAccounts = std::variant<T, AccountRefusal>;

/// What is absent stays.
struct AccountPatch {
  std::optional<Role> role;
  std::optional<bool> enabled;
  bool drops_second_factor = false;
};

/// Who may sign in, and who has. As Door: called from the server's threads, several at once, and
/// returns at once. `by` is who asks, for the record.
class AccountDoor {
 public:
  virtual ~AccountDoor() = default;

  // --- reading ----------------------------------------------------------------------------------
  /// In order of name.
  virtual std::vector<Account> accounts() = 0;
  virtual std::optional<Account> account(AccountId id) = 0;
  /// Newest first, without those that are over.
  virtual std::vector<Session> sessions(AccountId account) = 0;
  /// Nothing: it is over, or never was.
  virtual std::optional<SignedIn> session(const KeyHash& hash) = 0;
  /// How the link may be used: whose name stands there; nothing: not at all.
  virtual std::optional<SetupLink> setup_link(const std::string& token) = 0;

  // --- signing in and out -----------------------------------------------------------------------
  virtual void sign_in(SignIn wanted, Answered<SignInOutcome> answered) = 0;
  /// `name` counts for the first administrator alone.
  virtual void set_up(std::string token, std::string name, std::string password, Browser from,
                      Answered<SignInOutcome> answered) = 0;
  /// Nothing: it is his. Who has found an open session has not found the password: what would let
  /// him stay asks for it, here and in the two below.
  virtual void check_password(SignedIn who, std::string password,
                              Answered<std::optional<SignInRefused>> answered) = 0;
  virtual void change_password(SignedIn who, std::string old_password, std::string new_password,
                               Answered<std::optional<SignInRefused>> answered) = 0;
  /// The secret that a code shows somebody to have; both empty: no second factor.
  virtual void set_second_factor(SignedIn who, std::string password, std::string secret,
                                 std::string code,
                                 Answered<std::optional<SignInRefused>> answered) = 0;
  /// False: there is none.
  virtual void close_session(AccountId account, SessionId id, std::string by,
                             Answered<bool> answered) = 0;
  /// Nobody waits for it, and it may be lost.
  virtual void session_used(SessionId id, WallTime at) = 0;

  // --- who may ----------------------------------------------------------------------------------
  virtual void create(std::string name, Role role, std::string by,
                      Answered<ByAccounts<Invited>> answered) = 0;
  /// A new link; the password that he has works until it is used.
  virtual void invite(AccountId id, std::string by, Answered<ByAccounts<Invited>> answered) = 0;
  virtual void change(AccountId id, AccountPatch patch, std::string by,
                      Answered<ByAccounts<Account>> answered) = 0;
  virtual void remove(AccountId id, std::string by,
                      Answered<ByAccounts<std::monostate>> answered) = 0;
};

}  // namespace bank::web
