#include "modem/virtual/pdu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bank::modem::virt {
namespace {

using std::chrono::sys_seconds;

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

void put_octet(std::string& hex, unsigned octet) {
  constexpr char digits[] = "0123456789ABCDEF";
  hex += digits[octet >> 4 & 0xF];
  hex += digits[octet & 0xF];
}

/// Digits swapped in pairs, with F to fill (TS 23.040 §9.1.2.3).
void put_digits(std::string& hex, std::string_view digits) {
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    hex += i + 1 < digits.size() ? digits[i + 1] : 'F';
    hex += digits[i];
  }
}

void put_time(std::string& hex, sys_seconds utc, int zone_quarters) {
  using namespace std::chrono;
  const auto local = utc + minutes{15} * zone_quarters;
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const hh_mm_ss time{local - day};
  const auto two = [&](unsigned value) { put_octet(hex, value % 10 << 4 | value / 10 % 10); };
  two(static_cast<unsigned>(static_cast<int>(date.year()) % 100));
  two(static_cast<unsigned>(date.month()));
  two(static_cast<unsigned>(date.day()));
  two(static_cast<unsigned>(time.hours().count()));
  two(static_cast<unsigned>(time.minutes().count()));
  two(static_cast<unsigned>(time.seconds().count()));
  const unsigned quarters =
      static_cast<unsigned>(zone_quarters < 0 ? -zone_quarters : zone_quarters);
  put_octet(hex, quarters % 10 << 4 | quarters / 10 | (zone_quarters < 0 ? 0x08U : 0U));
}

bool counts_septets(unsigned dcs) {  // TS 23.038 §4
  const unsigned group = dcs >> 4;
  if (group < 8) return (dcs >> 2 & 3) == 0 || (dcs >> 2 & 3) == 3;
  if (group == 0xE) return false;
  if (group == 0xF) return (dcs & 4) == 0;
  return true;
}

/// The character of the GSM default alphabet, for what is plain in both alphabets; else -1.
int septet_of(char32_t c) {
  if (c == U'@') return 0x00;
  if (c == U'$') return 0x02;
  if (c == U'_') return 0x11;
  if (c == U'\n' || c == U'\r') return static_cast<int>(c);
  const bool letter_or_digit =
      (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9');
  const bool sign =
      c < 0x80 && std::string_view(" !\"#%&'()*+,-./:;<=>?").find(static_cast<char>(c)) !=
                      std::string_view::npos;
  return letter_or_digit || sign ? static_cast<int>(c) : -1;
}

/// UTF-8 to code points; nothing when it is not UTF-8 (overlong, surrogate, beyond U+10FFFF).
std::optional<std::u32string> code_points(std::string_view utf8) {
  std::u32string points;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = first < 0x80             ? 1
                               : (first & 0xE0) == 0xC0 ? 2
                               : (first & 0xF0) == 0xE0 ? 3
                               : (first & 0xF8) == 0xF0 ? 4
                                                        : 0;
    if (length == 0 || i + length > utf8.size()) return std::nullopt;
    char32_t c = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(utf8[i + k]);
      if ((next & 0xC0) != 0x80) return std::nullopt;
      c = c << 6 | (next & 0x3FU);
    }
    constexpr std::array<char32_t, 5> lowest{0, 0, 0x80, 0x800, 0x10000};
    if (c < lowest[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return std::nullopt;
    points += c;
    i += length;
  }
  return points;
}

/// Septets packed behind `fill_bits` (TS 23.038 §6.1.2.1).
void put_septets(std::string& hex, const std::vector<unsigned>& septets, unsigned fill_bits) {
  unsigned window = 0;
  unsigned bits = fill_bits;
  for (const unsigned septet : septets) {
    window |= septet << bits;
    bits += 7;
    while (bits >= 8) {
      put_octet(hex, window & 0xFF);
      window >>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) put_octet(hex, window & 0xFF);
}

/// TP-OA: international, unknown type, or alphanumeric; nothing for what is none of them.
std::optional<std::string> originator(std::string_view from) {
  const bool plus = !from.empty() && from.front() == '+';
  const auto digits = plus ? from.substr(1) : from;
  const bool all_digits =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  std::string hex;
  if (!digits.empty() && digits.size() <= 20 && all_digits) {
    put_octet(hex, static_cast<unsigned>(digits.size()));
    put_octet(hex, plus ? 0x91 : 0x81);
    put_digits(hex, digits);
    return hex;
  }
  if (plus || from.empty() || from.size() > 11) return std::nullopt;
  std::vector<unsigned> septets;
  for (const char c : from) {
    const int septet = septet_of(static_cast<unsigned char>(c));
    if (septet < 0) return std::nullopt;
    septets.push_back(static_cast<unsigned>(septet));
  }
  put_octet(hex, static_cast<unsigned>((septets.size() * 7 + 3) / 4));
  put_octet(hex, 0xD0);
  put_septets(hex, septets, 0);
  return hex;
}

struct Body {
  bool septets;  // else UTF-16 units
  std::vector<std::vector<unsigned>> parts;
};

Body cut(const std::u32string& points) {
  Body body{std::all_of(points.begin(), points.end(), [](char32_t c) { return septet_of(c) >= 0; }),
            {}};
  std::vector<std::vector<unsigned>> characters;  // units that must stay together
  std::size_t units = 0;
  for (const char32_t c : points) {
    if (body.septets) {
      characters.push_back({static_cast<unsigned>(septet_of(c))});
    } else if (c < 0x10000) {
      characters.push_back({static_cast<unsigned>(c)});
    } else {
      const auto rest = static_cast<unsigned>(c) - 0x10000;
      characters.push_back({0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF)});
    }
    units += characters.back().size();
  }
  const std::size_t single = body.septets ? 160 : 70;
  const std::size_t limit = units <= single ? single : body.septets ? 153 : 67;
  body.parts.emplace_back();
  for (const auto& character : characters) {
    if (body.parts.back().size() + character.size() > limit) body.parts.emplace_back();
    body.parts.back().insert(body.parts.back().end(), character.begin(), character.end());
  }
  return body;
}

constexpr std::string_view service_centre = "0791891901000010";  // +989110000001

}  // namespace

