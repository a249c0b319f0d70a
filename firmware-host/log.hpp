#pragma once

#include <fmt/format.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

/// Log lines: one fact a line, `event=sms.refused modem=slot-07 to=+4179***67 cause="cms 331"`.
/// Units stand in the key (`retry_in_s`); numbers go through `masked`; texts, PINs and keys never
/// come here.
namespace bank::host::log {

enum class Level { debug, info, warn, error, none };

/// Longest value of one field, in octets; what is longer is cut and ends in "…".
inline constexpr std::size_t longest_value = 512;

struct Field {
  template <class T>
  Field(std::string_view name, const T& content) : key(name), value(fmt::format("{}", content)) {}
  std::string_view key;
  std::string value;
};

/// Control characters (C0, DEL, C1), quotes, backslashes and octets that are not UTF-8 as "\\n",
/// "\\x1b", …; everything else as it is.
[[nodiscard]] std::string escaped(std::string_view text);

/// The text of a line. A value is quoted when it is not one plain word; control characters and
/// octets that are not UTF-8 are escaped, so that no value can begin a line of its own.
[[nodiscard]] std::string line(std::string_view event, std::initializer_list<Field> fields);

/// "+41791234567" -> "+4179***67": enough to recognise a number in a log, not enough to call it.
/// Short codes ("12345") stay as they are: they belong to services, not to people.
[[nodiscard]] std::string masked(std::string_view number);

/// Sends all later lines to standard error. Under systemd (JOURNAL_STREAM set) a line carries its
/// priority as "<4>" and no time, because the journal adds both; else "2026-11-24 10:00:00.123
/// warning". Before this is called lines go out too, with spdlog's own dress. Not from several
/// threads at once.
void open(Level least = Level::info);
/// The same, and `listener` gets the lines, without time and level, instead of standard error.
void open(Level least, std::function<void(std::string_view line)> listener);

void debug(std::string_view event, std::initializer_list<Field> fields = {});
void info(std::string_view event, std::initializer_list<Field> fields = {});
void warn(std::string_view event, std::initializer_list<Field> fields = {});
void error(std::string_view event, std::initializer_list<Field> fields = {});

}  // namespace bank::host::log
