#include "firmware-host/alarm_mail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "at/utf.hpp"

namespace bank::host {
namespace {

using scheduler::AlarmView;

constexpr std::string_view product = "modembank";
constexpr std::size_t longest_subject = 200;  // octets, before it is encoded
constexpr std::size_t longest_sms = 160;      // septets; all that is written takes one each
constexpr std::size_t longest_name = 60;      // of a subject in an SMS

/// RFC 5322 §3.3, in UTC.
std::string date_of(scheduler::WallTime time) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000",
                     days.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                     months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string_view word_of(const AlarmView& alarm) {
  return alarm.cleared_at ? "cleared" : "raised";
}

std::string subject_of(const std::vector<AlarmView>& alarms, const std::string& host) {
  const AlarmView& first = alarms.front();
  std::string text = fmt::format("{} on {}: {} {}: {}", product, host,
                                 scheduler::title_of(first.kind), first.subject, word_of(first));
  if (alarms.size() > 1) text += fmt::format(", and {} more", alarms.size() - 1);
  return scheduler::plain_line(text, longest_subject);
}

std::string line_of(std::string_view name, const std::string& text) {
  return fmt::format("  {:<9} {}\n", name, scheduler::plain_line(text, 900));
}

std::string paragraph_of(const AlarmView& alarm, const scheduler::MonthClock& clock) {
  std::string text =
      scheduler::plain_line(
          fmt::format("{}: {} {} ({})", word_of(alarm), scheduler::title_of(alarm.kind),
                      alarm.subject, scheduler::name_of(alarm.severity)),
          900) +
      '\n';
  text += line_of("what", alarm.detail);
  if (!alarm.cleared_at && !alarm.do_next.empty()) text += line_of("do", alarm.do_next);
  text += line_of("since", clock.minute_of(alarm.raised_at));
  if (alarm.cleared_at) text += line_of("until", clock.minute_of(*alarm.cleared_at));
  if (alarm.times > 1) text += line_of("times", std::to_string(alarm.times));
  return text + line_of("alarm", scheduler::outside(alarm.id)) + '\n';
}

/// What every phone shows: printable ASCII without what GSM 7-bit has only as two septets, or not.
std::string for_sms(std::string_view text, std::size_t most) {
  std::string line;
  for (const char c : text.substr(0, most)) {
    const bool is_plain =
        c >= ' ' && c <= 'z' && std::string_view("[\\]^`").find(c) == std::string_view::npos;
    line += is_plain ? c : '?';
  }
  return line;
}

}  // namespace

std::string header_text(std::string_view utf8) {
  const bool is_ascii =
      std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (is_ascii && utf8.find("=?") == std::string_view::npos) return std::string(utf8);
  constexpr std::string_view begin = "=?UTF-8?Q?";
  constexpr std::size_t longest_word = 75;  // §2, with what stands around
  std::string header;
  std::string word;
  const auto end_word = [&] {
    if (word.empty()) return;
    header += fmt::format("{}{}{}?=", header.empty() ? "" : "\n ", begin, word);
    word.clear();
  };
  while (!utf8.empty()) {
    const auto one = at::first_code_point(utf8);
    const auto octets = utf8.substr(0, one ? one->octets : 1);
    std::string encoded;
    for (const char c : octets) {
      const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                            (c >= 'a' && c <= 'z') || c == '.' || c == ':' || c == '-';
      encoded +=
          is_plain ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
    }
    if (begin.size() + word.size() + encoded.size() + 2 > longest_word) end_word();
    word += encoded;
    utf8.remove_prefix(octets.size());
  }
  end_word();
  return header;
}

std::string alarm_mail(const std::vector<AlarmView>& alarms, const MailFrame& frame,
                       const scheduler::MonthClock& clock) {
  std::string mail;
  mail += fmt::format("To: {}\n", fmt::join(frame.to, ",\n "));
  mail += fmt::format("Subject: {}\n", header_text(subject_of(alarms, frame.host)));
  mail += fmt::format("Date: {}\n", date_of(frame.now));
  mail +=
      "MIME-Version: 1.0\n"
      "Content-Type: text/plain; charset=UTF-8\n"
      "Content-Transfer-Encoding: 8bit\n"
      "Auto-Submitted: auto-generated\n\n";
  for (const AlarmView& alarm : alarms) mail += paragraph_of(alarm, clock);
  mail += fmt::format(
      "Times are those of {}. GET /v1/alarms lists all; POST /v1/alarms/ID/acknowledge ends the\n"
      "mails that an alarm is open.\n",
      clock.timezone());
  return mail;
}

std::string alarm_sms(const std::vector<AlarmView>& alarms, scheduler::WallTime now,
                      const scheduler::MonthClock& clock) {
  const AlarmView& first = alarms.front();
  std::string text = fmt::format("{}: {} {}", product, scheduler::title_of(first.kind),
                                 for_sms(first.subject, longest_name));
  if (first.cleared_at) text += " is over";
  if (alarms.size() > 1) text += fmt::format(" and {} more", alarms.size() - 1);
  return for_sms(text + ", " + clock.minute_of(now), longest_sms);
}

}  // namespace bank::host
