#include <catch2/catch.hpp>

#include "at/submit.hpp"
#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;
using namespace std::chrono_literals;

namespace {

Submit submit_of(const nlohmann::json& v) {
  Submit submit;
  submit.to = v.at("to");
  submit.smsc = v.at("smsc").is_null() ? "" : v.at("smsc").get<std::string>();
  submit.report = v.at("report");
  submit.reject_duplicates = v.at("reject_duplicates");
  submit.reply_path = v.at("reply_path");
  submit.pid = v.at("pid");
  if (!v.at("message_class").is_null()) submit.message_class = v.at("message_class").get<int>();
  if (!v.at("validity_minutes").is_null()) {
    submit.validity = 1min * v.at("validity_minutes").get<int>();
  }
  if (v.at("validity_format") == "enhanced") submit.validity = EnhancedValidity{5min, false};
  submit.alphabet = vectors::alphabet(v.at("alphabet").get<std::string>());
  if (dcs_of(submit) != v.at("dcs")) submit.dcs = v.at("dcs").get<int>();
  submit.header.concat = vectors::concat(v.at("concat"));
  submit.header.ports = vectors::ports(v.at("ports"));
  submit.header.others = vectors::elements(v.at("elements"));
  submit.tp_mr = v.at("mr");
  if (v.at("text").is_null()) {
    const auto data = vectors::octets(v.at("data_hex"));
    submit.text.assign(data.begin(), data.end());
  } else {
    submit.text = v.at("text");
  }
  return submit;
}

}  // namespace

TEST_CASE("submits of other programs are read to every field") {
  for (const auto& v : vectors::load("submit.json")) {
    CAPTURE(v.at("id"), v.at("pdu"));
    const auto read = decode_submit(v.at("pdu").get<std::string>(), v.at("has_smsc"));
    REQUIRE(read.has_value());
    const Submit expected = submit_of(v);
    CHECK(read->to == expected.to);
    CHECK(read->text == expected.text);
    CHECK(read->header == expected.header);
    CHECK(read->validity == expected.validity);
    CHECK(*read == expected);
  }
}

TEST_CASE("the same submit is written as other programs write it, to the octet") {
  std::size_t written = 0;
  for (const auto& v : vectors::load("submit.json")) {
    if (!v.at("encodes")) continue;  // another type of number, order of elements or group
    CAPTURE(v.at("id"));
    const auto pdu = encode(submit_of(v));
    REQUIRE(pdu.has_value());
    CHECK(pdu->hex.substr(v.at("has_smsc") ? 0 : 2) == v.at("pdu"));
    CHECK(pdu->length == v.at("tpdu_len"));
    ++written;
  }
  CHECK(written > 25);
}

TEST_CASE("flash is class 0 in either alphabet") {
  Submit submit{.to = "+34654123456", .report = false, .message_class = 0, .text = "hey yo"};
  CHECK(encode(submit)->hex == "0001000B914356143254F6001006E8721E947F03");
  submit.alphabet = Alphabet::ucs2;
  CHECK(encode(submit)->hex.substr(24, 2) == "18");
  CHECK(decode_submit(encode(submit)->hex).value() == submit);
}

TEST_CASE("a TP-DCS of another group is kept as it came") {
  for (int dcs = 0; dcs < 256; ++dcs) {
    CAPTURE(dcs);
    const std::vector<std::uint8_t> octet{static_cast<std::uint8_t>(dcs)};
    const std::string pdu = "0001000B914356143254F600" + to_hex(octet) + "00";
    const auto submit = decode_submit(pdu);
    REQUIRE(submit.has_value());
    CHECK(dcs_of(*submit) == dcs);
    CHECK(encode(*submit)->hex == pdu);
  }
}

TEST_CASE("a part is full at its limit, and one character more is refused") {
  struct Vector {
    const char* name;
    Alphabet alphabet;
    const char* character;
    bool joined;
    std::size_t most;
    std::size_t octets;  // of TP-UD when full
  };
  const Vector vectors[] = {{"GSM 7-bit alone", Alphabet::gsm7, "a", false, 160, 140},
                            {"GSM 7-bit joined", Alphabet::gsm7, "a", true, 153, 140},
                            {"UCS-2 alone", Alphabet::ucs2, "س", false, 70, 140},
                            {"UCS-2 joined", Alphabet::ucs2, "س", true, 67, 140},
                            {"octets alone", Alphabet::octets, "\x01", false, 140, 140},
                            {"octets joined", Alphabet::octets, "\x01", true, 134, 140}};
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      Submit submit{.to = "1", .alphabet = v.alphabet, .text = {}};
      if (v.joined) submit.header.concat = Concat{255, 8, 1, 2};
      for (std::size_t i = 0; i < v.most; ++i) submit.text += v.character;
      const auto full = encode(submit);
      REQUIRE(full.has_value());
      CHECK(full->length == 2 + 3 + 2 + 1 + v.octets);
      CHECK(decode_submit(full->hex).value() == submit);
      submit.text += v.character;
      CHECK(encode(submit).error() == EncodeError{EncodeError::Fault::too_long, "TP-UD"});
    }
  }
}

