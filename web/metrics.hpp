#pragma once

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

/// Prometheus text exposition format 0.0.4: HELP and TYPE before each family, labels escaped.
/// Families without samples are left out.
[[nodiscard]] std::string metrics_text(const Metrics& metrics);

}  // namespace bank::web
