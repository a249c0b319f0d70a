#include <catch2/catch.hpp>

#include "at/identity.hpp"
#include "at/submission.hpp"
#include "at/telephone_number.hpp"

using namespace bank::at;

namespace {

Reply lines(std::initializer_list<std::string> texts) {
  Reply reply;
  for (const auto& text : texts) reply.push_back({text});
  return reply;
}

}  // namespace

TEST_CASE("identities are read in all their spellings") {
  struct Case {
    Reply reply;
    const char* text;
  };
  const Case cases[] = {
      {lines({"EC25"}), "EC25"},
      {lines({"+CGMM: \"MF180\""}), "MF180"},
      {lines({"  MULTIBAND  900E  1800 "}), "MULTIBAND  900E  1800"},
      {lines({"^RSSI:12", "E1752"}), "E1752"},
      {lines({"SIM800", "SMS Ready"}), "SIM800"},
      {lines({"Revision:1418B05SIM800L24"}), "1418B05SIM800L24"},
      {lines({"V ICPR72_08w44.1", "24-11-08", "", "RM-348"}), "V ICPR72_08w44.1 24-11-08 RM-348"},
      {lines({"bad\xFF"}), "bad\xEF\xBF\xBD"},
      {lines({"\"\"", " "}), ""},
      {{}, ""},
  };
  for (const auto& c : cases) CHECK(identity_text(c.reply, "+CGMM:") == c.text);

  const auto cut = identity_text(lines({std::string(127, 'x') + "€€"}), "");
  CHECK(cut == std::string(127, 'x'));  // at a character
}

TEST_CASE("the numbers of modem and SIM are the first that can be one") {
  CHECK(imei(lines({"35 no", "+CGSN: \"356938035643809\""})) == "356938035643809");
  CHECK(imei(lines({"356938035643809,ABC1234567890123"})) == "356938035643809");
  CHECK(imei(lines({"3569380356438091"})) == "3569380356438091");  // an IMEISV
  CHECK_FALSE(imei(lines({"8998000000000000001", "1234"})).has_value());
  CHECK_FALSE(imei({}).has_value());

  CHECK(imsi(lines({"432110123456789"})) == "432110123456789");
  CHECK(imsi(lines({"+CIMI: 43211012345678"})) == "43211012345678");
  CHECK_FALSE(imsi(lines({"+CIMI: 4321101234567890"})).has_value());

  CHECK(iccid(lines({"+CCID: \"8998000000000000001\""})) == "8998000000000000001");
  CHECK(iccid(lines({"+QCCID: 8998000000000000001F"})) == "8998000000000000001");
  CHECK(iccid(lines({"^SCID: 89980000000000000012"})) == "89980000000000000012");
  CHECK(iccid(lines({"^RSSI: 3", "898602f9091830030220"})) == "898602F9091830030220");
  CHECK_FALSE(iccid(lines({"+CCID: 89980"})).has_value());
  CHECK_FALSE(iccid(lines({"FFFFFFFFFFFFFFFFFFFF"})).has_value());
}

TEST_CASE("ATI is read by its names or by the order of its lines") {
  using I = Identification;
  CHECK(identification(lines({"Manufacturer: huawei", "Model: E173", "Revision: 11.126.29.00",
                              "IMEI: 356938035643809", "+GCAP: +CGSM,+DS,+ES"})) ==
        I{"huawei", "E173", "11.126.29.00"});
  CHECK(identification(lines({"Quectel", "EC25", "Revision: EC25EFAR06A06M4G"})) ==
        I{"Quectel", "EC25", "EC25EFAR06A06M4G"});
  CHECK(identification(lines({"SIM800 R14.18"})) == I{"", "SIM800 R14.18", ""});
  CHECK(identification(lines({"RDY", "+CPIN: READY", "^RSSI: 12"})) == I{});
  CHECK(identification({}) == I{});
}

