#include "at/replies.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <vector>

#include "at/errors.hpp"
#include "at/hex.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

constexpr std::size_t most_fields = 16;     // of one line; the rest is not looked at
constexpr int lowest_type = 128;            // of address: bit 8 is set (TS 23.040 §9.1.2.5)
constexpr std::size_t longest_number = 20;  // TS 23.040 §9.1.2.5: digits of an address

using Fields = std::vector<std::string_view>;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

constexpr bool is_upper_hex(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'F');
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Either quote may be missing: modems cut texts.
std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return trimmed(text);
}

/// What stands after the prefix; nullopt when the line has another.
std::optional<std::string_view> after(std::string_view prefix, std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with(prefix)) return std::nullopt;
  return trimmed(line.substr(prefix.size()));
}

/// Fields between the commas that stand outside quotes, trimmed, with their quotes.
Fields split(std::string_view text) {
  Fields fields;
  bool is_quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size() && fields.size() < most_fields; ++i) {
    if (i < text.size() && text[i] == '"') is_quoted = !is_quoted;
    if (i < text.size() && (text[i] != ',' || is_quoted)) continue;
    fields.push_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  return fields;
}

/// A whole decimal number of at most `most_digits` digits, leading zeros included.
std::optional<int> number_in(std::string_view text, std::size_t most_digits = 5) {
  if (text.empty() || text.size() > most_digits) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<int> number_at(const Fields& fields, std::size_t index) {
  return index < fields.size() ? number_in(fields[index]) : std::nullopt;
}

/// Printable UTF-8 of at most `longest_name` octets, whatever came over the line.
std::string printable(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const auto c = first_code_point(text);
    const std::size_t octets = c ? c->octets : 1;
    std::string next;
    if (!c || c->value >= 0x20) append_utf8(next, c ? c->value : replacement_character);
    if (clean.size() + next.size() > longest_name) break;
    clean += next;
    text.remove_prefix(octets);
  }
  return std::string(trimmed(clean));
}

/// UTF-16 in hex, as under AT+CSCS="UCS2". Digits alone are that too, so what is taken for it must
/// look like text: characters of scripts that names are written in, no control characters.
std::optional<std::string> from_ucs2_hex(std::string_view text) {
  if (text.size() < 8 || text.size() % 4 != 0) return std::nullopt;
  const auto octets = from_hex(text);
  if (!octets) return std::nullopt;
  for (std::size_t i = 0; i + 1 < octets->size(); i += 2) {
    const unsigned unit = static_cast<unsigned>((*octets)[i] << 8U) | (*octets)[i + 1];
    const bool is_european_to_thai = unit >= 0x20 && unit < 0x1000;
    const bool is_cjk = (unit >= 0x3040 && unit < 0xA000) || (unit >= 0xAC00 && unit < 0xD800);
    if (!is_european_to_thai && !is_cjk) return std::nullopt;
  }
  return utf8_from_utf16be(*octets);
}

/// A telephone number as modems give it, with type 145 (TS 24.008 §10.5.4.7) in front as '+'.
std::optional<std::string> telephone_number(std::string_view field, std::string_view type) {
  field = unquoted(field);
  std::string number(field);
  if (const auto text = from_ucs2_hex(field)) number = *text;
  const std::string_view digits = std::string_view(number).substr(number.starts_with('+') ? 1 : 0);
  const bool is_number = !digits.empty() && digits.size() <= longest_number &&
                         std::all_of(digits.begin(), digits.end(),
                                     [](char c) { return is_digit(c) || c == '*' || c == '#'; });
  if (!is_number) return std::nullopt;
  constexpr int international = 145;
  if (!number.starts_with('+') && number_in(type) == international) number.insert(0, 1, '+');
  return number;
}

/// The first run of `is_part` that `is_wanted`, in any line of the reply.
std::optional<std::string> first_run(const Reply& reply, bool (*is_part)(char),
                                     bool (*is_wanted)(std::string_view)) {
  for (const auto& line : reply) {
    const std::string_view text = line.text;
    for (auto at = text.begin(); at != text.end();) {
      const auto begin = std::find_if(at, text.end(), is_part);
      at = std::find_if_not(begin, text.end(), is_part);
      const std::string_view run(begin, at);
      if (is_wanted(run)) return std::string(run);
    }
  }
  return std::nullopt;
}

/// A line such as "^RSSI: 12" or "+QIND: …" that slipped into the answer of another command.
bool is_makers_urc(std::string_view line) {
  constexpr std::string_view signs = "+^*#%$_!&";
  return !line.empty() && signs.find(line.front()) != std::string_view::npos &&
         line.find(':') != std::string_view::npos;
}

struct PinWords {
  std::string_view words;
  SimState state;
};
constexpr PinWords pin_words[] = {
    {"READY", SimState::ready},
    {"SIM PIN", SimState::pin},
    {"SIM PUK", SimState::puk},
    {"SIM PIN2", SimState::ready},
    {"SIM PUK2", SimState::ready},
    {"NOT INSERTED", SimState::absent},
    {"SIM NOT INSERTED", SimState::absent},
    {"SIM REMOVED", SimState::absent},
    {"REMOVED", SimState::absent},
    {"NO SIM", SimState::absent},
    {"NOT READY", SimState::busy},
    {"SIM BUSY", SimState::busy},
    {"BLOCKED", SimState::blocked},
    {"SIM BLOCKED", SimState::blocked},
    {"UNDEFINED", SimState::unknown},
};

