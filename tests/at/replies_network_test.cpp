#include <catch2/catch.hpp>

#include "at/operators.hpp"
#include "at/registration.hpp"
#include "at/signal.hpp"

using namespace bank::at;

TEST_CASE("the registration is the same in its answer and its unsolicited form") {
  struct Case {
    const char* line;
    bool solicited;
    std::optional<Registration> registration;
  };
  const Case cases[] = {
      {"+CREG: 0,1", true, Registration::home},
      {"+CREG: 1", false, Registration::home},
      {"+CREG: 1", true, Registration::home},  // the change crossed the question
      {"+CREG: 2,5,\"00C3\",\"1A2B\",7", true, Registration::roaming},
      {"+CREG: 5,\"00C3\",\"1A2B\",7", false, Registration::roaming},
      {"+CREG: 5,\"00C3\",\"1A2B\"", true, Registration::roaming},
      {"+CREG: 0,5", false, Registration::roaming},  // the answer form, unasked
      {"+CREG: 2,5,00C3,1A2B", false, Registration::roaming},
      {"+CREG: 5, 1234, 5678", false, Registration::roaming},
      {"+CREG: 1,0000,00000000", false, Registration::home},
      {"+CREG: 1,  0 5, 2715", false, Registration::home},
      {"+CREG: 1,00,0", false, Registration::home},
      {"+CREG: 1, 11, 5", false, Registration::home},
      {"+CREG: 2,1, E006B, ABE0016", true, Registration::home},
      {"+CREG: 1, E006B, ABE0016", false, Registration::home},
      {"+CEREG: 2,9", true, Registration::home},
      {"+CGREG: 10", false, Registration::roaming},
      {"+CREG: 8", false, Registration::emergency},
      {"+CREG: 12", false, Registration::unknown},
      {"+CREG: 999", false, Registration::unknown},
      {"+CREG: (0-2)", true, std::nullopt},
      {"+CREG:", true, std::nullopt},
      {"+CREG: ,1", false, Registration::home},
      {"+CREG: -1", false, std::nullopt},
      {"+CREG: 99999999999999999999", true, std::nullopt},
      {"CREG: 1", true, std::nullopt},
      {"", true, std::nullopt},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line, c.solicited);
    const auto read = registration(c.line, c.solicited);
    CHECK((read ? name_of(*read) : "none") == (c.registration ? name_of(*c.registration) : "none"));
  }
}

TEST_CASE("SMS goes out at home, roaming and where only SMS is served") {
  using R = Registration;
  for (const auto r : {R::home, R::roaming, R::sms_only_home, R::sms_only_roaming}) {
    CAPTURE(name_of(r));
    CHECK(allows_sms(r));
    CHECK(is_roaming(r) == (r == R::roaming || r == R::sms_only_roaming));
  }
  for (const auto r : {R::idle, R::searching, R::denied, R::unknown, R::emergency}) {
    CAPTURE(name_of(r));
    CHECK_FALSE(allows_sms(r));
    CHECK_FALSE(is_roaming(r));
  }
}