Result<Submit, std::string> judge_submit(std::string_view hex, std::size_t tpdu_octets) {
  const auto bad = std::find_if(hex.begin(), hex.end(), [](char c) { return nibble(c) < 0; });
  if (bad != hex.end()) {
    return unexpected(fmt::format("not hex at digit {}", bad - hex.begin()));
  }
  if (hex.size() % 2 != 0 || hex.empty()) return unexpected(std::string("half an octet"));
  const std::size_t size = hex.size() / 2;
  const auto octet = [&](std::size_t i) {
    return static_cast<unsigned>(nibble(hex[i * 2]) << 4 | nibble(hex[i * 2 + 1]));
  };

  const std::size_t start = 1 + octet(0);  // behind the service-centre field
  if (start > 13 || start + tpdu_octets != size) {
    return unexpected(fmt::format("{} octets after the service centre, {} promised",
                                  start > size ? 0 : size - start, tpdu_octets));
  }
  if (tpdu_octets < 8) return unexpected(std::string("too short for a SUBMIT"));
  const unsigned first = octet(start);
  if ((first & 0x03) != 0x01) return unexpected(std::string("TP-MTI is not SUBMIT"));

  Submit submit;
  submit.report_requested = (first & 0x20) != 0;
  const std::size_t address_at = start + 2;
  const unsigned digits = octet(address_at);
  if (digits == 0 || digits > 20) return unexpected(fmt::format("TP-DA of {} digits", digits));
  const std::size_t address_octets = (digits + 1) / 2;
  const std::size_t after_address = address_at + 2 + address_octets;
  const std::size_t validity_octets = (first & 0x18) == 0 ? 0 : (first & 0x18) == 0x10 ? 1 : 7;
  const std::size_t length_at = after_address + 2 + validity_octets;
  if (length_at >= size) return unexpected(std::string("ends before TP-UDL"));

  submit.type_of_address = static_cast<std::uint8_t>(octet(address_at + 1));
  if ((submit.type_of_address & 0x80) == 0) return unexpected(std::string("TP-DA type"));
  submit.address_digits = static_cast<std::uint8_t>(digits);
  submit.address = hex.substr((address_at + 2) * 2, address_octets * 2);
  const bool dialled = (submit.type_of_address >> 4 & 7) != 5;  // not alphanumeric
  if (dialled && digits % 2 == 1 && nibble(submit.address[submit.address.size() - 2]) != 0xF) {
    return unexpected(std::string("TP-DA of odd length without filler"));
  }
  for (std::size_t i = 0; dialled && i < digits; ++i) {
    if (nibble(submit.address[i ^ 1U]) > 14) {  // 0-9 * # a b c
      return unexpected(fmt::format("TP-DA digit {}", i));
    }
  }

  const unsigned length = octet(length_at);
  const std::size_t data_at = length_at + 1;
  const std::size_t data_octets =
      counts_septets(octet(after_address + 1)) ? (length * 7 + 7) / 8 : length;
  if (data_octets > 140) return unexpected(fmt::format("TP-UDL {} is over 140 octets", length));
  if (data_at + data_octets != size) {
    return unexpected(
        fmt::format("TP-UD has {} octets, TP-UDL says {}", size - data_at, data_octets));
  }
  const bool has_header = (first & 0x40) != 0;
  if (has_header && (data_octets == 0 || octet(data_at) + std::size_t{1} > data_octets)) {
    return unexpected(std::string("the user data header outruns TP-UD"));
  }
  return submit;
}

