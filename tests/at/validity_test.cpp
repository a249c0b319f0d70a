#include "at/validity.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;
using namespace std::chrono_literals;

namespace {

std::optional<Validity> read(const std::string& hex, int format) {
  const auto octets = vectors::octets(hex);
  PduReader reader(octets);
  return read_validity(reader, format);
}

}  // namespace

TEST_CASE("TP-VP says what the standard's table says, and is never shorter than what was asked") {
  const auto table = vectors::load("derived_tables.json").at("vp_relative_seconds");
  for (const auto& [value, seconds] : table.items()) {
    const auto tp_vp = static_cast<std::uint8_t>(std::stoi(value));
    CHECK(validity_of(tp_vp) == std::chrono::seconds{seconds.get<int>()});
    CHECK(relative_validity(validity_of(tp_vp)) == tp_vp);
  }
  for (auto asked = 0min; asked <= std::chrono::weeks{63}; asked += 7min) {
    const std::uint8_t tp_vp = relative_validity(asked);
    REQUIRE(validity_of(tp_vp) >= asked);
    if (tp_vp > 0) REQUIRE(validity_of(static_cast<std::uint8_t>(tp_vp - 1)) < asked);
  }
  CHECK(relative_validity(std::chrono::minutes::max()) == 255);
}

TEST_CASE("the enhanced form is read in all that the standard defines of it") {
  struct Vector {
    const char* name;
    const char* octets;
    EnhancedValidity validity;
  };
  const Vector table[] = {
      {"none", "00000000000000", {0s, false}},
      {"one attempt", "40000000000000", {0s, true}},
      {"relative", "01A70000000000", {24h, false}},
      {"seconds", "023C0000000000", {60s, false}},
      {"a clock", "03210351000000", {12h + 30min + 15s, false}},
      {"a clock, one attempt", "43000010000000", {1s, true}},
      {"a reserved form", "07111111111111", {0s, false}},
  };
  for (const auto& v : table) {
    DYNAMIC_SECTION(v.name) {
      CHECK(read(v.octets, first_octet::validity_enhanced) == Validity{v.validity});
    }
  }
  CHECK_FALSE(read("03A10351000000", first_octet::validity_enhanced).has_value());
  CHECK_FALSE(read("03210651000000", first_octet::validity_enhanced).has_value());
}

TEST_CASE("every form of validity is read as it was written, and never shorter") {
  const auto back = [](const Validity& validity) {
    std::vector<std::uint8_t> octets;
    REQUIRE(append_validity(octets, validity));
    return read(to_hex(octets), validity_format(validity)).value();
  };
  const Validity exact[] = {24h,
                            EnhancedValidity{0s, true},
                            EnhancedValidity{255s, false},
                            EnhancedValidity{256s, true},
                            EnhancedValidity{100h - 1s, false},
                            EnhancedValidity{200h + 40h, false},
                            *vectors::time("2026-11-26T10:00:00+03:30")};
  for (const auto& validity : exact) CHECK(back(validity) == validity);
  CHECK(std::get<EnhancedValidity>(back(EnhancedValidity{100h, false})).time == 5 * 24h);

  std::vector<std::uint8_t> octets;
  CHECK_FALSE(append_validity(octets, EnhancedValidity{-1s, false}));
  CHECK_FALSE(append_validity(octets, -1min));
  CHECK(octets.empty());
}

TEST_CASE("a validity that is no time or is cut is none") {
  CHECK_FALSE(read("FFFFFFFFFFFFFF", first_octet::validity_absolute).has_value());
  CHECK_FALSE(read("A7", 0).has_value());
  const auto octets = vectors::octets("0102");
  PduReader reader(octets);
  CHECK_FALSE(read_validity(reader, first_octet::validity_absolute).has_value());
  CHECK(reader.error() == DecodeError{DecodeError::Fault::truncated, "TP-VP", 2});
}
