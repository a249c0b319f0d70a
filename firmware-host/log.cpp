#include "firmware-host/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

#include "at/masked_number.hpp"
#include "at/printable.hpp"

namespace bank::host::log {
namespace {

constexpr bool continues(unsigned char octet) {
  return (octet & 0xC0) == 0x80;
}

std::string cut(std::string_view value) {
  if (value.size() <= longest_value) return std::string(value);
  std::size_t end = longest_value;
  while (end > 0 && continues(static_cast<unsigned char>(value[end]))) --end;
  return std::string(value.substr(0, end)) + "…";
}

bool is_bare(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
}

void write(spdlog::level::level_enum level, std::string_view event,
           std::initializer_list<Field> fields) {
  if (spdlog::should_log(level)) spdlog::log(level, "{}", line(event, fields));
}

/// sd-daemon(3): "<4>" at the start of a line is its priority for the journal.
class JournalPriority : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const char digit = message.level >= spdlog::level::err    ? '3'
                       : message.level == spdlog::level::warn ? '4'
                       : message.level == spdlog::level::info ? '6'
                                                              : '7';
    const char prefix[] = {'<', digit, '>'};
    out.append(prefix, prefix + sizeof prefix);
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JournalPriority>();
  }
};

class Listener : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Listener(std::function<void(std::string_view)> hear) : hear_(std::move(hear)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    hear_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

 private:
  std::function<void(std::string_view)> hear_;
};

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::none: return spdlog::level::off;
  }
  return spdlog::level::info;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = at::printable_length(text);
    if (length == 0) {
      const auto octet = static_cast<unsigned char>(text.front());
      out += octet == '\n'   ? "\\n"
             : octet == '\r' ? "\\r"
             : octet == '\t' ? "\\t"
                             : fmt::format("\\x{:02x}", octet);
    } else {
      if (text.front() == '"' || text.front() == '\\') out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string line(std::string_view event, std::initializer_list<Field> fields) {
  std::string text = fmt::format("event={}", event);
  for (const auto& [key, value] : fields) {
    const std::string shown = cut(value);
    text += is_bare(shown) ? fmt::format(" {}={}", key, shown)
                           : fmt::format(" {}=\"{}\"", key, escaped(shown));
  }
  return text;
}

std::string masked(std::string_view number) {
  return at::masked_number(number);
}

void open(Level least) {
  std::shared_ptr<spdlog::logger> logger;
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (std::getenv("JOURNAL_STREAM") != nullptr) {  // NOLINT(concurrency-mt-unsafe): at start
    logger =
        std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    formatter->add_flag<JournalPriority>('*').set_pattern("%*%v");
  } else {
    logger = std::make_shared<spdlog::logger>(
        "", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  }
  logger->set_formatter(std::move(formatter));
  logger->set_level(native(least));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void open(Level least, std::function<void(std::string_view)> listener) {
  auto logger =
      std::make_shared<spdlog::logger>("", std::make_shared<Listener>(std::move(listener)));
  logger->set_level(native(least));
  spdlog::set_default_logger(std::move(logger));
}

void debug(std::string_view event, std::initializer_list<Field> fields) {
  write(spdlog::level::debug, event, fields);
}
void info(std::string_view event, std::initializer_list<Field> fields) {
  write(spdlog::level::info, event, fields);
}
void warn(std::string_view event, std::initializer_list<Field> fields) {
  write(spdlog::level::warn, event, fields);
}
void error(std::string_view event, std::initializer_list<Field> fields) {
  write(spdlog::level::err, event, fields);
}

}  // namespace bank::host::log
