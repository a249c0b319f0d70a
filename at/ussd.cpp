#include "at/ussd.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "at/cbs_coding.hpp"
#include "at/fields.hpp"
#include "at/gsm7.hpp"
#include "at/hex.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

constexpr std::uint8_t carriage_return = 0x0D;
constexpr int highest_dcs = 255;

// --- the line -----------------------------------------------------------------------------------

struct Parameters {
  std::optional<std::string_view> text{};
  std::optional<int> dcs{};
};

/// ",15" or nothing, which is all that may stand behind a text.
std::optional<int> dcs_behind(std::string_view rest) {
  rest = trimmed(rest);
  if (!rest.starts_with(',')) return std::nullopt;
  return number_in(rest.substr(1, rest.find(',', 1) - 1), highest_dcs);
}

/// The last quote closes, so quotes inside do no harm; without a second one all the rest is text.
Parameters quoted_parameters(std::string_view rest) {
  const auto close = rest.rfind('"');
  if (close == 0) return {rest.substr(1), std::nullopt};
  return {rest.substr(1, close - 1), dcs_behind(rest.substr(close + 1))};
}

Parameters bare_parameters(std::string_view rest) {
  const auto comma = rest.rfind(',');
  const auto dcs = comma == std::string_view::npos ? std::nullopt : dcs_behind(rest.substr(comma));
  const auto text = trimmed(dcs ? rest.substr(0, comma) : rest);
  return {text.empty() ? std::nullopt : std::optional(text), dcs};
}

Parameters parameters_in(std::string_view values) {
  const auto comma = values.find(',');
  if (comma == std::string_view::npos) return {};
  const auto rest = trimmed(values.substr(comma + 1));
  return rest.starts_with('"') ? quoted_parameters(rest) : bare_parameters(rest);
}

// --- texts --------------------------------------------------------------------------------------

/// UTF-8 that a page can show: no control characters but line ends and tabs, nothing beyond a NUL
/// (some print memory after it), and no more than `longest_ussd_text`.
std::string shown(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const auto c = first_code_point(text);
    const char32_t value = c ? c->value : replacement_character;
    if (value == 0) break;
    const bool is_kept = value == '\r' || value == '\n' || value == '\t';
    const bool is_control = value < 0x20 || (value >= 0x7F && value < 0xA0);
    constexpr std::size_t longest_character = 4;
    if (clean.size() + longest_character > longest_ussd_text) break;
    if (is_kept || !is_control) append_utf8(clean, value);
    text.remove_prefix(c ? c->octets : 1);
  }
  return clean;
}

