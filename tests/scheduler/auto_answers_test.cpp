// Which answer fits a text, by its words, its SIM and the hour.
#include <catch2/catch.hpp>

#include "scheduler/auto_answers.hpp"

using namespace bank::scheduler;

namespace {

constexpr LocalMinute monday_noon{0, 720};

AutoAnswer answer(const std::string& name) {
  AutoAnswer one{.name = name, .is_enabled = true};
  one.text = name;
  return one;
}
std::string chosen(const std::vector<AutoAnswer>& answers, std::string_view text,
                   const LocalMinute& now = monday_noon, std::string_view sim = "8998") {
  const AutoAnswers ready(answers);
  const auto* one = ready.choose(text, sim, now);
  return one == nullptr ? "" : one->name;
}

}  // namespace

TEST_CASE("an exact answer takes its words in any spelling, and nothing longer") {
  auto one = answer("price");
  one.keywords = {"قيمت", "price list"};
  for (const auto* text : {"قیمت", "قيمت؟", "PRICE  list!", "pricelist", "Price list\nthank you"}) {
    INFO(text);
    CHECK(chosen({one}, text) == "price");
  }
  for (const auto* text : {"price", "the price list", "", "!"}) {
    INFO(text);
    CHECK(chosen({one}, text).empty());
  }
}

TEST_CASE("a prefix answer takes what begins with its words, as words") {
  auto one = answer("order");
  one.match = AutoAnswer::Match::prefix;
  one.keywords = {"order"};
  CHECK(chosen({one}, "ORDER 12 please") == "order");
  CHECK(chosen({one}, "order") == "order");
  CHECK(chosen({one}, "ordering 12").empty());
  CHECK(chosen({one}, "my order").empty());
}

TEST_CASE("the lowest place answers, then the first by name; none that is off") {
  auto all = answer("b"), first = answer("z"), off = answer("a");
  for (auto* one : {&all, &first, &off}) one->match = AutoAnswer::Match::any;
  first.place = 1;
  off.is_enabled = false;
  CHECK(chosen({all, first, off}, "x") == "z");
  first.place = 100;
  CHECK(chosen({all, first, off}, "x") == "b");
}

TEST_CASE("an answer for some SIMs answers texts to those") {
  auto one = answer("a");
  one.match = AutoAnswer::Match::any;
  one.sims = {"8998", "imsi:432"};
  CHECK(chosen({one}, "x") == "a");
  CHECK(chosen({one}, "x", monday_noon, "imsi:432") == "a");
  CHECK(chosen({one}, "x", monday_noon, "8999").empty());
}

TEST_CASE("hours go by weekday, and over midnight by the day on which they begin") {
  auto open = answer("open");
  open.match = AutoAnswer::Match::any;
  open.days = 0b0011111;  // Monday to Friday
  open.from = 9 * 60;
  open.to = 17 * 60;
  CHECK(is_its_time(open, {0, 9 * 60}));
  CHECK_FALSE(is_its_time(open, {0, 17 * 60}));
  CHECK_FALSE(is_its_time(open, {5, 10 * 60}));
  auto closed = open;
  closed.outside = true;
  CHECK_FALSE(is_its_time(closed, {0, 9 * 60}));
  CHECK(is_its_time(closed, {5, 10 * 60}));

  auto night = open;
  night.days = 0b0010000;  // Friday
  night.from = 22 * 60;
  night.to = 6 * 60;
  CHECK(is_its_time(night, {4, 23 * 60}));
  CHECK(is_its_time(night, {5, 5 * 60}));
  CHECK_FALSE(is_its_time(night, {4, 5 * 60}));
  CHECK_FALSE(is_its_time(night, {5, 23 * 60}));
  night.days = 0b1000000;  // Sunday, into Monday
  CHECK(is_its_time(night, {0, 60}));
}
