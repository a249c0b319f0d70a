#include "web/at_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace bank::web {

namespace {

constexpr std::string_view by_message = "sends past limits and suppressions; use POST /v1/messages";
constexpr std::string_view by_program =
    "is done by the program, once what came in is booked; leave it to it";
constexpr std::string_view by_config =
    "can use up the tries of a PIN; write the PIN into the configuration";
constexpr std::string_view no_dialogue = "leaves the AT dialogue; nothing can be asked after it";

struct Refused {
  std::string_view word;
  bool whole;  // the name is this; else it has this in it, as makers' own have: ^HCMGS, +CMGSEX
  std::string_view why;
};
/// By name, without the sign of an extended command.
constexpr std::array<Refused, 18> refused{{
    {"CMGS", false, by_message},
    {"CMGC", false, by_message},
    {"CMSS", false, by_message},
    {"CMGW", false, by_message},
    {"CMGF", false, "would let the next PDU go out as a text; messages are PDUs here"},
    {"CMGD", false, by_program},
    {"MGDA", false, by_program},  // +QMGDA of Quectel
    {"CNMA", false, by_program},
    {"CPIN", true, by_config},
    {"CPIN2", true, by_config},
    {"CLCK", false, by_config},
    {"CPWD", false, by_config},
    {"CSIM", false, by_config},  // an APDU may be VERIFY
    {"CGLA", false, by_config},
    {"CMUX", false, no_dialogue},
    {"CGDATA", false, no_dialogue},
    {"A", true, no_dialogue},
    {"O", true, no_dialogue},
}};

bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What modems read of a line: spaces outside quotes and the case of letters mean nothing to them.
/// Nothing: a quote is not closed.
std::optional<std::string> as_read(std::string_view line) {
  std::string read;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == ' ' && !quoted) continue;
    read += c >= 'a' && c <= 'z' && !quoted ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return quoted ? std::nullopt : std::optional(read);
}

bool has_semicolon(std::string_view read) {
  bool quoted = false;
  return std::any_of(read.begin(), read.end(), [&](char c) {
    quoted = quoted != (c == '"');
    return c == ';' && !quoted;
  });
}

/// "E" of "E0", "&F" of "&F", "S" of "S3=13"; empty where more than one command stands there.
std::string_view basic_name(std::string_view body) {
  const std::size_t length = is_letter(body.front()) ? 1 : 2;
  if (body.size() < length || !is_letter(body[length - 1])) return {};
  const auto name = body.substr(0, length);
  if (name == "D") return name;  // all the rest is what it dials
  auto rest = body.substr(length);
  const bool is_register = name == "S";
  const bool is_number = std::all_of(rest.begin(), rest.end(), [&](char c) {
    return is_digit(c) || c == '?' || (is_register && c == '=');
  });
  return is_number ? name : std::string_view();
}

std::string_view name_in(std::string_view body) {
  constexpr std::string_view basic_signs = "&\\";
  if (is_letter(body.front()) || basic_signs.find(body.front()) != std::string_view::npos) {
    return basic_name(body);
  }
  return is_digit(body.front()) ? std::string_view() : body.substr(0, body.find_first_of("=?"));
}

}  // namespace

std::optional<std::string> flaw_of_at_command(std::string_view line) {
  if (line.size() > longest_at_command) {
    return fmt::format("longer than {} characters; shorten it", longest_at_command);
  }
  if (std::any_of(line.begin(), line.end(), [](char c) { return c < 0x20 || c > 0x7E; })) {
    return "has what is no printable character of ASCII; leave it out";
  }
  const auto read = as_read(line);
  if (!read) return "has a quote that is not closed; close it";
  if (!read->starts_with("AT")) return "begins otherwise than with AT; write it whole, like AT+CSQ";
  const auto body = std::string_view(*read).substr(2);
  if (body.empty()) return std::nullopt;
  const auto name = name_in(body);
  if (name.empty() || has_semicolon(body)) {
    return "is not one command; write one in each call, like AT+CSQ";
  }
  if (name == "D") return "ATD dials; nothing can be asked after it";
  const bool is_basic = is_letter(name.front());
  const auto rest = body.substr(name.size());
  if (!is_basic && (rest == "?" || rest == "=?")) return std::nullopt;
  const auto word = is_basic ? name : name.substr(1);
  for (const auto& one : refused) {
    const bool is_it =
        one.whole || is_basic ? word == one.word : word.find(one.word) != std::string_view::npos;
    if (is_it) return fmt::format("AT{} {}", name, one.why);
  }
  return std::nullopt;
}

}  // namespace bank::web
