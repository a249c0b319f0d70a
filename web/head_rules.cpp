#include "web/head_rules.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "web/problem.hpp"

namespace bank::web {

namespace {

constexpr const char* idempotency_key = "Idempotency-Key";

/// Headers that mean something here. Two of one would have to be one and the same.
constexpr std::array<const char*, 4> single{MHD_HTTP_HEADER_HOST, MHD_HTTP_HEADER_AUTHORIZATION,
                                            MHD_HTTP_HEADER_CONTENT_TYPE, idempotency_key};

bool is_token(std::string_view name) {  // RFC 9110 §5.6.2
  constexpr std::string_view signs = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           signs.find(c) != std::string_view::npos;
  });
}

/// Whether a name is that of a header that counts, with something behind it. libmicrohttpd 0.9.75
/// adds a folded line to the name of its header: "Content-Length:", " 33" becomes
/// "Content-Length33".
bool hides_header(std::string_view name) {
  for (const std::string_view known :
       {MHD_HTTP_HEADER_CONTENT_LENGTH, MHD_HTTP_HEADER_TRANSFER_ENCODING,
        MHD_HTTP_HEADER_AUTHORIZATION, MHD_HTTP_HEADER_CONTENT_TYPE,
        MHD_HTTP_HEADER_CONTENT_ENCODING, idempotency_key}) {
    if (name.size() > known.size() && name[known.size()] != '-' &&
        strncasecmp(name.data(), known.data(), known.size()) == 0) {
      return true;
    }
  }
  return false;
}

struct Seen {
  int lengths = 0;
  int codings = 0;
  bool chunked = false;
  bool disguised = false;
  std::array<int, single.size()> singles{};
};

Seen look_at(MHD_Connection* connection) {
  Seen seen;
  const auto count = [](void* to, MHD_ValueKind, const char* name, const char* value) noexcept {
    auto& counted = *static_cast<Seen*>(to);
    counted.disguised = counted.disguised || !is_token(name) || hides_header(name);
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) ++counted.lengths;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
      ++counted.codings;
      counted.chunked = value != nullptr && strcasecmp(value, "chunked") == 0;
    }
    for (std::size_t i = 0; i < single.size(); ++i) {
      if (strcasecmp(name, single[i]) == 0) ++counted.singles[i];
    }
    return MHD_YES;
  };
  MHD_get_connection_values(connection, MHD_HEADER_KIND, count, &seen);
  return seen;
}

}  // namespace

std::string_view header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string list_header(MHD_Connection* connection, const char* name) {
  struct List {
    const char* name;
    std::string text;
  } list{name, {}};
  const auto add = [](void* to, MHD_ValueKind, const char* key, const char* value) {
    auto& all = *static_cast<List*>(to);
    if (value == nullptr || strcasecmp(key, all.name) != 0) return MHD_YES;
    all.text += all.text.empty() ? "" : ", ";
    all.text += value;
    return MHD_YES;
  };
  MHD_get_connection_values(connection, MHD_HEADER_KIND, add, &list);
  return list.text;
}

/// A proxy before us that sees another end of a request (RFC 9112 §6.3) would take the rest for a
/// request of its own.
std::optional<Response> flaw_of_head(MHD_Connection* connection, std::string_view version) {
  const auto seen = look_at(connection);
  if (seen.disguised) {
    return problem(400, "bad_header",
                   "write each header on one line, its name without spaces before the colon");
  }
  if (seen.lengths + seen.codings > 1 || (seen.codings == 1 && version == "HTTP/1.0")) {
    return problem(400, "ambiguous_length",
                   "send one Content-Length, or with HTTP/1.1 Transfer-Encoding: chunked, and not "
                   "both");
  }
  if (seen.codings == 1 && !seen.chunked) {
    return problem(501, "unknown_coding", "of transfer codings only chunked is known here");
  }
  if (seen.singles[0] == 0 && version != "HTTP/1.0") {
    return problem(400, "bad_header", "HTTP/1.1 needs the header Host (RFC 9112 §3.2)");
  }
  for (std::size_t i = 0; i < single.size(); ++i) {
    if (seen.singles[i] < 2) continue;
    return problem(400, "bad_header", "send " + std::string(single[i]) + " once");
  }
  const auto expect = header(connection, MHD_HTTP_HEADER_EXPECT);
  if (!expect.empty() && strcasecmp(expect.data(), "100-continue") != 0) {
    return problem(417, "unknown_expectation",
                   "of expectations only 100-continue is known here; leave out Expect");
  }
  return std::nullopt;
}

std::optional<std::uint64_t> content_length(MHD_Connection* connection) {
  const auto text = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  if (text.data() == nullptr) return std::nullopt;
  return std::strtoull(text.data(), nullptr, 10);
}

std::string_view path_of(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (strncasecmp(target.data(), scheme.data(), std::min(scheme.size(), target.size())) != 0 ||
        target.size() < scheme.size()) {
      continue;
    }
    const auto slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  return target;
}

}  // namespace bank::web
