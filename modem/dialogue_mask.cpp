#include "modem/dialogue_mask.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "at/masked_number.hpp"

namespace bank::modem {
namespace {

using Words = std::string_view;

constexpr char ctrl_z = '\x1A';
constexpr char escape = '\x1B';
constexpr std::size_t shortest_pdu = 20;    // hex digits that are shown nowhere
constexpr std::size_t shortest_bare = 8;    // the same, of a line that has nothing else
constexpr std::size_t shortest_number = 7;  // digits; fewer are a short code (at::masked_number)
constexpr std::size_t shortest_pin = 4, longest_pin = 8;  // digits (TS 11.11 §9.3)

// Their arguments are, or may hold, a PIN: of an APDU too (VERIFY). By the ends of their names, as
// makers have their own: ^CPIN, *EPIN, …
constexpr std::array<Words, 10> of_pins{
    "PIN=", "PIN2=", "CLCK=", "CPWD=", "CSIM=", "CGLA=", "CRSM=", "SPIC=", "PUK=", "PINAUTH="};
// A line with the PDU follows, or lines with the text while the modem is in text mode
// (TS 27.005 §3.4).
constexpr std::array<Words, 5> of_messages{"CMT:", "CDS:", "CBM:", "CMGL:", "CMGR:"};
constexpr std::array<Words, 4> of_payloads{"CMGS=", "CMGW=", "CMGC=", "CNMA="};
// Quotes hold numbers and names.
constexpr std::array<Words, 10> of_numbers{"CLIP", "CNUM", "CSCA", "CCWA", "CLCC",
                                           "COLP", "CPBR", "CPBF", "CPBW", "CMGS"};
// Digits in their arguments are no PIN.
constexpr std::array<Words, 3> of_figures{"COPS=", "IPR=", "CMGS="};
constexpr std::array<Words, 2> errors{"+CMS ERROR", "+CME ERROR"};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}
constexpr bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_printable(char c) {
  return c >= 0x20 && c < 0x7F;
}

/// Without blanks and noise, in capitals: as a modem reads a command.
std::string as_read(std::string_view line) {
  std::string read;
  for (const char c : line) {
    if (!is_printable(c) || c == ' ') continue;
    read += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return read;
}

bool has_any(std::string_view read, const auto& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](Words word) { return read.find(word) != Words::npos; });
}

/// "+CREG: …", "^HCSQ:…": the name of what is told, and a colon.
bool is_told(std::string_view read) {
  constexpr std::string_view signs = "+^%$*#&_!";
  if (read.size() < 3 || signs.find(read[0]) == std::string_view::npos) return false;
  const auto end = read.find_first_of(":=?", 1);
  return end != std::string_view::npos && end > 2 &&
         std::all_of(read.begin() + 1, read.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; }) &&
         is_letter(read[1]);
}

bool is_result(std::string_view line) {
  constexpr std::size_t longest_code = 6;  // ": 9999"
  return line == "OK" || line == "ERROR" ||
         std::any_of(errors.begin(), errors.end(), [&](Words word) {
           return line.starts_with(word) && line.size() <= word.size() + longest_code;
         });
}

std::string hidden(std::string_view text) {
  const auto digits = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_hex));
  const bool is_pdu = digits > 0 && std::all_of(text.begin(), text.end(), [](char c) {
                        return is_hex(c) || !is_printable(c) || c == ' ';
                      });
  return is_pdu ? fmt::format("<PDU, {} octets>", (digits + 1) / 2)
                : fmt::format("<text, {} octets>", text.size());
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (is_printable(c)) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

/// Where a run of such characters that begins at `from` ends; noise within it does not end it.
std::size_t end_of_run(std::string_view text, std::size_t from, bool (*is_it)(char)) {
  std::size_t end = from;
  for (std::size_t i = from; i < text.size() && (is_it(text[i]) || !is_printable(text[i])); ++i) {
    if (is_it(text[i])) end = i + 1;
  }
  return end;
}

std::string without_noise(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), is_printable);
  return out;
}

/// What stands in a line that hides nothing of its own: long runs of hex digits are PDUs, long runs
/// of digits numbers; `has_arguments`: after its '=' a few digits may be a PIN.
std::string with_runs_masked(std::string_view text, bool has_arguments) {
  std::string out;
  bool in_arguments = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t hex_end = is_hex(text[i]) ? end_of_run(text, i, is_hex) : i;
    const auto hex = without_noise(text.substr(i, hex_end - i));
    if (hex.size() >= shortest_pdu) {
      out += hidden(hex);
      i = hex_end;
      continue;
    }
    const bool has_sign = text[i] == '+';
    const std::size_t first = i + (has_sign ? 1 : 0);
    const std::size_t end =
        first < text.size() && is_digit(text[first]) ? end_of_run(text, first, is_digit) : i;
    const auto number = without_noise(text.substr(i, end > i ? end - i : 0));
    const std::size_t digits = number.size() - (has_sign && !number.empty() ? 1 : 0);
    if (digits >= shortest_number) {
      out += has_arguments && in_arguments && digits <= longest_pin ? "****"
                                                                    : at::masked_number(number);
      i = end;
    } else if (has_arguments && in_arguments && digits >= shortest_pin) {
      out += "****";
      i = end;
    } else {
      const std::size_t next = std::max(end, i + 1);
      const auto piece = text.substr(i, next - i);
      in_arguments = in_arguments || piece == "=";
      out += escaped(piece);
      i = next;
    }
  }
  return out;
}

