#include "at/deliver.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;
using Fault = DecodeError::Fault;
using namespace std::chrono_literals;

namespace {

// From a Dutch number at 2000-02-08, "Howdy y'all!"; the pieces are joined with what a case needs.
const std::string front = "07911326040000F0";
const std::string sender = "0B911346610089F6";
const std::string stamp = "20806291731448";

std::optional<MessageWaiting> waiting(const nlohmann::json& mwi) {
  if (mwi.is_null()) return std::nullopt;
  REQUIRE(mwi.at("type") == "voicemail");
  return MessageWaiting{MessageWaiting::Kind::voice, mwi.at("active"), !mwi.at("discard")};
}

}  // namespace

TEST_CASE("received messages are read to every field") {
  for (const auto& v : vectors::load("deliver.json")) {
    CAPTURE(v.at("id"), v.at("pdu"));
    const auto deliver = decode_deliver(v.at("pdu").get<std::string>(), v.at("has_smsc"));
    REQUIRE(deliver.has_value());
    CHECK(deliver->smsc == v.at("smsc"));
    CHECK(deliver->from.digits_or_text == v.at("sender"));
    CHECK(name_of(deliver->from.kind) == v.at("sender_kind").get<std::string>());
    CHECK(deliver->more_messages == v.at("more_messages"));
    CHECK(deliver->reply_path == v.at("reply_path"));
    CHECK(deliver->header.ports == vectors::ports(v.at("ports")));
    CHECK(deliver->header.others == vectors::elements(v.at("elements")));
    CHECK(deliver->waiting == waiting(v.at("mwi")));
    if (!v.at("data_hex").is_null()) CHECK(to_hex(deliver->data) == v.at("data_hex"));
    CHECK(deliver->timestamp == vectors::time(v.at("timestamp")));
    CHECK(deliver->pid == v.at("pid"));
    CHECK(deliver->dcs == v.at("dcs"));
    CHECK(deliver->alphabet == vectors::alphabet(v.at("alphabet").get<std::string>()));
    CHECK(deliver->message_class.value_or(-1) ==
          (v.at("class").is_null() ? -1 : v.at("class").get<int>()));
    CHECK(deliver->header.concat == vectors::concat(v.at("concat")));
    CHECK(deliver->text == vectors::text_or_none(v.at("text")));
    const auto lower =
        decode_deliver(vectors::lower(v.at("pdu").get<std::string>()), v.at("has_smsc"));
    CHECK(lower->text == deliver->text);
  }
}

TEST_CASE("filler after the user data changes nothing") {
  for (const auto& v : vectors::load("deliver.json")) {
    const std::string pdu = v.at("pdu");
    const auto plain = decode_deliver(pdu, v.at("has_smsc"));
    const auto padded = decode_deliver(pdu + std::string(352 - pdu.size(), 'F'), v.at("has_smsc"));
    REQUIRE(padded.has_value());
    CHECK(padded->text == plain->text);
    CHECK(padded->data == plain->data);
  }
}

TEST_CASE("a concatenation that makes no sense is passed over, and the text stands") {
  struct Vector {
    const char* name;
    const char* header;
    std::optional<Concat> concat;
  };
  const Vector vectors[] = {
      {"the first of two", "0500030A0201", Concat{10, 8, 1, 2}},
      {"a 16-bit reference",
       "0608040102"
       "0303",
       Concat{258, 16, 3, 3}},
      {"number 0", "0500030A0200", std::nullopt},
      {"number beyond the total", "0500030A0203", std::nullopt},
      {"total 0", "0500030A0001", std::nullopt},
      {"an element too short", "0400020A02", std::nullopt},
      {"an element too long",
       "060004"
       "0A020100",
       std::nullopt},
      {"an element that outruns the header", "0500040A0201", std::nullopt},
      {"half an element", "0100", std::nullopt},
      {"both widths: the last counts",
       "0B00030A0201"
       "080401020302",
       Concat{258, 16, 2, 3}},
      {"a senseless one after a good one",
       "0A00030A0201"
       "00030B0200",
       Concat{10, 8, 1, 2}},
      {"unknown elements around it",
       "0B7F00"
       "00030A0202"
       "7E0211"
       "22",
       Concat{10, 8, 2, 2}},
      {"an empty header", "00", std::nullopt},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto header = vectors::octets(v.header);
      const std::vector<std::uint8_t> length{static_cast<std::uint8_t>(header.size() + 2)};
      const auto deliver = decode_deliver(front + "44" + sender + "0008" + stamp + to_hex(length) +
                                          v.header + "0064");
      REQUIRE(deliver.has_value());
      CHECK(deliver->header.concat == v.concat);
      CHECK(deliver->text == "d");
    }
  }
}

