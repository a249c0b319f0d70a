#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/number.hpp"

namespace bank::scheduler {

/// Senders whose messages nobody wants to see. Entries are numbers, short codes or names, or the
/// beginning of one (of a number: in E.164) with '*' behind it; capitals and small letters of ASCII
/// are the same, and so are the spellings of a number.
class BlockedSenders {
 public:
  BlockedSenders() = default;
  /// `home_country` as NumberPolicy takes it.
  BlockedSenders(const std::vector<std::string>& entries, std::string_view home_country);

  /// `sender` as the inbox gives it. Empty, of a call that is withheld, is nobody.
  [[nodiscard]] bool has(std::string_view sender) const;
  [[nodiscard]] bool empty() const { return whole_.empty() && beginnings_.empty(); }

 private:
  [[nodiscard]] bool has_spelling(std::string_view sender) const;

  std::optional<NumberPolicy> numbers_;
  std::set<std::string> whole_;
  std::set<std::string> beginnings_;  // none begins with another
};

}  // namespace bank::scheduler
