#include "scheduler/number_facts.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

using bank::scheduler::can_receive_sms;
using bank::scheduler::facts_of;
using bank::scheduler::kind_of;
using bank::scheduler::name_of;
using bank::scheduler::NumberFacts;
using bank::scheduler::NumberKind;
using Zones = std::vector<std::string_view>;

TEST_CASE("a number tells where it is from, what it is, whose it was first and what time it is") {
  struct Known {
    const char* number;
    const char* country;
    const char* kind;
    const char* region;
    const char* first_operator;
    Zones zones;
  };
  const Known vectors[] = {
      {"+18085551234", "US", "mobile_or_landline", "Hawaii", "", {"Pacific/Honolulu"}},
      {"+989121234567", "IR", "mobile", "", "IR-MCI", {"Asia/Tehran"}},
      {"+989351234567", "IR", "mobile", "", "Irancell", {"Asia/Tehran"}},
      {"+982188776655", "IR", "landline", "Tehran province", "", {"Asia/Tehran"}},
      {"+84946433498", "VN", "mobile", "", "Vinaphone", {"Asia/Bangkok"}},
      {"+842438254321", "VN", "landline", "Hanoi City", "", {"Asia/Bangkok"}},
      {"+8613812345678", "CN", "mobile", "Jiangsu", "China Mobile", {"Asia/Shanghai"}},
      {"+861012345678", "CN", "landline", "Beijing", "", {"Asia/Shanghai"}},
      {"+12125550123", "US", "mobile_or_landline", "New York", "", {"America/New_York"}},
      {"+15125550123", "US", "mobile_or_landline", "Texas", "", {"America/Chicago"}},
      {"+14165550123", "CA", "mobile_or_landline", "Ontario", "", {"America/Toronto"}},
      {"+5511961234567", "BR", "mobile", "São Paulo", "", {"America/Sao_Paulo"}},
      {"+442079460958", "GB", "landline", "London", "", {"Europe/London"}},
      {"+447624123456",
       "IM",
       "mobile",
       "",
       "Manx Telecom",
       {"Europe/Guernsey", "Europe/Isle_of_Man", "Europe/London"}},
      {"+493012345678", "DE", "landline", "Berlin", "", {"Europe/Berlin"}},
      {"+905321234567", "TR", "mobile", "", "Turkcell", {"Europe/Istanbul"}},
      {"+902121234567", "TR", "landline", "Istanbul (Europe)", "", {"Europe/Istanbul"}},
      {"+979123456789", "001", "premium", "", "", {}},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.number) {
      const NumberFacts facts = facts_of(v.number);
      CHECK(facts.country == v.country);
      CHECK(name_of(facts.kind) == v.kind);
      CHECK(facts.region == v.region);
      CHECK(facts.operator_hint == v.first_operator);
      CHECK(facts.time_zones == v.zones);
    }
  }
}

TEST_CASE("where the digits do not tell the zone, all zones of the country are named") {
  const auto australian_mobile = facts_of("+61412345678").time_zones;
  CHECK(australian_mobile.size() > 4);
  CHECK(std::ranges::find(australian_mobile, "Australia/Sydney") != australian_mobile.end());
  CHECK(std::ranges::find(australian_mobile, "Australia/Perth") != australian_mobile.end());
}

TEST_CASE("a short code has a kind and nothing else") {
  const NumberFacts facts = facts_of("1000");
  CHECK(facts.kind == NumberKind::short_code);
  CHECK_FALSE(can_receive_sms(facts.kind));
  CHECK(facts.country.empty());
  CHECK(facts.region.empty());
  CHECK(facts.operator_hint.empty());
  CHECK(facts.time_zones.empty());
}

TEST_CASE("a number in no known range is unknown, and what its beginning tells stands") {
  const NumberFacts facts = facts_of("+982100");
  CHECK(facts.kind == NumberKind::unknown);
  CHECK(facts.country == "IR");
  CHECK(facts.region == "Tehran province");
  CHECK_FALSE(can_receive_sms(facts.kind));
}

TEST_CASE("what is no number has no facts") {
  std::mt19937 random(7);
  for (const char* text : {"", "+", "12", "1234567", "989121234567", "+0123456", "+98x", "+ 98",
                           "++98", "+\xFF\xFF", "+98\n", "۱۲۳۴"}) {
    INFO(text);
    const NumberFacts facts = facts_of(text);
    CHECK(facts.kind == NumberKind::unknown);
    CHECK(facts.country.empty());
    CHECK(facts.time_zones.empty());
  }
  for (int i = 0; i < 20'000; ++i) {  // any digits, of any length
    std::string number = "+";
    for (auto left = random() % 24; left > 0; --left) {
      number += static_cast<char>('0' + random() % 10);
    }
    const NumberFacts facts = facts_of(number);
    if (number.size() > 16) CHECK(facts.kind == NumberKind::unknown);
    for (const auto zone : facts.time_zones) REQUIRE_FALSE(zone.empty());
  }
}
