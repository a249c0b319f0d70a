#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "scheduler/number.hpp"
#include "scheduler/number_facts.hpp"

using bank::scheduler::can_receive_sms;
using bank::scheduler::country_of;
using bank::scheduler::facts_of;
using bank::scheduler::kind_of;
using bank::scheduler::name_of;
using bank::scheduler::NumberError;
using bank::scheduler::NumberKind;
using bank::scheduler::NumberPolicy;
using Fault = NumberError::Fault;

namespace {

struct Example {
  const char* country;
  const char* e164;
  const char* at_home;
  const char* found;  // the country that can be told from the digits
  std::string_view kind;
  const char* region;
  const char* first_operator;
  std::string_view zone;  // the first
  std::size_t zones;
};
const Example of_all_countries[] = {
#include "tests/scheduler/numbers_of_all_countries.inc"
};

bool has_person(const Example& example) {
  return example.kind == "mobile" || example.kind == "landline" ||
         example.kind == "mobile_or_landline";
}

const NumberPolicy& iran_to_all() {
  static const NumberPolicy policy("IR", {"*"});
  return policy;
}

}  // namespace

TEST_CASE("a number of every kind in every country tells its country, kind, place and time") {
  std::set<std::string> countries;
  for (const auto& example : of_all_countries) {
    INFO(example.e164);
    countries.insert(example.country);
    if (example.e164 == std::string_view("+13101234")) continue;  // only within Canada
    const auto facts = facts_of(example.e164);
    CHECK(facts.country == example.found);
    CHECK(name_of(facts.kind) == example.kind);
    CHECK(kind_of(example.e164) == facts.kind);
    CHECK(facts.region == example.region);
    CHECK(facts.operator_hint == example.first_operator);
    REQUIRE(facts.time_zones.size() == example.zones);
    if (example.zones > 0) CHECK(facts.time_zones.front() == example.zone);
  }
  CHECK(countries.size() == 246);  // with "001", which is none
}

TEST_CASE("mobiles and landlines of every country come out as they are, in its E.164") {
  for (const auto& example : of_all_countries) {
    if (!has_person(example)) continue;
    INFO(example.country << " " << example.e164);
    const auto number = iran_to_all().normalise(example.e164);
    INFO((number ? "" : number.error().detail));
    REQUIRE(number.has_value());
    CHECK(*number == example.e164);
    CHECK(country_of(example.e164) == example.found);
  }
}

TEST_CASE("mobiles and landlines as they are written at home are understood, not changed") {
  std::set<std::string> refused;
  for (const auto& example : of_all_countries) {
    if (!has_person(example) || example.country == std::string_view("001")) continue;
    const bool mobile = example.kind != "landline";
    const auto number = NumberPolicy(example.country, {"*"}).normalise(example.at_home);
    INFO(example.country << " " << example.at_home << " "
                         << (number ? *number : number.error().detail));
    if (!number && !mobile && number.error().fault == Fault::not_a_number) {
      // Landlines of six digits, which no short code is taken for.
      CHECK_THAT(number.error().detail, Catch::Contains("a short code is digits alone"));
    } else if (!number) {
      refused.insert(example.at_home);
    } else if (number->starts_with('+') || mobile) {
      CHECK(*number == example.e164);
    } else {
      CHECK(kind_of(*number) == NumberKind::short_code);  // landlines of six digits
    }
  }
  CHECK(refused == std::set<std::string>{});
}

TEST_CASE("premium numbers of no country are let through, whichever way they are written") {
  for (const auto& example : of_all_countries) {
    if (example.kind != "premium") continue;
    INFO(example.country << " " << example.e164 << " " << example.at_home);
    CHECK_FALSE(iran_to_all().normalise(example.e164).has_value());
    if (example.country == std::string_view("001")) continue;
    CHECK_FALSE(NumberPolicy(example.country, {"*"}).normalise(example.at_home).has_value());
  }
}

TEST_CASE("a list of people takes mobiles of every country and no other kind") {
  for (const auto& example : of_all_countries) {
    INFO(example.country << " " << example.e164 << " " << example.kind);
    const bool mobile = example.kind == "mobile" || example.kind == "mobile_or_landline";
    const auto number = iran_to_all().normalise_mobile(example.e164);
    CHECK(number.has_value() == mobile);
    CHECK(can_receive_sms(kind_of(example.e164)) == mobile);
    if (!number && example.kind == "landline") CHECK(number.error().fault == Fault::not_mobile);
  }
}
