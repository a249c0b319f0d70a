#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "at/result.hpp"

namespace bank::host {

/// Where an appliance is: "http://127.0.0.1:8080".
struct HttpTarget {
  std::string host;  // without brackets
  std::string port;
  std::string base;  // path before "/v1/…"; empty or "/bank"
};
/// The error says what to write instead; https is not spoken in this version.
[[nodiscard]] Result<HttpTarget, std::string> parse_url(std::string_view url);

struct HttpAnswer {
  unsigned status;
  std::string body;
};

/// Why there is no answer, and what to do.
struct NoAnswer {
  std::string detail;
  bool may_be_accepted;  // false: the server took nothing
};

inline constexpr std::size_t longest_answer = 16 * 1024 * 1024;  // octets of an answer's body
inline constexpr std::chrono::seconds http_patience{60};         // for connecting and the answer

/// Posts JSON and waits for the answer; blocks.
[[nodiscard]] Result<HttpAnswer, NoAnswer> post_json(const HttpTarget& target,
                                                     std::string_view path,
                                                     const std::string& bearer, std::string body);

/// A file as the body of a POST.
struct FilePost {
  std::string path;  // of the call: "/v1/messages/batch"
  std::string bearer;
  std::string content_type;
  std::string idempotency_key;
  std::string file;
  /// Octets sent so far, of how many.
  std::function<void(std::uint64_t sent, std::uint64_t all)> progress;
};
inline constexpr std::chrono::minutes file_patience{60};  // for all of it

/// Posts a file of any length as it is read, and waits for the answer, which may come before its
/// end; blocks.
///
/// Errors  also: the file cannot be read.
[[nodiscard]] Result<HttpAnswer, NoAnswer> post_file(const HttpTarget& target,
                                                     const FilePost& post);

}  // namespace bank::host
