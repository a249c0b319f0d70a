#include "at/timestamp.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;
using namespace std::chrono_literals;

namespace {

Result<ServiceCentreTime, DecodeError> read(const std::string& hex) {
  const auto octets = vectors::octets(hex);
  return decode_scts(Octets(octets).first<7>());
}

}  // namespace

TEST_CASE("a time stamp is an instant and the clock it was read from") {
  struct Vector {
    const char* hex;
    const char* time;
  };
  const Vector vectors[] = {{"6060605130308A", "2006-06-06T15:03:03-07:00"},
                            {"21102141105022", "2012-01-12T14:01:05+05:30"},
                            {"21102141105032", "2012-01-12T14:01:05+05:45"},
                            {"00202021436500", "2000-02-02T12:34:56+00:00"}};
  for (const auto& v : vectors) {
    CAPTURE(v.hex);
    const auto time = read(v.hex);
    REQUIRE(time.has_value());
    CHECK(*time == vectors::time(v.time));
    CHECK(to_hex(encode_scts(*time)) == v.hex);
  }
}

TEST_CASE("the zone is quarter hours with its sign in bit 3, for every value") {
  const auto tables = vectors::load("derived_tables.json");
  for (const auto& [hex, quarters] : tables.at("tz_octet_quarters").items()) {
    CAPTURE(hex);
    const auto time = read("212180000000" + hex);
    REQUIRE(time.has_value());
    CHECK(time->offset_from_utc == 15min * quarters.get<int>());
  }
}

TEST_CASE("what is no time is refused at its octet") {
  struct Vector {
    const char* name;
    const char* hex;
    std::size_t at;
  };
  const Vector vectors[] = {{"zeros: month 0 names no day", "00000000000000", 0},
                            {"month 13", "20316291731448", 1},
                            {"month of a nibble F", "20F06291731448", 1},
                            {"hour 24", "21218042000000", 3},
                            {"second 60", "21218000000600", 5},
                            {"30 February", "21200300000000", 0},
                            {"day 0", "21210000000000", 0},
                            {"a zone that is not BCD", "112112118374E1", 6},
                            {"filler", "FFFFFFFFFFFFFF", 0}};
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto time = read(v.hex);
      REQUIRE_FALSE(time.has_value());
      CHECK(time.error() == DecodeError{DecodeError::Fault::out_of_range, "TP-SCTS", v.at});
    }
  }
}
