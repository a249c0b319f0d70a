#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "web/http.hpp"

namespace bank::web {

/// What is wrong at one place of the input.
struct FieldError {
  std::string pointer;  // RFC 6901 into the body ("/to/3"); "?limit" for a part of the query
  std::string detail;   // what was found and what to write instead
};

/// The most errors one answer lists; the next are left out, and the detail says so.
inline constexpr std::size_t most_field_errors = 100;

/// One step of an RFC 6901 pointer: "/" and the name, escaped.
[[nodiscard]] std::string pointer_step(std::string_view name);

/// RFC 9457 problem details. `name` is the last part of `type` ("larger_than_plan"), by which
/// programs tell problems apart; `detail` is a sentence that says what to do.
[[nodiscard]] Response problem(int status, std::string_view name, std::string_view detail,
                               const std::vector<FieldError>& errors = {});

/// 503 with Retry-After.
[[nodiscard]] Response unavailable(std::string_view detail, std::int64_t retry_after_s = 1);

}  // namespace bank::web
