#include "at/readiness.hpp"

#include <cstddef>

#include "at/fields.hpp"

namespace bank::at {
namespace {

struct Words {
  std::string_view line;
  Readiness means;
};
constexpr Words whole_lines[] = {
    {"RDY", {.restarted = true}},
    {"^SYSSTART", {.restarted = true}},
    {"^SYSSTART AIRPLANE MODE", {.restarted = true}},
    {"+READY", {.restarted = true}},
    {"+AT: READY", {.restarted = true}},
    {"Call Ready", {.sim = true}},
    {"PB DONE", {.sim = true}},
    {"+QIND: PB DONE", {.sim = true}},
    {"SMS Ready", {.sim = true, .sms = true}},
    {"SMS DONE", {.sim = true, .sms = true}},
    {"+QIND: SMS DONE", {.sim = true, .sms = true}},
    {"+PBREADY", {.sim = true, .sms = true}},
    {"*EMRDY: 1", {.sms = true}},
    {"+SIMCARD: NOT AVAILABLE", {.sim = false}},
    {"NORMAL POWER DOWN", {.going_down = true}},
    {"POWERED DOWN", {.going_down = true}},
    {"^SHUTDOWN", {.going_down = true}},
    {"... Rebooting ...", {.going_down = true}},
    {"UNDER-VOLTAGE POWER DOWN", {.going_down = true, .low_voltage = true}},
    {"OVER-VOLTAGE POWER DOWN", {.going_down = true}},
    {"UNDER-VOLTAGE WARNNING", {.low_voltage = true}},  // SIMCom's spelling
    {"UNDER-VOLTAGE WARNING", {.low_voltage = true}},
    {"UNDER_VOLTAGE WARNING", {.low_voltage = true}},
    {"UNDER_VOLTAGE POWER DOWN", {.going_down = true, .low_voltage = true}},
    {"^SBC: Undervoltage", {.low_voltage = true}},
};

/// A line with a number: its first, or its last where an answer puts the setting in front.
struct Coded {
  std::string_view prefix;
  int value;
  bool is_last;
  Readiness means;
};
constexpr Coded coded_lines[] = {
    {"+WIND:", 0, false, {.sim = false}},
    {"+WIND:", 1, false, {.sim = true}},
    {"+WIND:", 3, false, {.restarted = true}},
    {"+WIND:", 4, false, {.restarted = true, .sms = true}},
    {"+WIND:", 8, false, {.network = false}},
    {"#QSS:", 0, true, {.sim = false}},
    {"#QSS:", 1, true, {.sim = true}},
    {"#QSS:", 2, true, {.sim = true}},
    {"#QSS:", 3, true, {.sim = true, .sms = true}},
    {"^SCKS:", 0, true, {.sim = false}},
    {"^SCKS:", 1, true, {.sim = true}},
    {"+CSMINS:", 0, true, {.sim = false}},
    {"+CSMINS:", 1, true, {.sim = true}},
    {"^SIMST:", 1, false, {.sim = true}},
    {"^SIMST:", 255, false, {.sim = false}},
    {"+QUSIM:", 0, false, {.sim = true}},  // a SIM or a USIM
    {"+QUSIM:", 1, false, {.sim = true}},
    {"^SRVST:", 0, false, {.network = false}},
    {"^SRVST:", 1, false, {.network = false}},
    {"^SRVST:", 2, false, {.network = true}},
    {"^MODE:", 0, false, {.network = false}},
};

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool are_same_words(std::string_view a, std::string_view b) {
  while (true) {
    while (a.starts_with(' ')) a.remove_prefix(1);
    while (b.starts_with(' ')) b.remove_prefix(1);
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    if (upper(a.front()) != upper(b.front())) return false;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
}

/// "_OBLS: 1,1,1" of Option: SIM, phone book, SMS.
std::optional<Readiness> option_readiness(std::string_view values) {
  const auto fields = plain_fields_of(values);
  const auto sim = number_in(fields[0], 1);
  const auto sms = number_in(fields[2], 1);
  if (!sim || !sms) return std::nullopt;
  return Readiness{.sim = *sim == 1, .sms = *sms == 1};
}

/// "+QINISTAT: 7": bits for the SIM (1), SMS (2) and the phone book (4), or a count up to 3 that
/// passes them in this order.
std::optional<Readiness> quectel_readiness(std::string_view values) {
  const auto stage = number_in(values, 7);
  if (!stage) return std::nullopt;
  return Readiness{.sim = *stage > 0 ? std::optional(true) : std::nullopt,
                   .sms = (*stage & 2) != 0};
}

}  // namespace

std::optional<Readiness> readiness(std::string_view line) {
  line = trimmed(line);
  if (line.empty()) return std::nullopt;
  for (const auto& known : whole_lines) {
    if (are_same_words(line, known.line)) return known.means;
  }
  for (const auto& known : coded_lines) {
    const auto values = after(known.prefix, line);
    if (!values) continue;
    const auto fields = plain_fields_of(*values);
    if (number_in(fields[known.is_last ? fields.size() - 1 : 0]) == known.value) return known.means;
  }
  if (const auto values = after("_OBLS:", line)) return option_readiness(*values);
  if (const auto values = after("+QINISTAT:", line)) return quectel_readiness(*values);
  return std::nullopt;
}

bool is_restart_line(std::string_view line) {
  const auto told = readiness(line);
  return told && told->restarted;
}

bool is_sms_ready_line(std::string_view line) {
  const auto told = readiness(line);
  return told && told->sms == true;
}

}  // namespace bank::at
