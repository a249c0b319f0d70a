#pragma once

#include <cctype>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "tests/web/exchange_record.hpp"
#include "tests/web/fake_door.hpp"
#include "web/api.hpp"

namespace bank::web::test {

struct Asked {
  std::string key = good_key;
  std::string content_type = "application/json";
  std::optional<std::string> idempotency_key = std::nullopt;
  std::string peer = "127.0.0.1";
  bool loopback = true;
  std::size_t piece = 1000;  // octets of a body that is taken piece by piece
  std::string cookies{};     // "" and no key: nobody
  std::string csrf_token{};
};

/// As it would have gone over the wire.
inline void record_answer(std::string_view method, std::string_view target, const Asked& asked,
                          std::string_view body, const Response& response) {
  std::map<std::string, std::string> headers;
  if (!asked.key.empty()) headers["authorization"] = "Bearer " + asked.key;
  if (!asked.content_type.empty()) headers["content-type"] = asked.content_type;
  if (asked.idempotency_key) headers["idempotency-key"] = *asked.idempotency_key;
  if (!asked.cookies.empty()) headers["cookie"] = asked.cookies;
  if (!asked.csrf_token.empty()) headers["x-csrf-token"] = asked.csrf_token;
  std::map<std::string, std::string> answered;
  if (!response.body.empty()) answered["content-type"] = response.content_type;
  for (const auto& [name, value] : response.headers) {
    std::string lower(name);
    for (auto& c : lower) c = static_cast<char>(std::tolower(c));
    answered[lower] = value;
  }
  record({.method = method,
          .target = target,
          .headers = headers,
          .body = body,
          .status = response.status,
          .answer_headers = answered,
          .answer = response.body});
}

/// One request to a handler, without any HTTP. Nothing: it waits for its Reply, which lands in
/// `late` when that is given.
inline std::optional<Response> ask(const Handler& handler, std::string_view method,
                                   std::string_view target, std::string body = {},
                                   const Asked& asked = {},
                                   std::shared_ptr<std::optional<Response>> late = nullptr) {
  const auto mark = target.find('?');
  const std::string authorization = asked.key.empty() ? "" : "Bearer " + asked.key;
  RequestHead head{};
  head.method = method;
  head.path = target.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  head.authorization = authorization;
  head.content_type = asked.content_type;
  head.cookies = asked.cookies;
  head.csrf_token = asked.csrf_token;
  if (asked.idempotency_key) head.idempotency_key = *asked.idempotency_key;
  head.peer = asked.peer;
  head.peer_is_loopback = asked.loopback;
  const auto keep = [method = std::string(method), target = std::string(target), asked,
                     body](const Response& response) {
    record_answer(method, target, asked, body, response);
  };
  auto admission = handler(head);
  if (auto* refusal = std::get_if<Response>(&admission)) {
    keep(*refusal);
    return std::move(*refusal);
  }
  if (!late) late = std::make_shared<std::optional<Response>>();
  const auto reply = [late, keep](const Finish& finish) {
    if (late->has_value()) return;
    *late = finish();
    keep(**late);
  };
  std::optional<Response> answer;
  if (auto* upload = std::get_if<std::unique_ptr<Upload>>(&admission)) {
    std::string_view rest = body;
    while (!rest.empty()) {
      const auto piece = rest.substr(0, asked.piece);
      rest.remove_prefix(piece.size());
      if ((*upload)->take(piece, [] {}) == Upload::Next::refuse) break;
    }
    answer = (*upload)->finish(reply);
  } else {
    answer = std::get<Call>(admission)(std::move(body), reply);
  }
  if (!answer) return *late;
  keep(*answer);
  return answer;
}

inline nlohmann::json json_of(const std::optional<Response>& response) {
  return response ? nlohmann::json::parse(response->body, nullptr, false) : nlohmann::json();
}

inline std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

/// What is not as RFC 9457 and INTERFACES §3 say of an error; empty: nothing.
inline std::string flaw_of_problem(const Response& response) {
  if (response.content_type != "application/problem+json") return "content type";
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  if (!json.is_object()) return "not a JSON object";
  for (const auto* name : {"type", "title", "detail"}) {
    if (!json.contains(name) || !json[name].is_string() || json[name].empty()) return name;
    if (json[name].get<std::string>().empty()) return name;
  }
  if (json.value("status", 0) != response.status) return "status";
  if (!json.contains("errors")) return {};
  if (!json["errors"].is_array() || json["errors"].empty()) return "errors";
  for (const auto& error : json["errors"]) {
    if (!error.value("pointer", nlohmann::json()).is_string()) return "pointer";
    if (error.value("detail", std::string()).empty()) return "detail of an error";
  }
  return {};
}

}  // namespace bank::web::test