struct SimError {
  std::string_view code;  // as code_of
  SimState state;
};
// What is not here says nothing about the SIM: it may be in order at the next question.
constexpr SimError sim_errors[] = {
    {"cme_5", SimState::blocked},  {"cme_6", SimState::blocked},   {"cme_7", SimState::blocked},
    {"cme_10", SimState::absent},  {"cme_11", SimState::pin},      {"cme_12", SimState::puk},
    {"cme_14", SimState::busy},    {"cme_15", SimState::blocked},  {"cme_16", SimState::pin},
    {"cme_17", SimState::ready},   {"cme_18", SimState::ready},    {"cme_40", SimState::blocked},
    {"cme_41", SimState::blocked}, {"cme_42", SimState::blocked},  {"cme_43", SimState::blocked},
    {"cme_44", SimState::blocked}, {"cme_45", SimState::blocked},  {"cme_46", SimState::blocked},
    {"cme_47", SimState::blocked}, {"cme_48", SimState::blocked},  {"cme_262", SimState::blocked},
    {"cme_264", SimState::busy},   {"cme_515", SimState::busy},    {"cms_262", SimState::blocked},
    {"cms_310", SimState::absent}, {"cms_311", SimState::pin},     {"cms_312", SimState::blocked},
    {"cms_314", SimState::busy},   {"cms_315", SimState::blocked}, {"cms_316", SimState::puk},
    {"cms_317", SimState::ready},  {"cms_318", SimState::ready},   {"cms_515", SimState::busy},
    {"cms_532", SimState::busy},   {"cms_770", SimState::blocked},
};

constexpr std::array<Registration, 12> by_stat{
    Registration::idle,          Registration::home,
    Registration::searching,     Registration::denied,
    Registration::unknown,       Registration::roaming,
    Registration::sms_only_home, Registration::sms_only_roaming,
    Registration::emergency,     Registration::home,
    Registration::roaming,       Registration::emergency};

/// <stat> where it can stand second: not quoted and not as long as a location area in hex.
std::optional<int> stat_in(std::string_view field) {
  const auto stat = number_in(field, 3);  // Iridium writes 001
  return stat && *stat < static_cast<int>(by_stat.size()) ? stat : std::nullopt;
}

/// Whether the line is "n,stat[,lac,ci…]" and not "stat[,lac,ci…]". Both come unasked.
bool has_answer_form(const Fields& fields, bool solicited) {
  if (fields.size() < 2 || !stat_in(fields[1])) return false;
  if (solicited || fields.size() == 2) return true;
  // Unasked, three fields are stat, lac and ci; with more, an area is never as short as a stat.
  return fields.size() > 3;
}

bool is_one_of(std::string_view line, const auto& known) {
  return std::find(std::begin(known), std::end(known), line) != std::end(known);
}

}  // namespace

std::optional<SimState> sim_state(std::string_view cpin_line) {
  const auto answer = after("+CPIN:", cpin_line);
  auto words = unquoted(answer ? *answer : cpin_line);
  words = unquoted(words.substr(0, words.find(',')));  // the tries that are left, on some
  for (const auto& known : pin_words) {
    if (words == known.words) return known.state;
  }
  if (words.starts_with("PH-")) return SimState::blocked;  // locked to a SIM, network or operator
  return answer ? std::optional(SimState::unknown) : std::nullopt;
}

SimState sim_state(const DialogueFailure& failure) {
  const auto code = code_of(failure);
  for (const auto& known : sim_errors) {
    if (code == known.code) return known.state;
  }
  return SimState::unknown;
}

std::optional<Registration> registration(std::string_view creg_line, bool solicited) {
  for (const auto prefix : {"+CREG:", "+CGREG:", "+CEREG:", "+C5GREG:"}) {
    const auto values = after(prefix, creg_line);
    if (!values) continue;
    const auto fields = split(*values);
    const auto stat = number_in(fields[has_answer_form(fields, solicited) ? 1 : 0], 3);
    if (!stat) return std::nullopt;
    const auto index = static_cast<std::size_t>(*stat);
    return index < by_stat.size() ? by_stat[index] : Registration::unknown;
  }
  return std::nullopt;
}

std::string_view name_of(Registration registration) {
  switch (registration) {
    case Registration::idle: return "idle";
    case Registration::home: return "home";
    case Registration::searching: return "searching";
    case Registration::denied: return "denied";
    case Registration::unknown: return "unknown";
    case Registration::roaming: return "roaming";
    case Registration::sms_only_home: return "sms_only_home";
    case Registration::sms_only_roaming: return "sms_only_roaming";
    case Registration::emergency: return "emergency";
  }
  return "unknown";
}

