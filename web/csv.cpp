#include "web/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace bank::web {

namespace {

/// What stands most often outside quotes.
char separator_of(std::string_view header) {
  constexpr std::array<char, 3> known{',', ';', '\t'};
  std::array<std::size_t, known.size()> counts{};
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (!quoted && c == known[i]) ++counts[i];
    }
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  return known.at(static_cast<std::size_t>(most - counts.begin()));
}

}  // namespace

void CsvReader::read(std::string_view text) {
  while (!text.empty() && !header_done_) read_header(text);
  for (const char c : text) {
    if (stopped_ || !broken_.empty()) return;
    step(c);
  }
}

/// Collects the first line, for what stands between fields is not known before its end.
void CsvReader::read_header(std::string_view& text) {
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') header_quoted_ = !header_quoted_;
    if (!header_quoted_ && (c == '\n' || c == '\r')) break;
    header_ += c;
  }
  text.remove_prefix(i);
  if (header_.size() > longest_record) {
    broken_ = fmt::format("line 1: more than {} octets without a line end; is it a CSV file?",
                          longest_record);
    header_done_ = true;
  } else if (!text.empty()) {
    end_header();
  }
}

void CsvReader::end_header() {
  header_done_ = true;
  const auto header = std::exchange(header_, {});
  constexpr std::string_view excel = "sep=";
  if (header.size() == excel.size() + 1 && header.starts_with(excel)) {
    separator_ = header.back();
    return;
  }
  separator_ = separator_of(header);
  for (const char c : header) step(c);
}

void CsvReader::step(char c) {
  if (std::exchange(after_cr_, c == '\r') && c == '\n') {  // the second half of one line end
    if (at_ == At::quoted) field_ += c;
    return;
  }
  const bool line_end = c == '\n' || c == '\r';
  if (line_end) ++line_;
  if (at_ == At::record) {
    if (line_end) return;  // an empty line
    record_.line = line_;
    at_ = At::field;
  }
  if (!line_end || at_ == At::quoted) ++octets_;
  if (octets_ > longest_record) {
    if (at_ == At::quoted) {
      broken_ = fmt::format(
          "line {}: longer than the {} octets that a record may have, within a quoted field; close "
          "the quote, or shorten it",
          record_.line, longest_record);
      return;
    }
    spoil(fmt::format("longer than the {} octets that a record may have; shorten it",
                      longest_record));
  }
  switch (at_) {
    case At::record:
    case At::field:
      if (c == '"') {
        at_ = At::quoted;
        return;
      }
      at_ = At::plain;
      [[fallthrough]];
    case At::plain: break;
    case At::quoted:
      if (c == '"') {
        at_ = At::quote;
      } else {
        field_ += c;
      }
      return;
    case At::quote:
      if (c == '"') {
        field_ += c;
        at_ = At::quoted;
        return;
      }
      if (c != separator_ && !line_end) {
        spoil("text behind a closing quote; write a quote within a field twice");
        at_ = At::plain;
      }
      break;
  }
  if (line_end) return end_record();
  if (c == separator_) return end_field();
  if (record_.flaw.empty()) field_ += c;
}

void CsvReader::end_field() {
  if (record_.fields.size() < most_fields) {
    record_.fields.push_back(std::move(field_));
  } else {
    spoil(fmt::format("more than {} fields", most_fields));
  }
  field_.clear();
  at_ = At::field;
}

void CsvReader::end_record() {
  end_field();
  at_ = At::record;
  octets_ = 0;
  stopped_ = !take_(std::exchange(record_, CsvRecord{line_, {}, {}}));
}

void CsvReader::spoil(std::string_view why) {
  if (record_.flaw.empty()) record_.flaw = why;
}

void CsvReader::finish() {
  if (!header_done_) end_header();
  if (stopped_ || !broken_.empty()) return;
  if (at_ == At::quoted) {
    broken_ =
        fmt::format("line {}: a quoted field that does not end; was the file cut?", record_.line);
  } else if (at_ != At::record) {
    end_record();
  }
}

}  // namespace bank::web