TEST_CASE("the length does not depend on the reference") {
  for (const int bits : {8, 16}) {
    Submit submit{.to = "+989121234567", .text = "x", .header = {.concat = Concat{0, bits, 1, 2}}};
    const auto length = encode(submit)->length;
    for (int ref = 0; ref < (1 << bits); ref += bits == 8 ? 1 : 257) {
      submit.header.concat->ref = ref;
      REQUIRE(encode(submit)->length == length);
      REQUIRE(decode_submit(encode(submit)->hex)->header.concat == submit.header.concat);
    }
  }
}

TEST_CASE("numbers out of their range are refused by their field") {
  using Fault = EncodeError::Fault;
  const Submit good{.to = "+989121234567", .text = "a"};
  REQUIRE(encode(good).has_value());
  auto bad = good;
  bad.tp_mr = 256;
  CHECK(encode(bad).error() == EncodeError{Fault::out_of_range, "TP-MR"});
  bad = good;
  bad.smsc = "centre";
  CHECK(encode(bad).error() == EncodeError{Fault::not_a_number, "SMSC"});
  bad = good;
  bad.validity = -1min;
  CHECK(encode(bad).error() == EncodeError{Fault::out_of_range, "TP-VP"});
  for (const Concat concat : {Concat{0, 7, 1, 2}, Concat{-1, 8, 1, 2}, Concat{0, 8, 0, 2},
                              Concat{0, 8, 3, 2}, Concat{0, 8, 1, 256}, Concat{65536, 16, 1, 2}}) {
    bad = good;
    bad.header.concat = concat;
    CHECK(encode(bad).error() == EncodeError{Fault::out_of_range, "TP-UDH"});
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
  submit.header.concat = Concat{200, 8, 2, 3};
  const auto second = encode(submit);
  REQUIRE(second.has_value());
  const auto back = decode_submit(second->hex);
  REQUIRE(back.has_value());
  CHECK(*back == submit);

  submit.header.concat->ref = 7;
  CHECK(encode(submit)->length == second->length);
}

TEST_CASE("a part that may be a double says so to the service centre, and is no longer for it") {
  Submit submit{.to = "+46708251358", .report = false, .text = "hellohello"};
  const auto plain = encode(submit);
  submit.reject_duplicates = true;  // TP-RD, TS 23.040 §9.2.3.25: bit 2 of the first octet
  const auto marked = encode(submit);
  REQUIRE(marked.has_value());
  CHECK(marked->hex == "0005000B916407281553F800000AE8329BFD4697D9EC37");
  CHECK(marked->length == plain->length);
  CHECK(decode_submit(marked->hex)->reject_duplicates);
  CHECK_FALSE(decode_submit(plain->hex)->reject_duplicates);
  submit.report = true;
  submit.validity = 24h;
  submit.header.concat = Concat{7, 8, 2, 3};
  CHECK(encode(submit)->hex.substr(0, 4) == "0075");  // with TP-VPF, TP-SRR and TP-UDHI
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
  submit.header.concat = Concat{256, 8, 1, 2};
  CHECK(encode(submit).error() == EncodeError{EncodeError::Fault::out_of_range, "TP-UDH"});
}

TEST_CASE("texts are written as other programs write them, to the octet") {
  for (const auto& v : vectors::load("submit_from_text.json")) {
    CAPTURE(v.at("id"));
    Submit submit{.to = v.at("dest"), .report = false, .text = v.at("text")};
    submit.smsc = v.value("smsc", "");
    if (v.contains("class")) submit.message_class = v.at("class").get<int>();
    if (v.contains("validity_seconds")) {
      submit.validity = v.at("validity_seconds").get<int>() / 60 * 1min;
    }
    if (v.contains("validity_absolute")) {
      submit.validity = vectors::time(v.at("validity_absolute")).value();
    }
    submit.alphabet = split(submit.text, Encoding::automatic)->alphabet;
    const auto pdu = encode(submit);
    REQUIRE(pdu.has_value());
    CHECK(pdu->hex == v.at("pdus").at(0));
    CHECK(decode_submit(pdu->hex).value() == submit);
  }
}
