#include "web/idempotency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "web/problem.hpp"

namespace bank::web {

namespace {

constexpr std::size_t longest_key = 255;  // octets

bool is_key(const std::string& key) {
  return !key.empty() && key.size() <= longest_key &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

Result<RunningRequests::Mark, Response> RunningRequests::begin(
    scheduler::KeyId caller, const std::optional<std::string>& key) {
  if (!key) return Mark();
  if (!is_key(*key)) {
    return unexpected(
        problem(400, "bad_idempotency_key",
                fmt::format("Idempotency-Key must have 1 to {} printable characters of "
                            "ASCII; a UUID does",
                            longest_key)));
  }
  const auto name = fmt::format("{} {}", static_cast<std::int64_t>(caller), *key);
  const std::lock_guard lock(names_->mutex);
  if (!names_->running.insert(name).second) {
    return unexpected(problem(409, "still_running",
                              "the first request with this Idempotency-Key is not answered yet; "
                              "repeat this one in a second"));
  }
  return Mark(static_cast<void*>(names_.get()), [names = names_, name](void*) {
    const std::lock_guard ending(names->mutex);
    names->running.erase(name);
  });
}

}  // namespace bank::web
