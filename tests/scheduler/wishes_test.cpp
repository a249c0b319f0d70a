#include "scheduler/wishes.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "at/split.hpp"
#include "scheduler/fold.hpp"

using namespace bank::scheduler;
using Kind = Deed::Kind;

namespace {

const Keywords& keywords() {
  static const Keywords all(first_keywords());
  return all;
}

Deed deed(const char* text, const Writer& writer = {.is_person = true},
          std::string_view scope = "all") {
  return deed_for(keywords().read(text), writer, scope);
}

Writer out_for(const char* reason, const char* scope = "all") {
  Writer writer{.is_person = true};
  writer.suppressed_for = reason;
  writer.suppressed_scope = scope;
  return writer;
}

}  // namespace

TEST_CASE("who says stop is suppressed at once, and told so once") {
  CHECK(deed("STOP") == Deed{Kind::suppress, "all", true});
  CHECK(deed("STOP", {.is_person = true}, "promotional") ==
        Deed{Kind::suppress, "promotional", true});
  CHECK(deed("STOP", out_for("opt_out")) == Deed{Kind::suppress, "all", false});
  CHECK(deed("STOP", out_for("operator")) == Deed{Kind::suppress, "all", false});
  CHECK(deed("STOP", out_for("opt_out", "promotional")) == Deed{Kind::suppress, "all", true});
}

TEST_CASE("a name cannot be answered, and no message goes to it") {
  CHECK(deed("STOP", {.is_person = false}) == Deed{});
}

TEST_CASE("one letter or a number counts only where we have told so") {
  Writer writer{.is_person = true};
  CHECK(deed("11", writer) == Deed{});
  CHECK(deed("R", writer) == Deed{});
  writer.was_invited = true;
  CHECK(deed("۱۱", writer).kind == Kind::suppress);
  CHECK(deed("R", writer).kind == Kind::suppress);
  CHECK(deed("12", writer) == Deed{});  // is not out
}

TEST_CASE("what only sounds like it holds advertising until a person has looked") {
  CHECK(deed("stop please") == Deed{Kind::hold, "promotional", false});
  CHECK(deed("🛑") == Deed{Kind::hold, "promotional", false});
  CHECK(deed("stop please", out_for("opt_out")) == Deed{});
  CHECK(deed("we must STOP this bill") == Deed{});
}

TEST_CASE("only a person's own opt-out is taken back by the person") {
  CHECK(deed("START", out_for("opt_out")) == Deed{Kind::lift, "all", true});
  CHECK(deed("yes", out_for("opt_out")).kind == Kind::lift);
  CHECK(deed("START") == Deed{});
  for (const char* reason : {"operator", "erasure", "invalid_number"}) {
    CAPTURE(reason);
    CHECK(deed("START", out_for(reason)) == Deed{});
  }
}

TEST_CASE("two machines that answer each other fall silent, and a stop counts all the same") {
  Writer writer{.is_person = true};
  writer.answers = most_answers;
  CHECK(deed("STOP", writer) == Deed{Kind::suppress, "all", false});
  CHECK(deed("HELP", writer) == Deed{Kind::help, {}, false});
  writer.answers = most_answers - 1;
  CHECK(deed("HELP", writer).answers);
}

TEST_CASE("a message invites to a keyword where a person reads it there") {
  CHECK(invites("تخفیف ویژه! لغو۱۱", "11"));
  CHECK(invites("لغو: 11", "11"));
  CHECK(invites("限时优惠 回T退订", "t"));
  CHECK(invites("拒收请回复R", "r"));
  CHECK(invites("Reply R to stop", "r"));
  CHECK(invites("call 11 22 33", "11"));
  CHECK_FALSE(invites("call 112", "11"));
  CHECK_FALSE(invites("room 2011", "11"));
  CHECK_FALSE(invites("Hello", "r"));
  CHECK_FALSE(invites("", "r"));
  CHECK_FALSE(invites("r", ""));
}

TEST_CASE("people are answered in the language they wrote, else in their country's") {
  const auto language = [](const char* text, const char* country) {
    return std::string(language_for(keywords().read(text), country));
  };
  CHECK(language("لغو", "DE") == "fa");
  CHECK(language("stop", "DE") == "de");
  CHECK(language("stop", "FR") == "fr");
  CHECK(language("stop", "IR") == "en");
  CHECK(language("停止", "TW") == "zh-Hant");
  CHECK(language("停止", "CN") == "zh-Hans");
  CHECK(language("🛑", "IR") == "fa");
  CHECK(language("🛑", "") == "en");
}

TEST_CASE("a word of many languages and none of the country's is answered in English") {
  auto words = first_keywords();
  std::stable_sort(words.begin(), words.end(),
                   [](const auto& a, const auto& b) { return a.language < b.language; });
  const Keywords as_listed(words);  // as an operator's edits leave them: German comes first
  CHECK(language_for(as_listed.read("stop"), "IR") == "en");
  CHECK(language_for(as_listed.read("stop"), "DE") == "de");
}

TEST_CASE("every language has its answers, short, with the time and the way back") {
  std::set<std::string> languages;
  for (const auto& keyword : first_keywords()) languages.insert(keyword.language);
  for (const auto& language : languages) {
    CAPTURE(language);
    constexpr std::string_view when = "2026-11-27 18:05";
    for (const auto* scope : {"all", "promotional"}) {
      const std::string text = answer_to_opt_out(language, scope, when);
      CHECK(text.find(when) != std::string::npos);
      CHECK((language == "en" || text != answer_to_opt_out("en", scope, when)));
      CHECK(bank::at::split(text, bank::at::Encoding::automatic).value().parts.size() <= 2);
      // The word that it gives for the way back is one.
      const std::string folded = ' ' + fold(text) + ' ';
      const auto all = first_keywords();
      CHECK(std::any_of(all.begin(), all.end(), [&](const Keyword& keyword) {
        return keyword.wish == Wish::opt_in && !keyword.is_phrase &&
               folded.find(' ' + fold(keyword.words) + ' ') != std::string::npos;
      }));
    }
    CHECK_FALSE(answer_to_opt_in(language).empty());
  }
  CHECK(answer_to_opt_out("xx", "all", "now") == answer_to_opt_out("en", "all", "now"));
}
