#include "web/auth.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "web/cookie.hpp"
#include "web/problem.hpp"

namespace bank::web {

namespace {

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::none: return "";
    case Scope::read: return "read";
    case Scope::send:
    case Scope::alarm:
    case Scope::rack: return "send";
    case Scope::dialogue:
    case Scope::upkeep:
    case Scope::admin: return "admin";
  }
  return "";
}

/// The token of "Bearer TOKEN"; the scheme in any case (RFC 9110 §11.1).
std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() <= scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != scheme[i]) return {};
  }
  authorization.remove_prefix(scheme.size());
  while (!authorization.empty() && authorization.front() == ' ') authorization.remove_prefix(1);
  return authorization;
}

Response unauthorized(std::string_view detail) {
  Response response = problem(401, "unauthorized", detail);
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"modembank\"");
  return response;
}

Response revoked() {
  return unauthorized("this key is revoked; ask for another one");
}

Response too_many_failures(std::string_view detail) {
  Response response = problem(429, "too_many_failures", detail);
  response.headers.emplace_back("Retry-After", "60");
  return response;
}

bool changes_something(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

}  // namespace

Response signed_out() {
  return unauthorized("you are signed out; sign in again");
}

bool has_scope(const scheduler::ApiKey& key, Scope needed) {
  return std::any_of(key.scopes.begin(), key.scopes.end(), [&](const std::string& scope) {
    return scope == "admin" || scope == name_of(needed);
  });
}

bool may(Role role, Scope needed) {
  switch (needed) {
    case Scope::none:
    case Scope::read: return true;
    case Scope::send: return role == Role::admin || role == Role::operator_;
    case Scope::rack:
    case Scope::upkeep: return role == Role::admin || role == Role::technician;
    case Scope::alarm:
    case Scope::dialogue: return role != Role::viewer;
    case Scope::admin: break;
  }
  return role == Role::admin;
}

std::string network_of(std::string_view address) {
  const std::string text(address);
  in6_addr octets{};
  if (inet_pton(AF_INET6, text.c_str(), &octets) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> written{};
  if (IN6_IS_ADDR_V4MAPPED(&octets)) {
    return inet_ntop(AF_INET, &octets.s6_addr[12], written.data(), written.size());
  }
  std::fill(octets.s6_addr + 8, octets.s6_addr + 16, std::uint8_t{0});
  return std::string(inet_ntop(AF_INET6, &octets, written.data(), written.size())) + "/64";
}

void FailureCounter::turn_minute(scheduler::WallTime now) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(now);
  if (minute == minute_ && failures_.size() < most_addresses) return;
  minute_ = minute;
  failures_.clear();
}

bool FailureCounter::too_many(std::string_view address, scheduler::WallTime now) {
  turn_minute(now);
  const auto found = failures_.find(network_of(address));
  return found != failures_.end() && found->second >= most_failures;
}

void FailureCounter::failed(std::string_view address, scheduler::WallTime now) {
  turn_minute(now);
  ++failures_[network_of(address)];
}

/// Nothing: it has to be looked up.
KeyRing::Caller KeyRing::remembered(const KeyHash& hash) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(hash);
  return found == known_.end() ? nullptr : found->second.caller;
}

KeyRing::Caller KeyRing::remember(Caller caller, std::uint64_t generation,
                                  scheduler::WallTime used_at) {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) {
    caller->stale = true;
  } else {
    if (known_.size() >= most_remembered) drop_all();
    known_.emplace(caller->hash, Known{caller, used_at});
  }
  return caller;
}

KeyRing::Caller KeyRing::find(const KeyHash& hash, const RequestHead& head, bool& slowed) {
  if (auto caller = remembered(hash)) return caller;
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    slowed = !head.peer_is_loopback && failures_.too_many(head.peer, now_());
    if (slowed) return nullptr;
    generation = generation_;
  }
  auto key = reading_.key(hash);
  if (!key) return nullptr;
  const auto used_at = key->last_used_at.value_or(scheduler::WallTime{});
  return remember(std::make_shared<const Remembered>(std::move(*key), hash), generation, used_at);
}

KeyRing::Caller KeyRing::find_person(const KeyHash& hash, const RequestHead& head, bool& slowed) {
  if (auto caller = remembered(hash)) return caller;
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    slowed = !head.peer_is_loopback && !sessions_.contains(hash) &&
             unknown_sessions_.too_many(head.peer, now_());
    if (slowed) return nullptr;
    generation = generation_;
  }
  auto person = find_session_(hash);
  if (!person) {
    const std::lock_guard lock(mutex_);
    const bool was_one = sessions_.contains(hash);
    if (!head.peer_is_loopback && !was_one) unknown_sessions_.failed(head.peer, now_());
    return nullptr;
  }
  expect(hash);
  const auto used_at = person->session.used_at;
  auto caller = std::make_shared<Remembered>(person->key, hash);
  caller->person = std::move(person);
  return remember(std::move(caller), generation, used_at);
}

void KeyRing::note_use(const Caller& caller) {
  const auto now = now_();
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(caller->hash);
    if (found == known_.end()) return;
    auto& noted = found->second.use_noted;
    if (now >= noted && now - noted < use_noted_every) return;  // unless the clock was set back
    noted = now;
  }
  used_(*caller, now);
}