TEST_CASE("area, cell and technology are read where each modem puts them") {
  struct Case {
    const char* line;
    bool solicited;
    int stat;
    std::optional<std::uint32_t> area;
    std::optional<std::uint64_t> cell;
    std::optional<AccessTechnology> technology;
    std::optional<int> routing_area;
  };
  using A = AccessTechnology;
  const std::optional<int> none;
  const Case cases[] = {
      {"+CREG: 2,1,\"00C3\",\"1A2B\"", true, 1, 0xC3, 0x1A2B, std::nullopt, none},
      {"+CREG: 1,\"00C3\",\"01A2B3C4\",2", false, 1, 0xC3, 0x1A2B3C4, A::umts, none},
      {"+CREG:2,5,00C3,1A2B,0", true, 5, 0xC3, 0x1A2B, A::gsm, none},
      {"+CREG: 2,1, E006B, ABE0016", true, 1, 0xE006B, 0xABE0016, std::nullopt, none},
      {"+CREG: 1, E006B, ABE0016", false, 1, 0xE006B, 0xABE0016, std::nullopt, none},
      {"+CREG: 2,1,\"000000C3\",\"1A2B\",7", true, 1, 0xC3, 0x1A2B, A::lte, none},
      {"+CGREG: 2,1,\"00C3\",\"1A2B\",4,\"0A\"", true, 1, 0xC3, 0x1A2B, A::hsdpa, 0x0A},
      {"+CEREG: 2,1, 2CA8, 20 ,B5583D ,7", true, 1, 0x2CA8, 0xB5583D, A::lte, 0x20},
      {"+CEREG: 5,\"00C3\",\"01A2B3C4\",9", false, 5, 0xC3, 0x1A2B3C4, A::nb_iot, none},
      {"+CEREG: 3,1,\"00C3\",\"01A2B3C4\",7,0,22", true, 1, 0xC3, 0x1A2B3C4, A::lte, none},
      {"+CEREG: 4,1,\"00C3\",\"01A2B3C4\",7,,,\"00000110\",\"00100011\"", true, 1, 0xC3, 0x1A2B3C4,
       A::lte, none},
      {"+C5GREG: 2,1,\"0000C3\",\"0123456789\",11,8,\"01\"", true, 1, 0xC3, 0x123456789, A::nr,
       none},
      {"+C5GREG: 1,\"0000C3\",\"0FFFFFFFFF\",10", false, 1, 0xC3, 0xFFFFFFFFF, A::lte_5gc, none},
      {"+CREG: 2,1,\"\",\"605F\"", true, 1, std::nullopt, 0x605F, std::nullopt, none},
      {"+CREG: 2,1,\"0B,\"0100701\",7", true, 1, std::nullopt, 0x100701, A::lte, none},
      {"+CREG: 2,1,\"00C3\",\"1A2B\",99", true, 1, 0xC3, 0x1A2B, std::nullopt, none},
      {"+CREG: 2,0,\"0000\",\"0000\"", true, 0, std::nullopt, std::nullopt, std::nullopt, none},
      {"+CREG: 2,2", true, 2, std::nullopt, std::nullopt, std::nullopt, none},
      {"+CREG: 2,1,\"123456789\",\"12345678901234567\"", true, 1, std::nullopt, std::nullopt,
       std::nullopt, none},
      {"+CREG: 2,1,\"xyz\",\"1A2B\"", true, 1, std::nullopt, 0x1A2B, std::nullopt, none},
      {"+CREG: 5,11,1A2B,2", false, 5, 0x11, 0x1A2B, A::umts, none},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    const auto found = network_registration(c.line, c.solicited);
    REQUIRE(found.has_value());
    CHECK(found->stat == c.stat);
    CHECK(found->n.has_value() == c.solicited);
    CHECK(found->area == c.area);
    CHECK(found->cell == c.cell);
    CHECK(found->technology == c.technology);
    CHECK(found->routing_area == c.routing_area);
  }
}

TEST_CASE("every technology has its number and its name") {
  const char* const names[] = {"gsm",     "gsm_compact", "umts",   "edge",       "hsdpa",
                               "hsupa",   "hspa",        "lte",    "ec_gsm_iot", "nb_iot",
                               "lte_5gc", "nr",          "ng_ran", "lte_nr"};
  for (int i = 0; i < 14; ++i) {
    const auto technology = access_technology(std::to_string(i));
    REQUIRE(technology.has_value());
    CHECK(name_of(*technology) == names[i]);
  }
  for (const auto* const none : {"14", "-1", "", "x", "7x"}) {
    CHECK_FALSE(access_technology(none).has_value());
  }
}

TEST_CASE("makers tell a technology by numbers of their own, or leave it open") {
  using A = AccessTechnology;
  CHECK(told_technology("+CNSMOD: 8") == A::lte);
  CHECK(told_technology("+CNSMOD: 0,4") == A::umts);
  CHECK(told_technology("+CNSMOD: 1,2") == A::gsm);
  CHECK(told_technology("+CNSMOD:1,3") == A::edge);
  CHECK(told_technology("+CNSMOD: 5") == A::hsdpa);
  CHECK(told_technology("+CNSMOD: 6") == A::hsupa);
  CHECK(told_technology("_OSSYSI: 0") == A::gsm);
  CHECK(told_technology("_OSSYSI: 2") == A::umts);
  for (const auto* const none : {"+CNSMOD: 0", "+CNSMOD: 1,0", "+CNSMOD: 0,7", "+CNSMOD: 9",
                                 "+CNSMOD: 1,2,3", "+CNSMOD:", "+CNSMOD: LTE", "_OSSYSI: 1",
                                 "_OSSYSI: 3", "_OSSYSI:", "_OSIGQ: 2,0", "+COPS: 8", "8", ""}) {
    CAPTURE(none);
    CHECK_FALSE(told_technology(none).has_value());
  }
}

