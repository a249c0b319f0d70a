#include "firmware-host/pdu_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "firmware-host/json_line.hpp"
#include "firmware-host/log.hpp"

namespace bank::host {
namespace {

/// "2026-11-22T10:00:00+03:30": the service centre's own clock.
std::string text_of(const at::ServiceCentreTime& time) {
  using namespace std::chrono;
  const auto local = time.instant + time.offset_from_utc;
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const hh_mm_ss clock{local - day};
  const auto zone = std::abs(time.offset_from_utc.count());
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}",
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(),
                     time.offset_from_utc.count() < 0 ? '-' : '+', zone / 60, zone % 60);
}

ordered_json time_or_null(const std::optional<at::ServiceCentreTime>& time) {
  return time ? ordered_json(text_of(*time)) : ordered_json();
}

template <class T>
ordered_json value_or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json concat_of(const at::UserDataHeader& header) {
  if (!header.concat) return nullptr;
  const auto& c = *header.concat;
  return {{"ref", c.ref}, {"bits", c.bits}, {"seq", c.seq}, {"total", c.total}};
}

ordered_json ports_of(const at::UserDataHeader& header) {
  if (!header.ports) return nullptr;
  return {{"destination", header.ports->destination}, {"source", header.ports->source}};
}

ordered_json language_of(const at::UserDataHeader& header) {
  if (header.shift == at::Shift{}) return nullptr;
  return {{"locking", text_or_null(name_of(header.shift.locking))},
          {"single", text_or_null(name_of(header.shift.single))}};
}

std::string lower_hex(at::Octets octets) {
  std::string hex = at::to_hex(octets);
  for (char& c : hex) {
    if (c >= 'A') c = static_cast<char>(c - 'A' + 'a');
  }
  return hex;
}

ordered_json waiting_of(const std::optional<at::MessageWaiting>& waiting) {
  if (!waiting) return nullptr;
  constexpr std::string_view kinds[] = {"voice", "fax", "email", "other", "video"};
  return {{"kind", kinds[static_cast<std::size_t>(waiting->kind)]},
          {"active", waiting->active},
          {"store", waiting->store}};
}

/// Minutes from submission, or the moment itself.
ordered_json validity_of(const std::optional<at::Validity>& validity) {
  if (!validity) return nullptr;
  if (const auto* const time = std::get_if<at::ServiceCentreTime>(&*validity))
    return text_of(*time);
  if (const auto* const enhanced = std::get_if<at::EnhancedValidity>(&*validity)) {
    const auto seconds = enhanced->time.count();
    if (seconds == 0) return nullptr;
    return seconds % 60 == 0 ? ordered_json(seconds / 60)
                             : ordered_json(static_cast<double>(seconds) / 60);
  }
  return std::get<std::chrono::minutes>(*validity).count();
}

at::Octets octets_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string part_of(const at::UserDataHeader& header) {
  if (!header.concat) return "";
  const auto& c = *header.concat;
  return fmt::format(", part {} of {} (reference {})", c.seq, c.total, c.ref);
}

std::string quoted(const std::optional<std::string>& text, at::Octets data) {
  return text ? '"' + log::escaped(*text) + '"' : "octets " + lower_hex(data);
}

std::string party(std::string_view number) {
  return number.empty() ? "nobody" : log::escaped(std::string(number));
}

std::string at_time(const std::optional<at::ServiceCentreTime>& time) {
  return time ? text_of(*time) : "a time that is none";
}

}  // namespace

std::string_view name_of(at::Alphabet alphabet) {
  switch (alphabet) {
    case at::Alphabet::gsm7: return "gsm7";
    case at::Alphabet::octets: return "8bit";
    case at::Alphabet::ucs2: return "ucs2";
  }
  return "8bit";
}

std::string json_of(const at::Deliver& deliver) {
  const bool is_data = deliver.alphabet == at::Alphabet::octets;
  return json_line({{"type", "deliver"},
                    {"smsc", text_or_null(deliver.smsc)},
                    {"from", text_or_null(deliver.from.digits_or_text)},
                    {"from_type", name_of(deliver.from.kind)},
                    {"timestamp", time_or_null(deliver.timestamp)},
                    {"text", value_or_null(deliver.text)},
                    {"encoding", name_of(deliver.alphabet)},
                    {"dcs", deliver.dcs},
                    {"pid", deliver.pid},
                    {"class", value_or_null(deliver.message_class)},
                    {"concat", concat_of(deliver.header)},
                    {"ports", ports_of(deliver.header)},
                    {"language", language_of(deliver.header)},
                    {"data", is_data ? ordered_json(lower_hex(deliver.data)) : ordered_json()},
                    {"mwi", waiting_of(deliver.waiting)}});
}

