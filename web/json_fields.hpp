#pragma once

#include <cstddef>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"
#include "web/http.hpp"
#include "web/problem.hpp"

namespace bank::web {

/// The fields of a small JSON body, read one by one; what is wrong is gathered and told at once.
///
///   JsonFields fields(body, {"name", "enabled"});
///   thing.name = fields.text("name", 64, "a name of your own").value_or("");
///   if (auto refusal = fields.refusal("invalid_thing")) return *refusal;
class JsonFields {
 public:
  /// A field that is not among `known` is an error. An absent field, and null, reads as nothing.
  JsonFields(const nlohmann::json& body, std::initializer_list<std::string_view> known);

  /// UTF-8 of 1 to `most` octets without control characters (of those a line feed is let through
  /// where `has_lines`).
  std::optional<std::string> text(std::string_view name, std::size_t most,
                                  std::string_view expected, bool has_lines = false);
  std::optional<bool> flag(std::string_view name);
  std::optional<int> whole(std::string_view name, int least, int most);
  /// One of `words`.
  std::optional<std::string> word(std::string_view name, std::span<const std::string_view> words);
  /// At most `most` texts, each as `text`.
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t most,
                                                std::size_t longest, std::string_view expected);
  /// An object in it, or null.
  [[nodiscard]] const nlohmann::json* object(std::string_view name);

  void wrong(std::string_view name, std::string_view detail);
  /// What is wrong in an object within.
  void take(std::string_view name, const JsonFields& inner);
  /// 422 with all that is wrong; nothing: nothing is.
  [[nodiscard]] std::optional<Response> refusal(std::string_view problem_name) const;

 private:
  [[nodiscard]] const nlohmann::json* given(std::string_view name) const;
  [[nodiscard]] bool is_text(const nlohmann::json& value, std::size_t most, bool has_lines) const;

  const nlohmann::json& body_;
  std::vector<FieldError> errors_;
};

}  // namespace bank::web
