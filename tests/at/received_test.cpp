#include "at/received.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;

TEST_CASE("what a modem hands over is read by its message type") {
  for (const auto& v : vectors::load("deliver.json")) {
    const auto read = decode_received(v.at("pdu").get<std::string>(), v.at("has_smsc").get<bool>());
    REQUIRE(read.has_value());
    CHECK(std::holds_alternative<Deliver>(*read));
  }
  for (const auto& v : vectors::load("status_report.json")) {
    const auto read = decode_received(v.at("pdu").get<std::string>(), v.at("has_smsc").get<bool>());
    REQUIRE(read.has_value());
    CHECK(std::holds_alternative<StatusReport>(*read));
  }
  const auto reserved = decode_received(
      "07911326040000F0070B911346610089F6000020806291731448"
      "0CC8F71D14969741F977FD07");
  REQUIRE(reserved.has_value());
  CHECK(std::get<Deliver>(*reserved).text == "How are you?");
}

TEST_CASE("a service centre's field that is missing is found out by the length") {
  const std::string smsc = "07911326040000F0";
  for (const auto& v : vectors::load("deliver.json")) {
    const std::string pdu = v.at("pdu");
    const std::string tpdu =
        v.at("has_smsc") ? pdu.substr(2 + 2 * std::stoul(pdu.substr(0, 2), nullptr, 16)) : pdu;
    CAPTURE(v.at("id"));
    const std::size_t length = tpdu.size() / 2;
    for (const std::size_t said : {length, length + 1, length - 2, length + 8, std::size_t{0}}) {
      const auto with = decode_received_of(smsc + tpdu, said);
      REQUIRE(with.has_value());
      CHECK(std::get<Deliver>(*with).smsc == "+31624000000");
      CHECK(std::get<Deliver>(*with).text == vectors::text_or_none(v.at("text")));
    }
    const auto without = decode_received_of(tpdu, length);
    REQUIRE(without.has_value());
    CHECK(std::get<Deliver>(*without).smsc.empty());
    CHECK(std::get<Deliver>(*without).text == vectors::text_or_none(v.at("text")));
  }
  CHECK(decode_received_of("OK", 1).error() ==
        DecodeError{DecodeError::Fault::reserved_value, "hex", 0});
}
