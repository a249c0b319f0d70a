#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "at/result.hpp"
#include "web/account.hpp"
#include "web/address_range.hpp"
#include "web/door.hpp"
#include "web/http.hpp"

namespace bank::web {

/// What a call needs. A key has read, send or admin: `alarm` and `rack` are part of send, and the
/// two below them of admin. What somebody who signed in may do goes by his role.
enum class Scope {
  none,
  read,
  send,      // writes to people, and to what is about them
  alarm,     // says that somebody knows of it
  rack,      // does something to a modem
  dialogue,  // reads what modems said
  upkeep,    // has the rack write to itself, says what SIMs may do
  admin
};
[[nodiscard]] bool has_scope(const scheduler::ApiKey& key, Scope needed);
[[nodiscard]] bool may(Role role, Scope needed);

/// 401: the session is over.
[[nodiscard]] Response signed_out();

/// Of whoever signed in.
inline constexpr std::string_view session_cookie = "modembank_session";
/// Of a browser in which somebody signed in before.
inline constexpr std::string_view device_cookie = "modembank_device";

/// Whom an address stands for: itself, or for IPv6 its /64, which is what one subscriber has at the
/// least (RFC 6177). An IPv4 address inside IPv6 (::ffff:203.0.113.5) is that IPv4 address.
[[nodiscard]] std::string network_of(std::string_view address);

/// Wrong keys, or sessions, per `network_of` an address, counted by the minute. Loopback is never
/// slowed: behind a reverse proxy everybody comes from there.
class FailureCounter {
 public:
  static constexpr int most_failures = 20;             // an address and minute
  static constexpr std::size_t most_addresses = 4096;  // more in one minute: all are forgotten
  [[nodiscard]] bool too_many(std::string_view address, scheduler::WallTime now);
  void failed(std::string_view address, scheduler::WallTime now);
  [[nodiscard]] std::size_t addresses() const { return failures_.size(); }

 private:
  void turn_minute(scheduler::WallTime now);
  scheduler::WallTime minute_{};
  std::unordered_map<std::string, int> failures_;
};

/// Who calls. Keys are looked up once and remembered, so that a request costs one SHA-256. Where
/// hashes are compared it takes the same time whatever they are.
class KeyRing {
 public:
  struct Remembered : scheduler::ApiKey {
    Remembered(scheduler::ApiKey key, const KeyHash& by);
    /// Whether it may be used from there. A network of it that cannot be read has nobody in it.
    [[nodiscard]] bool may_come_from(std::string_view address) const;
    KeyHash hash;
    std::vector<AddressRange> ranges;        // of its networks
    std::optional<SignedIn> person;          // whose session it is; nothing: it is a key
    mutable std::atomic<bool> stale{false};  // keys have changed since it was looked up
  };
  using Caller = std::shared_ptr<const Remembered>;
  /// Told of the use of a key or session, at most once in `use_noted_every` for each; must not wait
  /// or throw.
  using Used = std::function<void(const Remembered&, scheduler::WallTime)>;
  /// Whose session it is; as Reading.
  using FindSession = std::function<std::optional<SignedIn>(const KeyHash&)>;
  static constexpr std::chrono::minutes use_noted_every{1};

  KeyRing(Reading& reading, FindSession find_session, std::function<scheduler::WallTime()> now,
          Used used)
      : reading_(reading),
        find_session_(std::move(find_session)),
        now_(std::move(now)),
        used_(std::move(used)) {}

  /// The caller, when its key exists, is not revoked and has the scope; without a key whoever has
  /// signed in, when his role allows it and, where something is changed, the page itself asks.
  ///
  /// Errors  401 without a valid key or session, 403 naming the scope, or the address that the key
  ///         may not be used from, or for a page of another site, 429 for an address that tries
  ///         keys.
  [[nodiscard]] Result<Caller, Response> authenticate(const RequestHead& head, Scope needed);
  /// Whether the caller may still do what it was let in for: its key may have been revoked while
  /// the body came. Nothing: it may.
  [[nodiscard]] std::optional<Response> turned_away(const Caller& caller);
  void forget();
  /// A session was opened: it is looked up however many are tried from its address.
  void expect(const KeyHash& session);
  /// What it remembers of keys and sessions, and of addresses that try them.
  [[nodiscard]] std::vector<QueueFill> queues();

 private:
  struct Known {
    Caller caller;
    scheduler::WallTime use_noted;
  };
  static constexpr std::size_t most_remembered = 1024;
  static constexpr std::size_t most_sessions = most_accounts * most_sessions_of_one;
  struct FirstOctets {  // a SHA-256 is its own hash
    std::size_t operator()(const KeyHash& hash) const noexcept {
      std::size_t value = 0;
      std::memcpy(&value, hash.data(), sizeof value);
      return value;
    }
  };
  struct SameHash {
    bool operator()(const KeyHash& a, const KeyHash& b) const noexcept { return same_hash(a, b); }
  };

  [[nodiscard]] Caller remembered(const KeyHash& hash);
  [[nodiscard]] Caller remember(Caller caller, std::uint64_t generation,
                                scheduler::WallTime used_at);
  [[nodiscard]] Caller find(const KeyHash& hash, const RequestHead& head, bool& slowed);
  [[nodiscard]] Caller find_person(const KeyHash& hash, const RequestHead& head, bool& slowed);
  [[nodiscard]] Result<Caller, Response> signed_in(const RequestHead& head, std::string_view token,
                                                   Scope needed);
  void note_use(const Caller& caller);
  [[nodiscard]] bool is_over(const Remembered& caller);
  void drop_all();

  Reading& reading_;
  FindSession find_session_;
  std::function<scheduler::WallTime()> now_;
  Used used_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;  // forget() was called so often: older look-ups are not remembered
  std::unordered_map<KeyHash, Known, FirstOctets, SameHash> known_;
  FailureCounter failures_;
  // Strangers try as many sessions as they like, and those behind their address who have one stay
  // signed in: what was a session once is known, also after `forget`.
  std::unordered_set<KeyHash, FirstOctets, SameHash> sessions_;
  FailureCounter unknown_sessions_;
};

}  // namespace bank::web
