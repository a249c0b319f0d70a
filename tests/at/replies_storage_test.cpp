#include <catch2/catch.hpp>

#include "at/character_set.hpp"
#include "at/fields.hpp"
#include "at/message_lines.hpp"
#include "at/notification.hpp"
#include "at/storage.hpp"
#include "at/submission.hpp"

using namespace bank::at;
using Kind = DialogueFailure::Kind;

TEST_CASE("a message reference is an octet or none") {
  CHECK(message_reference("+CMGS: 17") == 17);
  CHECK(message_reference("+CMGS:255") == 255);
  CHECK(message_reference("+CMGS: 007") == 7);
  CHECK(message_reference("+CMGS: 17,\"26/11/24,08:00:00+04\"") == 17);
  for (const auto* const none : {"+CMGS:", "+CMGS: ", "+CMGS: 256", "+CMGS: -1", "+CMGS: x",
                                 "+CMGS: 1x", "+CMSS: 5", "17", ""}) {
    CAPTURE(none);
    CHECK_FALSE(message_reference(none).has_value());
  }
}

TEST_CASE("the stores a modem has are read through its brackets") {
  using Names = std::vector<std::string>;
  const auto choices = [](std::string_view line) { return storage_choices(line).value(); };
  CHECK(choices("+CPMS: (\"SM\",\"ME\"),(\"SM\"),(\"SM\")") ==
        StorageChoices{{"SM", "ME"}, Names{"SM"}, Names{"SM"}});
  CHECK(choices("+CPMS: (SM,ME),(SM)") == StorageChoices{{"SM", "ME"}, Names{"SM"}, std::nullopt});
  CHECK(choices("+CPMS: (\"SM\")") == StorageChoices{{"SM"}, std::nullopt, std::nullopt});
  CHECK(choices("+CPMS: (),(),()") == StorageChoices{{}, Names{}, Names{}});
  CHECK(choices("+CPMS: ((\"SM\",\"SR\"),(\"SM\"),(\"SM\"))") ==
        StorageChoices{{"SM", "SR"}, Names{"SM"}, Names{"SM"}});
  CHECK(choices("+CPMS: (\"0053004D\"),(\"0053004D\")").mem1 == Names{"SM"});
  CHECK_FALSE(storage_choices("+CPM: (\"SM\")").has_value());
}

TEST_CASE("what is in the stores is read with names and without") {
  using S = std::vector<StorageUse>;
  CHECK(storage_use("+CPMS: \"SM\",3,20,\"SM\",3,20,\"SM\",3,20").size() == 3);
  CHECK(storage_use("+CPMS: \"SM\",3,20") == S{{"SM", 3, 20}});
  CHECK(storage_use("+CPMS: SM,3,20") == S{{"SM", 3, 20}});
  CHECK(storage_use("+CPMS: 7,20,0,23") == S{{std::nullopt, 7, 20}, {std::nullopt, 0, 23}});
  CHECK(storage_use("+CPMS: \"SM\",,,\"ME\",1,255") == S{{"ME", 1, 255}});
  CHECK(storage_use("+CPMS: \"SM\",3,\"ME\",1,255") == S{{"ME", 1, 255}});
  CHECK(storage_use("+CPMS: \"0053004D\",3,20") == S{{"SM", 3, 20}});
  CHECK(storage_use("+CPMS: 1,2,3,4,5,6,7,8").size() == 3);
  for (const auto* const none :
       {"+CPMS: ,,,,,,,,", "+CPMS:", "+CPMS: (\"SM\"),(\"SM\")", "OK", ""}) {
    CAPTURE(none);
    CHECK(storage_use(none).empty());
  }
}

TEST_CASE("a full store is known by the makers' lines and the errors") {
  for (const auto* const full :
       {"^SMGO: 1", "^SMGO: 1,2", "^SMMEMFULL: \"SM\"", "+CIEV: smsfull,1", "+CIEV: \"SMSFULL\",1",
        "+QIND: SMS FULL", "+QIND: \"smsfull\",\"SM\""}) {
    CAPTURE(full);
    CHECK(storage_full(full) == true);
  }
  CHECK(storage_full("^SMGO: 0") == false);
  CHECK(storage_full("+CIEV: smsfull,0") == false);
  for (const auto* const none :
       {"+CIEV: 8,1", "+QIND: SMS DONE", "^SMGO:", "+CMTI: \"SM\",20", ""}) {
    CAPTURE(none);
    CHECK_FALSE(storage_full(none).has_value());
  }
  CHECK(says_storage_full({Kind::cms, 322}));
  CHECK(says_storage_full({Kind::cms, 208}));
  CHECK(says_storage_full({Kind::cme, 20}));
  CHECK_FALSE(says_storage_full({Kind::cms, 321}));
  CHECK_FALSE(says_storage_full({Kind::error}));
}

