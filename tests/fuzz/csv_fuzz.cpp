#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "web/charset.hpp"
#include "web/csv.hpp"

// A CSV file reads the same in one piece and in many, in whatever encoding; every record has its
// bounds, and lines only grow.
namespace {

using namespace bank::web;

void require(bool law) {
  if (!law) std::abort();
}

struct Read {
  std::vector<CsvRecord> records;
  bool whole = true;  // nothing was broken or badly encoded
};

Read read(std::string_view name, std::string_view octets, std::size_t piece) {
  Read result;
  auto charset = Charset::named(name);
  require(charset.has_value());
  CsvReader reader([&](CsvRecord record) {
    require(record.fields.size() <= CsvReader::most_fields);
    std::size_t size = 0;
    for (const auto& field : record.fields) size += field.size();
    require(size <= CsvReader::longest_record);
    require(result.records.empty() ? record.line >= 1 : record.line > result.records.back().line);
    result.records.push_back(std::move(record));
    return true;
  });
  for (std::size_t at = 0; at < octets.size() && result.whole; at += piece) {
    std::string text;
    result.whole = charset->decode(octets.substr(at, piece), text).has_value();
    if (result.whole) reader.read(text);
  }
  std::string rest;
  result.whole = result.whole && charset->finish(rest).has_value();
  if (!result.whole) return result;
  reader.read(rest);
  reader.finish();
  result.whole = reader.broken().empty();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr const char* names[] = {"", "utf-8", "utf-16le", "windows-1256"};
  if (size < 2) return 0;
  const char* name = names[data[0] % 4];
  const std::size_t piece = 1 + data[1] % 7;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto once = read(name, octets, octets.size() + 1);
  const auto pieces = read(name, octets, piece);
  require(once.whole == pieces.whole);
  if (!once.whole) return 0;
  require(once.records.size() == pieces.records.size());
  for (std::size_t i = 0; i < once.records.size(); ++i) {
    require(once.records[i].line == pieces.records[i].line);
    require(once.records[i].flaw == pieces.records[i].flaw);
    require(once.records[i].fields == pieces.records[i].fields);
  }
  return 0;
}