TEST_CASE("an ICCID is the same from every command that gives it") {
  for (const auto* const line :
       {"+CCID: \"8944200053671052499\"", "8944200053671052499F", "+CCID: 8944200053671052499F",
        "+ICCID: 8944200053671052499", "+CICCID: 8944200053671052499",
        "+QCCID: 8944200053671052499", "!ICCID: 8944200053671052499", "^SCID: 8944200053671052499",
        "#CCID: 8944200053671052499", "+ZGETICCID: 8944200053671052499", "8944200053671052499f",
        "\"984402003576012594F9\"", "984402003576012594f9", "^ICCID: 984402003576012594F9",
        "+CRSM: 144,0,\"984402003576012594F9\"", "+CRSM: 144, 0, 984402003576012594F9"}) {
    CAPTURE(line);
    CHECK(iccid(lines({line})) == "8944200053671052499");
  }
  CHECK(iccid(lines({"98441000301213426980"})) == "89440100032131249608");
  CHECK(iccid(lines({"+CRSM: 106,130", "+CRSM: 148,4"})) == std::nullopt);
  CHECK(iccid(lines({"98" + std::string(100, '4')})) == std::nullopt);
}

TEST_CASE("own numbers are read with names that bring quotes and commas, or none") {
  CHECK(own_number(lines({"+CNUM: \"a, b\",\"41791234567\",145"})) == "+41791234567");
  CHECK(own_number(lines({"+CNUM: ,\"+41791234567\",145,7,4"})) == "+41791234567");
  CHECK(own_number(lines({"+CNUM: \"\",\"\",129", "+CNUM: \"\",\"0791234567\",129"})) ==
        "0791234567");
  CHECK_FALSE(own_number(lines({"+CNUM: \"\",\"\",255"})).has_value());
  CHECK_FALSE(own_number(lines({"+CNUM: \"x\",\"call me\",145"})).has_value());
  CHECK_FALSE(own_number({}).has_value());
  CHECK(own_numbers(lines({"+CNUM: \"one\",\"+41791234567\",145",
                           "+CNUM: \"two\",\"0791234568\",129", "+CNUM: \"\",\"\",129"})) ==
        std::vector<std::string>{"+41791234567", "0791234568"});
  CHECK(own_number(lines({"+CNUM: \"one\",41791234567,145"})) == "+41791234567");
  CHECK(own_number(lines({"+CNUM: \"41791234567\",145"})) == "+41791234567");
  CHECK(own_number(lines({"+CNUM: \"one\",\"0791234567\""})) == "0791234567");
  CHECK(own_number(lines({"+CNUM: \"\",\"002B00340031003700390031\",145"})) == "+41791");
}

TEST_CASE("the service centre comes as text or hex, quoted or not") {
  CHECK(service_centre("+CSCA: \"+41794999000\",145") == "+41794999000");
  CHECK(service_centre("+CSCA: \"41794999000\",145") == "+41794999000");
  CHECK(service_centre("+CSCA: 0794999000,129") == "0794999000");
  for (const auto* const none :
       {"+CSCA: \"\",129", "+CSCA: ,", "+CSCA:", "+CSCA: \"+\",145", "+CSCA: \"two\",145",
        "+CSCA: \"+123456789012345678901234567890\",145", "", "+CSMS: 1"}) {
    CAPTURE(none);
    CHECK_FALSE(service_centre(none).has_value());
  }
  CHECK(service_centre("+CSCA: 002B003400310037,145") == "+417");
}

TEST_CASE("sixteen digits are a number, and UCS-2 only where that gives one") {
  CHECK(telephone_number("\"0044780209203500\"", "129") == "0044780209203500");
  CHECK(telephone_number("\"0031003200330034\"", "129") == "1234");
  CHECK(telephone_number("*100#", "") == "*100#");
  CHECK_FALSE(telephone_number("+", "145").has_value());
  CHECK_FALSE(telephone_number("", "145").has_value());
  CHECK_FALSE(telephone_number("12+34", "").has_value());
}
