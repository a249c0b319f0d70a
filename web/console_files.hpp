#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bank::web {

/// A file of the console, as it is sent: packed with gzip, and part of the program.
struct ConsoleFile {
  std::string_view name;          // "app.js"; "index.html" is what stands at /
  std::string_view content_type;  // with its charset
  std::string_view packed;        // gzip (RFC 1952)
  std::string etag;               // RFC 9110 §8.8.3, with its quotes
};

/// Nothing: there is no such file.
[[nodiscard]] const ConsoleFile* console_file(std::string_view name);

}  // namespace bank::web
