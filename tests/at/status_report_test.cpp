#include "at/status_report.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;
using Fault = DecodeError::Fault;

namespace {

OptionalParameters optional(const nlohmann::json& o) {
  OptionalParameters expected;
  if (o.is_null()) return expected;
  if (o.contains("pid")) expected.pid = o.at("pid").get<int>();
  if (o.contains("dcs")) expected.dcs = o.at("dcs").get<int>();
  if (o.contains("text")) expected.text = vectors::text_or_none(o.at("text"));
  if (o.contains("data_hex") && !o.at("data_hex").is_null()) {
    expected.data = vectors::octets(o.at("data_hex"));
  }
  return expected;
}

}  // namespace

TEST_CASE("status reports are read to every field") {
  for (const auto& v : vectors::load("status_report.json")) {
    CAPTURE(v.at("id"), v.at("pdu"));
    const auto report = decode_status_report(v.at("pdu").get<std::string>(), v.at("has_smsc"));
    REQUIRE(report.has_value());
    CHECK(report->tp_mr == v.at("mr"));
    CHECK(report->recipient.digits_or_text == v.at("recipient"));
    CHECK(report->tp_status == v.at("status"));
    if (!v.at("more_messages").is_null()) CHECK(report->more_messages == v.at("more_messages"));
    if (!v.at("of_command").is_null()) CHECK(report->of_command == v.at("of_command"));
    CHECK(report->optional == optional(v.at("optional")));
    const auto kind = vectors::text_or_none(v.at("recipient_kind"));
    if (kind) CHECK(name_of(report->recipient.kind) == *kind);
    CHECK(report->scts == vectors::time(v.at("scts")));  // a zone of 0xE1 is no time
    CHECK(report->discharged == vectors::time(v.at("discharge")));
  }
}

TEST_CASE("a report is written as it is read, and cut it is refused at its field") {
  StatusReport report;
  report.smsc = "+989350001400";
  report.tp_mr = 200;
  report.recipient = {"+989121234567", Address::Kind::international};
  report.scts = vectors::time("2026-11-22T10:00:00+03:30");
  report.tp_status = 0x46;
  const auto pdu = encode_status_report(report);
  REQUIRE(pdu.has_value());
  const auto back = decode_status_report(*pdu);
  REQUIRE(back.has_value());
  CHECK(back->tp_mr == 200);
  CHECK(back->recipient == report.recipient);
  CHECK(back->scts == report.scts);
  CHECK_FALSE(back->discharged.has_value());
  CHECK(back->tp_status == 0x46);

  const std::size_t octets = pdu->size() / 2;
  const auto cut = [&](std::size_t n) {
    return decode_status_report(pdu->substr(0, 2 * n)).error();
  };
  CHECK(cut(octets - 1) == DecodeError{Fault::truncated, "TP-ST", octets - 1});
  CHECK(cut(octets - 2) == DecodeError{Fault::truncated, "TP-DT", octets - 2});
  CHECK(cut(octets - 9) == DecodeError{Fault::truncated, "TP-SCTS", octets - 9});
  CHECK(cut(10) == DecodeError{Fault::truncated, "TP-RA", 10});
  CHECK(decode_status_report("0004").error() == DecodeError{Fault::reserved_value, "TP-MTI", 1});
}