TEST_CASE("a signal is in dBm or not known") {
  CHECK(signal_dbm("+CSQ: 0,0") == -113);
  CHECK(signal_dbm("+CSQ: 31,99") == -51);
  CHECK(signal_dbm("+CSQ:18,99") == -77);
  CHECK(signal_dbm("+CSQ: 116") == -100);  // TD-SCDMA
  for (const auto* const none : {"+CSQ: 99,99", "+CSQ: 199,99", "+CSQ: 32,0", "+CSQ: 255,0",
                                 "+CSQ: -5,0", "+CSQ: ,", "+CSQ:", "+CSQN: 12,0", "12,0", ""}) {
    CAPTURE(none);
    CHECK_FALSE(signal_dbm(none).has_value());
  }
}

TEST_CASE("signal quality is null where the modem does not know") {
  using Q = SignalQuality;
  const std::optional<int> none;
  CHECK(signal_quality("+CSQ: 22,0") == Q{22, 0, -69});
  CHECK(signal_quality("+CSQ: 22") == Q{22, none, -69});
  CHECK(signal_quality("+CSQ: 99,99") == Q{});
  CHECK(signal_quality("+CSQ: 40,8") == Q{});
  CHECK(signal_quality("+CSQ: 191,3") == Q{191, 3, -25});
  CHECK(signal_quality("^RSSI:20") == Q{20, none, -73});
  CHECK(signal_quality("^RSSI: 99") == Q{});
  CHECK(signal_quality("_OSIGQ: 18,0") == Q{18, 0, -77});
  CHECK(signal_quality("+QIND: \"csq\",20,99") == Q{20, none, -73});
  for (const auto* const line : {"+CSQ: sock,shoe", "+QIND: SMS DONE", "+CSQ:", "RING", ""}) {
    CAPTURE(line);
    CHECK_FALSE(signal_quality(line).has_value());
  }
}

TEST_CASE("the signals of every kind of network are dBm") {
  const auto cesq = extended_signal("+CESQ: 99,99,255,255,20,60");
  REQUIRE(cesq.has_value());
  CHECK(*cesq == ExtendedSignal{.rsrq_db = -10, .rsrp_dbm = -81});
  CHECK(extended_signal("+CESQ: 40,3,99,20,255,255") ==
        ExtendedSignal{.rxlev_dbm = -71, .ber = 3, .ecno_db = -14.5});
  CHECK(extended_signal("+CESQ: 99,99,255,255,255,255,60,80,50") ==
        ExtendedSignal{.ss_rsrq_db = -13.5, .ss_rsrp_dbm = -77, .ss_sinr_db = 1.5});
  CHECK_FALSE(extended_signal("+CESQ: 99,99").has_value());
  CHECK_FALSE(extended_signal("+CESQ: (0-63,99),(0-7,99),1,2,3,4").has_value());

  struct Case {
    const char* line;
    std::optional<int> dbm;
  };
  const Case cases[] = {
      {"+CESQ: 99,99,255,255,20,60", -81},
      {"+CESQ: 99,99,50,20,255,255", -71},
      {"+CESQ: 40,3,255,255,255,255", -71},
      {"+CESQ: 99,99,255,255,255,255", std::nullopt},
      {"^HCSQ: \"LTE\",50,46,121,14", -95},
      {"^HCSQ:\"WCDMA\",30,30,58", -91},
      {"^HCSQ: \"GSM\",50,255", -71},
      {"^HCSQ: LTE,50,46,121,14", -95},
      {"^HCSQ: \"NOSERVICE\"", std::nullopt},
      {"^HCSQ: \"LTE\",255,255,255,255", std::nullopt},
      {"^CSNR:-73,-4", -73},
      {"^CSNR:0,0", std::nullopt},
      {"_OSIGQ: 99,0", std::nullopt},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    CHECK(signal_dbm(c.line) == c.dbm);
  }
  CHECK(huawei_signal("^HCSQ: \"NOSERVICE\"")->values.empty());
  CHECK_FALSE(huawei_signal("^HCSQ: (\"NOSERVICE\",\"GSM\")")->dbm.has_value());
  CHECK_FALSE(huawei_signal("^HCSQ:").has_value());
}

TEST_CASE("the operator's name comes without its wrapping") {
  CHECK(operator_name("+COPS: 0,0,\"Swisscom, CH\",7") == "Swisscom, CH");
  CHECK(operator_name("+COPS: 0,2,\"22801\",7") == "22801");
  CHECK(operator_name("+COPS: 0,0,Sunrise") == "Sunrise");
  CHECK(operator_name("+COPS: 0,0,\"0042006500650020041C04220421\",2") == "Bee МТС");
  CHECK(operator_name("+COPS: 0,0,\"DEADBEEF\"") == "DEADBEEF");
  CHECK(operator_name("+COPS: 0,0,\"caf\xE9\"") == "caf\xEF\xBF\xBD");
  for (const auto* const none :
       {"+COPS: 0", "+COPS: 2,0", "+COPS: 0,0,\"\"", "+COPS: 0,0,\"FFFF\"",
        "+COPS: 0,0,\"Unknown\",7", "+COPS: (2,\"a\",\"b\",\"22801\")", "+COPS:", ""}) {
    CAPTURE(none);
    CHECK_FALSE(operator_name(none).has_value());
  }
}

