#include "at/hex.hpp"

#include <catch2/catch.hpp>

using namespace bank;
using namespace bank::at;
using Fault = DecodeError::Fault;

TEST_CASE("hexadecimal digits of either case are read, and written in upper case") {
  const auto octets = from_hex("00aBFf7e");
  REQUIRE(octets.has_value());
  CHECK(*octets == std::vector<std::uint8_t>{0x00, 0xAB, 0xFF, 0x7E});
  CHECK(to_hex(*octets) == "00ABFF7E");
  CHECK(from_hex("")->empty());
}

TEST_CASE("what modems put between octets and around a PDU is passed over") {
  const auto octets = std::vector<std::uint8_t>{0x00, 0x11, 0xAB};
  for (const char* printed : {"00 11 AB", " 0011ab ", "\"0011AB\"", "0011AB\x1A", "0011AB\r\n",
                              "00\t 11   AB\x1A\r\n", "\r\n0011AB"}) {
    CAPTURE(printed);
    CHECK(from_hex(printed) == octets);
  }
  for (const char* nothing : {"", " ", "\"\"", "\r\n\x1A"}) CHECK(from_hex(nothing)->empty());
}

TEST_CASE("what is not hexadecimal is refused at the octet of the first bad digit") {
  struct Vector {
    const char* name;
    std::string digits;
    DecodeError error;
  };
  const Vector vectors[] = {
      {"a letter in the second octet", "00G1", {Fault::reserved_value, "hex", 1}},
      {"a bad second digit", "0G", {Fault::reserved_value, "hex", 0}},
      {"a blank inside an octet", "00 1 1", {Fault::reserved_value, "hex", 1}},
      {"a quote inside", "00\"11", {Fault::reserved_value, "hex", 1}},
      {"a letter behind a blank", "00 11 G1", {Fault::reserved_value, "hex", 2}},
      {"a digit alone", "00112", {Fault::truncated, "hex", 2}},
      {"an octet of another alphabet", "00\xC3\xA9", {Fault::reserved_value, "hex", 1}},
      {"more than a PDU can be",
       std::string(2 * longest_pdu + 2, '0'),
       {Fault::out_of_range, "hex", longest_pdu}},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto octets = from_hex(v.digits);
      REQUIRE_FALSE(octets.has_value());
      CHECK(octets.error() == v.error);
    }
  }
  CHECK(from_hex(std::string(2 * longest_pdu, '0')).has_value());
}
