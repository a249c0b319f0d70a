#include "at/gsm7.hpp"

#include <catch2/catch.hpp>

#include "at/utf.hpp"
#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;

TEST_CASE("the alphabet is that of TS 23.038, code by code") {
  const auto data = vectors::load("gsm7.json");
  for (const auto& entry : data.at("default_table")) {
    const std::string hex = entry.at(0);
    const std::string character = entry.at(1);
    CAPTURE(hex);
    CHECK(utf8_from_septets(vectors::octets(hex)) == character);
    CHECK(septets_from_utf8(character) == vectors::octets(hex));
  }
  for (const auto& entry : data.at("default_extension")) {
    const std::string hex = entry.at(0);
    const std::string character = entry.at(1);
    CAPTURE(hex);
    CHECK(utf8_from_septets(vectors::octets(hex)) == character);
    CHECK(septets_from_utf8(character) == vectors::octets(hex));
  }
}

TEST_CASE("no character outside the alphabet has a code") {
  std::size_t characters = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) characters += to_gsm7(c).has_value() ? 1 : 0;
  CHECK(characters == 127 + 10);
  CHECK_FALSE(septets_from_utf8("abcç").has_value());
  CHECK_FALSE(septets_from_utf8("ab\xFF").has_value());
}

TEST_CASE("septets are packed and unpacked as the field does") {
  const auto data = vectors::load("gsm7.json");
  for (const auto& v : data.at("pack")) {
    CAPTURE(v.at("id"));
    const auto septets = vectors::octets(v.at("septets_hex"));
    const auto packed = vectors::octets(v.at("packed_hex"));
    const std::size_t fill_bits = v.at("fill_bits");
    const auto unpacked = unpack(packed, v.at("septet_count"), fill_bits);
    REQUIRE(unpacked.has_value());
    CHECK(*unpacked == septets);
    CHECK(utf8_from_septets(*unpacked) == v.at("text").get<std::string>());
    if (v.at("direction") == "decode") continue;
    CHECK(septets_from_utf8(v.at("text").get<std::string>()) == septets);
    std::vector<std::uint8_t> written;
    append_packed(written, septets, fill_bits);
    CHECK(written == packed);
  }
}

TEST_CASE("an escape that says nothing still shows something") {
  const auto data = vectors::load("gsm7.json");
  for (const auto& v : data.at("decode_edge")) {
    CAPTURE(v.at("note"));
    const auto septets = unpack(vectors::octets(v.at("packed_hex")), v.at("septets"));
    REQUIRE(septets.has_value());
    CHECK(utf8_from_septets(*septets) == v.at("text").get<std::string>());
  }
  CHECK(utf8_from_septets(vectors::octets("411B")) == "A ");  // at the end
  for (const auto& v : data.at("charset")) {
    CAPTURE(v.at("id"));
    const auto septets = unpack(vectors::octets(v.at("packed_hex")), v.at("udl"));
    REQUIRE(septets.has_value());
    const Shift shift{language_of(v.at("locking")), language_of(v.at("single"))};
    CHECK(utf8_from_septets(*septets, shift) == v.at("expect_text").get<std::string>());
  }
}

TEST_CASE("what is packed is unpacked, whatever the count and the fill bits") {
  for (std::size_t count = 0; count <= 160; ++count) {
    for (std::size_t fill_bits = 0; fill_bits < 7; ++fill_bits) {
      std::vector<std::uint8_t> septets(count);
      for (std::size_t i = 0; i < count; ++i) {
        septets[i] = static_cast<std::uint8_t>((i * 37 + fill_bits) & 0x7F);
      }
      std::vector<std::uint8_t> packed;
      append_packed(packed, septets, fill_bits);
      REQUIRE(packed.size() == packed_size(count, fill_bits));
      const auto unpacked = unpack(packed, count, fill_bits);
      REQUIRE(unpacked.has_value());
      REQUIRE(*unpacked == septets);
      if (!packed.empty()) packed.pop_back();
      if (count > 0) {
        REQUIRE(unpack(packed, count, fill_bits).error() ==
                DecodeError{DecodeError::Fault::truncated, "TP-UD", packed.size()});
      }
    }
  }
}
