#include "web/json_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace bank::web {

using nlohmann::json;

JsonFields::JsonFields(const json& body, std::initializer_list<std::string_view> known)
    : body_(body) {
  for (const auto& item : body_.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    wrong(item.key(), fmt::format("unknown field; write {}",
                                  fmt::join(std::vector<std::string_view>(known), ", ")));
  }
}

const json* JsonFields::given(std::string_view name) const {
  const auto found = body_.find(name);
  return found == body_.end() || found->is_null() ? nullptr : &*found;
}

bool JsonFields::is_text(const json& value, std::size_t most, bool has_lines) const {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && text.size() <= most &&
         std::none_of(text.begin(), text.end(), [&](char c) {
           const auto octet = static_cast<unsigned char>(c);
           return (octet < 0x20 && !(has_lines && c == '\n')) || octet == 0x7F;
         });
}

std::optional<std::string> JsonFields::text(std::string_view name, std::size_t most,
                                            std::string_view expected, bool has_lines) {
  const json* const value = given(name);
  if (value == nullptr) return std::nullopt;
  if (is_text(*value, most, has_lines)) return value->get<std::string>();
  wrong(name,
        fmt::format("write {}, at most {} octets without control characters", expected, most));
  return std::nullopt;
}

std::optional<bool> JsonFields::flag(std::string_view name) {
  const json* const value = given(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  wrong(name, "write true or false");
  return std::nullopt;
}

std::optional<int> JsonFields::whole(std::string_view name, int least, int most) {
  const json* const value = given(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_integer()) {
    const bool fits = value->is_number_unsigned()
                          ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                          : value->get<std::int64_t>() <= most;
    if (fits && value->get<std::int64_t>() >= least) return value->get<int>();
  }
  wrong(name, fmt::format("write a whole number from {} to {}", least, most));
  return std::nullopt;
}

std::optional<std::string> JsonFields::word(std::string_view name,
                                            std::span<const std::string_view> words) {
  const json* const value = given(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    auto word = value->get<std::string>();
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
  }
  wrong(name, fmt::format("write {}", fmt::join(words, ", ")));
  return std::nullopt;
}

std::optional<std::vector<std::string>> JsonFields::texts(std::string_view name, std::size_t most,
                                                          std::size_t longest,
                                                          std::string_view expected) {
  const json* const value = given(name);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_array() && value->size() <= most &&
                    std::all_of(value->begin(), value->end(),
                                [&](const json& one) { return is_text(one, longest, false); });
  if (fits) return value->get<std::vector<std::string>>();
  wrong(name, fmt::format("write a list of at most {}: {}, each at most {} octets", most, expected,
                          longest));
  return std::nullopt;
}

const json* JsonFields::object(std::string_view name) {
  const json* const value = given(name);
  if (value == nullptr || value->is_object()) return value;
  wrong(name, "write an object, or null");
  return nullptr;
}

void JsonFields::wrong(std::string_view name, std::string_view detail) {
  if (errors_.size() > most_field_errors) return;
  errors_.push_back({pointer_step(name), std::string(detail)});
}

void JsonFields::take(std::string_view name, const JsonFields& inner) {
  for (const auto& error : inner.errors_) {
    errors_.push_back({pointer_step(name) + error.pointer, error.detail});
  }
}

std::optional<Response> JsonFields::refusal(std::string_view problem_name) const {
  if (errors_.empty()) return std::nullopt;
  return problem(422, problem_name,
                 fmt::format("{}: {}", errors_.front().pointer, errors_.front().detail), errors_);
}

}  // namespace bank::web
