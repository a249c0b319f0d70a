#include "web/handlers.hpp"

namespace bank::web {

namespace {

// An array, whose size is known: to count its characters is too much for the compiler.
constexpr char document[] =
#include "web/openapi.json.inc"
    ;

}  // namespace

/// As application/json: browsers, curl and generators know it, and few know the media type
/// application/vnd.oai.openapi+json.
Answer get_openapi(Exchange& /*exchange*/) {
  return Response{.body = std::string(document, sizeof document - 1)};
}

}  // namespace bank::web
