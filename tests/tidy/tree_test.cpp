#include <stdlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/rules.hpp"

using namespace bank::tidy;

namespace {

namespace fs = std::filesystem;

/// Every file of the tree that the rules read, from the root, in order. What is built or belongs to
/// git is not walked.
std::vector<std::string> subjects(const fs::path& root) {
  std::vector<std::string> paths;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    const std::string path = entry->path().lexically_relative(root).generic_string();
    if (entry->is_directory()) {
      if (path == "build" || path == ".git" || path == ".cache") entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && is_subject(path)) {
      paths.push_back(path);
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> complaints_of(const fs::path& root) {
  std::vector<std::string> sentences;
  for (const auto& path : subjects(root)) {
    for (const auto& complaint : check(path, text_of(root / path))) {
      sentences.push_back(complaint.sentence());
    }
  }
  return sentences;
}

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a broken tree is told of, file and line") {
  std::string name = (fs::temp_directory_path() / "modembank-tidy-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const fs::path root = name;
  write(root / "at/a.cpp", "#include \"at/b.hpp\"\n#include \"modem/port.hpp\"\n");
  write(root / "at/b.hpp", "#pragma once\n");
  write(root / "build/at/c.hpp", "no guard, but nobody's source\n");
  const auto said = complaints_of(root);
  fs::remove_all(root);
  REQUIRE(said.size() == 1);
  CHECK(said[0].starts_with("at/a.cpp:2: at/ may not use"));
}

TEST_CASE("the tree keeps the rules of the house") {
  const fs::path root = MODEMBANK_SOURCE_DIR;
  REQUIRE(subjects(root).size() > 200);  // the tree was found
  for (const auto& sentence : complaints_of(root)) FAIL_CHECK(sentence);
}
