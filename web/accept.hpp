#pragma once

#include <string_view>

namespace bank::web {

/// Whether a client that sent `accept` (RFC 9110 §12.5.1) takes `type` ("application/json"). What
/// is no media range is passed over; a header without any excludes nothing.
[[nodiscard]] bool accepts(std::string_view accept, std::string_view type);

/// Whether a client that sent `accept_encoding` (§12.5.3) takes a content coding ("gzip"). Who sent
/// none takes any.
[[nodiscard]] bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

}  // namespace bank::web
