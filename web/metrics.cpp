#include "web/metrics.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace bank::web {

namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else if (value == std::floor(value) && std::abs(value) < 9e15) {
    fmt::format_to(std::back_inserter(out), "{:.0f}", value);
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

void append_sample(std::string& out, const MetricFamily& family,
                   const MetricFamily::Sample& sample) {
  out += family.name;
  if (!sample.labels.empty()) {
    char before = '{';
    for (const auto& [label, value] : sample.labels) {
      out += before;
      out += label;
      out += "=\"";
      append_escaped(out, value, true);
      out += '"';
      before = ',';
    }
    out += '}';
  }
  out += ' ';
  append_value(out, sample.value);
  out += '\n';
}

}  // namespace

void add_queues(Metrics& metrics, std::span<const QueueFill> queues) {
  using Type = MetricFamily::Type;
  MetricFamily entries{"modembank_queue_entries", "What a queue holds.", Type::gauge, {}};
  MetricFamily limit{"modembank_queue_limit", "The most that a queue holds.", Type::gauge, {}};
  for (const auto& queue : queues) {
    entries.samples.push_back({{{"queue", queue.name}}, static_cast<double>(queue.entries)});
    limit.samples.push_back({{{"queue", queue.name}}, static_cast<double>(queue.limit)});
  }
  metrics.push_back(std::move(entries));
  metrics.push_back(std::move(limit));
}

std::string metrics_text(const Metrics& metrics) {
  std::string out;
  for (const auto& family : metrics) {
    if (family.samples.empty()) continue;
    out += "# HELP " + family.name + ' ';
    append_escaped(out, family.help, false);
    out += "\n# TYPE " + family.name;
    out += family.type == MetricFamily::Type::counter ? " counter\n" : " gauge\n";
    for (const auto& sample : family.samples) append_sample(out, family, sample);
  }
  return out;
}

}  // namespace bank::web
