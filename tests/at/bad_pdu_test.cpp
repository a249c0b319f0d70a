#include <catch2/catch.hpp>

#include "at/deliver.hpp"
#include "at/report.hpp"
#include "at/status_report.hpp"
#include "at/submit.hpp"
#include "at/utf.hpp"
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
      CHECK(read->value().header.concat == vectors::concat(v.at("expect").at("concat")));
    }
  }
}

namespace {

/// Nothing that was not there: text that is UTF-8 and no longer than its octets can say.
void require_no_invention(const std::optional<std::string>& text, std::size_t octets) {
  if (!text) return;
  REQUIRE_FALSE(first_not_utf8(*text).has_value());
  std::size_t characters = 0;
  for (const char c : *text) characters += (c & 0xC0) != 0x80 ? 1 : 0;
  REQUIRE(characters * 7 <= octets * 8);
}

/// Reads a PDU as everything there is; what is refused is refused within it.
void read_as_anything(std::string_view hex) {
  const std::size_t octets = hex.size() / 2;
  for (const bool with_smsc : {true, false}) {
    const auto deliver = decode_deliver(hex, with_smsc);
    const auto report = decode_status_report(hex, with_smsc);
    const auto submit = decode_submit(hex, with_smsc);
    const auto submit_report = decode_submit_report(hex);
    REQUIRE((deliver || deliver.error().offset <= octets));
    REQUIRE((report || report.error().offset <= octets));
    REQUIRE((submit || submit.error().offset <= octets));
    REQUIRE((submit_report || submit_report.error().offset <= octets));
    if (deliver) require_no_invention(deliver->text, octets);
    if (deliver) require_no_invention(deliver->from.digits_or_text, 2 * octets);
    if (report) require_no_invention(report->optional.text, octets);
    if (submit && submit->alphabet != Alphabet::octets) require_no_invention(submit->text, octets);
  }
}

constexpr const char* all_vectors[] = {"deliver.json", "status_report.json", "submit.json",
                                       "bad_pdus.json"};

}  // namespace

TEST_CASE("any PDU cut at any digit, read as anything, is refused within it or read") {
  for (const char* name : all_vectors) {
    for (const auto& v : vectors::load(name)) {
      const std::string pdu = v.at("pdu");
      for (std::size_t cut = 0; cut <= pdu.size(); ++cut) {
        read_as_anything(std::string_view(pdu).substr(0, cut));
      }
    }
  }
}

TEST_CASE("a message that is cut is refused, or was whole where it was cut") {
  for (const auto& v : vectors::load("deliver.json")) {
    const std::string pdu = v.at("pdu");
    const auto whole = decode_deliver(pdu, v.at("has_smsc"));
    for (std::size_t cut = 0; cut < pdu.size(); ++cut) {
      const auto head = decode_deliver(std::string_view(pdu).substr(0, cut), v.at("has_smsc"));
      if (!head) continue;
      REQUIRE(head->text == whole->text);
      REQUIRE(head->data == whole->data);
    }
  }
}

TEST_CASE("any PDU with any one bit flipped is refused within it or read") {
  for (const char* name : all_vectors) {
    for (const auto& v : vectors::load(name)) {
      const auto octets = from_hex(v.at("pdu").get<std::string>());
      if (!octets) continue;
      for (std::size_t bit = 0; bit < octets->size() * 8; ++bit) {
        auto flipped = *octets;
        flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
        read_as_anything(to_hex(flipped));
      }
    }
  }
}