std::string plain_text(std::string_view text, std::optional<CharacterSet> set) {
  const auto as_octets = [&] {
    return Octets{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  };
  const bool is_ascii = std::all_of(text.begin(), text.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (set == CharacterSet::gsm && is_ascii) return shown(utf8_from_septets(as_octets()));
  if (set == CharacterSet::latin1) {
    std::string utf8;
    for (const auto octet : as_octets()) append_utf8(utf8, octet);
    return shown(utf8);
  }
  return shown(text);
}

/// The septets of a text that has no count of its own.
std::vector<std::uint8_t> septets_of(Octets packed) {
  const std::size_t count = packed.size() * 8 / 7;
  auto septets = unpack(packed, count).value_or(std::vector<std::uint8_t>{});
  // Seven spare bits hold a carriage return, or zeros of those who do not know the rule.
  const bool is_padded = !septets.empty() && count % 8 == 0 &&
                         (septets.back() == carriage_return || septets.back() == 0);
  if (is_padded) septets.pop_back();
  return septets;
}

bool is_letter_code(std::uint8_t septet) {
  return is_letter(static_cast<char>(septet));  // the alphabets agree on these
}

std::string unpacked(Octets packed, bool begins_with_language) {
  const auto septets = septets_of(packed);
  const bool has_language = begins_with_language && septets.size() >= 3 &&
                            is_letter_code(septets[0]) && is_letter_code(septets[1]) &&
                            septets[2] == carriage_return;
  return shown(utf8_from_septets(Octets(septets).subspan(has_language ? 3 : 0)));
}

/// The language takes two octets in front of UCS-2: two letters of GSM 7-bit, packed.
std::string from_ucs2(Octets octets, bool begins_with_language) {
  if (begins_with_language && octets.size() >= 2) {
    const auto letters = unpack(octets.first(2), 2);
    if (letters && is_letter_code((*letters)[0]) && is_letter_code((*letters)[1])) {
      octets = octets.subspan(2);
    }
  }
  if (octets.size() >= 2 && octets[0] == 0xFE && octets[1] == 0xFF) octets = octets.subspan(2);
  return shown(utf8_from_utf16be(octets));
}

std::string from_octets(Octets octets) {
  return shown({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

// --- which of them ------------------------------------------------------------------------------

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

bool is_printable_ascii(Octets octets) {
  return std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) {
    return (octet >= 0x20 && octet < 0x7F) || octet == '\r' || octet == '\n';
  });
}

/// Unmarked UCS-2: all units of one small block beside ASCII and punctuation. Nothing else has such
/// a row of equal octets.
bool is_of_one_block(Octets octets) {
  if (octets.size() < 4) return false;
  constexpr std::uint8_t last_small_block = 0x10;  // Georgian
  std::uint8_t block = 0;
  for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {  // the last may be cut
    const std::uint8_t high = octets[i];
    const std::uint8_t low = octets[i + 1];
    const bool is_control = high == 0 && low < 0x20 && low != '\r' && low != '\n';
    if (is_control || (high == 0 && low >= 0x7F && low < 0xA0)) return false;
    if (high == 0 || high == 0x20) continue;
    if (high > last_small_block || (block != 0 && block != high)) return false;
    block = high;
  }
  return true;
}

/// How much of a text is what people rarely write, in a hundred characters: of a wrong reading it
/// is most, of a right one little.
std::size_t strangeness(std::string_view text) {
  std::size_t strange = 0;
  std::size_t all = 0;
  while (!text.empty()) {
    const auto c = first_code_point(text);
    const char32_t value = c ? c->value : replacement_character;
    const bool is_usual = (value >= 0x20 && value < 0x7F) || value == '\r' || value == '\n';
    strange += is_usual ? 0 : 1;
    ++all;
    text.remove_prefix(c ? c->octets : 1);
  }
  return all == 0 ? 100 : strange * 100 / all;
}

constexpr std::size_t too_strange = 20;
constexpr std::size_t longest_hex_word = 20;  // nobody prints more hex digits and means no hex

struct Reading {
  UssdEncoding encoding;
  std::string text;
};

Reading read_marked(Octets octets, const CbsCoding& coding) {
  switch (coding.alphabet) {
    case Alphabet::gsm7:
      return {UssdEncoding::gsm7_packed_hex, unpacked(octets, coding.begins_with_language)};
    case Alphabet::octets: return {UssdEncoding::octets_hex, from_octets(octets)};
    case Alphabet::ucs2:
      return {UssdEncoding::ucs2_hex, from_ucs2(octets, coding.begins_with_language)};
  }
  return {UssdEncoding::octets_hex, from_octets(octets)};
}

/// Hex of a modem that nobody knows, with a scheme that does not tell. Nullopt where it is rather
/// none.
std::optional<Reading> read_unmarked(std::string_view hex, Octets octets, const CbsCoding& coding) {
  if (is_of_one_block(octets)) return Reading{UssdEncoding::ucs2_hex, from_ucs2(octets, false)};
  if (are_digits(hex)) return std::nullopt;  // a balance
  Reading packed{UssdEncoding::gsm7_packed_hex, unpacked(octets, coding.begins_with_language)};
  const auto strange = strangeness(packed.text);
  if (strange > 0 && is_printable_ascii(octets)) {
    return Reading{UssdEncoding::octets_hex, from_octets(octets)};
  }
  if (strange <= too_strange) return packed;
  if (const auto text = plausible_ucs2(hex)) {  // a script of many blocks
    return Reading{UssdEncoding::ucs2_hex, shown(*text)};
  }
  return hex.size() > longest_hex_word ? std::optional(std::move(packed)) : std::nullopt;
}

std::optional<Reading> read_hex(std::string_view text, std::optional<int> dcs, UssdForm form) {
  constexpr std::size_t shortest = 4;
  constexpr std::size_t shortest_cut = 9;
  if (text.size() < shortest && form != UssdForm::packed) return std::nullopt;
  if (text.size() >= shortest_cut && text.size() % 2 == 1) text.remove_suffix(1);
  const auto octets = from_hex(text);
  if (!octets || octets->empty()) return std::nullopt;
  const auto coding = dcs ? decode_cbs(static_cast<std::uint8_t>(*dcs)) : CbsCoding{};
  if (form == UssdForm::packed) return read_marked(*octets, coding);
  if (form == UssdForm::ucs2) {
    return Reading{UssdEncoding::ucs2_hex, from_ucs2(*octets, coding.begins_with_language)};
  }
  if (coding.alphabet == Alphabet::ucs2) {
    const bool is_balance = are_digits(text) && !plausible_ucs2(text);
    return is_balance ? std::nullopt : std::optional(read_marked(*octets, coding));
  }
  if (form != UssdForm::automatic) return std::nullopt;
  if (coding.alphabet == Alphabet::octets) {
    return is_printable_ascii(*octets) ? std::optional(read_marked(*octets, coding)) : std::nullopt;
  }
  return read_unmarked(text, *octets, coding);
}

// --- requests -----------------------------------------------------------------------------------

std::optional<std::string> plain_request(std::string_view text) {
  const bool is_safe = std::all_of(text.begin(), text.end(),
                                   [](char c) { return c >= 0x20 && c < 0x7F && c != '"'; });
  constexpr std::size_t longest = longest_ussd * 8 / 7;
  return is_safe && text.size() <= longest ? std::optional<std::string>(text) : std::nullopt;
}

std::optional<std::string> packed_request(std::string_view text) {
  auto septets = septets_from_utf8(text);
  if (!septets) return std::nullopt;
  // So that seven spare bits are not read as '@'; and one more where the text itself ends so.
  const bool spares_septet = septets->size() % 8 == 7;
  const bool ends_in_return = septets->size() % 8 == 0 && septets->back() == carriage_return;
  if (spares_septet || ends_in_return) septets->push_back(carriage_return);
  std::vector<std::uint8_t> octets;
  append_packed(octets, *septets);
  return octets.size() <= longest_ussd ? std::optional(to_hex(octets)) : std::nullopt;
}

std::optional<std::string> ucs2_request(std::string_view text) {
  if (first_not_utf8(text)) return std::nullopt;
  std::vector<std::uint8_t> octets;
  append_utf16be(octets, text);
  return octets.size() <= longest_ussd ? std::optional(to_hex(octets)) : std::nullopt;
}

std::optional<std::string> carried(std::string_view text, UssdForm form) {
  switch (form) {
    case UssdForm::automatic:
    case UssdForm::plain: return plain_request(text);
    case UssdForm::packed: return packed_request(text);
    case UssdForm::ucs2: return ucs2_request(text);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(UssdStatus status) {
  switch (status) {
    case UssdStatus::done: return "done";
    case UssdStatus::reply_expected: return "reply_expected";
    case UssdStatus::terminated: return "terminated";
    case UssdStatus::other_client: return "other_client";
    case UssdStatus::not_supported: return "not_supported";
    case UssdStatus::timed_out: return "timed_out";
  }
  return "unknown";
}

std::string_view name_of(UssdEncoding encoding) {
  switch (encoding) {
    case UssdEncoding::plain: return "plain";
    case UssdEncoding::gsm7_packed_hex: return "gsm7_packed_hex";
    case UssdEncoding::octets_hex: return "octets_hex";
    case UssdEncoding::ucs2_hex: return "ucs2_hex";
  }
  return "unknown";
}

std::optional<UssdAnswer> ussd_answer(std::string_view line, UssdForm form,
                                      std::optional<CharacterSet> set) {
  const auto values = after("+CUSD:", line);
  if (!values) return std::nullopt;
  const auto status = number_in(values->substr(0, values->find(',')), 5);
  if (!status) return std::nullopt;
  const auto parameters = parameters_in(*values);
  UssdAnswer answer{.status = static_cast<UssdStatus>(*status), .dcs = parameters.dcs};
  if (!parameters.text) return answer;
  if (auto reading = read_hex(trimmed(*parameters.text), parameters.dcs, form)) {
    answer.encoding = reading->encoding;
    answer.text = std::move(reading->text);
  } else {
    answer.text = plain_text(*parameters.text, set);
  }
  return answer;
}

std::optional<UssdAnswer> ussd_answer(const Reply& lines, UssdForm form,
                                      std::optional<CharacterSet> set) {
  const auto worth = [](const UssdAnswer& answer) {
    return (answer.text ? 2 : 0) + (answer.status != UssdStatus::terminated ? 1 : 0);
  };
  std::optional<UssdAnswer> best;
  for (const auto& line : lines) {
    auto answer = ussd_answer(line.text, form, set);
    if (answer && (!best || worth(*answer) >= worth(*best))) best = std::move(answer);
  }
  return best;
}

std::optional<std::string> ussd_request(std::string_view utf8, UssdForm form,
                                        std::optional<int> dcs) {
  const auto text = utf8.empty() ? std::nullopt : carried(utf8, form);
  if (!text) return std::nullopt;
  std::string command = "AT+CUSD=1,\"" + *text + '"';
  if (dcs) command += ',' + std::to_string(*dcs);
  return command;
}

}  // namespace bank::at
