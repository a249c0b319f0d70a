#pragma once

#include <functional>
#include <mutex>

#include "scheduler/audit.hpp"
#include "web/account_door.hpp"
#include "web/sign_in_limits.hpp"

namespace bank::web {

/// People who sign in, over their rows: what is looked at in which order, and what is told.
class Accounts final : public AccountDoor {
 public:
  /// What it needs of the program.
  struct Outside {
    /// Runs it now, on a connection that no other thread uses meanwhile. Throws DatabaseError.
    std::function<void(const std::function<void(store::Database&)>&)> read;
    /// Runs `work` in a job of the store's writer, then `done`: nothing, after the commit, or why
    /// there was none.
    std::function<void(std::function<void(AccountRows&, scheduler::Book&)> work,
                       std::function<void(std::optional<Unavailable>)> done)>
        write;
    std::function<void(const scheduler::AuditEntry&, WallTime)> note;  // within `work`
    /// Runs it on the one thread that may take its time over passwords; false: too many wait there.
    std::function<bool(std::function<void()>)> slowly;
    std::function<WallTime()> now;
    /// Somebody may do less than before: what is remembered of sessions is read again.
    std::function<void()> forget_sessions;
  };
  /// `device_secret` signs the cookies of browsers that are known.
  Accounts(Outside outside, std::string device_secret);

  std::vector<Account> accounts() override;
  std::optional<Account> account(AccountId id) override;
  std::vector<Session> sessions(AccountId account) override;
  std::optional<SignedIn> session(const KeyHash& hash) override;
  std::optional<SetupLink> setup_link(const std::string& token) override;

  void sign_in(SignIn wanted, Answered<SignInOutcome> answered) override;
  void set_up(std::string token, std::string name, std::string password, Browser from,
              Answered<SignInOutcome> answered) override;
  void check_password(SignedIn who, std::string password,
                      Answered<std::optional<SignInRefused>> answered) override;
  void change_password(SignedIn who, std::string old_password, std::string new_password,
                       Answered<std::optional<SignInRefused>> answered) override;
  void set_second_factor(SignedIn who, std::string password, std::string secret, std::string code,
                         Answered<std::optional<SignInRefused>> answered) override;
  void close_session(AccountId account, SessionId id, std::string by,
                     Answered<bool> answered) override;
  void session_used(SessionId id, WallTime at) override;

  void create(std::string name, Role role, std::string by,
              Answered<ByAccounts<Invited>> answered) override;
  void invite(AccountId id, std::string by, Answered<ByAccounts<Invited>> answered) override;
  void change(AccountId id, AccountPatch patch, std::string by,
              Answered<ByAccounts<Account>> answered) override;
  void remove(AccountId id, std::string by, Answered<ByAccounts<std::monostate>> answered) override;

  /// Counted, for /metrics.
  [[nodiscard]] std::vector<QueueFill> guessers();

 private:
  using Refused = std::optional<SignInRefused>;
  class Place;

  template <class T, class Read>
  T read(Read read);
  template <class T, class Work>
  void write(Work work, Answered<T> answered);
  template <class T>
  void slowly(const Guesser& who, Answered<T> answered,
              std::function<void(const Answered<T>&)> work);
  void with_password(const SignedIn& who, std::string password, Answered<Refused> answered,
                     std::function<void(const Credentials&, const Answered<Refused>&)> when_right);

  [[nodiscard]] Guesser guesser_of(std::string_view name, const Browser& from) const;
  [[nodiscard]] std::string device_of(std::string_view name) const;
  [[nodiscard]] bool is_device_of(std::string_view name, std::string_view cookie) const;
  [[nodiscard]] Refused paused(const Guesser& guesser);
  SignInRefused failed(const Guesser& guesser, SignInRefused::Why why);
  void succeeded(const Guesser& guesser);
  void try_password(const SignIn& wanted, const Answered<SignInOutcome>& answered);
  void choose_password(const std::string& token, const std::string& name,
                       const std::string& password, const Browser& from,
                       const Answered<SignInOutcome>& answered);
  SignedInNow opened(AccountRows& rows, const Account& account, const Browser& from);

  Outside outside_;
  std::string device_secret_;
  std::mutex mutex_;
  SignInLimits limits_;  // guarded by mutex_
  SignInPlaces places_;  // the same
};

}  // namespace bank::web
