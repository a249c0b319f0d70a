#pragma once

#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "at/concat.hpp"
#include "at/hex.hpp"
#include "at/split.hpp"
#include "at/timestamp.hpp"
#include "at/user_data_header.hpp"

/// The vectors of tests/data, and what their notation means.
namespace bank::at::vectors {

inline nlohmann::json load(const std::string& name) {
  std::ifstream file(std::string(MODEMBANK_SOURCE_DIR) + "/tests/data/" + name);
  if (!file) throw std::runtime_error("tests/data/" + name + " is missing");
  return nlohmann::json::parse(file);
}

/// "2006-06-06T15:03:03-07:00"; null is no time.
inline std::optional<ServiceCentreTime> time(const nlohmann::json& text) {
  using namespace std::chrono;
  if (text.is_null()) return std::nullopt;
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, zone_h = 0, zone_m = 0;
  char sign = '+';
  const auto written = text.get<std::string>();
  if (std::sscanf(written.c_str(), "%d-%d-%dT%d:%d:%d%c%d:%d", &y, &mo, &d, &h, &mi, &s, &sign,
                  &zone_h, &zone_m) != 9) {
    throw std::runtime_error("no time: " + written);
  }
  const minutes zone = (hours{zone_h} + minutes{zone_m}) * (sign == '-' ? -1 : 1);
  const auto local = sys_days{year{y} / mo / d} + hours{h} + minutes{mi} + seconds{s};
  return ServiceCentreTime{local - zone, zone};
}

inline std::optional<Concat> concat(const nlohmann::json& c) {
  if (c.is_null()) return std::nullopt;
  return Concat{c.at("ref"), c.at("ref_bits"), c.at("seq"), c.at("total")};
}

inline std::optional<Ports> ports(const nlohmann::json& p) {
  if (p.is_null()) return std::nullopt;
  return Ports{p.at("dst"), p.at("src"), p.at("bits")};
}

inline std::vector<InformationElement> elements(const nlohmann::json& list) {
  std::vector<InformationElement> found;
  for (const auto& e : list) {
    found.push_back({e.at("iei"), from_hex(e.at("data").get<std::string>()).value()});
  }
  return found;
}

inline Alphabet alphabet(std::string_view name) {
  return name == "gsm7" ? Alphabet::gsm7 : name == "ucs2" ? Alphabet::ucs2 : Alphabet::octets;
}

inline std::optional<std::string> text_or_none(const nlohmann::json& text) {
  return text.is_null() ? std::nullopt : std::optional{text.get<std::string>()};
}

inline std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

inline std::vector<std::uint8_t> octets(const std::string& hex) {
  return from_hex(hex).value();
}

}  // namespace bank::at::vectors