TEST_CASE("the selected operator is read with its mode, format and technology") {
  using S = SelectedOperator;
  CHECK(selected_operator("+COPS: 0") == S{.mode = 0});
  CHECK(selected_operator("+COPS: 0,2,\"26201\",7") ==
        S{.mode = 0, .format = 2, .name = "26201", .technology = AccessTechnology::lte});
  CHECK(selected_operator("+COPS: 1,0,\"T-Mobile D\"") ==
        S{.mode = 1, .format = 0, .name = "T-Mobile D"});
  CHECK(selected_operator("+COPS: 0,0") == S{.mode = 0, .format = 0});
  CHECK(selected_operator("+COPS: 0,\"FFFFFFFF\",0") == S{.mode = 0});
  CHECK(selected_operator("+COPS: 0,0,\"a@b\"", CharacterSet::gsm)->name == "a¡b");
  CHECK(selected_operator("+COPS: 0,0,\"00410042\"", CharacterSet::ucs2)->name == "AB");
  CHECK(selected_operator("+COPS: 0,0,\"Vodafone\"", CharacterSet::ucs2)->name == "Vodafone");
  CHECK(selected_operator("+COPS: 0,0,\"caf\xE9\"", CharacterSet::latin1)->name == "café");
  CHECK_FALSE(selected_operator("+COPS: (0-4),(0-2)").has_value());
  CHECK_FALSE(selected_operator("+COPS:").has_value());
}

TEST_CASE("networks around are listed in whatever form they come") {
  using L = ListedOperator;
  using Availability = ListedOperator::Availability;
  struct Case {
    const char* line;
    std::optional<CharacterSet> set;
    std::vector<L> found;
  };
  const Case cases[] = {
      {"+COPS: (2,\"E-Plus\",\"E+\",\"26203\",2),,(0,1,2,3,4),(0,1,2)",
       std::nullopt,
       {{Availability::current, "E-Plus", "E+", "26203", AccessTechnology::umts}}},
      {"+COPS: (1,\"A (B), C\",\"A\",\"40410\",7)",
       std::nullopt,
       {{Availability::available, "A (B), C", "A", "40410", AccessTechnology::lte}}},
      {"+COPS: (3,Sunrise,Sun,22802),(0,,,\"22803\")",
       std::nullopt,
       {{Availability::forbidden, "Sunrise", "Sun", "22802"},
        {Availability::unknown, std::nullopt, std::nullopt, "22803"}}},
      {"+COPS: (2,\"0042006500650020\",\"00420065\",\"00320035003000390039\",0)",
       CharacterSet::ucs2,
       {{Availability::current, "Bee", "Be", "25099"}}},
      {"+COPS: (2,\"Bee Line\",\"Bee\",\"25099\",0)",
       CharacterSet::ucs2,
       {{Availability::current, "Bee Line", "Bee", "25099"}}},
      {"+COPS: (1,\"FFFFFFFF\",\"12345\",\"25099\",0)",
       std::nullopt,
       {{Availability::available, std::nullopt, "12345", "25099"}}},
      {"+COPS: "
       "(2,\"a\",\"b\",\"26201\",99),(9,\"a\",\"b\",\"26202\",0),(1,\"c\",\"d\",\"26203\",3)",
       std::nullopt,
       {{Availability::current, "a", "b", "26201"},
        {Availability::available, "c", "d", "26203", AccessTechnology::edge}}},
      {"+COPS: (2,\"a\",\"b\",\"26201\",0),(1,\"cut",
       std::nullopt,
       {{Availability::current, "a", "b", "26201"}}},
      {"+COPS: (0-4),(0-2)", std::nullopt, {}},
      {"+COPS:", std::nullopt, {}},
      {"+COPS: ((((", std::nullopt, {}},
      {"RING", std::nullopt, {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    CHECK(listed_operators(c.line, c.set) == c.found);
  }
  std::string many = "+COPS: ";
  for (int i = 0; i < 200; ++i) many += "(1,\"a\",\"b\",\"26201\",0),";
  CHECK(listed_operators(many).size() == most_operators);
}
