#include "tests/tidy/source.hpp"

#include <cstddef>

namespace bank::tidy {
namespace {

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Walks over one file and sorts every character into code, comment or nothing.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<SourceLine> read() {
    lines_.emplace_back();
    while (at_ < text_.size()) step();
    return std::move(lines_);
  }

 private:
  [[nodiscard]] bool next_is(std::string_view what) const {
    return text_.substr(at_, what.size()) == what;
  }
  [[nodiscard]] char before() const { return at_ == 0 ? '\n' : text_[at_ - 1]; }

  void step() {
    if (next_is("//")) {
      while (at_ < text_.size() && text_[at_] != '\n') lines_.back().comment += text_[at_++];
    } else if (next_is("/*")) {
      const auto end = text_.find("*/", at_ + 2);
      const auto stop = end == std::string_view::npos ? text_.size() : end + 2;
      while (at_ < stop) take(lines_.back().comment);
    } else if (is_directive()) {
      read_directive();
    } else if (text_[at_] == '"') {
      before() == 'R' ? skip_raw() : skip_quoted('"');
    } else if (text_[at_] == '\'' && !in_name(before())) {  // not the separator of 10'000
      skip_quoted('\'');
    } else {
      take(lines_.back().code);
    }
  }

  /// One character into the line's `part`; a line end begins the next line.
  void take(std::string& part) {
    const char c = text_[at_++];
    if (c == '\n') {
      lines_.emplace_back();
    } else {
      part += c;
    }
  }

  [[nodiscard]] bool is_directive() const {
    return text_[at_] == '#' && lines_.back().code.find_first_not_of(" \t") == std::string::npos;
  }
  void read_directive() {
    while (at_ < text_.size() && text_[at_] != '\n' && !next_is("//") && !next_is("/*")) {
      lines_.back().code += text_[at_++];
    }
  }

  void skip_quoted(char quote) {
    lines_.back().code += quote;
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      at_ += text_[at_] == '\\' ? 2U : 1U;
    }
    if (at_ < text_.size() && text_[at_] == quote) lines_.back().code += text_[at_++];
  }

  void skip_raw() {
    const auto open = text_.find('(', at_);
    if (open == std::string_view::npos) return skip_quoted('"');
    const std::string close = ")" + std::string(text_.substr(at_ + 1, open - at_ - 1)) + "\"";
    const auto end = text_.find(close, open);
    const auto stop = end == std::string_view::npos ? text_.size() : end + close.size();
    lines_.back().code += "\"\"";
    std::string nothing;
    while (at_ < stop) take(nothing);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<SourceLine> lines_;
};

}  // namespace

std::vector<SourceLine> lines_of_cpp(std::string_view text) {
  return Reader(text).read();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::size_t find_word(std::string_view line, std::string_view word, std::size_t from) {
  for (auto at = line.find(word, from); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !in_name(line[at - 1]);
    if (begins && (end == line.size() || !in_name(line[end]))) return at;
  }
  return std::string_view::npos;
}

}  // namespace bank::tidy
