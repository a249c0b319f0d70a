#include "at/error_page.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "at/error_table.hpp"

using namespace bank::at;
using Kind = DialogueFailure::Kind;

TEST_CASE("docs/errors.md is what the tables say") {
  std::ifstream in(MODEMBANK_SOURCE_DIR "/docs/errors.md", std::ios::binary);
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  INFO("docs/errors.md is not what the tables say now: run script/errors-page and commit it");
  CHECK((written == error_page()));  // in brackets: nobody wants to read both
}

TEST_CASE("every code is found on the page as it is shown") {
  const std::string page = error_page();
  const auto has = [&](const DialogueFailure& failure) {
    return page.find("`" + code_of(failure) + "`") != std::string::npos;
  };
  for (const auto& row : error_table) {
    CAPTURE(row.number);
    CHECK(has({row.kind, row.number}));
    CHECK(page.find(row.meaning) != std::string::npos);
    CHECK(page.find(row.do_next) != std::string::npos);
  }
  for (const auto kind : {Kind::error, Kind::timeout, Kind::foreign, Kind::abandoned}) {
    CAPTURE(code_of({kind}));
    CHECK(has({kind}));
  }
  for (const auto* status : {"0x00", "0x22", "0x46", "0x63", "0x80", "0xFF"}) {
    CHECK(page.find(status) != std::string::npos);
  }
}

TEST_CASE("every line of a table has the cells of its heading") {
  const std::string page = error_page();
  std::size_t cells = 0;  // 0: outside a table
  std::size_t at = 0;
  while (at < page.size()) {
    const auto end = page.find('\n', at);
    REQUIRE(end != std::string::npos);
    const auto line = page.substr(at, end - at);
    const auto bars = static_cast<std::size_t>(std::count(line.begin(), line.end(), '|'));
    CAPTURE(line);
    if (line.starts_with('|')) {
      CHECK((cells == 0 || bars == cells));
      cells = bars;
    } else {
      cells = 0;
    }
    at = end + 1;
  }
}
