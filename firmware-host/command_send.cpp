#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "firmware-host/commands.hpp"
#include "firmware-host/http_client.hpp"
#include "firmware-host/log.hpp"
#include "web/api_key.hpp"

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

/// What the server told of a file, and its first refused lines.
int tell_file(const json& told, bool json_only) {
  const auto refused = count_of(told, "rejected_count");
  if (!json_only) {
    fmt::print("{} {} accepted, {} rejected\n", text_of(told, "batch"), count_of(told, "accepted"),
               refused);
  }
  const json& rejected = list_of(told, "rejected");
  for (const json& one : rejected) {
    const auto field = text_of(one, "field");
    complain(exit_failed, fmt::format("line {}{}{}: {}", count_of(one, "line"),
                                      field.empty() ? "" : ", ", field, text_of(one, "reason")));
  }
  if (refused > std::ssize(rejected)) {
    complain(exit_failed, fmt::format("… and {} more: GET /v1/batches/{}/rejections",
                                      refused - std::ssize(rejected), text_of(told, "batch")));
  }
  return refused == 0 ? exit_done : exit_failed;
}

/// How far a file is, on one line of a terminal.
class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown && ::isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (shown_ && percent_ >= 0) fmt::print(stderr, "\n");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(std::uint64_t sent, std::uint64_t all) {
    const int percent = all == 0 ? 100 : static_cast<int>(sent * 100 / all);
    if (!shown_ || std::exchange(percent_, percent) == percent) return;
    fmt::print(stderr, "\r{:3} % of {:.1f} MB sent", percent, static_cast<double>(all) / 1e6);
  }

 private:
  bool shown_;
  int percent_ = -1;
};

bool is_ndjson(const std::string& file) {
  return file.ends_with(".ndjson") || file.ends_with(".jsonl");
}

std::string content_type_of(const SendOptions& options) {
  if (is_ndjson(options.csv)) return "application/x-ndjson";
  return options.charset.empty() ? "text/csv" : "text/csv; charset=" + options.charset;
}

/// While a file is posted: whoever interrupts it is told how to repeat it.
class Interruption {
 public:
  explicit Interruption(const std::string& how_to_repeat) {
    note_ = "\nmodembank: interrupted; " + how_to_repeat + "\n";
    struct sigaction action {};
    action.sa_handler = [](int signal) {
      [[maybe_unused]] const auto written = ::write(STDERR_FILENO, note_.data(), note_.size());
      ::_exit(128 + signal);
    };
    for (std::size_t i = 0; i < signals.size(); ++i) {
      ::sigaction(signals[i], &action, &before_[i]);
    }
  }
  ~Interruption() {
    for (std::size_t i = 0; i < signals.size(); ++i) {
      ::sigaction(signals[i], &before_[i], nullptr);
    }
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
  static inline std::string note_;  // whole before the first signal can come
  std::array<struct sigaction, signals.size()> before_{};
};

int send_file(const SendOptions& options, const HttpTarget& target) {
  const auto key =
      options.idempotency_key.empty() ? web::make_api_key().substr(3, 22) : options.idempotency_key;
  const auto how_to_repeat =
      fmt::format("repeat it with --idempotency-key {}, and it is accepted once", key);
  Result<HttpAnswer, NoAnswer> answer;
  {
    const Interruption interruption(how_to_repeat);
    Progress progress(!options.json);
    answer = post_file(target, {.path = "/v1/messages/batch",
                                .bearer = options.key,
                                .content_type = content_type_of(options),
                                .idempotency_key = key,
                                .file = options.csv,
                                .progress = [&](std::uint64_t sent, std::uint64_t all) {
                                  progress.show(sent, all);
                                }});
  }
  if (!answer) {
    const auto& [detail, may_be_accepted] = answer.error();
    return complain(exit_failed, may_be_accepted ? detail + "; " + how_to_repeat : detail);
  }
  const json told = json::parse(answer->body, nullptr, false);
  if (options.json && !told.is_discarded()) fmt::print("{}\n", told.dump());
  if (answer->status != 202 || !told.is_object()) {
    auto sentence = options.csv + ": " + sentence_of(answer->status, told);
    if (answer->status >= 500) sentence += "; " + how_to_repeat;
    return complain(exit_failed, sentence);
  }
  return tell_file(told, options.json);
}

bool is_header_text(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

int command_send(const SendOptions& options) {
  const auto target = parse_url(options.url);
  if (!target) return complain(exit_usage, target.error());
  if (!is_header_text(options.key)) {
    return complain(exit_usage,
                    "--key: not an API key; write it as `modembank key create` gave it");
  }
  if (!options.csv.empty()) {
    if (!is_header_text(options.charset) || !is_header_text(options.idempotency_key)) {
      return complain(exit_usage, "--charset, --idempotency-key: write letters, digits and signs");
    }
    if (!options.charset.empty() && is_ndjson(options.csv)) {
      return complain(exit_usage, "--charset: NDJSON is UTF-8; only a CSV file has another");
    }
    return send_file(options, *target);
  }
  if (options.to.empty() || options.text.empty()) {
    return complain(exit_usage, "write --to NUMBER and --text TEXT, or --csv FILE");
  }
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
  const auto answer = post_json(*target, "/v1/messages", options.key, std::move(body));
  if (!answer) return complain(exit_failed, answer.error().detail);
  const json told = json::parse(answer->body, nullptr, false);
  if (options.json && !told.is_discarded()) fmt::print("{}\n", told.dump());
  if (answer->status != 202 || !told.is_object()) {
    return complain(exit_failed, options.url + ": " + sentence_of(answer->status, told));
  }
  return told.contains("batch") && told.contains("items") ? tell_batch(told, options.json)
                                                          : tell_one(told, options.json);
}

}  // namespace bank::host
