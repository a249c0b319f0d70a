#include "at/address.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;
using Fault = DecodeError::Fault;
using Kind = Address::Kind;

TEST_CASE("addresses are read with their kind, and '+' stands before international ones alone") {
  struct Vector {
    const char* name;
    const char* hex;
    std::string text;
    Kind kind;
  };
  const Vector vectors[] = {
      {"international", "0B916105551511F1", "+16505551111", Kind::international},
      {"unknown", "0A811111030100", "1111301000", Kind::unknown},
      {"national", "0BA13307570230F0", "33707520030", Kind::national},
      {"network", "04B12143", "1234", Kind::network},
      {"subscriber", "04C12143", "1234", Kind::subscriber},
      {"abbreviated", "04E12143", "1234", Kind::abbreviated},
      {"a name", "0DD0F334FC1CA69701", "sipgate", Kind::alphanumeric},
      {"a name that fills its octets", "0ED0D0F03CCC7C87C9", "PasaLoad", Kind::alphanumeric},
      {"star, hash and letters", "0781A1CBEDF0", "1*#abc0", Kind::unknown},
      {"none at all", "0080", "", Kind::unknown},
      {"none at all, though international", "0091", "", Kind::international},
      {"a filler among the digits", "0B91214365F70900", "+1234567900", Kind::international},
      {"a type that is reserved", "04F12143", "1234", Kind::unknown},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto octets = vectors::octets(v.hex);
      const auto read = read_address(octets, 0, "TP-OA");
      REQUIRE(read.has_value());
      CHECK(read->address.digits_or_text == v.text);
      CHECK(read->address.kind == v.kind);
      CHECK(read->octets == octets.size());
    }
  }
}

TEST_CASE("an address that is cut or cannot be is refused, with the place") {
  struct Vector {
    const char* name;
    const char* hex;
    DecodeError error;
  };
  const Vector vectors[] = {
      {"nothing", "", {Fault::truncated, "TP-OA", 0}},
      {"no type", "0B", {Fault::truncated, "TP-OA", 1}},
      {"digits cut", "0B916105", {Fault::truncated, "TP-OA", 4}},
      {"more digits than there can be",
       "1591FFFFFFFFFFFFFFFFFFFFFF",
       {Fault::out_of_range, "TP-OA", 0}},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto read = read_address(vectors::octets(v.hex), 0, "TP-OA");
      REQUIRE_FALSE(read.has_value());
      CHECK(read.error() == v.error);
    }
  }
}

TEST_CASE("the service centre's length counts octets") {
  const auto read = read_smsc(vectors::octets("07914151551512F204"));
  REQUIRE(read.has_value());
  CHECK(read->address.digits_or_text == "+14155551212");
  CHECK(read->octets == 8);
  CHECK(read_smsc(vectors::octets("0004"))->octets == 1);
  CHECK(read_smsc(vectors::octets("0004"))->address.digits_or_text.empty());
  CHECK(read_smsc({}).error() == DecodeError{Fault::truncated, "SMSC", 0});
  CHECK(read_smsc(vectors::octets("0B911604")).error() == DecodeError{Fault::truncated, "SMSC", 4});
  CHECK(read_smsc(vectors::octets("FF91")).error() == DecodeError{Fault::out_of_range, "SMSC", 0});
}

TEST_CASE("what can be written is read back, and what is no number is refused") {
  for (const std::string number :
       {"+989121234567", "1234", "+1", "*100#", "98765432101234567890"}) {
    CAPTURE(number);
    std::vector<std::uint8_t> octets;
    REQUIRE(append_number(octets, number));
    CHECK(read_address(octets, 0, "TP-DA")->address.digits_or_text == number);
    octets.clear();
    REQUIRE(append_smsc(octets, number));
    CHECK(read_smsc(octets)->address.digits_or_text == number);
  }
  for (const std::string number :
       {"", "+", "+98 912", "nobody", "12d", "++1", "123456789012345678901"}) {
    CAPTURE(number);
    std::vector<std::uint8_t> octets{7};
    CHECK_FALSE(append_number(octets, number));
    CHECK(octets.size() == 1);
  }
}

TEST_CASE("a sender's name is written up to eleven septets") {
  for (const std::string name :
       {"a", "ab", "Masabi", "sipgate", "PasaLoad", "12345678901", "{€}[]"}) {
    CAPTURE(name);
    std::vector<std::uint8_t> octets;
    REQUIRE(append_address(octets, {name, Kind::alphanumeric}));
    const auto read = read_address(octets, 0, "TP-OA");
    REQUIRE(read.has_value());
    CHECK(read->address == Address{name, Kind::alphanumeric});
  }
  std::vector<std::uint8_t> octets;
  CHECK_FALSE(append_address(octets, {"123456789012", Kind::alphanumeric}));
  CHECK_FALSE(append_address(octets, {"سلام", Kind::alphanumeric}));
  CHECK(octets.empty());
}
