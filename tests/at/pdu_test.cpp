#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "at/deliver.hpp"
#include "at/status_report.hpp"
#include "at/submit.hpp"

using namespace bank::at;
using namespace std::chrono_literals;

namespace {

nlohmann::json vectors(const std::string& name) {
  std::ifstream file(std::string(MODEMBANK_SOURCE_DIR) + "/tests/data/" + name);
  REQUIRE(file);
  return nlohmann::json::parse(file);
}

}  // namespace

TEST_CASE("received messages are read as the field sends them") {
  for (const auto& v : vectors("deliver.json")) {
    CAPTURE(v.at("id"), v.at("pdu"));
    const auto deliver = decode_deliver(v.at("pdu").get<std::string>(), v.at("has_smsc"));
    REQUIRE(deliver.has_value());
    CHECK(deliver->smsc == v.at("smsc"));
    CHECK(deliver->from.digits_or_text == v.at("sender"));
    CHECK(deliver->timestamp.has_value() == !v.at("timestamp").is_null());
    CHECK(deliver->text.has_value() == !v.at("text").is_null());
    if (deliver->text) CHECK(*deliver->text == v.at("text"));
    if (!v.at("data_hex").is_null()) CHECK(to_hex(deliver->data) == v.at("data_hex"));
    REQUIRE(deliver->concat.has_value() == !v.at("concat").is_null());
    if (deliver->concat) {
      CHECK(deliver->concat->ref == v.at("concat").at("ref"));
      CHECK(deliver->concat->seq == v.at("concat").at("seq"));
      CHECK(deliver->concat->total == v.at("concat").at("total"));
    }
  }
}

TEST_CASE("status reports are read as the field sends them") {
  for (const auto& v : vectors("status_report.json")) {
    CAPTURE(v.at("id"), v.at("pdu"));
    const auto report = decode_status_report(v.at("pdu").get<std::string>(), v.at("has_smsc"));
    REQUIRE(report.has_value());
    CHECK(report->tp_mr == v.at("mr"));
    CHECK(report->recipient.digits_or_text == v.at("recipient"));
    CHECK(report->tp_status == v.at("status"));
    if (v.at("category") == "delivered") CHECK(outcome(report->tp_status) == Outcome::delivered);
    if (v.at("category") == "permanent_failure") {
      CHECK(outcome(report->tp_status) == Outcome::permanent);
    }
  }
}

TEST_CASE("a PDU cut at any octet is refused or read by what is there, and nothing else") {
  for (const char* name : {"deliver.json", "status_report.json"}) {
    for (const auto& v : vectors(name)) {
      const std::string pdu = v.at("pdu");
      for (std::size_t cut = 0; cut < pdu.size(); ++cut) {
        const std::string head = pdu.substr(0, cut);
        const auto deliver = decode_deliver(head);
        if (!deliver) CHECK(deliver.error().offset <= cut);
        const auto report = decode_status_report(head);
        if (!report) CHECK(report.error().offset <= cut);
        const auto submit = decode_submit(head);
        if (!submit) CHECK(submit.error().offset <= cut);
      }
    }
  }
}

TEST_CASE("a submit is written as the standard has it, and read back") {
  Submit submit;
  submit.to = "+46708251358";
  submit.report = false;
  submit.text = "hellohello";
  const auto pdu = encode(submit);
  REQUIRE(pdu.has_value());
  CHECK(pdu->hex == "0001000B916407281553F800000AE8329BFD4697D9EC37");
  CHECK(pdu->length == 22);

  submit.report = true;
  submit.validity = 24h;
  submit.alphabet = Alphabet::ucs2;
  submit.text = "سلام 😀";
  submit.concat = Concat{200, 8, 2, 3};
  const auto second = encode(submit);
  REQUIRE(second.has_value());
  const auto back = decode_submit(second->hex);
  REQUIRE(back.has_value());
  CHECK(*back == submit);

  submit.concat->ref = 7;
  CHECK(encode(submit)->length == second->length);
}

TEST_CASE("what cannot be written is refused by its field") {
  Submit submit;
  submit.to = "+989121234567";
  submit.text = std::string(161, 'a');
  CHECK(encode(submit).error() == EncodeError{EncodeError::Fault::too_long, "TP-UD"});
  submit.text = "س";
  CHECK(encode(submit).error() == EncodeError{EncodeError::Fault::not_in_alphabet, "TP-UD"});
  submit.text = "a";
  submit.to = "nobody";
  CHECK(encode(submit).error() == EncodeError{EncodeError::Fault::not_a_number, "TP-DA"});
  submit.to = "+989121234567";
  submit.concat = Concat{256, 8, 1, 2};
  CHECK(encode(submit).error() == EncodeError{EncodeError::Fault::out_of_range, "TP-UDH"});
}

TEST_CASE("a validity is rounded up to what TP-VP can say") {
  CHECK(relative_validity(1min) == 0);
  CHECK(relative_validity(6min) == 1);
  CHECK(relative_validity(12h) == 143);
  CHECK(relative_validity(24h) == 167);
  CHECK(relative_validity(25h) == 168);
  CHECK(relative_validity(24h * 30) == 196);
  CHECK(relative_validity(24h * 7 * 100) == 255);
}
