#include "scheduler/outside_name.hpp"

namespace bank::scheduler {
namespace {

// Crockford's base 32 in small letters: in ASCII order, so that the texts sort as the numbers do,
// and without i, l, o and u, so that they can be read out over a telephone.
constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t width = 13;  // 13 × 5 bits hold 64

}  // namespace

std::string outside_with(std::string_view prefix, std::int64_t id) {
  std::string text(prefix);
  text.resize(prefix.size() + width);
  auto rest = static_cast<std::uint64_t>(id);
  for (std::size_t i = text.size(); i > prefix.size(); --i) {
    text[i - 1] = digits[rest % 32];
    rest /= 32;
  }
  return text;
}

std::optional<std::int64_t> inside_of(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + width || !text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.front() > '7') return std::nullopt;  // beyond 63 bits
  std::int64_t id = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    id = id * 32 + static_cast<std::int64_t>(digit);
  }
  return id == 0 ? std::nullopt : std::optional(id);
}

}  // namespace bank::scheduler