/// Each text in quotes through `show`; one whose end is missing goes to the end of the line.
std::string with_quotes(std::string_view text, const auto& show) {
  std::string out;
  while (true) {
    const auto open = text.find('"');
    out += with_runs_masked(text.substr(0, open), false);
    if (open == std::string_view::npos) return out;
    const auto close = text.find('"', open + 1);
    out += '"' + show(text.substr(open + 1, close - open - 1));
    if (close == std::string_view::npos) return out;
    out += '"';
    text.remove_prefix(close + 1);
  }
}

std::string masked_or_hidden(std::string_view quoted) {
  const auto digits = quoted.substr(quoted.starts_with('+') ? 1 : 0);
  if (std::all_of(digits.begin(), digits.end(), is_digit)) return at::masked_number(quoted);
  return hidden(quoted);
}

/// Of "+CUSD: 0,"…",15" and "AT+CUSD=1,"…",15": all that stands between the first quote and the
/// last one, which may be missing; without quotes all after the first comma.
std::string ussd(std::string_view text) {
  const auto open = text.find('"');
  if (open == std::string_view::npos) {
    const auto comma = text.find(',');
    if (comma == std::string_view::npos) return with_runs_masked(text, false);
    return with_runs_masked(text.substr(0, comma + 1), false) +
           fmt::format("<text, {} octets>", text.size() - comma - 1);
  }
  const auto close = text.rfind('"');
  const auto end = close == open ? text.size() : close;
  return with_runs_masked(text.substr(0, open + 1), false) +
         fmt::format("<text, {} octets>", end - open - 1) +
         with_runs_masked(text.substr(end), false);
}

/// A line of which nothing tells what it is: a PDU, or a rest of one, or of what was typed.
bool may_be_rest(std::string_view read) {
  const auto count = [&](auto is_it) {
    return static_cast<std::size_t>(std::count_if(read.begin(), read.end(), is_it));
  };
  const std::size_t hex = count(is_hex);
  if (hex >= shortest_bare && hex == read.size()) return true;
  if (hex >= shortest_pdu && hex * 10 >= read.size() * 9) return true;
  return count(is_digit) >= 2 && read.find_first_not_of("0123456789\",") == std::string_view::npos;
}

/// IMEI, IMSI and ICCID stand in lines of their own, as numbers that people know parts of.
std::string rest(const std::string& read) {
  constexpr std::size_t shortest_identity = 14;
  const bool is_number = std::all_of(read.begin(), read.end(), is_digit);
  if (is_number && read.size() >= shortest_identity && read.size() < shortest_pdu) {
    return at::masked_number(read);
  }
  return read.size() < shortest_bare ? "****" : hidden(read);
}

}  // namespace

void DialogueMask::hide_what_follows(Hides what) {
  hides_ = what;
  left_ = longest_hidden;
}

/// Whether this line still belongs to what is hidden.
bool DialogueMask::goes_on_hiding(std::string_view line, std::string_view read) {
  if (hides_ == Hides::nothing) return false;
  const bool is_over = is_told(read) || (hides_ == Hides::payload && is_result(line)) ||
                       (whose_ == Of::host && read.starts_with("AT"));
  if (is_over || left_ == 0) {
    hides_ = Hides::nothing;
    return false;
  }
  left_ -= std::min(left_, line.size());
  const bool ends =
      whose_ == Of::host || (hides_ == Hides::quoted && line.find('"') != std::string_view::npos);
  if (ends) hides_ = Hides::nothing;
  return true;
}

std::string DialogueMask::shown(std::string_view line, char end) {
  std::string text = hidden_or_shown(line, end);
  if (text.size() > longest_shown) {
    text.resize(longest_shown - 3);
    text += "...";
  }
  return text;
}

std::string DialogueMask::hidden_or_shown(std::string_view line, char end) {
  const bool is_payload = end == ctrl_z;
  const std::string closing =
      whose_ == Of::host && (is_payload || end == escape) ? escaped({&end, 1}) : "";
  if (line.empty()) {
    hides_ = Hides::nothing;  // the host closed its prompt with ESC
    return closing;
  }
  const std::string read = as_read(line);
  if (goes_on_hiding(line, read) || is_payload) return hidden(line) + closing;

  for (const Words word : of_pins) {
    const auto at = read.find(word);
    if (at == std::string::npos) continue;
    return with_runs_masked(std::string_view(read).substr(0, at + word.size()), false) + "****" +
           closing;
  }
  const bool is_command = read.find("AT") != std::string::npos && read.find('=') != Words::npos;
  if (read.find("ATD") != std::string::npos) return "ATD****" + closing;
  if (read.find("CUSD") != std::string::npos) {
    const bool is_open = std::count(line.begin(), line.end(), '"') % 2 != 0;
    if (is_open && whose_ == Of::modem) hide_what_follows(Hides::quoted);
    return ussd(line) + closing;
  }
  if (has_any(read, of_messages)) {
    hide_what_follows(Hides::payload);
    return with_quotes(line, hidden) + closing;
  }
  if (whose_ == Of::host && has_any(read, of_payloads)) hide_what_follows(Hides::payload);
  if (has_any(read, of_numbers)) return with_quotes(line, masked_or_hidden) + closing;
  if (whose_ == Of::modem && read.starts_with('>')) {
    return read.size() == 1 ? ">"
                            : "> " + hidden(std::string_view(line).substr(line.find('>') + 1));
  }
  if (!is_told(read) && may_be_rest(read)) {
    return rest(read) + closing;
  }
  return with_runs_masked(line, is_command && !has_any(read, of_figures)) + closing;
}

}  // namespace bank::modem
