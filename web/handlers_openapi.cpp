#include "web/handlers.hpp"

namespace bank::web {

namespace {

constexpr std::string_view document =
#include "web/openapi.json.inc"
    ;

}  // namespace

/// As application/json: browsers, curl and generators know it, and few know the media type
/// application/vnd.oai.openapi+json.
Answer get_openapi(Exchange& /*exchange*/) {
  return Response{.body = std::string(document)};
}

}  // namespace bank::web