/// Whether nothing came of it for too long, or it is too old.
bool KeyRing::is_over(const Remembered& caller) {
  auto session = caller.person->session;
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(caller.hash); found != known_.end()) {
    session.used_at = std::max(session.used_at, found->second.use_noted);
  }
  return session.is_over(now_());
}

Result<KeyRing::Caller, Response> KeyRing::signed_in(const RequestHead& head,
                                                     std::string_view token, Scope needed) {
  const auto hash = hash_of_token(token);
  bool slowed = false;
  const auto caller = hash ? find_person(*hash, head, slowed) : nullptr;
  if (slowed) {
    return unexpected(too_many_failures(
        "too many unknown sessions from this address; sign in, or wait a minute"));
  }
  if (!caller || !caller->person || is_over(*caller)) return unexpected(signed_out());
  if (changes_something(head.method) &&
      !same_hash(sha256(head.csrf_token), sha256(csrf_token_of(token)))) {
    return unexpected(
        problem(403, "csrf_token_missing",
                "the header X-CSRF-Token has to hold `csrf_token` of GET /v1/session: "
                "so no page of another site can ask for this"));
  }
  if (!may(caller->person->account.role, needed)) {
    return unexpected(problem(403, "not_for_this_role",
                              fmt::format("the role {} may not do this; an administrator can",
                                          name_of(caller->person->account.role))));
  }
  note_use(caller);
  return caller;
}

KeyRing::Remembered::Remembered(scheduler::ApiKey key, const KeyHash& by)
    : ApiKey(std::move(key)), hash(by) {
  for (const std::string& network : networks) {
    if (auto range = AddressRange::read(network)) ranges.push_back(*range);
  }
}

bool KeyRing::Remembered::may_come_from(std::string_view address) const {
  return networks.empty() ||
         std::any_of(ranges.begin(), ranges.end(),
                     [&](const AddressRange& range) { return range.holds(address); });
}

Result<KeyRing::Caller, Response> KeyRing::authenticate(const RequestHead& head, Scope needed) {
  if (needed == Scope::none) return Caller();
  if (head.authorization.empty()) {
    const auto token = cookie(head.cookies, session_cookie);
    if (!token.empty()) return signed_in(head, token, needed);
    return unexpected(
        unauthorized("send the header Authorization: Bearer KEY; "
                     "`modembank key create` makes a key"));
  }
  const auto hash = hash_of_api_key(bearer(head.authorization));
  bool slowed = false;
  const auto caller = hash ? find(*hash, head, slowed) : nullptr;
  if (slowed) {
    return unexpected(too_many_failures(
        "too many wrong keys from this address; correct the key and wait a minute"));
  }
  if (!caller || caller->revoked_at) {
    const std::lock_guard lock(mutex_);
    if (!head.peer_is_loopback) failures_.failed(head.peer, now_());
    if (!hash) {
      return unexpected(
          unauthorized("Authorization holds no API key: write Bearer, a space and "
                       "the key, which begins with mb_ and has 46 characters"));
    }
    if (caller) return unexpected(revoked());
    return unexpected(
        unauthorized("this key is not known here; check that it is complete and belongs to this "
                     "appliance"));
  }
  if (!caller->may_come_from(head.peer)) {
    return unexpected(problem(
        403, "network_not_allowed",
        fmt::format("this key is not for use from {}; call from one of its networks, or use a key "
                    "made with --network {}",
                    head.peer, head.peer)));
  }
  note_use(caller);
  if (!has_scope(*caller, needed)) {
    return unexpected(problem(
        403, "missing_scope",
        fmt::format("this call needs the scope {0}, which this key does not have; use a key made "
                    "with --scope {0}",
                    name_of(needed))));
  }
  return caller;
}

std::optional<Response> KeyRing::turned_away(const Caller& caller) {
  if (!caller) return std::nullopt;
  if (caller->person && !caller->stale && is_over(*caller)) return signed_out();
  if (!caller->stale) return std::nullopt;
  if (caller->person) {
    const auto person = find_session_(caller->hash);
    const bool is_same = person && person->account.role == caller->person->account.role;
    return is_same ? std::nullopt : std::optional(signed_out());
  }
  const auto key = reading_.key(caller->hash);
  if (key && !key->revoked_at) return std::nullopt;
  return revoked();
}

void KeyRing::drop_all() {
  for (const auto& [hash, known] : known_) known.caller->stale = true;
  known_.clear();
}

std::vector<QueueFill> KeyRing::queues() {
  const std::lock_guard lock(mutex_);
  return {
      {"http_keys", known_.size(), most_remembered},
      {"http_failing_addresses", failures_.addresses(), FailureCounter::most_addresses},
      {"http_sessions", sessions_.size(), most_sessions},
      {"http_session_addresses", unknown_sessions_.addresses(), FailureCounter::most_addresses}};
}

void KeyRing::expect(const KeyHash& session) {
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= most_sessions) sessions_.clear();
  sessions_.insert(session);
}

void KeyRing::forget() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  drop_all();
}

}  // namespace bank::web
