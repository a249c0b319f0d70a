#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bank::web {

/// One record of a CSV file.
struct CsvRecord {
  std::int64_t line;  // of its first octet, from 1; a field may hold line ends
  std::vector<std::string> fields;
  std::string flaw;  // why it cannot be read; empty: it can
};

/// Reads RFC 4180 as it comes, in UTF-8, and what spreadsheets make of it: LF, CR LF or CR at line
/// ends, `;` or a tab between fields (what the header has most of), Excel's first line "sep=;",
/// quotes within a field that does not begin with one. Empty lines are passed over.
class CsvReader {
 public:
  static constexpr std::size_t longest_record = 64 * 1024;  // octets, without its line end
  static constexpr std::size_t most_fields = 64;

  /// `take` receives each record, the header first; while it returns true.
  explicit CsvReader(std::function<bool(CsvRecord)> take) : take_(std::move(take)) {}

  void read(std::string_view text);
  /// Nothing comes any more. A quoted field that is still open is `broken`.
  void finish();

  /// Why nothing behind this place can be read: a quoted field that does not end, or not within the
  /// longest record, so that nobody can tell where it should have. Empty: all well.
  [[nodiscard]] const std::string& broken() const noexcept { return broken_; }

 private:
  void read_header(std::string_view& text);
  void end_header();
  void step(char c);
  void end_field();
  void end_record();
  void spoil(std::string_view why);

  enum class At { record, field, plain, quoted, quote };
  std::function<bool(CsvRecord)> take_;
  std::string header_;  // octets before the separator is known
  bool header_done_ = false;
  bool header_quoted_ = false;
  char separator_ = ',';
  At at_ = At::record;
  bool after_cr_ = false;
  bool stopped_ = false;
  std::int64_t line_ = 1;
  std::size_t octets_ = 0;  // of the record
  std::string field_;
  CsvRecord record_{1, {}, {}};
  std::string broken_;
};

}  // namespace bank::web