TEST_CASE("an announced message has a store and a place") {
  using S = StoredMessage;
  CHECK(stored_message("+CMTI: \"SM\",3") == S{"SM", 3, false});
  CHECK(stored_message("+CMTI:\"ME\", 0") == S{"ME", 0, false});
  CHECK(stored_message("+CDSI: \"SR\",1") == S{"SR", 1, true});
  CHECK(stored_message("+CMTI: \"SM\",3,\"MMS PUSH\"") == S{"SM", 3, false});
  CHECK(stored_message("+CMTI: \"0053004D\",3") == S{"SM", 3, false});
  for (const auto* const none : {"+CMTI: \"SM\"", "+CMTI: \"SM\",", "+CMTI: \"SM\",-1", "+CMTI:",
                                 "+CMTI: \"SM\",999999999999999999999999999999", "+CDS: 25", ""}) {
    CAPTURE(none);
    CHECK_FALSE(stored_message(none).has_value());
  }
}

TEST_CASE("entries of a store are read with whatever is missing") {
  using L = ListedMessage;
  using Status = L::Status;
  struct Case {
    const char* line;
    L found;
  };
  const std::optional<int> none;
  const Case cases[] = {
      {"+CMGL: 1,0,,26", {1, Status::unread, 26}},
      {"+CMGL:0,1,\"\",24", {0, Status::read, 24}},
      {"+CMGL: 9,3,\"416E6E61\",39", {9, Status::sent, 39}},
      {"+CMGL: 2,2,Anna,39", {2, Status::unsent, 39}},
      {"+CMGL: 2,1,39", {2, Status::read, 39}},
      {"+CMGL: 2,1,", {2, Status::read, none}},
      {"+CMGL: 1,\"REC UNREAD\",\"+41791234567\",,\"26/11/24,08:00:00+04\"",
       {1, Status::unread, none}},
      {"+CMGR: 0,,159", {none, Status::unread, 159}},
      {"+CMGR: 1,\"Anna\",23", {none, Status::read, 23}},
      {"+CMGR: 0,23", {none, Status::unread, 23}},
      {"+CMGR: 24", {none, std::nullopt, 24}},
      {"+CMGR: ,,92", {none, std::nullopt, 92}},
      {"+CMGR: 0,,0", {none, Status::unread, 0}},
      {"+CMGR: 7,,99999", {none, std::nullopt, none}},
      {"+CMGR: \"STO SENT\",,20", {none, Status::sent, 20}},
      {"+CMGR:", {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    auto wanted = c.found;
    wanted.pdu = "07911326";
    CHECK(listed_message({c.line, "07911326"}) == wanted);
  }
  for (const auto* const other : {"+CMGL:", "+CMGL: x,1,,2", "+CMGS: 1", "07911326", ""}) {
    CAPTURE(other);
    CHECK_FALSE(listed_message({other}).has_value());
  }
  const auto all =
      listed_messages({{"+CMGL: 1,0,,26", "00"}, {"+CMGL: ?", "11"}, {"+CMGL: 3,1,,9", "22"}});
  REQUIRE(all.size() == 2);
  CHECK(all[1] == L{3, Status::read, 9, "22"});
}

TEST_CASE("a message that comes at once has a kind, and a length in PDU mode") {
  using D = DirectMessage;
  CHECK(direct_message({"+CMT: ,23", "00"}) == D{D::Kind::message, 23, "00"});
  CHECK(direct_message({"+CMT: \"Anna, B.\",23", "00"}) == D{D::Kind::message, 23, "00"});
  CHECK(direct_message({"+CMT: 23", "00"}) == D{D::Kind::message, 23, "00"});
  CHECK(direct_message({"+CDS: 25", "00"}) == D{D::Kind::status_report, 25, "00"});
  CHECK(direct_message({"+CDS: ,25", "00"}) == D{D::Kind::status_report, 25, "00"});
  CHECK(direct_message({"+CBM: 88", "00"}) == D{D::Kind::broadcast, 88, "00"});
  CHECK(direct_message({"+CDS: 6,17,\"0791234567\",129,\"a\",\"b\",0"}) ==
        D{D::Kind::status_report, std::nullopt, ""});
  CHECK_FALSE(direct_message({"+CMTI: \"SM\",1"}).has_value());
  CHECK_FALSE(direct_message({""}).has_value());
}

TEST_CASE("what a modem can notify is read from lists and ranges") {
  using V = std::vector<int>;
  CHECK(notification_choices("+CNMI: (0-3),(0,1),(0,2,3),(0,2),(1)") ==
        NotificationChoices{{0, 1, 2, 3}, {0, 1}, {0, 2, 3}, {0, 2}, {1}});
  CHECK(notification_choices("+CNMI: (0, 1 , 2),( 0 - 3 ),0,1,0") ==
        NotificationChoices{{0, 1, 2}, {0, 1, 2, 3}, {0}, {1}, {0}});
  CHECK(notification_choices("+CNMI: ((0-2),(0-1))") ==
        NotificationChoices{{0, 1, 2}, {0, 1}, {}, {}, {}});
  CHECK(notification_choices("+CNMI: (0-),(-1),(x),(2-0),(0-999999999999)") ==
        NotificationChoices{});
  CHECK(notification_choices("+CNMI:") == NotificationChoices{});
  CHECK_FALSE(notification_choices("ERROR").has_value());
  CHECK(number_lists("+CSMS:", "+CSMS: (0,1,128)") == std::vector<V>{{0, 1, 128}});
  CHECK(number_lists("+CFUN:", "+CFUN: (0-1,4-7),(0-1)") ==
        std::vector<V>{{0, 1, 4, 5, 6, 7}, {0, 1}});
  CHECK(number_lists("+CSMS:", "+CMGF: (0,1)").empty());
  CHECK(number_lists("+X:", "+X: (0-255,0-255)").at(0).size() == most_listed);
}

TEST_CASE("character sets are known by their names, in their own spelling too") {
  using Names = std::vector<std::string>;
  CHECK(character_sets("+CSCS: (\"GSM\",\"PCCP437\",\"CUSTOM\",\"HEX\")") ==
        Names{"GSM", "PCCP437", "CUSTOM", "HEX"});
  CHECK(character_sets("+CSCS: \"IRA\", \"UTF-8\"") == Names{"IRA", "UTF-8"});
  CHECK(character_sets("+CSCS: ()").empty());
  CHECK(character_set("+CSCS: \"GSM\"") == "GSM");
  CHECK(character_set("+CSCS: UCS2") == "UCS2");
  CHECK(character_set("+CSCS: \"0055004300530032\"") == "UCS2");
  CHECK_FALSE(character_set("+CSCS: (\"GSM\")").has_value());
  CHECK_FALSE(character_set("+CSCS: \"\"").has_value());
  CHECK(character_set_named("IRA") == CharacterSet::ira);
  CHECK(character_set_named("UCS2") == CharacterSet::ucs2);
  CHECK(character_set_named("8859-1") == CharacterSet::latin1);
  CHECK_FALSE(character_set_named("PCCP437").has_value());

  CHECK(name_in("a_b", CharacterSet::gsm) == "a§b");
  CHECK(name_in("a_b", CharacterSet::ira) == "a_b");
  CHECK(name_in("caf\xC3\xA9", CharacterSet::gsm) == "café");  // it lies
  CHECK(name_in("004D00FC", CharacterSet::ucs2) == "Mü");
  CHECK(name_in("DEAD", CharacterSet::ucs2) == "\xEF\xBF\xBD");  // a lone surrogate
  CHECK(name_in("4D7E", CharacterSet::hex) == "Mü");
  CHECK(name_in("a\x01\x1F\x7F b", CharacterSet::ira) == "a b");
}

TEST_CASE("fields are cut at commas, not at those inside quotes") {
  const auto fields = fields_of("1, \"a,b\" ,,2 ");
  REQUIRE(fields.size() == 4);
  CHECK(fields[1] == "\"a,b\"");
  CHECK(fields[2].empty());
  CHECK(fields[3] == "2");
  CHECK(fields[99].empty());
  CHECK(plain_fields_of("1,\"a,b\"").size() == 3);
  CHECK(fields_of("").size() == 1);
  CHECK(fields_of(std::string(1000, ',')).size() == most_fields);
  CHECK(number_in("007") == 7);
  CHECK(number_in("\"7\"") == 7);
  CHECK_FALSE(number_in("7", 6).has_value());
  CHECK_FALSE(number_in("123456789012345678901234567890").has_value());
  CHECK(signed_number_in("-32") == -32);
  CHECK_FALSE(signed_number_in("--3").has_value());
  CHECK(hex_number_in("\"00C3\"") == 0xC3U);
  CHECK(hex_number_in(" FFFFFFFFFFFFFFFF ") == 0xFFFFFFFFFFFFFFFFU);
  CHECK_FALSE(hex_number_in("1FFFFFFFFFFFFFFFF").has_value());
  CHECK_FALSE(hex_number_in("\"00C3").has_value());
  CHECK_FALSE(hex_number_in("\"").has_value());
}
