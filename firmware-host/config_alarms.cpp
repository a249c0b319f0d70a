#include "firmware-host/config_alarms.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "firmware-host/config_checks.hpp"
#include "scheduler/alarms.hpp"
#include "scheduler/number.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_people = 20;        // by mail, and by SMS
constexpr std::size_t longest_address = 254;   // octets (RFC 5321 §4.5.3.1.3, with its brackets)
constexpr std::size_t longest_command = 1024;  // octets
constexpr int most_mails = 1000;               // an hour
constexpr int most_texts = 100;                // a day and person

bool only_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           more.find(c) != std::string_view::npos;
  });
}

void read_mail(Section& alarms, AlarmsConfig& into, Findings& findings) {
  constexpr auto remedy = "write addresses such as [\"rack@example.org\"], at most 20";
  if (const auto addresses = alarms.texts("mail_to", remedy)) {
    for (const auto& [address, line] : *addresses) {
      const auto& known = into.mail_to;
      if (!is_mail_address(address)) {
        findings.problem(line, "alarms.mail_to", shown(address), remedy);
      } else if (std::find(known.begin(), known.end(), address) != known.end()) {
        findings.problem(line, "alarms.mail_to", shown(address) + " for the second time",
                         "write each address once");
      } else {
        into.mail_to.push_back(address);
      }
    }
    if (addresses->size() > most_people) {
      alarms.refuse("mail_to", fmt::format("{} addresses", addresses->size()), remedy);
    }
  }
  constexpr auto command_remedy =
      "write the absolute path of a program that takes `-i -- ADDRESS…` and the mail on standard "
      "input, such as \"/usr/sbin/sendmail\"; it is run without a shell, so no arguments";
  if (const auto command = alarms.text("mail_command", command_remedy)) {
    const bool is_path =
        command->starts_with('/') && command->back() != '/' && command->size() <= longest_command &&
        std::none_of(command->begin(), command->end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
    if (!is_path) alarms.refuse("mail_command", shown(*command), command_remedy);
    if (is_path) into.mail_command = *command;
  }
  into.mail_limit_per_hour = alarms
                                 .whole("mail_limit_per_hour", {0, most_mails},
                                        fmt::format("write 0 to {} mails", most_mails))
                                 .value_or(into.mail_limit_per_hour);
}

/// "+989121234567", or "Sara <+989121234567>".
AlarmsConfig::Person person_in(const std::string& written) {
  const auto open = written.rfind('<');
  if (open == std::string::npos || !written.ends_with('>')) return {{}, written};
  std::string name = written.substr(0, open);
  while (name.ends_with(' ')) name.pop_back();
  return {std::move(name), written.substr(open + 1, written.size() - open - 2)};
}

void read_texts(Section& alarms, const Config& config, AlarmsConfig& into, Findings& findings) {
  constexpr auto remedy =
      "write numbers such as [\"+989121234567\"] or [\"Sara <+989121234567>\"], at most 20";
  if (const auto people = alarms.texts("sms_to", remedy)) {
    const scheduler::NumberPolicy numbers(config.region.country, countries_of(config));
    for (const auto& [written, line] : *people) {
      auto person = person_in(written);
      const auto number = numbers.normalise(person.number);
      const bool is_name = is_label(person.name) && person.name.find('<') == std::string::npos;
      if (!is_name) {
        findings.problem(line, "alarms.sms_to", shown(written), remedy);
      } else if (!number) {
        findings.problem(line, "alarms.sms_to", shown(written), number.error().detail);
      } else if (scheduler::is_short_code(*number)) {
        findings.problem(line, "alarms.sms_to", shown(written), remedy);
      } else if (std::any_of(into.sms_to.begin(), into.sms_to.end(),
                             [&](const auto& one) { return one.number == *number; })) {
        findings.problem(line, "alarms.sms_to", shown(written) + " for the second time",
                         "write each number once");
      } else {
        into.sms_to.push_back({std::move(person.name), *number});
      }
    }
    if (people->size() > most_people) {
      alarms.refuse("sms_to", fmt::format("{} numbers", people->size()), remedy);
    }
  }
  into.sms_limit_per_day =
      alarms
          .whole("sms_limit_per_day", {0, most_texts},
                 fmt::format("write 0 to {} messages to each person", most_texts))
          .value_or(into.sms_limit_per_day);
}

std::map<std::string, std::chrono::milliseconds> read_times(Section times) {
  std::map<std::string, std::chrono::milliseconds> read;
  for (std::size_t i = 0; i < scheduler::alarm_kinds; ++i) {
    const auto kind = scheduler::name_of(static_cast<scheduler::AlarmKind>(i));
    const auto time =
        times.duration(kind, {0s, 24h}, "write a time from \"0s\" to \"24h\", such as \"5m\"");
    if (time) read.emplace(kind, *time);
  }
  times.finish();
  return read;
}

}  // namespace

bool is_mail_address(std::string_view text) {
  if (text.empty() || text.size() > longest_address || text.front() == '-') return false;
  const auto at = text.find('@');
  const auto local = text.substr(0, at);
  if (local.empty() || !only_of(local, ".+_=~'-")) return false;
  if (at == std::string_view::npos) return true;
  const auto domain = text.substr(at + 1);
  return !domain.empty() && only_of(domain, ".-") && domain.front() != '.' &&
         domain.front() != '-' && domain.back() != '.';
}

AlarmsConfig read_alarms(Section& root, const Config& config, Findings& findings) {
  auto alarms = root.table("alarms");
  AlarmsConfig into;
  read_mail(alarms, into, findings);
  read_texts(alarms, config, into, findings);
  if (const auto chosen = alarms.choice("min_severity", {"warning", "critical"})) {
    into.only_critical = *chosen == 1;
  }
  into.repeat_every = alarms
                          .duration("repeat_every", {0s, std::chrono::days{30}},
                                    "write a time from \"1h\" to \"30d\", or \"0s\" for never")
                          .value_or(into.repeat_every);
  if (into.repeat_every > 0s && into.repeat_every < 1h) {
    alarms.refuse("repeat_every", to_string(into.repeat_every),
                  "write a time from \"1h\" to \"30d\", or \"0s\" for never");
  }
  into.after = read_times(alarms.table("after"));
  into.clear_after = read_times(alarms.table("clear_after"));
  alarms.finish();
  return into;
}

}  // namespace bank::host
