#pragma once

#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace bank::web::test {

/// One request and its answer; names of headers in lower case.
struct RecordedExchange {
  std::string_view method;
  std::string_view target;
  const std::map<std::string, std::string>& headers;
  std::string_view body;
  int status;
  const std::map<std::string, std::string>& answer_headers;
  std::string_view answer;
};

/// Adds a line of JSON to the file that MODEMBANK_EXCHANGES names, which tests/openapi/validate.py
/// holds against web/openapi.json. The file begins anew with each process; without the variable
/// nothing is written.
inline void record(const RecordedExchange& exchange) {
  static const char* const path =
      std::getenv("MODEMBANK_EXCHANGES");  // NOLINT(concurrency-mt-unsafe)
  if (path == nullptr) return;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  static std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const nlohmann::json line{
      {"method", exchange.method},   {"target", exchange.target},
      {"headers", exchange.headers}, {"body", exchange.body},
      {"status", exchange.status},   {"answer_headers", exchange.answer_headers},
      {"answer", exchange.answer}};
  file << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace bank::web::test
