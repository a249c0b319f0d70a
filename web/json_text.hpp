#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/message.hpp"

namespace bank::web {

/// Appends a JSON string. What is not UTF-8 (a modem may say anything) becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text);

/// Writes JSON in order, member by member, into one string: an answer is built once and never held
/// as a tree. The caller opens and closes in pairs.
///
///   JsonText json;
///   json.open('{').member("id", "msg_1").key("items").open('[').close(']').close('}');
class JsonText {
 public:
  JsonText& open(char bracket);
  JsonText& close(char bracket);
  JsonText& key(std::string_view name);

  JsonText& value(std::string_view text);
  JsonText& value(const std::string& text) { return value(std::string_view(text)); }
  JsonText& value(const char* text) { return value(std::string_view(text)); }
  JsonText& value(std::int64_t number);
  JsonText& value(int number) { return value(std::int64_t{number}); }
  JsonText& value(std::size_t number) { return value(static_cast<std::int64_t>(number)); }
  JsonText& value(bool yes);
  JsonText& value(scheduler::WallTime time);
  JsonText& value(std::nullptr_t);
  /// What is written already, as JSON writes it.
  JsonText& written(std::string_view json);
  JsonText& value(const std::optional<scheduler::Trouble>& trouble);
  template <class T>
  JsonText& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : value(nullptr);
  }

  template <class T>
  JsonText& member(std::string_view name, const T& what) {
    key(name);
    return value(what);
  }

  void reserve(std::size_t octets) { out_.reserve(octets); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void separate();
  std::string out_;
  bool comma_ = false;  // something stands before, on this level
};

}  // namespace bank::web
