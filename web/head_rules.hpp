#pragma once

#include <microhttpd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "web/http.hpp"

/// What holds for the head of a request, whatever it asks for.
namespace bank::web {

/// The first of that name; its data() is null when there is none.
[[nodiscard]] std::string_view header(MHD_Connection* connection, const char* name);

/// All of that name as one list (RFC 9110 §5.3).
[[nodiscard]] std::string list_header(MHD_Connection* connection, const char* name);

/// Why a request is refused for its head alone: its end or its meaning would be a matter of
/// opinion. The connection ends with that answer.
[[nodiscard]] std::optional<Response> flaw_of_head(MHD_Connection* connection,
                                                   std::string_view version);

/// libmicrohttpd has read and checked it already; a number too big for it never comes here.
[[nodiscard]] std::optional<std::uint64_t> content_length(MHD_Connection* connection);

/// The path of a request target, with or without scheme and authority before it (RFC 9112 §3.2.2).
[[nodiscard]] std::string_view path_of(std::string_view target);

}  // namespace bank::web
