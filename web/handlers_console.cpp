// The console's own files.
#include "web/accept.hpp"
#include "web/console_files.hpp"
#include "web/handlers.hpp"
#include "web/problem.hpp"

namespace bank::web {

namespace {

/// Nothing but what this program gives, no scripts within pages, and no page around it.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'";

}  // namespace

Response console_response(const RequestHead& head, std::string_view name) {
  const auto* file = console_file(name);
  if (file == nullptr) {
    return problem(404, "no_such_path",
                   "the console has no such file; it begins at /, and the HTTP API at /v1");
  }
  if (!accepts_coding(head.accept_encoding, "gzip")) {
    return problem(406, "not_acceptable",
                   "the console is sent packed; send Accept-Encoding: gzip (curl --compressed)");
  }
  Response response{.body = {}, .content_type = file->content_type};
  response.headers = {{"ETag", file->etag},
                      {"Cache-Control", "no-cache"},  // asked for anew, and mostly not sent again
                      {"Vary", "Accept-Encoding"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Content-Security-Policy", std::string(content_security_policy)}};
  if (head.if_none_match.find(file->etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = file->packed;
  return response;
}

}  // namespace bank::web
