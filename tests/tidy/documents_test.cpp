// The references name all that the code takes: keys of the configuration, options of the command
// line, paths and problems of the HTTP API.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source.hpp"

namespace {

namespace fs = std::filesystem;
using Words = std::set<std::string>;

/// What stands in quotes right after any of these beginnings.
Words quoted_after(std::string_view text, const std::vector<std::string>& beginnings) {
  Words words;
  for (const std::string& beginning : beginnings) {
    const std::string opening = beginning + "\"";
    for (auto at = text.find(opening); at != std::string_view::npos;
         at = text.find(opening, at + 1)) {
      const auto from = at + opening.size();
      words.emplace(text.substr(from, text.find('"', from) - from));
    }
  }
  return words;
}

/// Those that a document does not name by themselves.
std::vector<std::string> missing(const Words& words, std::string_view document) {
  std::vector<std::string> absent;
  for (const std::string& word : words) {
    if (bank::tidy::find_word(document, word) == std::string_view::npos) absent.push_back(word);
  }
  return absent;
}

std::string text_of(const std::string& path) {
  std::ifstream in(fs::path(MODEMBANK_SOURCE_DIR) / path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  REQUIRE_FALSE(text.empty());
  return text;
}

void names_all(const std::string& document, const Words& words, std::size_t at_least) {
  INFO(document);
  REQUIRE(words.size() >= at_least);  // the code was understood
  for (const auto& word : missing(words, text_of(document))) {
    FAIL_CHECK(document << " does not name " << word);
  }
}

}  // namespace

TEST_CASE("a word that a document lacks is found") {
  const auto words = quoted_after("x.text(\"path\", y); x.flag(\"roam\")", {".text(", ".flag("});
  CHECK(words == Words{"path", "roam"});
  CHECK(missing(words, "| `path` | and roaming |") == std::vector<std::string>{"roam"});
  CHECK(missing(words, "`path`, `roam`").empty());
}

TEST_CASE("docs/configuration.md names every key") {
  const auto keys = quoted_after(text_of("firmware-host/config_reader.cpp"),
                                 {".text(", ".secret(", ".flag(", ".whole(", ".duration(",
                                  ".choice(", ".texts(", ".table(", ".tables(", "parts("});
  REQUIRE(keys.size() >= 30);
  const std::string document = text_of("docs/configuration.md");
  for (const std::string& key : keys) {  // as a key, not as a word of a sentence
    const bool named = document.find("`" + key + "`") != std::string::npos ||
                       document.find("." + key + "`") != std::string::npos ||
                       document.find("[" + key + "]") != std::string::npos;
    if (!named) FAIL_CHECK("docs/configuration.md does not name " << key);
  }
}

TEST_CASE("docs/configuration.md names every command and option") {
  names_all("docs/configuration.md",
            quoted_after(text_of("firmware-host/command_line.cpp"),
                         {"add_subcommand(", "add_subcommand(\n        ", "add_option(", "app, ",
                          "add_flag(", "add_option_function<std::string>(\n           "}),
            25);
}

TEST_CASE("docs/http-api.md names every path and problem") {
  const auto paths = quoted_after(text_of("web/api.cpp"),
                                  {"Route{\"GET\", ", "Route{\"PUT\", ", "Route{\"POST\", ",
                                   "Route{\"PATCH\", ", "Route{\"DELETE\", "});
  REQUIRE(paths.size() >= 10);
  const std::string document = text_of("docs/http-api.md");
  for (const std::string& path : paths) {  // "/v1/sims/{}": what stands before and after the hole
    const auto hole = path.find("{}");
    const bool named =
        document.find(path.substr(0, hole) + (hole != path.npos ? "{" : "")) != std::string::npos;
    if (!named) FAIL_CHECK("docs/http-api.md does not name " << path);
  }
  Words problems;
  for (const auto& entry : fs::directory_iterator(fs::path(MODEMBANK_SOURCE_DIR) / "web")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = text_of("web/" + entry.path().filename().string());
    for (const char* status : {"400", "401", "403", "404", "405", "408", "409", "413", "415", "422",
                               "429", "501", "503"}) {
      problems.merge(quoted_after(text, {std::string("problem(") + status + ", ",
                                         std::string("problem(\n        ") + status + ", "}));
    }
  }
  names_all("docs/http-api.md", problems, 18);
}
