// The console's files, as a browser gets them, and what its catalogues have to hold.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/web/ask.hpp"
#include "web/console_files.hpp"

namespace bank::web::test {

using nlohmann::json;

namespace {

const std::string folder = std::string(MODEMBANK_SOURCE_DIR) + "/web/console/";

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE(file);
  return text.str();
}

Response get(const std::string& path, const std::string& encodings = "gzip, deflate, br",
             const std::string& known = {}) {
  FakeDoor door;
  Api api(door);
  RequestHead head{};
  head.method = "GET";
  head.path = path;
  head.accept = "*/*";
  head.accept_encoding = encodings;
  head.if_none_match = known;
  return std::get<Response>(api.handler()(head));
}

/// Every {name} of a text, also of one that goes by number.
std::set<std::string> holes_of(const json& text) {
  std::set<std::string> holes;
  const std::regex hole("\\{(\\w+)\\}");
  const auto add = [&](const std::string& one) {
    for (std::sregex_iterator at(one.begin(), one.end(), hole), end; at != end; ++at) {
      holes.insert((*at)[1]);
    }
  };
  if (text.is_string()) add(text);
  if (text.is_object()) {
    for (const auto& [category, one] : text.items()) add(one);
  }
  return holes;
}

}  // namespace

TEST_CASE("the console is given to anybody, packed, and lets nothing else in") {
  for (const auto* path : {"/", "/console/app.js", "/console/style.css", "/console/en.json",
                           "/console/uplot.js", "/console/vazirmatn.woff2"}) {
    INFO(path);
    const auto response = get(path);
    CHECK(response.status == 200);
    CHECK(header_of(response, "Content-Encoding") == "gzip");
    CHECK(response.body.substr(0, 2) == "\x1f\x8b");
    const auto policy = header_of(response, "Content-Security-Policy");
    CHECK_THAT(policy, Catch::StartsWith("default-src 'none'; script-src 'self';"));
    CHECK_THAT(policy, Catch::Contains("frame-ancestors 'none'"));
    CHECK_THAT(policy, !Catch::Contains("unsafe"));
  }
  CHECK(get("/").content_type == "text/html; charset=utf-8");
  CHECK(get("/console/app.js").content_type == "text/javascript; charset=utf-8");
}

TEST_CASE("what a browser has is not sent again") {
  const auto first = get("/console/app.js");
  const auto again = get("/console/app.js", "gzip", header_of(first, "ETag"));
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(get("/console/app.js", "gzip", "\"other\"").status == 200);
}

TEST_CASE("what is not there, and who does not unpack, is told") {
  CHECK(get("/console/nothing.js").status == 404);
  CHECK(get("/console/index.html").status == 200);
  CHECK(get("/", "identity").status == 406);
  CHECK(get("/", "gzip;q=0").status == 406);
  CHECK(get("/", "").status == 200);
  CHECK(get("/", "*").status == 200);
  CHECK(get("/", "br, *;q=0").status == 406);
}

TEST_CASE("the first page is light") {
  std::size_t octets = 0;
  for (const auto* name : {"index.html", "app.js", "style.css", "en.json"}) {
    octets += console_file(name)->packed.size();
  }
  CHECK(octets <= 150'000);
}

TEST_CASE("every string of the console is in each catalogue, with the same places to fill") {
  const auto english = json::parse(text_of(folder + "lang/en.json"));
  const std::regex used(R"(\bt\("([a-z_.0-9]+)\")");
  for (const auto& module : std::filesystem::directory_iterator(folder)) {
    if (module.path().extension() != ".js") continue;
    const auto text = text_of(module.path());
    for (std::sregex_iterator at(text.begin(), text.end(), used), end; at != end; ++at) {
      INFO(module.path() << ": " << (*at)[1]);
      CHECK(english.contains((*at)[1].str()));
    }
  }
  for (const auto* language : {"fa", "zh", "vi"}) {
    const auto other = json::parse(text_of(folder + "lang/" + language + ".json"));
    for (const auto& [key, text] : english.items()) {
      INFO(language << ": " << key);
      REQUIRE(other.contains(key));
      CHECK(holes_of(other.at(key)) == holes_of(text));
    }
    CHECK(other.size() == english.size());
  }
}

TEST_CASE("no page holds a script or a style of its own") {
  const auto page = text_of(folder + "index.html");
  CHECK_THAT(page, !Catch::Matches("(.|\n)*<script(?![^>]* src=)(.|\n)*"));
  CHECK_THAT(page, !Catch::Contains("style=") && !Catch::Contains("onclick"));
}

}  // namespace bank::web::test
