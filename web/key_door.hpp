#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/book.hpp"
#include "web/door.hpp"
#include "web/token.hpp"

namespace bank::web {

/// Words of one kind that a key may have, each of at most 64 octets.
inline constexpr std::size_t most_key_words = 32;
/// The largest limit of a key, in messages.
inline constexpr std::int64_t most_key_limit = 1'000'000'000;

/// An API key as somebody wants it.
struct KeyWanted {
  std::string name;
  std::vector<std::string> scopes;
  std::vector<std::string> classes;
  std::vector<std::string> pools;       // empty: all
  std::vector<std::string> sims{};      // ICCIDs or "imsi:…"; empty: all
  std::vector<std::string> networks{};  // "192.0.2.0/24"; empty: from everywhere
  scheduler::KeyLimits limits{};
  KeyHash hash{};  // of the key's text
};

/// What is wrong with it.
struct KeyFlaw {
  std::string field;   // "scopes", "per_day", …
  std::string detail;  // what to write
};

/// API keys, but for those that stand for people.
class KeyDoor {
 public:
  virtual ~KeyDoor() = default;
  KeyDoor() = default;
  KeyDoor(const KeyDoor&) = delete;
  KeyDoor& operator=(const KeyDoor&) = delete;

  /// In the order of their numbers, also revoked ones.
  virtual std::vector<scheduler::ApiKey> keys(scheduler::KeyId after, std::size_t limit) = 0;
  virtual void create(KeyWanted wanted, std::string by,
                      Answered<std::variant<scheduler::ApiKey, KeyFlaw>> answered) = 0;
  /// False: there is no such key, or it is revoked already.
  virtual void revoke(scheduler::KeyId id, std::string by, Answered<bool> answered) = 0;
};

}  // namespace bank::web
