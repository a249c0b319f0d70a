#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "web/key_door.hpp"

namespace bank::web::test {

/// API keys in memory. There is one SIM, in pool bulk.
class FakeKeys : public KeyDoor {
 public:
  std::vector<scheduler::ApiKey> keys(scheduler::KeyId after, std::size_t limit) override {
    std::vector<scheduler::ApiKey> found;
    for (const auto& key : rows) {
      if (key.id > after && found.size() < limit) found.push_back(key);
    }
    return found;
  }
  void create(KeyWanted wanted, std::string by,
              Answered<std::variant<scheduler::ApiKey, KeyFlaw>> answered) override {
    if (broken != nullptr && *broken) return answered(unexpected(**broken));
    if (wanted.scopes.empty()) return answered(KeyFlaw{"scopes", "write one of send, read, admin"});
    asked_by = std::move(by);
    made_of = wanted.hash;
    rows.push_back({.id = scheduler::KeyId{static_cast<std::int64_t>(rows.size()) + 1},
                    .name = wanted.name,
                    .scopes = wanted.scopes,
                    .classes = wanted.classes,
                    .created_at = {},
                    .revoked_at = std::nullopt,
                    .pools = wanted.pools,
                    .sims = wanted.sims,
                    .networks = wanted.networks,
                    .limits = wanted.limits});
    answered(rows.back());
  }
  void revoke(scheduler::KeyId id, std::string by, Answered<bool> answered) override {
    if (broken != nullptr && *broken) return answered(unexpected(**broken));
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const auto& key) { return key.id == id; });
    if (found == rows.end() || found->revoked_at) return answered(false);
    found->revoked_at = scheduler::WallTime{std::chrono::milliseconds{1}};
    asked_by = std::move(by);
    answered(true);
  }

  std::vector<scheduler::ApiKey> rows{};
  std::string asked_by{};
  KeyHash made_of{};
  std::optional<Unavailable>* broken = nullptr;
};

}  // namespace bank::web::test
