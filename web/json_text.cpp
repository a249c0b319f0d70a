#include "web/json_text.hpp"

#include <array>
#include <charconv>

#include "web/time_text.hpp"

namespace bank::web {

namespace {

/// Octets of the well-formed UTF-8 sequence at the front (Unicode table 3-7); 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto trails = [&](std::size_t count, unsigned low, unsigned high) {
    if (text.size() <= count || at(1) < low || at(1) > high) return false;
    for (std::size_t i = 2; i <= count; ++i) {
      if ((at(i) & 0xC0U) != 0x80) return false;
    }
    return true;
  };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return trails(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    return trails(2, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    return trails(3, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) ? 4 : 0;
  }
  return 0;
}

bool is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void append_escape(std::string& out, unsigned char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out += hex[c >> 4U];
      out += hex[c & 0xFU];
  }
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // start of what can be copied as it is
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (is_plain(c)) {
      ++i;
      continue;
    }
    const bool escape = c < 0x80;
    const std::size_t length = escape ? 0 : utf8_length(text.substr(i));
    if (length > 0) {
      i += length;
      continue;
    }
    out.append(text.substr(plain, i - plain));
    if (escape) {
      append_escape(out, c);
    } else {
      out += "\xEF\xBF\xBD";
    }
    plain = ++i;
  }
  out.append(text.substr(plain));
  out += '"';
}

void JsonText::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

JsonText& JsonText::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  separate();
  out_ += '"';
  out_ += name;  // ours: nothing to escape
  out_ += "\":";
  comma_ = false;
  return *this;
}

JsonText& JsonText::value(std::string_view text) {
  separate();
  append_quoted(out_, text);
  return *this;
}

JsonText& JsonText::value(std::int64_t number) {
  separate();
  std::array<char, 20> digits{};  // -9223372036854775808
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out_.append(digits.data(), end);
  return *this;
}

JsonText& JsonText::value(bool yes) {
  separate();
  out_ += yes ? "true" : "false";
  return *this;
}

JsonText& JsonText::value(scheduler::WallTime time) {
  return value(rfc3339(time));
}

JsonText& JsonText::written(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonText& JsonText::value(std::nullptr_t) {
  separate();
  out_ += "null";
  return *this;
}

JsonText& JsonText::value(const std::optional<scheduler::Trouble>& trouble) {
  if (!trouble) return value(nullptr);
  return open('{').member("code", trouble->code).member("detail", trouble->detail).close('}');
}

}  // namespace bank::web
