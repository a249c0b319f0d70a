#pragma once

#include <sodium.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "at/result.hpp"
#include "web/door.hpp"
#include "web/http.hpp"

namespace bank::web {

enum class Scope { none, read, send, admin };

/// Wrong keys per address, counted by the minute. Loopback is never slowed: behind a reverse proxy
/// everybody comes from there.
class FailureCounter {
 public:
  static constexpr int most_failures = 20;             // an address and minute
  static constexpr std::size_t most_addresses = 4096;  // more in one minute: all are forgotten
  [[nodiscard]] bool too_many(std::string_view address, scheduler::WallTime now);
  void failed(std::string_view address, scheduler::WallTime now);

 private:
  void turn_minute(scheduler::WallTime now);
  scheduler::WallTime minute_{};
  std::unordered_map<std::string, int> failures_;
};

/// Who calls. Keys are looked up once and remembered, so that a request costs one SHA-256.
class KeyRing {
 public:
  using Caller = std::shared_ptr<const scheduler::ApiKey>;

  KeyRing(Reading& reading, std::function<scheduler::WallTime()> now)
      : reading_(reading), now_(std::move(now)) {}

  /// The caller, when its key exists, is not revoked and has the scope (admin has all).
  ///
  /// Errors  401 without a valid key, 403 naming the scope, 429 for an address that tries keys.
  [[nodiscard]] Result<Caller, Response> authenticate(const RequestHead& head, Scope needed);
  void forget();

 private:
  static constexpr std::size_t most_remembered = 1024;
  struct FirstOctets {  // a SHA-256 is its own hash
    std::size_t operator()(const KeyHash& hash) const noexcept {
      std::size_t value = 0;
      std::memcpy(&value, hash.data(), sizeof value);
      return value;
    }
  };
  struct ConstantTime {
    bool operator()(const KeyHash& a, const KeyHash& b) const noexcept {
      return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
    }
  };

  [[nodiscard]] Caller find(const KeyHash& hash, const RequestHead& head, bool& slowed);

  Reading& reading_;
  std::function<scheduler::WallTime()> now_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;  // forget() was called so often: older look-ups are not remembered
  std::unordered_map<KeyHash, Caller, FirstOctets, ConstantTime> known_;
  FailureCounter failures_;
};

}  // namespace bank::web
