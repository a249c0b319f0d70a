#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bank::web {

/// One family of metrics as Prometheus names it.
///
/// Names   "modembank_" and base units (_seconds, _bytes, _dbm); a counter ends in _total.
struct MetricFamily {
  enum class Type { counter, gauge };
  struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value;
  };
  std::string name;
  std::string help;
  Type type;
  std::vector<Sample> samples;  // what is not known is absent, never 0
};
using Metrics = std::vector<MetricFamily>;

/// Something of the program that fills and empties: what it holds, and the most that it may hold.
struct QueueFill {
  std::string name;  // as docs/http-api.md lists it
  std::uint64_t entries;
  std::uint64_t limit;
};

/// Adds `modembank_queue_entries` and `modembank_queue_limit`, a sample for each queue.
void add_queues(Metrics& metrics, std::span<const QueueFill> queues);

/// Prometheus text exposition format 0.0.4: HELP and TYPE before each family, labels escaped.
/// Families without samples are left out.
[[nodiscard]] std::string metrics_text(const Metrics& metrics);

}  // namespace bank::web
