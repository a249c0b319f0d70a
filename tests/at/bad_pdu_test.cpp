#include <catch2/catch.hpp>

#include "at/deliver.hpp"
#include "at/status_report.hpp"
#include "at/submit.hpp"
#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;

namespace {

/// Decodes by the message type, as a reader of an inbox does.
Result<std::optional<Deliver>, DecodeError> read_received(const std::string& pdu, bool with_smsc) {
  const auto deliver = decode_deliver(pdu, with_smsc);
  if (deliver) return *deliver;
  const bool other_type = deliver.error().field == "TP-MTI";
  if (other_type && decode_status_report(pdu, with_smsc)) return std::optional<Deliver>{};
  return unexpected(deliver.error());
}

}  // namespace

TEST_CASE("malformed PDUs are refused where they must be and read where they can be") {
  for (const auto& v : vectors::load("bad_pdus.json")) {
    CAPTURE(v.at("id"), v.at("why"));
    const std::string pdu = v.at("pdu");
    const std::string policy = v.at("policy");
    const bool with_smsc = v.at("has_smsc");
    if (v.at("direction") == "mo") {
      CHECK_FALSE(decode_submit(pdu, with_smsc).has_value());
      continue;
    }
    const auto read = read_received(pdu, with_smsc);
    if (policy == "must_reject") CHECK_FALSE(read.has_value());
    if (policy.starts_with("accept")) {
      REQUIRE(read.has_value());
      CHECK(read->value().text == v.at("expect").at("text").get<std::string>());
      CHECK(read->value().concat == vectors::concat(v.at("expect").at("concat")));
    }
  }
}

TEST_CASE("any PDU cut at any digit, read as anything, is refused within it or read") {
  for (const char* name : {"deliver.json", "status_report.json", "submit.json", "bad_pdus.json"}) {
    for (const auto& v : vectors::load(name)) {
      const std::string pdu = v.at("pdu");
      for (std::size_t cut = 0; cut <= pdu.size(); ++cut) {
        const auto head = std::string_view(pdu).substr(0, cut);
        for (const bool with_smsc : {true, false}) {
          const auto deliver = decode_deliver(head, with_smsc);
          const auto report = decode_status_report(head, with_smsc);
          const auto submit = decode_submit(head, with_smsc);
          REQUIRE((deliver || deliver.error().offset <= cut / 2));
          REQUIRE((report || report.error().offset <= cut / 2));
          REQUIRE((submit || submit.error().offset <= cut / 2));
        }
      }
    }
  }
}