std::string status_report(const Submit& submit, std::uint8_t mr, sys_seconds submitted,
                          sys_seconds discharged, int zone_quarters, std::uint8_t status) {
  std::string hex;
  hex.reserve(80);
  hex += "0006";  // no service centre; STATUS-REPORT, TP-MMS: no more messages
  put_octet(hex, mr);
  put_octet(hex, submit.address_digits);
  put_octet(hex, submit.type_of_address);
  hex += submit.address;
  put_time(hex, submitted, zone_quarters);
  put_time(hex, discharged, zone_quarters);
  put_octet(hex, status);
  return hex;
}

Result<std::vector<std::string>, std::string> deliver_pdus(std::string_view from,
                                                           std::string_view utf8, sys_seconds at,
                                                           int zone_quarters,
                                                           std::uint8_t concat_reference) {
  const auto address = originator(from);
  if (!address) {
    return unexpected(fmt::format(
        "'{}' is no sender: write +digits, digits, or a name of at most 11 plain characters",
        from));
  }
  const auto points = code_points(utf8);
  if (!points) return unexpected(std::string("the text is not UTF-8"));
  const Body body = cut(*points);
  if (body.parts.size() > 255) {
    return unexpected(fmt::format("the text needs {} parts: 255 is the most", body.parts.size()));
  }

  std::vector<std::string> pdus;
  const bool joined = body.parts.size() > 1;
  for (std::size_t i = 0; i < body.parts.size(); ++i) {
    const auto& units = body.parts[i];
    std::string hex(service_centre);
    put_octet(hex, 0x04 | (joined ? 0x40U : 0U));  // DELIVER, no more messages, TP-UDHI
    hex += *address;
    hex += body.septets ? "0000" : "0008";  // TP-PID, TP-DCS
    put_time(hex, at, zone_quarters);
    const std::size_t header_units = !joined ? 0 : body.septets ? 7 : 6;
    put_octet(hex, static_cast<unsigned>(body.septets ? units.size() + header_units
                                                      : units.size() * 2 + header_units));
    if (joined) {
      hex += "050003";
      put_octet(hex, concat_reference);
      put_octet(hex, static_cast<unsigned>(body.parts.size()));
      put_octet(hex, static_cast<unsigned>(i + 1));
    }
    if (body.septets) {
      put_septets(hex, units, joined ? 1 : 0);
    } else {
      for (const unsigned unit : units) {
        put_octet(hex, unit >> 8);
        put_octet(hex, unit & 0xFF);
      }
    }
    pdus.push_back(std::move(hex));
  }
  return pdus;
}

std::optional<std::string> recipient_of(std::string_view submit) {
  constexpr std::uint8_t international = 0x91;
  const auto judged = judge_submit(submit, tpdu_octets(submit));
  if (!judged || judged->type_of_address != international) return std::nullopt;
  std::string number = "+";
  for (std::size_t i = 0; i < judged->address_digits; ++i) number += judged->address[i ^ 1U];
  return number;
}

Result<std::string, std::string> relayed(std::string_view submit, std::string_view from,
                                         sys_seconds at, int zone_quarters) {
  const auto judged = judge_submit(submit, tpdu_octets(submit));
  if (!judged) return unexpected(judged.error());
  const auto address = originator(from);
  if (!address) return unexpected(fmt::format("'{}' is no sender", from));
  const auto octet = [&](std::size_t i) {
    return static_cast<unsigned>(nibble(submit[i * 2]) << 4 | nibble(submit[i * 2 + 1]));
  };
  const std::size_t start = 1 + octet(0);
  const unsigned first = octet(start);
  const std::size_t protocol_at = start + 4 + judged->address.size() / 2;
  const std::size_t validity_octets = (first & 0x18) == 0 ? 0 : (first & 0x18) == 0x10 ? 1 : 7;
  std::string hex(service_centre);
  put_octet(hex, 0x04 | (first & 0x40));  // DELIVER, no more messages, TP-UDHI
  hex += *address;
  hex += submit.substr(protocol_at * 2, 4);  // TP-PID, TP-DCS
  put_time(hex, at, zone_quarters);
  hex += submit.substr((protocol_at + 2 + validity_octets) * 2);  // TP-UDL, TP-UD
  return hex;
}

std::size_t tpdu_octets(std::string_view hex) {
  if (hex.size() < 2 || nibble(hex[0]) < 0 || nibble(hex[1]) < 0) return 0;
  const auto field = static_cast<std::size_t>(nibble(hex[0]) << 4 | nibble(hex[1])) + 1;
  return hex.size() / 2 < field ? 0 : hex.size() / 2 - field;
}

}  // namespace bank::modem::virt
