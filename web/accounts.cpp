#include "web/accounts.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "web/auth.hpp"
#include "web/one_time_code.hpp"
#include "web/password.hpp"

namespace bank::web {

namespace {

using Why = SignInRefused::Why;

const Unavailable many_sign_in{"too many sign in at this moment; try again in a few seconds",
                               std::chrono::seconds{5}};
const Unavailable no_memory{"the machine has not enough memory to check a password; try again",
                            std::chrono::seconds{5}};

std::string by_user(const Account& account) {
  return "user " + account.name;
}

std::string bounded(std::string_view agent) {
  return std::string(agent.substr(0, longest_agent));
}

/// Nothing: what was checked on the slow thread holds, now that it is written.
std::optional<SignInRefused> changed_since(const AccountRows& rows, const Credentials& checked) {
  const auto known = rows.credentials(checked.account.id);
  if (!known || !known->account.enabled) return SignInRefused{Why::signed_out};
  if (known->password != checked.password) return SignInRefused{Why::wrong_password};
  return std::nullopt;
}

}  // namespace

Accounts::Accounts(Outside outside, std::string device_secret)
    : outside_(std::move(outside)), device_secret_(std::move(device_secret)) {}

/// What `read(database)` gives.
template <class T, class Read>
T Accounts::read(Read read) {
  std::optional<T> value;
  outside_.read([&](store::Database& database) { value.emplace(read(database)); });
  return std::move(*value);
}

/// What `work(rows, book)` gives, after its commit.
template <class T, class Work>
void Accounts::write(Work work, Answered<T> answered) {
  auto value = std::make_shared<std::optional<T>>();
  outside_.write(
      [value, work = std::move(work)](AccountRows& rows, scheduler::Book& book) {
        value->emplace(work(rows, book));
      },
      [value, answered = std::move(answered)](const std::optional<Unavailable>& failed) {
        answered(failed ? Outcome<T>(unexpected(*failed)) : Outcome<T>(std::move(**value)));
      });
}

/// Of somebody who waits for the slow thread, until he has been there.
class Accounts::Place {
 public:
  Place(Accounts& of, Guesser who) : of_(of), who_(std::move(who)) {
    const std::lock_guard lock(of_.mutex_);
    is_taken_ = of_.places_.take(who_);
  }
  ~Place() {
    const std::lock_guard lock(of_.mutex_);
    if (is_taken_) of_.places_.leave(who_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] bool is_taken() const { return is_taken_; }

 private:
  Accounts& of_;
  Guesser who_;
  bool is_taken_ = false;
};

template <class T>
void Accounts::slowly(const Guesser& who, Answered<T> answered,
                      std::function<void(const Answered<T>&)> work) {
  const auto place = std::make_shared<Place>(*this, who);
  if (!place->is_taken()) return answered(unexpected(many_sign_in));
  const auto shared = std::make_shared<Answered<T>>(std::move(answered));
  const bool taken = outside_.slowly([place, shared, work = std::move(work)] {
    try {
      work(*shared);
    } catch (const std::bad_alloc&) {
      (*shared)(unexpected(no_memory));
    } catch (const std::exception& error) {
      (*shared)(unexpected(Unavailable{error.what(), std::chrono::seconds{5}}));
    }
  });
  if (!taken) (*shared)(unexpected(many_sign_in));
}

// --- reading ------------------------------------------------------------------------------------

std::vector<Account> Accounts::accounts() {
  return read<std::vector<Account>>([](auto& database) { return web::accounts(database); });
}

std::optional<Account> Accounts::account(AccountId id) {
  return read<std::optional<Account>>([&](auto& database) { return web::account(database, id); });
}

std::vector<Session> Accounts::sessions(AccountId account) {
  auto sessions =
      read<std::vector<Session>>([&](auto& database) { return sessions_of(database, account); });
  std::erase_if(sessions, [now = outside_.now()](const Session& one) { return one.is_over(now); });
  return sessions;
}

std::optional<SignedIn> Accounts::session(const KeyHash& hash) {
  return read<std::optional<SignedIn>>(
      [&](auto& database) { return signed_in(database, hash, outside_.now()); });
}

std::optional<SetupLink> Accounts::setup_link(const std::string& token) {
  const auto hash = hash_of_token(token);
  if (!hash) return std::nullopt;
  return read<std::optional<SetupLink>>(
      [&](auto& database) { return web::setup_link(database, *hash, outside_.now()); });
}

// --- guessing -----------------------------------------------------------------------------------

/// By which the browser is known when the same person signs in there again.
std::string Accounts::device_of(std::string_view name) const {
  const auto nonce = make_token();
  return nonce + signature_of(nonce + small_letters(name), device_secret_);
}

bool Accounts::is_device_of(std::string_view name, std::string_view cookie) const {
  constexpr std::size_t nonce_length = 43;
  if (cookie.size() != 2 * nonce_length) return false;
  const auto nonce = cookie.substr(0, nonce_length);
  const auto right = signature_of(std::string(nonce) + small_letters(name), device_secret_);
  return same_hash(sha256(cookie.substr(nonce_length)), sha256(right));
}

Guesser Accounts::guesser_of(std::string_view name, const Browser& from) const {
  return {.name = small_letters(name),
          .known = is_device_of(name, from.device) ? from.device : std::string(),
          .network = from.is_loopback ? std::string() : network_of(from.address)};
}

Accounts::Refused Accounts::paused(const Guesser& guesser) {
  const std::lock_guard lock(mutex_);
  const auto pause = limits_.pause(guesser, outside_.now());
  return pause ? std::optional(SignInRefused{Why::paused, *pause}) : std::nullopt;
}

SignInRefused Accounts::failed(const Guesser& guesser, Why why) {
  const std::lock_guard lock(mutex_);
  limits_.failed(guesser, outside_.now());
  return {why};
}

void Accounts::succeeded(const Guesser& guesser) {
  const std::lock_guard lock(mutex_);
  limits_.succeeded(guesser);
}

std::vector<QueueFill> Accounts::guessers() {
  const std::lock_guard lock(mutex_);
  return {{"sign_in_guessers", limits_.guessers(), SignInLimits::most_guessers},
          {"sign_in_networks", limits_.networks(), SignInLimits::most_networks}};
}

// --- signing in and out -------------------------------------------------------------------------

SignedInNow Accounts::opened(AccountRows& rows, const Account& account, const Browser& from) {
  const auto now = outside_.now();
  SignedInNow open{account, make_token(), device_of(account.name)};
  const auto id =
      rows.open_session(account.id, sha256(open.token), from.address, bounded(from.agent), now);
  outside_.note({by_user(account), "session.open", outside(id)}, now);
  return open;
}

void Accounts::sign_in(SignIn wanted, Answered<SignInOutcome> answered) {
  const auto who = guesser_of(wanted.name, wanted.from);
  if (auto refused = paused(who)) return answered(SignInOutcome(*refused));
  slowly<SignInOutcome>(who, std::move(answered),
                        [this, wanted = std::move(wanted)](const Answered<SignInOutcome>& answer) {
                          try_password(wanted, answer);
                        });
}

/// On the slow thread, one after another: whoever waited behind his own guesses waits longer.
void Accounts::try_password(const SignIn& wanted, const Answered<SignInOutcome>& answered) {
  const auto who = guesser_of(wanted.name, wanted.from);
  if (auto refused = paused(who)) return answered(SignInOutcome(*refused));
  const auto known = read<std::optional<Credentials>>(
      [&](auto& database) { return credentials(database, wanted.name); });
  const bool is_right = is_password(wanted.password, known ? known->password : std::string());
  if (!is_right || !known->account.enabled) return answered(SignInOutcome(failed(who, Why::wrong)));
  std::optional<std::int64_t> step;
  if (!known->one_time.empty()) {
    if (wanted.code.empty()) return answered(SignInOutcome(SignInRefused{Why::code_wanted}));
    step = step_of_code(known->one_time, wanted.code, known->last_step, outside_.now());
    if (!step) return answered(SignInOutcome(failed(who, Why::wrong)));
  }
  write<SignInOutcome>(
      [this, account = known->account, step, from = wanted.from, password = known->password](
          AccountRows& rows, scheduler::Book&) -> SignInOutcome {
        // What was read may have changed meanwhile.
        const auto now_known = rows.credentials(account.id);
        const bool still = now_known && now_known->account.enabled &&
                           now_known->password == password &&
                           now_known->one_time.empty() == !step.has_value();
        if (!still || (step && !rows.use_step(account.id, *step))) return SignInRefused{Why::wrong};
        return opened(rows, now_known->account, from);
      },
      [this, who, answered](Outcome<SignInOutcome> outcome) {
        if (outcome && std::holds_alternative<SignedInNow>(*outcome)) {
          succeeded(who);
          outside_.forget_sessions();  // another one may have gone for it
        }
        answered(std::move(outcome));
      });
}

void Accounts::set_up(std::string token, std::string name, std::string password, Browser from,
                      Answered<SignInOutcome> answered) {
  // Who comes with no link takes no place from others.
  if (!setup_link(token)) return answered(SignInOutcome(SignInRefused{Why::link}));
  slowly<SignInOutcome>(
      guesser_of({}, from), std::move(answered),
      [this, token = std::move(token), name = std::move(name), password = std::move(password),
       from = std::move(from)](const Answered<SignInOutcome>& answer) {
        choose_password(token, name, password, from, answer);
      });
}

void Accounts::choose_password(const std::string& token, const std::string& name,
                               const std::string& password, const Browser& from,
                               const Answered<SignInOutcome>& answered) {
  const auto refuse = [&](Why why, std::string detail = {}) {
    answered(SignInOutcome(SignInRefused{why, {}, std::move(detail)}));
  };
  const auto link = setup_link(token);
  if (!link) return refuse(Why::link);
  const auto of = link->account ? account(*link->account) : std::nullopt;
  if (link->account && !of) return refuse(Why::link);
  const std::string chosen = of ? of->name : name;
  if (!is_account_name(chosen)) return refuse(Why::name, std::string(account_name_rule));
  if (auto flaw = flaw_of_password(password, chosen)) {
    return refuse(Why::password, std::move(*flaw));
  }
  write<SignInOutcome>(
      [this, hash = sha256(token), chosen, stored = hash_of_password(password), from](
          AccountRows& rows, scheduler::Book& book) -> SignInOutcome {
        const auto now = outside_.now();
        const auto still = rows.setup_link(hash, now);
        const auto now_of =
            still && still->account ? rows.credentials(*still->account) : std::nullopt;
        if (!still || (still->account && (!now_of || !now_of->account.enabled))) {
          return SignInRefused{Why::link};
        }
        auto id = still->account;
        if (!id) {
          const auto made = rows.create(book, {chosen, Role::admin, stored, "set-up link"}, now);
          if (!made && made.error() == AccountRefusal::too_many) {
            return SignInRefused{Why::too_many};
          }
          if (!made) return SignInRefused{Why::name, {}, "this name is taken; write another one"};
          id = *made;
          outside_.note({"set-up link", "user.create", outside(*id)}, now);
        }
        rows.set_password(*id, stored, std::nullopt, now);
        rows.drop_setup_link(hash);
        const auto account = rows.credentials(*id)->account;
        outside_.note({by_user(account), "user.password", outside(*id)}, now);
        if (account.has_second_factor) return SignInRefused{Why::code_wanted};
        return opened(rows, account, from);
      },
      [this, answered](Outcome<SignInOutcome> outcome) {
        outside_.forget_sessions();
        answered(std::move(outcome));
      });
}

/// Goes on, on the slow thread, for whoever knows the password of his session's account.
void Accounts::with_password(
    const SignedIn& who, std::string password, Answered<Refused> answered,
    std::function<void(const Credentials&, const Answered<Refused>&)> when_right) {
  const auto id = who.account.id;
  const Guesser guesser{
      .name = small_letters(who.account.name), .known = outside(id), .network = {}};
  if (auto refused = paused(guesser)) return answered(refused);
  slowly<Refused>(guesser, std::move(answered),
                  [this, id, guesser, password = std::move(password),
                   when_right = std::move(when_right)](const Answered<Refused>& answer) {
                    if (auto refused = paused(guesser)) return answer(refused);
                    const auto known = read<std::optional<Credentials>>(
                        [&](auto& database) { return credentials(database, id); });
                    if (!known) return answer(Refused(SignInRefused{Why::signed_out}));
                    if (!is_password(password, known->password)) {
                      return answer(Refused(failed(guesser, Why::wrong_password)));
                    }
                    succeeded(guesser);
                    when_right(*known, answer);
                  });
}

void Accounts::check_password(SignedIn who, std::string password, Answered<Refused> answered) {
  with_password(who, std::move(password), std::move(answered),
                [](const Credentials&, const Answered<Refused>& answer) { answer(Refused()); });
}

void Accounts::change_password(SignedIn who, std::string old_password, std::string new_password,
                               Answered<Refused> answered) {
  with_password(
      who, std::move(old_password), std::move(answered),
      [this, session = who.session.id, next = std::move(new_password)](
          const Credentials& known, const Answered<Refused>& answer) {
        if (auto flaw = flaw_of_password(next, known.account.name)) {
          return answer(Refused(SignInRefused{Why::password, {}, std::move(*flaw)}));
        }
        write<Refused>(
            [this, known, session, stored = hash_of_password(next)](AccountRows& rows,
                                                                    scheduler::Book&) -> Refused {
              if (auto refused = changed_since(rows, known)) return refused;
              const auto now = outside_.now();
              const auto& account = known.account;
              rows.set_password(account.id, stored, session, now);
              outside_.note({by_user(account), "user.password", outside(account.id)}, now);
              return std::nullopt;
            },
            [this, answer](Outcome<Refused> outcome) {
              outside_.forget_sessions();
              answer(std::move(outcome));
            });
      });
}

void Accounts::set_second_factor(SignedIn who, std::string password, std::string secret,
                                 std::string code, Answered<Refused> answered) {
  with_password(
      who, std::move(password), std::move(answered),
      [this, secret = std::move(secret), code = std::move(code)](const Credentials& known,
                                                                 const Answered<Refused>& answer) {
        const auto step = secret.empty() ? std::optional<std::int64_t>(0)
                                         : step_of_code(secret, code, 0, outside_.now());
        if (!step) return answer(Refused(SignInRefused{Why::wrong_code}));
        write<Refused>(
            [this, known, secret, step = *step](AccountRows& rows, scheduler::Book&) -> Refused {
              if (auto refused = changed_since(rows, known)) return refused;
              const auto now = outside_.now();
              const auto& account = known.account;
              rows.set_one_time(account.id, secret, now);
              if (step != 0) (void)rows.use_step(account.id, step);
              outside_.note({by_user(account),
                             secret.empty() ? "user.second_factor_off" : "user.second_factor_on",
                             outside(account.id)},
                            now);
              return std::nullopt;
            },
            [this, answer](Outcome<Refused> outcome) {
              outside_.forget_sessions();
              answer(std::move(outcome));
            });
      });
}

void Accounts::close_session(AccountId account, SessionId id, std::string by,
                             Answered<bool> answered) {
  write<bool>(
      [this, account, id, by = std::move(by)](AccountRows& rows, scheduler::Book&) {
        const bool was_open = rows.close_session(account, id);
        if (was_open) outside_.note({by, "session.close", outside(id)}, outside_.now());
        return was_open;
      },
      [this, answered = std::move(answered)](Outcome<bool> outcome) {
        outside_.forget_sessions();
        answered(std::move(outcome));
      });
}

void Accounts::session_used(SessionId id, WallTime at) {
  write<bool>(
      [id, at](AccountRows& rows, scheduler::Book&) {
        rows.session_used(id, at);
        constexpr std::size_t at_once = 100;
        return rows.close_old_sessions(at, at_once) != 0;
      },
      [](const Outcome<bool>&) {});
}

// --- who may ------------------------------------------------------------------------------------

void Accounts::create(std::string name, Role role, std::string by,
                      Answered<ByAccounts<Invited>> answered) {
  using Done = ByAccounts<Invited>;
  write<Done>(
      [this, name = std::move(name), role, by = std::move(by)](AccountRows& rows,
                                                               scheduler::Book& book) -> Done {
        const auto now = outside_.now();
        const auto id = rows.create(book, {name, role, {}, by}, now);
        if (!id) return id.error();
        Invited invited{rows.credentials(*id)->account, make_token()};
        rows.put_setup_link(sha256(invited.token), *id, now);
        outside_.note({by, "user.create", outside(*id),
                       fmt::format(R"({{"name":"{}","role":"{}"}})", name, name_of(role))},
                      now);
        return invited;
      },
      std::move(answered));
}

void Accounts::invite(AccountId id, std::string by, Answered<ByAccounts<Invited>> answered) {
  using Done = ByAccounts<Invited>;
  write<Done>(
      [this, id, by = std::move(by)](AccountRows& rows, scheduler::Book&) -> Done {
        const auto known = rows.credentials(id);
        if (!known) return AccountRefusal::unknown;
        const auto now = outside_.now();
        Invited invited{known->account, make_token()};
        rows.put_setup_link(sha256(invited.token), id, now);
        outside_.note({by, "user.invite", outside(id)}, now);
        return invited;
      },
      std::move(answered));
}

void Accounts::change(AccountId id, AccountPatch patch, std::string by,
                      Answered<ByAccounts<Account>> answered) {
  using Done = ByAccounts<Account>;
  write<Done>(
      [this, id, patch, by = std::move(by)](AccountRows& rows, scheduler::Book&) -> Done {
        const auto now = outside_.now();
        const auto known = rows.credentials(id);
        if (!known) return AccountRefusal::unknown;
        if (rows.would_end_admins(id, patch.role, patch.enabled)) return AccountRefusal::last_admin;
        // What is as it was is no news to the record.
        const auto& before = known->account;
        if (patch.role && *patch.role != before.role) {
          rows.change_role(id, *patch.role, now);
          outside_.note({by, "user.role", outside(id),
                         fmt::format(R"({{"role":"{}"}})", name_of(*patch.role))},
                        now);
        }
        if (patch.enabled && *patch.enabled != before.enabled) {
          rows.enable(id, *patch.enabled, now);
          outside_.note({by, *patch.enabled ? "user.enable" : "user.disable", outside(id)}, now);
        }
        if (patch.drops_second_factor && before.has_second_factor) {
          rows.set_one_time(id, {}, now);
          outside_.note({by, "user.second_factor_off", outside(id)}, now);
        }
        return rows.credentials(id)->account;
      },
      [this, answered = std::move(answered)](Outcome<Done> outcome) {
        outside_.forget_sessions();
        answered(std::move(outcome));
      });
}

void Accounts::remove(AccountId id, std::string by, Answered<ByAccounts<std::monostate>> answered) {
  using Done = ByAccounts<std::monostate>;
  write<Done>(
      [this, id, by = std::move(by)](AccountRows& rows, scheduler::Book&) -> Done {
        const auto now = outside_.now();
        if (const auto refusal = rows.remove(id, now)) return *refusal;
        outside_.note({by, "user.delete", outside(id)}, now);
        return std::monostate{};
      },
      [this, answered = std::move(answered)](Outcome<Done> outcome) {
        outside_.forget_sessions();
        answered(std::move(outcome));
      });
}

}  // namespace bank::web