TEST_CASE("a message that cannot be read is refused with the field and the octet") {
  struct Vector {
    const char* name;
    std::string pdu;
    DecodeError error;
  };
  const Vector vectors[] = {
      {"nothing", "", {Fault::truncated, "SMSC", 0}},
      {"only a service centre", front, {Fault::truncated, "TP-MTI", 8}},
      {"a submit", front + "11000B91", {Fault::reserved_value, "TP-MTI", 8}},
      {"a status report", front + "0600", {Fault::reserved_value, "TP-MTI", 8}},
      {"an empty record of a SIM", "00" + std::string(350, 'F'), {Fault::out_of_range, "TP-OA", 2}},
      {"no TP-PID", front + "04" + sender, {Fault::truncated, "TP-PID", 17}},
      {"no TP-DCS", front + "04" + sender + "00", {Fault::truncated, "TP-DCS", 18}},
      {"half a time", front + "04" + sender + "0000" + "208062", {Fault::truncated, "TP-SCTS", 22}},
      {"no TP-UDL", front + "04" + sender + "0000" + stamp, {Fault::truncated, "TP-UDL", 26}},
      {"user data cut",
       front + "04" + sender + "0000" + stamp + "0CC8F7",
       {Fault::truncated, "TP-UD", 29}},
      {"a header longer than the user data",
       front + "44" + sender + "0000" + stamp + "07FF000301020101",
       {Fault::out_of_range, "TP-UDHL", 27}},
      {"a header announced and no user data",
       front + "44" + sender + "0000" + stamp + "00",
       {Fault::out_of_range, "TP-UDL", 26}},
      {"no hexadecimal", front + "04zz", {Fault::reserved_value, "hex", 9}},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto deliver = decode_deliver(v.pdu);
      REQUIRE_FALSE(deliver.has_value());
      CHECK(deliver.error() == v.error);
    }
  }
}

TEST_CASE("a message cut anywhere after its sender still tells the sender") {
  for (const auto& v : vectors::load("deliver.json")) {
    const std::string pdu = v.at("pdu");
    const auto whole = decode_deliver(pdu, v.at("has_smsc"));
    bool told = false;
    for (std::size_t cut = 0; cut <= pdu.size(); ++cut) {
      const auto from = sender_of(std::string_view(pdu).substr(0, cut), v.at("has_smsc"));
      REQUIRE((!told || from.has_value()));  // once there, never lost again
      if (from) REQUIRE(*from == whole->from);
      told = from.has_value();
    }
    CHECK(told);
  }
  CHECK(sender_of(front + "04" + sender + "00zz")->digits_or_text == "+31641600986");
  CHECK_FALSE(sender_of("OK").has_value());
}

TEST_CASE("a time that is none leaves the message as it is") {
  for (const char* no_time : {"00000000000000", "FFFFFFFFFFFFFF", "20316291731448"}) {
    const auto deliver = decode_deliver(front + "04" + sender + "0000" + no_time + "0161");
    REQUIRE(deliver.has_value());
    CHECK_FALSE(deliver->timestamp.has_value());
    CHECK(deliver->text == "a");
    CHECK(deliver->from.digits_or_text == "+31641600986");
  }
}

TEST_CASE("a message is written as it is read") {
  Deliver deliver;
  deliver.smsc = "+989350001400";
  deliver.from = {"+989121234567", Address::Kind::international};
  deliver.timestamp = vectors::time("2026-11-22T10:00:00+03:30");
  deliver.text = "سلام 😀";
  deliver.alphabet = Alphabet::ucs2;
  deliver.dcs = 0x08;
  deliver.header.concat = Concat{7, 8, 2, 3};
  const auto pdu = encode_deliver(deliver);
  REQUIRE(pdu.has_value());
  const auto back = decode_deliver(*pdu);
  REQUIRE(back.has_value());
  CHECK(back->smsc == deliver.smsc);
  CHECK(back->from == deliver.from);
  CHECK(back->timestamp == deliver.timestamp);
  CHECK(back->text == deliver.text);
  CHECK(back->dcs == deliver.dcs);
  CHECK(back->header.concat == deliver.header.concat);

  deliver.from = {"sipgate", Address::Kind::alphanumeric};
  CHECK(decode_deliver(*encode_deliver(deliver))->from == deliver.from);
  deliver.text = std::string(200, 'x');
  CHECK_FALSE(encode_deliver(deliver).has_value());
}
