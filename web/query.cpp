#include "web/query.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "web/problem.hpp"
#include "web/time_text.hpp"

namespace bank::web {

namespace {

constexpr char cursor_version = '1';
constexpr std::size_t longest_cursor = 256;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> key_of_cursor(std::string_view text, char list) {
  if (text.size() > longest_cursor) return std::nullopt;
  std::string octets(text.size(), '\0');
  std::size_t length = 0;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(octets.data()),
                                       octets.size(), text.data(), text.size(), nullptr, &length,
                                       nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  octets.resize(length);
  if (failed != 0 || length < 3 || octets[0] != cursor_version || octets[1] != list) {
    return std::nullopt;
  }
  return octets.substr(2);
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Response bad_query(std::string_view name, std::string_view detail) {
  return problem(400, "bad_query", fmt::format("?{}: {}", name, detail),
                 {{fmt::format("?{}", name), std::string(detail)}});
}

Result<Query, Response> Query::read(std::string_view query,
                                    std::initializer_list<std::string_view> known) {
  Query result;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto item = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (item.empty()) continue;
    const auto equals = item.find('=');
    auto name = percent_decoded(item.substr(0, equals));
    auto value = percent_decoded(equals == std::string_view::npos ? std::string_view()
                                                                  : item.substr(equals + 1));
    if (!name || !value) {
      return unexpected(bad_query(item.substr(0, equals),
                                  "a % is not followed by two hex digits; write %25 for %"));
    }
    if (std::find(known.begin(), known.end(), *name) == known.end()) {
      return unexpected(bad_query(
          *name, known.size() == 0
                     ? "unknown; this call takes no parameters"
                     : fmt::format("unknown; this call takes {}", fmt::join(known, ", "))));
    }
    if (result.get(*name)) return unexpected(bad_query(*name, "given twice; give it once"));
    result.items_.emplace_back(std::move(*name), std::move(*value));
  }
  return result;
}

std::optional<std::string_view> Query::get(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<Page, Response> read_page(const Query& query, char list, KeyOfId key_of_id) {
  Page page;
  if (const auto text = query.get("limit")) {
    const auto [end, error] =
        std::from_chars(text->data(), text->data() + text->size(), page.limit);
    if (error != std::errc() || end != text->data() + text->size() || page.limit < 1 ||
        page.limit > Page::most) {
      return unexpected(bad_query("limit", fmt::format("give a number from 1 to {}", Page::most)));
    }
  }
  if (const auto text = query.get("after")) {
    page.after = key_of_cursor(*text, list);
    if (!page.after && key_of_id != nullptr) page.after = key_of_id(*text);
    if (!page.after) {
      return unexpected(bad_query(
          "after", fmt::format("give back the `next` of an earlier page of this list, "
                               "unchanged{}; leave it out for the first page",
                               key_of_id == nullptr ? "" : ", or the id of an item seen")));
    }
  }
  return page;
}

Result<std::optional<std::int64_t>, Response> number_after(const Page& page) {
  if (!page.after) return std::nullopt;
  std::int64_t number = 0;
  const auto* end = page.after->data() + page.after->size();
  const auto read = std::from_chars(page.after->data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < 1) {
    return unexpected(bad_query("after", "give back the `next` of an earlier page, unchanged"));
  }
  return number;
}

Result<std::optional<scheduler::WallTime>, Response> time_in(const Query& query,
                                                             std::string_view name) {
  const auto text = query.get(name);
  if (!text) return std::nullopt;
  const auto time = read_rfc3339(*text);
  if (time) return time;
  return unexpected(bad_query(name,
                              "is no time; write RFC 3339 with its offset, like "
                              "2026-11-22T10:00:00+03:30"));
}

std::string cursor(char list, std::string_view key) {
  const auto plain = fmt::format("{}{}{}", cursor_version, list, key);
  std::string text(
      sodium_base64_encoded_len(plain.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(plain.data()),
                    plain.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // the closing zero
  return text;
}

}  // namespace bank::web
