#include "modem/profile.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/modem/transcript.hpp"

namespace bank::modem::test {
namespace {

std::vector<const Profile*> all_profiles() {
  std::vector<const Profile*> all(profiles().begin(), profiles().end());
  all.push_back(&generic_profile());
  return all;
}

template <std::size_t N>
std::vector<std::string_view> words(const Profile::Words<N>& list) {
  return {list.begin(), std::find(list.begin(), list.end(), std::string_view{})};
}

/// Every whole command of a profile.
std::vector<std::string_view> commands_of(const Profile& profile) {
  std::vector<std::string_view> all = words(profile.init);
  for (const auto word : words(profile.iccid)) all.push_back(word);
  for (const auto word : words(profile.pin_tries)) all.push_back(word);
  for (const auto word : words(profile.lamp)) all.push_back(word);
  for (const auto one :
       {profile.ready, profile.acknowledge, profile.temperature, profile.voltage, profile.reset}) {
    if (!one.empty()) all.push_back(one);
  }
  return all;
}

/// "2,1,0,1,0"
bool is_notification(std::string_view value) {
  if (value.size() != 9) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool fits = i % 2 == 1 ? value[i] == ',' : value[i] >= '0' && value[i] <= '3';
    if (!fits) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a modem's own words tell its family") {
  struct Modem {
    std::string_view maker, model, firmware, family;
  };
  const Modem modems[] = {
      {"huawei", "E1752", "11.126.03.01.00", "huawei"},
      {"HUAWEI TECHNOLOGIES CO., LTD", "E173", "", "huawei"},
      {"Vodafone (Huawei)", "K3715", "", "huawei"},
      {"ZOWEE TECHNOLOGY (HEYUAN) CO., LTD.", "E3372-325", "3.0.2.61", "huawei_brovi"},
      {"huawei", "E3372-325", "", "huawei_brovi"},
      {"huawei", "E3372", "", "huawei"},
      {"ZTE CORPORATION", "MF180", "", "zte"},
      {"ZTE INCORPORATED", "K3565-Z", "", "zte"},
      {"ZTE CORPORATION", "K3805-Z", "", "icera"},
      {"Option N.V.", "E3730", "", "icera"},
      {"Option N.V.", "GTM382", "", "option"},
      {"QUALCOMM INCORPORATED", "M6280_V1.0.0 M6280_V1.0.0 1 [Sep 4 2008 12:00:00]", "",
       "qualcomm_m6280"},
      {"QUALCOMM INCORPORATED", "154", "", "generic"},
      {"SIMCOM_Ltd", "SIMCOM_SIM800L", "Revision:1418B05SIM800L24", "simcom_2g"},
      {"SIMCOM_Ltd", "SIMCOM_SIM900", "", "simcom_2g"},
      {"SIMCOM_Ltd", "SIM300D", "", "simcom_2g"},
      {"SIMCOM_Ltd", "SIMCOM_SIM7000E", "", "simcom_lte"},
      {"SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H", "", "simcom_lte"},
      {"SIMCOM INCORPORATED", "SIMCOM_SIM5360E", "", "simcom_lte"},
      {"SIMCOM INCORPORATED", "SIM8200EA-M2", "", "simcom_lte"},
      {"INCORPORATED", "A7670SA-FASE", "", "simcom_lte"},
      {"Quectel", "EC25", "EC25EFAR06A01M4G", "quectel_lte"},
      {"Quectel", "BG96", "", "quectel_lte"},
      {"Quectel", "RM500Q-GL", "", "quectel_lte"},
      {"Quectel_Ltd", "Quectel_M95", "", "quectel_2g"},
      {"Quectel_Ltd", "M35", "", "quectel_2g"},
      {"Quectel_Ltd", "", "MC60CAR01A12", "quectel_2g"},
      {" WAVECOM MODEM", " MULTIBAND  900E  1800 ", "641b09gg.Q2403A 1320676 061804 14:38",
       "wavecom"},
      {"Sierra Wireless", "SL8084", "", "wavecom"},
      {"SIEMENS", "TC35i", "", "cinterion"},
      {"SIEMENS", "MC35i", "REVISION 02.00", "cinterion"},
      {"Cinterion", "BGS2-W", "", "cinterion"},
      {"Telit", "HE910-D", "12.00.004", "telit"},
      {"u-blox", "SARA-G450", "", "ublox"},
      {"Sierra Wireless, Inc.", "MC8775", "", "sierra"},
      {"Sierra Wireless, Incorporated", "EM7455", "", "sierra"},
      {"Novatel Wireless Inc", "Ovation MC950D", "", "novatel"},
      {"Sony Ericsson", "GC79", "", "sony_ericsson"},
      {"SONY ERICSSON", "AAB-1021011-BV", "", "sony_ericsson"},
      {"Ericsson", "F3507g", "", "ericsson"},
      {"Nokia", "Nokia N79", "", "nokia"},
      {"MTK1", "MTK2", "", "mediatek"},
      {"\"Motorola\"", "", "", "motorola"},
      {"SAMSUNG", "SGH-J700", "", "samsung"},
      // Where the maker is not told, the model alone does.
      {"", "EC25", "", "quectel_lte"},
      {"", "SARA-G450", "", "ublox"},
      {"", "HE910-D", "", "telit"},
      {"", "MF180", "", "zte"},
      {"", "", "EC25EFAR06A01M4G", "quectel_lte"},
      // Others.
      {"", "", "", "generic"},
      {"ACME", "EC25", "", "generic"},
      {"iWOW", "TR-800", "", "generic"},
      {"Modembank", "VM64", "", "generic"},
      {"", "M1", "", "generic"},
  };
  for (const auto& one : modems) {
    CAPTURE(one.maker, one.model, one.firmware);
    CHECK(profile_of(one.maker, one.model, one.firmware).name == one.family);
  }
}

TEST_CASE("where its words tell nothing, the USB device does") {
  CHECK(profile_of("", "", "", {0x12d1, 0x1001}).name == "huawei");
  CHECK(profile_of("", "", "", {0x2c7c, 0x0125}).name == "quectel_lte");
  CHECK(profile_of("ACME", "X1", "", {0x19d2, 0x0031}).name == "zte");
  CHECK(profile_of("Quectel", "EC25", "", {0x12d1, 0x1001}).name == "quectel_lte");
  // The very device that a family names says more than a maker's name.
  CHECK(profile_of("huawei", "E3372", "", {0x3566, 0x2001}).name == "huawei_brovi");
  CHECK(profile_of("ZTE CORPORATION", "", "", {0x19d2, 0x1003}).name == "icera");
  // A bridge, a receiver for GPS and a telephone of such vendors are none.
  CHECK(profile_of("", "", "", {0x1a86, 0x7523}).name == "generic");
  CHECK(profile_of("", "", "", {0x1546, 0x01a8}).name == "generic");
  CHECK(profile_of("", "", "", {0, 0}).name == "generic");
  CHECK(profile_of("", "", "", {0, 0x1003}).name == "generic");
}

TEST_CASE("every family has a name of its own, under which it is found") {
  std::set<std::string_view> names;
  for (const Profile* const profile : all_profiles()) {
    CAPTURE(profile->name);
    CHECK_FALSE(profile->name.empty());
    CHECK(names.insert(profile->name).second);
    CHECK(profile_named(profile->name) == profile);
  }
  CHECK(names.size() == 23);
  CHECK(profile_named("nobody") == nullptr);
  CHECK(profile_named("") == nullptr);
}

TEST_CASE("every family is found by each of its marks and devices") {
  for (const Profile* const profile : profiles()) {
    CAPTURE(profile->name);
    CHECK_FALSE((profile->marks[0].maker.empty() && profile->marks[0].model.empty()));
    for (const auto& mark : profile->marks) {
      if (mark.maker.empty() && mark.model.empty()) break;
      CAPTURE(mark.maker, mark.model);
      CHECK(&profile_of(mark.maker, mark.model, "") == profile);
    }
    for (const auto& usb : profile->usb) {
      if (usb.vendor != 0) CHECK(&profile_of("", "", "", usb) == profile);
    }
  }
}

TEST_CASE("every command of a family is one, and lasts in nothing") {
  for (const Profile* const profile : all_profiles()) {
    CAPTURE(profile->name);
    for (const auto command : commands_of(*profile)) {
      CAPTURE(command);
      CHECK(command.starts_with("AT"));
      CHECK(std::all_of(command.begin(), command.end(), [](char c) { return c > ' ' && c < 127; }));
    }
    for (const auto command : words(profile->init)) {
      CAPTURE(command);
      for (const std::string_view never : {"&W", "U2DIAG", "IPR", "CFUN", "SYSCFG", "COPS", "CMGS",
                                           "ATD", "CSAS", "RESET", "CPIN="}) {
        CHECK(command.find(never) == std::string_view::npos);
      }
    }
    for (const auto value : words(profile->notify)) CHECK(is_notification(value));
    for (const auto store : words(profile->receive_in)) CHECK(store.size() == 2);
    for (const auto store : words(profile->sweep)) CHECK(store.size() == 2);
    CHECK(profile->boot.count() > 0);
    CHECK(profile->boot.count() <= 300);
  }
  const Profile& generic = generic_profile();
  CHECK_FALSE(words(generic.iccid).empty());
  CHECK_FALSE(words(generic.pin_tries).empty());
  CHECK_FALSE(words(generic.notify).empty());
  CHECK_FALSE(words(generic.receive_in).empty());
  CHECK_FALSE(words(generic.sweep).empty());
}

TEST_CASE("a quirk has a name, and a family has it or not") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Quirk::is_slow_to_start); ++i) {
    names.insert(name_of(static_cast<Quirk>(i)));
  }
  CHECK(names.size() == 8);
  CHECK_FALSE(names.contains(""));
  for (const Profile* const profile : all_profiles()) {
    CAPTURE(profile->name);
    REQUIRE(profile->quirk_count <= profile->quirks.size());
    for (std::size_t i = profile->quirk_count; i < profile->quirks.size(); ++i) {
      CHECK(profile->quirks.at(i) == Quirk{});  // none that was not counted
    }
  }
  CHECK(profile_named("huawei_brovi")->has(Quirk::takes_all_stores));
  CHECK(profile_named("nokia")->has(Quirk::sends_only));
  CHECK_FALSE(profile_named("huawei")->has(Quirk::sends_only));
  CHECK_FALSE(generic_profile().has(Quirk::sends_only));
}

TEST_CASE("every family has a recorded modem, which takes one of its notifications") {
  std::set<std::string> recorded;
  for (const auto& transcript : all_transcripts()) {
    CAPTURE(transcript.name);
    REQUIRE(transcript.facts.contains("profile"));
    const auto name = transcript.facts.at("profile").get<std::string>();
    recorded.insert(name);
    const Profile* const profile = profile_named(name);
    REQUIRE(profile != nullptr);
    const Profile& lists = words(profile->notify).empty() ? generic_profile() : *profile;
    bool has_setting = false;
    bool takes_one = false;
    for (const auto& [command, answer, afterwards] : transcript.exchanges) {
      if (!command.starts_with("AT+CNMI=") || !is_notification(command.substr(8))) continue;
      if (answer.find("OK") == std::string::npos) continue;
      has_setting = true;
      for (const auto value : words(lists.notify)) takes_one |= value == command.substr(8);
    }
    CHECK(takes_one == has_setting);
  }
  for (const Profile* const profile : all_profiles()) {
    CAPTURE(profile->name);
    CHECK(recorded.contains(std::string(profile->name)));
  }
}

}  // namespace bank::modem::test
