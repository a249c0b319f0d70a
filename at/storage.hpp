#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/dialogue.hpp"

/// The stores of messages (TS 27.005 §3.2.2): mem1 is read and deleted from, mem2 written to, mem3
/// received into.
namespace bank::at {

/// What +CPMS may be set to. `mem2` and `mem3` are null where the modem tells of fewer stores, and
/// then mostly takes as few arguments.
struct StorageChoices {
  std::vector<std::string> mem1;
  std::optional<std::vector<std::string>> mem2, mem3;

  friend bool operator==(const StorageChoices&, const StorageChoices&) = default;
};

/// "+CPMS: (\"SM\",\"ME\"),(\"SM\"),(\"SM\")", also without its brackets, with too many, or with a
/// quote missing. All three empty where the modem stores nothing ("+CPMS: ").
[[nodiscard]] std::optional<StorageChoices> storage_choices(std::string_view cpms_line);

/// One store and what is in it. The answer to setting +CPMS has no names, on most modems.
struct StorageUse {
  std::optional<std::string> name;
  int used;
  int total;

  friend bool operator==(const StorageUse&, const StorageUse&) = default;
};

/// "+CPMS: \"SM\",1,20,…" and "+CPMS: 1,20,…": up to three, in order; empty where none is told.
[[nodiscard]] std::vector<StorageUse> storage_use(std::string_view cpms_line);

/// Whether the line says that the store is full (true) or has room again (false): ^SMGO,
/// ^SMMEMFULL, +CIEV: smsfull, +QIND: SMS FULL. Nullopt for any other.
[[nodiscard]] std::optional<bool> storage_full(std::string_view line);

/// +CMS ERROR: 322 "memory full" or 208 "SIM storage full", +CME ERROR: 20 "memory full".
[[nodiscard]] bool says_storage_full(const DialogueFailure& failure);

}  // namespace bank::at