std::optional<int> signal_dbm(std::string_view csq_line) {
  const auto values = after("+CSQ:", csq_line);
  const auto rssi = values ? number_at(split(*values), 0) : std::nullopt;
  if (!rssi) return std::nullopt;
  if (*rssi <= 31) return -113 + 2 * *rssi;
  if (*rssi >= 100 && *rssi <= 191) return *rssi - 216;  // TD-SCDMA
  return std::nullopt;
}

std::optional<int> message_reference(std::string_view cmgs_line) {
  const auto values = after("+CMGS:", cmgs_line);
  const auto tp_mr = values ? number_at(split(*values), 0) : std::nullopt;
  return tp_mr && *tp_mr <= 255 ? tp_mr : std::nullopt;
}

std::string identity_text(const Reply& reply, std::string_view prefix) {
  const std::string_view own_words[] = {prefix, "Manufacturer:", "Model:", "Revision:"};
  std::string text;
  for (const auto& line : reply) {
    std::string_view value = trimmed(line.text);
    const auto* const own = std::find_if(
        std::begin(own_words), std::end(own_words),
        [&](std::string_view word) { return !word.empty() && value.starts_with(word); });
    if (own != std::end(own_words)) {
      value.remove_prefix(own->size());
    } else if (is_makers_urc(value) || is_restart_line(value) || is_sms_ready_line(value)) {
      continue;
    }
    value = unquoted(value);
    if (value.empty()) continue;
    if (!text.empty()) text += ' ';
    text += value;
    if (text.size() > longest_name) break;
  }
  return printable(text);
}

std::optional<std::string> imei(const Reply& reply) {
  return first_run(reply, is_digit,
                   [](std::string_view run) { return run.size() >= 14 && run.size() <= 16; });
}

std::optional<std::string> imsi(const Reply& reply) {
  return first_run(reply, is_digit,
                   [](std::string_view run) { return run.size() == 14 || run.size() == 15; });
}

std::optional<std::string> iccid(const Reply& reply) {
  Reply upper = reply;
  for (auto& line : upper) {
    for (char& c : line.text) {
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
  }
  const auto without_filling = [](std::string_view run) {
    return run.substr(0, run.find_last_not_of('F') + 1);
  };
  auto run = first_run(
      upper, [](char c) { return is_digit(c) || is_letter(c); },
      [](std::string_view candidate) {
        const auto digits = candidate.substr(0, candidate.find_last_not_of('F') + 1);
        return digits.size() >= 18 && digits.size() <= 20 && digits.starts_with("89") &&
               std::all_of(candidate.begin(), candidate.end(), is_upper_hex);
      });
  if (run) run = std::string(without_filling(*run));
  return run;
}

std::optional<std::string> own_number(const Reply& cnum) {
  for (const auto& line : cnum) {
    const auto values = after("+CNUM:", line.text);
    if (!values) continue;
    const auto fields = split(*values);
    // "name",number,type: an unquoted name may bring commas of its own, so the type tells which.
    for (std::size_t i = 1; i < fields.size(); ++i) {
      const bool has_type = number_at(fields, i + 1).value_or(0) >= lowest_type;
      const bool is_all = fields.size() == 2 && fields[i].size() > 3;
      if (!has_type && !is_all) continue;
      const auto type = has_type ? fields[i + 1] : std::string_view{};
      if (auto number = telephone_number(fields[i], type)) return number;
    }
  }
  return std::nullopt;
}

std::optional<std::string> service_centre(std::string_view csca_line) {
  const auto values = after("+CSCA:", csca_line);
  if (!values) return std::nullopt;
  const auto fields = split(*values);
  return telephone_number(fields[0], fields.size() > 1 ? fields[1] : std::string_view{});
}

std::optional<std::string> operator_name(std::string_view cops_line) {
  const auto values = after("+COPS:", cops_line);
  if (!values || values->starts_with('(')) return std::nullopt;  // the networks around
  const auto fields = split(*values);
  const auto quoted = std::find_if(fields.begin(), fields.end(),
                                   [](std::string_view field) { return field.starts_with('"'); });
  if (quoted == fields.end() && fields.size() < 3) return std::nullopt;
  const auto field = unquoted(quoted != fields.end() ? *quoted : fields[2]);
  auto name = printable(from_ucs2_hex(field).value_or(std::string(field)));
  const bool is_nothing = name.find_first_not_of("Ff") == std::string::npos || name == "Unknown";
  return is_nothing ? std::nullopt : std::optional(std::move(name));
}

bool is_restart_line(std::string_view line) {
  constexpr std::string_view known[] = {"RDY",      "^SYSSTART", "^SYSSTART AIRPLANE MODE",
                                        "+WIND: 3", "+WIND: 4",  "+WIND:3",
                                        "+WIND:4",  "+READY",    "+AT: READY"};
  return is_one_of(trimmed(line), known);
}

bool is_sms_ready_line(std::string_view line) {
  constexpr std::string_view known[] = {"SMS Ready", "SMS READY", "SMS DONE",     "+QIND: SMS DONE",
                                        "+WIND: 4",  "+WIND:4",   "_OBLS: 1,1,1", "*EMRDY: 1",
                                        "+PBREADY",  "#QSS: 3"};
  return is_one_of(trimmed(line), known);
}

}  // namespace bank::at
