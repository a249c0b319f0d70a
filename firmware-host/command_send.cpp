#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "firmware-host/commands.hpp"
#include "firmware-host/http_client.hpp"
#include "firmware-host/log.hpp"

namespace bank::host {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? log::escaped(found->get<std::string>()) : "";
}

std::int64_t count_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

const json& list_of(const json& object, const char* key) {
  static const json none = json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : none;
}

/// A problem document (RFC 9457) in one line: its detail, then what is wrong with each field.
std::string sentence_of(unsigned status, const json& problem) {
  if (!problem.is_object()) return fmt::format("the server answered {}", status);
  std::string detail = text_of(problem, "detail");
  if (detail.empty()) detail = text_of(problem, "title");
  std::string sentence = fmt::format("{} ({})", detail, status);
  for (const json& error : list_of(problem, "errors")) {
    if (error.is_object()) {
      sentence += fmt::format("; {}: {}", text_of(error, "pointer"), text_of(error, "detail"));
    }
  }
  return sentence;
}

int tell_one(const json& message, bool json_only) {
  const std::string state = text_of(message, "state");
  if (!json_only) {
    const auto parts = count_of(message, "parts");
    fmt::print("{} {}, {} part{}\n", text_of(message, "id"), state, parts, parts == 1 ? "" : "s");
  }
  if (state != "suppressed") return exit_done;
  return complain(exit_failed, "the recipient must not be written to; see GET /v1/suppressions");
}

int tell_batch(const json& batch, bool json_only) {
  const json& rejected = list_of(batch, "rejected");
  if (!json_only) {
    fmt::print("{} {} accepted, {} rejected\n", text_of(batch, "batch"),
               count_of(batch, "accepted"), rejected.size());
  }
  for (const json& one : rejected) {
    complain(exit_failed, fmt::format("{}: {}", text_of(one, "to"), text_of(one, "reason")));
  }
  return rejected.empty() ? exit_done : exit_failed;
}

}  // namespace

int command_send(const SendOptions& options) {
  const auto target = parse_url(options.url);
  if (!target) return complain(exit_usage, target.error());
  json request{{"text", options.text}};
  if (options.to.size() == 1) {
    request["to"] = options.to.front();
  } else {
    request["to"] = options.to;
  }
  if (!options.message_class.empty()) request["class"] = options.message_class;
  std::string body;
  try {
    body = request.dump();
  } catch (const json::exception&) {
    return complain(exit_usage, "--text, --to: not UTF-8; set a UTF-8 locale in this terminal");
  }
  const auto is_header_text = [](char c) { return c > ' ' && c < 0x7F; };
  if (!std::all_of(options.key.begin(), options.key.end(), is_header_text)) {
    return complain(exit_usage,
                    "--key: not an API key; write it as `modembank key create` gave it");
  }

  const auto answer = post_json(*target, "/v1/messages", options.key, std::move(body));
  if (!answer) return complain(exit_failed, answer.error());
  const json told = json::parse(answer->body, nullptr, false);
  if (options.json && !told.is_discarded()) fmt::print("{}\n", told.dump());
  if (answer->status != 202 || !told.is_object()) {
    return complain(exit_failed, options.url + ": " + sentence_of(answer->status, told));
  }
  return told.contains("batch") && told.contains("items") ? tell_batch(told, options.json)
                                                          : tell_one(told, options.json);
}

}  // namespace bank::host