std::string json_of(const at::StatusReport& report) {
  return json_line({{"type", "status_report"},
                    {"smsc", text_or_null(report.smsc)},
                    {"mr", report.tp_mr},
                    {"recipient", text_or_null(report.recipient.digits_or_text)},
                    {"timestamp", time_or_null(report.scts)},
                    {"discharged", time_or_null(report.discharged)},
                    {"status", report.tp_status},
                    {"outcome", at::name_of(at::outcome(report.tp_status))},
                    {"meaning", at::meaning(report.tp_status)}});
}

std::string json_of(const at::Submit& submit) {
  const bool is_data = submit.alphabet == at::Alphabet::octets;
  return json_line(
      {{"type", "submit"},
       {"smsc", text_or_null(submit.smsc)},
       {"to", text_or_null(submit.to)},
       {"mr", submit.tp_mr},
       {"validity", validity_of(submit.validity)},
       {"status_report_requested", submit.report},
       {"reject_duplicates", submit.reject_duplicates},
       {"reply_path", submit.reply_path},
       {"text", is_data ? ordered_json() : ordered_json(submit.text)},
       {"encoding", name_of(submit.alphabet)},
       {"dcs", at::dcs_of(submit)},
       {"pid", submit.pid},
       {"class", value_or_null(submit.message_class)},
       {"concat", concat_of(submit.header)},
       {"ports", ports_of(submit.header)},
       {"language", language_of(submit.header)},
       {"data", is_data ? ordered_json(lower_hex(octets_of(submit.text))) : ordered_json()}});
}

std::string json_of(const DecodeError& error) {
  return json_line(
      {{"error", sentence_of(error)}, {"field", error.field}, {"offset", error.offset}});
}

std::string line_of(const at::Deliver& deliver) {
  return fmt::format("deliver from {} at {}, {}{}: {}", party(deliver.from.digits_or_text),
                     at_time(deliver.timestamp), name_of(deliver.alphabet), part_of(deliver.header),
                     quoted(deliver.text, deliver.data));
}

std::string line_of(const at::StatusReport& report) {
  return fmt::format("status report of reference {} to {}, discharged {}: 0x{:02X} {}, {}",
                     report.tp_mr, party(report.recipient.digits_or_text),
                     at_time(report.discharged), report.tp_status,
                     at::name_of(at::outcome(report.tp_status)), at::meaning(report.tp_status));
}

std::string line_of(const at::Submit& submit) {
  const bool is_data = submit.alphabet == at::Alphabet::octets;
  return fmt::format(
      "submit to {}, {}{}: {}", party(submit.to), name_of(submit.alphabet), part_of(submit.header),
      quoted(is_data ? std::nullopt : std::optional(submit.text), octets_of(submit.text)));
}

std::string line_of(const DecodeError& error) {
  return "error: " + sentence_of(error);
}

std::string sentence_of(const DecodeError& error) {
  using enum DecodeError::Fault;
  if (error.field == "hex") {
    switch (error.fault) {
      case truncated:
        return fmt::format("octet {} has one digit only; copy the whole line", error.offset);
      case out_of_range:
        return fmt::format("longer than any PDU ({} octets); give one PDU a line", at::longest_pdu);
      case reserved_value:
        return fmt::format(
            "octet {} is not hexadecimal; give the line that follows +CMGR, +CMGL, "
            "+CMT or +CDS",
            error.offset);
    }
  }
  if (error.field == "TP-MTI" && error.fault == reserved_value) {
    return fmt::format(
        "octet {} (TP-MTI) is of another type of message; try --direction auto, or "
        "--no-smsc where no service centre stands in front",
        error.offset);
  }
  switch (error.fault) {
    case truncated:
      return fmt::format("ends at octet {}, within {}; copy the whole line", error.offset,
                         error.field);
    case out_of_range:
      return fmt::format(
          "{} at octet {} is a length that cannot be; try --no-smsc where no service "
          "centre stands in front",
          error.field, error.offset);
    case reserved_value:
      return fmt::format("{} at octet {} has a value that is reserved", error.field, error.offset);
  }
  return "cannot be decoded";
}

}  // namespace bank::host
