#include "web/csv.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace bank::web;

namespace {

struct Read {
  std::vector<CsvRecord> records;
  std::string broken;
};

Read read_in_pieces(std::string_view text, std::size_t piece) {
  Read read;
  CsvReader reader([&](CsvRecord record) {
    read.records.push_back(std::move(record));
    return true;
  });
  for (std::size_t at = 0; at < text.size(); at += piece) reader.read(text.substr(at, piece));
  reader.finish();
  read.broken = reader.broken();
  return read;
}

using Fields = std::vector<std::string>;

std::vector<Fields> fields_of(std::string_view text) {
  const auto whole = read_in_pieces(text, text.size() + 1);
  const auto single = read_in_pieces(text, 1);
  std::vector<Fields> fields;
  REQUIRE(whole.records.size() == single.records.size());
  for (std::size_t i = 0; i < whole.records.size(); ++i) {
    CHECK(whole.records[i].fields == single.records[i].fields);
    CHECK(whole.records[i].line == single.records[i].line);
    CHECK(whole.records[i].flaw == single.records[i].flaw);
    fields.push_back(whole.records[i].fields);
  }
  return fields;
}

}  // namespace

TEST_CASE("CSV is read as RFC 4180 writes it, whole and octet by octet") {
  CHECK(fields_of("to,text\r\n+1,hello\r\n") ==
        std::vector<Fields>{{"to", "text"}, {"+1", "hello"}});
  CHECK(fields_of("a,b\n1,\"x,\"\"y\"\"\nz\"\n") ==
        std::vector<Fields>{{"a", "b"}, {"1", "x,\"y\"\nz"}});
  CHECK(fields_of("a,b\n1,\"x\r\ny\"") == std::vector<Fields>{{"a", "b"}, {"1", "x\r\ny"}});
  CHECK(fields_of("a,b\n,\n1,\n") == std::vector<Fields>{{"a", "b"}, {"", ""}, {"1", ""}});
  CHECK(fields_of("a,b\n\n\r\n1,2") == std::vector<Fields>{{"a", "b"}, {"1", "2"}});
  CHECK(fields_of("a,b\r1,2\r") == std::vector<Fields>{{"a", "b"}, {"1", "2"}});
  CHECK(fields_of("a,b\n1,5\" nails\n") == std::vector<Fields>{{"a", "b"}, {"1", "5\" nails"}});
  CHECK(fields_of("\"a\",\"b\"\n1,\"\"\n") == std::vector<Fields>{{"a", "b"}, {"1", ""}});
}

TEST_CASE("CSV may be separated as spreadsheets do it in other countries") {
  CHECK(fields_of("to;text\n+1;a,b\n") == std::vector<Fields>{{"to", "text"}, {"+1", "a,b"}});
  CHECK(fields_of("to\ttext\n+1\ta;b\n") == std::vector<Fields>{{"to", "text"}, {"+1", "a;b"}});
  CHECK(fields_of("sep=;\r\nto;text\r\n1;2\r\n") ==
        std::vector<Fields>{{"to", "text"}, {"1", "2"}});
  CHECK(fields_of("\"to;x\",text\n1,2\n") == std::vector<Fields>{{"to;x", "text"}, {"1", "2"}});
}

TEST_CASE("a CSV record knows its line, also behind fields of several lines") {
  const auto read = read_in_pieces("a,b\n1,\"x\ny\"\n\n2,z\n3,\"u\r\nv\"\r\n4,w\r\n", 3);
  REQUIRE(read.records.size() == 5);
  CHECK(read.records[1].line == 2);
  CHECK(read.records[2].line == 5);
  CHECK(read.records[3].line == 6);
  CHECK(read.records[4].line == 8);
}

TEST_CASE("a bad CSV record is a flaw of its own, an open quote breaks the file") {
  auto read = read_in_pieces("a,b\n1,\"x\"y\n2,z\n", 4);
  REQUIRE(read.records.size() == 3);
  CHECK_THAT(read.records[1].flaw, Catch::Contains("behind a closing quote"));
  CHECK(read.records[2].flaw.empty());
  CHECK(read.broken.empty());

  read = read_in_pieces("a,b\n1,\"x\n2,z\n", 4);
  CHECK_THAT(read.broken, Catch::Contains("line 2"));
  CHECK(read.records.size() == 1);

  const std::string much(CsvReader::longest_record + 10, 'x');
  read = read_in_pieces("a,b\n1,\"" + much + "\"\n2,z\n", 1000);
  CHECK_THAT(read.broken, Catch::Contains("line 2"));
  read = read_in_pieces("a,b\n1," + much + "\n2,z\n", 1000);
  REQUIRE(read.records.size() == 3);
  CHECK_THAT(read.records[1].flaw, Catch::Contains("longer"));
  CHECK(read.records[2].fields == Fields{"2", "z"});
  read = read_in_pieces(much + "\n1,2\n", 1000);
  CHECK_THAT(read.broken, Catch::Contains("line 1"));
}

TEST_CASE("whatever is written as CSV is read back") {
  std::mt19937 random(4180);
  const std::string_view letters = "ab,;\t\"\n\r \xC3\xA9";
  for (int round = 0; round < 300; ++round) {
    std::vector<Fields> rows{{"to", "text"}};
    std::string text = "to,text\r\n";
    for (int row = 0; row < 5; ++row) {
      Fields fields;
      for (int i = 0; i < 2; ++i) {
        std::string field;
        const auto length = random() % 8;
        for (unsigned j = 0; j < length; ++j) field += letters[random() % letters.size()];
        std::string quoted = "\"";
        for (const char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
        text += quoted + "\"" + (i == 0 ? "," : "\r\n");
        fields.push_back(std::move(field));
      }
      rows.push_back(std::move(fields));
    }
    CAPTURE(text);
    REQUIRE(fields_of(text) == rows);
  }
}
