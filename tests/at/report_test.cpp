#include "at/report.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;
using Fault = DecodeError::Fault;

TEST_CASE("a deliver report acknowledges or says why not") {
  CHECK(encode_deliver_report().hex == "0000");
  CHECK(encode_deliver_report().length == 2);
  CHECK(encode_deliver_report(0xD3).hex == "00D300");
  CHECK(encode_deliver_report(0xD3).length == 3);
}

TEST_CASE("a submit report is read in both of its kinds") {
  const auto taken = decode_submit_report("010051701091236282");
  REQUIRE(taken.has_value());
  CHECK_FALSE(taken->failure_cause.has_value());
  CHECK(taken->scts == vectors::time("2015-07-01T19:32:26+07:00"));

  const auto refused = decode_submit_report("01C3005170109123628207");
  REQUIRE(refused.has_value());
  CHECK(refused->failure_cause == 0xC3);
  CHECK(refused->scts == taken->scts);

  const auto with_text = decode_submit_report("01075170109123628200000541E19058 34");
  REQUIRE(with_text.has_value());
  CHECK(with_text->optional.pid == 0);
  CHECK(with_text->optional.dcs == 0);
  CHECK(with_text->optional.text == "ABCDE");
  const auto cut = decode_submit_report("01075170109123628200000541E190");
  REQUIRE(cut.has_value());
  CHECK(cut->optional.dcs == 0);
  CHECK_FALSE(cut->optional.text.has_value());
}

TEST_CASE("what is no submit report is refused by its field") {
  CHECK(decode_submit_report("0000").error() == DecodeError{Fault::reserved_value, "TP-MTI", 0});
  CHECK(decode_submit_report("01").error() == DecodeError{Fault::truncated, "TP-PI", 1});
  CHECK(decode_submit_report("01C3").error() == DecodeError{Fault::truncated, "TP-PI", 2});
  CHECK(decode_submit_report("0100517010").error() == DecodeError{Fault::truncated, "TP-SCTS", 5});
  CHECK(decode_submit_report("OK").error() == DecodeError{Fault::reserved_value, "hex", 0});
}
