#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bank::web {

/// The value of the first cookie of that name in a Cookie header (RFC 6265 §4.2.1); empty: none.
[[nodiscard]] std::string_view cookie(std::string_view header, std::string_view name);

/// A Set-Cookie header for a cookie that scripts cannot read, and that other sites' pages do not
/// make a browser send: HttpOnly, SameSite=Strict, Path=/. `life` of 0 takes it away. With
/// `only_tls` it never goes over plain HTTP.
[[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value,
                                     std::chrono::seconds life, bool only_tls);

}  // namespace bank::web
