#pragma once

#include <toml++/toml.h>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware-host/config_findings.hpp"

namespace bank::host {

/// The word of `known` that somebody who wrote `written` most likely meant; empty when none is
/// near.
[[nodiscard]] std::string nearest(std::string_view written, const std::vector<std::string>& known);

/// A value of the file as a message shows it: `"IR"`, `12`, `a table`. Cut when it is long, control
/// characters escaped.
[[nodiscard]] std::string shown(const toml::node& node);
[[nodiscard]] std::string shown(std::string_view text);

/// One table of the file, read key by key. Every question about a key makes it a known one; the
/// keys nobody asked about are problems when `finish` is called. A key of the wrong type is a
/// problem and reads as if it were not there, so that defaults hold and reading goes on.
class Section {
 public:
  /// `table` may be null: then no key is there.
  Section(const toml::table* table, std::string where, int line, Findings& findings)
      : table_(table), where_(std::move(where)), line_(line), findings_(findings) {}

  struct Text {
    std::string value;
    int line;
  };
  struct Range {
    std::int64_t low, high;
  };
  struct Span {
    std::chrono::milliseconds low, high;
  };

  [[nodiscard]] bool exists() const { return table_ != nullptr; }
  [[nodiscard]] int line() const { return line_; }
  /// Of the key; of the table when the key is not there.
  [[nodiscard]] int line_of(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key);
  /// "sim[2].iccid"
  [[nodiscard]] std::string path_of(std::string_view key) const;

  std::optional<std::string> text(std::string_view key, std::string_view remedy);
  /// As text, but what stands there is never shown.
  std::optional<std::string> secret(std::string_view key, std::string_view remedy);
  std::optional<bool> flag(std::string_view key);
  std::optional<int> whole(std::string_view key, Range allowed, std::string_view remedy);
  std::optional<std::chrono::milliseconds> duration(std::string_view key, Span allowed,
                                                    std::string_view remedy);
  /// The place of the word in `words`.
  std::optional<std::size_t> choice(std::string_view key,
                                    std::initializer_list<std::string_view> words);
  /// An array of texts; with `or_one` a single text counts as an array of one.
  std::optional<std::vector<Text>> texts(std::string_view key, std::string_view remedy,
                                         bool or_one = false);
  Section table(std::string_view key);
  /// [[key]]: one section each, numbered from 1 in their `where`.
  std::vector<Section> tables(std::string_view key);

  void refuse(std::string_view key, std::string found, std::string remedy);
  void notice(std::string_view key, std::string text);
  /// Unknown keys become problems.
  void finish();

 private:
  [[nodiscard]] const toml::node* ask(std::string_view key);
  void wrong_type(std::string_view key, const toml::node& node, std::string_view remedy);

  const toml::table* table_;
  std::string where_;
  int line_;
  Findings& findings_;
  std::vector<std::string> known_;
};

}  // namespace bank::host
