#include "web/console_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "web/token.hpp"

#include "web/console/files.inc"  // made when the program is built: packed_files

namespace bank::web {

namespace {

struct Kind {
  std::string_view ending, content_type;
};
constexpr std::array<Kind, 6> kinds{{{".html", "text/html; charset=utf-8"},
                                     {".js", "text/javascript; charset=utf-8"},
                                     {".css", "text/css; charset=utf-8"},
                                     {".json", "application/json"},
                                     {".svg", "image/svg+xml"},
                                     {".woff2", "font/woff2"}}};

std::string_view type_of(std::string_view name) {
  for (const auto& [ending, type] : kinds) {
    if (name.ends_with(ending)) return type;
  }
  return "text/plain; charset=utf-8";
}

std::vector<ConsoleFile> all_files() {
  constexpr std::size_t tag_octets = 12;
  std::vector<ConsoleFile> files;
  for (const auto& [name, begin, end] : packed_files) {
    const std::string_view packed(begin, static_cast<std::size_t>(end - begin));
    const auto hash = sha256(packed);
    std::string tag;
    for (const auto octet : std::span(hash).first(tag_octets)) {
      tag += fmt::format("{:02x}", octet);
    }
    files.push_back({name, type_of(name), packed, '"' + tag + '"'});
  }
  return files;
}

}  // namespace

const ConsoleFile* console_file(std::string_view name) {
  static const auto files = all_files();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const ConsoleFile& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

}  // namespace bank::web
