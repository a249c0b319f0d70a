#include "scheduler/blocked_senders.hpp"

#include <algorithm>

namespace bank::scheduler {
namespace {

std::string small(std::string_view text) {
  std::string letters(text);
  std::transform(letters.begin(), letters.end(), letters.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return letters;
}

}  // namespace

BlockedSenders::BlockedSenders(const std::vector<std::string>& entries,
                               std::string_view home_country) {
  numbers_.emplace(home_country, std::vector<std::string>{"*"});
  for (const auto& entry : entries) {
    if (!entry.ends_with('*')) {
      whole_.insert(small(numbers_->normalise(entry).value_or(entry)));
    } else {
      beginnings_.insert(small(entry.substr(0, entry.size() - 1)));
    }
  }
  for (auto one = beginnings_.begin(); one != beginnings_.end();) {
    auto next = std::next(one);
    while (next != beginnings_.end() && next->starts_with(*one)) next = beginnings_.erase(next);
    one = next;
  }
}

bool BlockedSenders::has(std::string_view sender) const {
  if (sender.empty() || empty()) return false;
  if (has_spelling(sender)) return true;
  const auto number = numbers_->normalise(sender);  // some service centres give the national one
  return number && *number != sender && has_spelling(*number);
}

bool BlockedSenders::has_spelling(std::string_view sender) const {
  const std::string who = small(sender);
  if (whole_.contains(who)) return true;
  const auto after = beginnings_.upper_bound(who);  // so the one before it may be its beginning
  return after != beginnings_.begin() && who.starts_with(*std::prev(after));
}

}  // namespace bank::scheduler
