#include "web/problem.hpp"

#include <algorithm>

#include "web/json_text.hpp"

namespace bank::web {

namespace {

std::string_view title_of(int status) {
  switch (status) {
    case 400: return "Bad request";
    case 401: return "Not signed in, and no valid key";
    case 403: return "Not allowed";
    case 404: return "Not found";
    case 405: return "Method not allowed";
    case 406: return "No representation that is accepted";
    case 408: return "Request too slow";
    case 409: return "Conflict with the present state";
    case 411: return "Length required";
    case 413: return "Body too large";
    case 414: return "Request line too long";
    case 415: return "Wrong media type";
    case 417: return "Expectation not met";
    case 422: return "The request cannot be accepted as it is";
    case 429: return "Too many requests";
    case 431: return "Headers too large";
    case 501: return "Not implemented";
    case 503: return "Not available now";
    case 504: return "No answer in time";
    default: return "Internal error";
  }
}

}  // namespace

std::string pointer_step(std::string_view name) {
  std::string step = "/";
  for (const char c : name) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

Response problem(int status, std::string_view name, std::string_view detail,
                 const std::vector<FieldError>& errors) {
  JsonText json;
  json.open('{');
  json.member("type", "urn:modembank:problem:" + std::string(name));
  json.member("title", title_of(status)).member("status", status).member("detail", detail);
  if (!errors.empty()) {
    json.key("errors").open('[');
    const auto shown = std::min(errors.size(), most_field_errors);
    for (std::size_t i = 0; i < shown; ++i) {
      json.open('{').member("pointer", errors[i].pointer).member("detail", errors[i].detail);
      json.close('}');
    }
    json.close(']');
  }
  json.close('}');
  return {.status = status, .body = json.take(), .content_type = "application/problem+json"};
}

Response unavailable(std::string_view detail, std::int64_t retry_after_s) {
  Response response = problem(503, "unavailable", detail);
  response.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
  return response;
}

}  // namespace bank::web
