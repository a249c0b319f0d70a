#include "at/errors.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "at/error_table.hpp"

using namespace bank::at;
using namespace std::chrono_literals;
using Kind = DialogueFailure::Kind;

namespace {

struct ErrorRange {
  int first;
  int last;  // included
};

DialogueFailure cms(int code) {
  return {Kind::cms, code};
}
DialogueFailure cme(int code) {
  return {Kind::cme, code};
}
DialogueFailure words(Kind kind, std::string text) {
  return {kind, -1, std::move(text)};
}

}  // namespace

TEST_CASE("a refused message is handled as the kind of its error asks") {
  struct Case {
    DialogueFailure failure;
    Reaction reaction;
  };
  const Case cases[] = {
      {cms(1), Reaction::never},
      {cms(8), Reaction::sim},
      {cms(21), Reaction::elsewhere},
      {cms(27), Reaction::again},
      {cms(28), Reaction::sim},
      {cms(30), Reaction::elsewhere},
      {cms(38), Reaction::wait},
      {cms(41), Reaction::again},
      {cms(42), Reaction::wait},
      {cms(50), Reaction::sim},
      {cms(96), Reaction::unknown},
      {cms(127), Reaction::unknown},
      {cms(192), Reaction::wait},
      {cms(195), Reaction::never},
      {cms(208), Reaction::modem},
      {cms(300), Reaction::modem},
      {cms(303), Reaction::elsewhere},
      {cms(304), Reaction::never},
      {cms(310), Reaction::sim},
      {cms(314), Reaction::again},
      {cms(322), Reaction::modem},
      {cms(330), Reaction::sim},
      {cms(331), Reaction::wait},
      {cms(500), Reaction::unknown},
      {cms(512), Reaction::again},
      {cms(770), Reaction::sim},
      {cme(0), Reaction::modem},
      {cme(3), Reaction::again},
      {cme(4), Reaction::elsewhere},
      {cme(10), Reaction::sim},
      {cme(14), Reaction::again},
      {cme(16), Reaction::sim},
      {cme(30), Reaction::wait},
      {cme(50), Reaction::never},
      {cme(100), Reaction::unknown},
      {cme(106), Reaction::modem},
      {cme(515), Reaction::again},
      {{Kind::error}, Reaction::unknown},
      {{Kind::timeout}, Reaction::unknown},
      {{Kind::foreign}, Reaction::again},
      {{Kind::abandoned}, Reaction::again},
  };
  for (const auto& c : cases) {
    CAPTURE(code_of(c.failure));
    CHECK(meaning_of(c.failure).reaction == c.reaction);
  }
}

TEST_CASE("every error says what it means and what to do, and only a final one has no pause") {
  for (const auto& row : error_table) {
    CAPTURE(row.number);
    const auto meaning = meaning_of({row.kind, row.number});
    CHECK(meaning.meaning == row.meaning);
    CHECK_FALSE(meaning.meaning.empty());
    CHECK_FALSE(meaning.do_next.empty());
    CHECK((meaning.pause == 0s) == (meaning.reaction == Reaction::never));
  }
}

TEST_CASE("every number that the standards name is in the table") {
  const std::vector<ErrorRange> named[] = {
      // TS 24.011 §8.2.5.4, TS 23.040 §9.2.3.22, TS 27.005 §3.2.5
      {{1, 1},     {8, 8},     {10, 11},   {17, 17},   {21, 22},   {27, 30},   {38, 38},
       {41, 42},   {47, 47},   {50, 50},   {69, 69},   {81, 81},   {95, 99},   {111, 111},
       {127, 130}, {143, 145}, {159, 161}, {175, 176}, {192, 199}, {208, 213}, {255, 255},
       {300, 305}, {310, 318}, {320, 322}, {330, 332}, {340, 340}, {500, 500}},
      // TS 27.007 §9.2
      {{0, 7},
       {10, 18},
       {20, 27},
       {30, 32},
       {40, 63},
       {100, 100},
       {102, 119},
       {122, 122},
       {124, 151},
       {171, 233}}};
  for (const auto kind : {Kind::cms, Kind::cme}) {
    for (const auto& range : named[kind == Kind::cms ? 0 : 1]) {
      for (int number = range.first; number <= range.last; ++number) {
        CAPTURE(code_of({kind, number}));
        CHECK(std::ranges::binary_search(error_table, ErrorKey{kind, number}, {}, &ErrorRow::key));
      }
    }
  }
}

TEST_CASE("no number of a maker's own ends a message where another maker means something else") {
  const ErrorKey agreed[] = {{Kind::cms, 260}, {Kind::cms, 553}, {Kind::cms, 554}};
  for (const auto& row : error_table) {
    const bool standard = row.number < 256 || row.number == 500 ||
                          (row.kind == Kind::cms && row.number >= 300 && row.number <= 340);
    if (standard || std::ranges::count(agreed, row.key()) > 0) continue;
    CAPTURE(code_of({row.kind, row.number}));
    CHECK(row.reaction != Reaction::never);
  }
}

TEST_CASE("an error that stands in no table is temporary, and tells whose it is") {
  struct Case {
    DialogueFailure failure;
    std::string whose;
  };
  const Case cases[] = {{cms(0), "TS 24.011"},   {cms(9), "TS 24.011"},     {cms(126), "TS 24.011"},
                        {cms(131), "TS 23.040"}, {cms(254), "TS 23.040"},   {cms(299), "maker"},
                        {cms(600), "maker"},     {cms(99999), "maker"},     {cme(8), "TS 27.007"},
                        {cme(101), "TS 27.007"}, {cme(255), "TS 27.007"},   {cme(600), "maker"},
                        {cme(99999), "maker"},   {cme(2147483647), "maker"}};
  for (const auto& c : cases) {
    CAPTURE(code_of(c.failure));
    const auto meaning = meaning_of(c.failure);
    CHECK(meaning.reaction == Reaction::unknown);
    CHECK(meaning.pause > 0s);
    CHECK(meaning.meaning.find(c.whose) != std::string_view::npos);
  }
  for (const auto kind : {Kind::cms, Kind::cme}) {
    for (const auto* said : {"whatever this may be", "", "…?!", "(", "(SIM busy)"}) {
      CAPTURE(said);
      CHECK(meaning_of(words(kind, said)).reaction == Reaction::unknown);
      CHECK(code_of(words(kind, said)) == "error");
    }
  }
}

TEST_CASE("errors in words are their numbers, whatever their case and punctuation") {
  struct Case {
    DialogueFailure failure;
    std::string code;
  };
  const Case cases[] = {
      {words(Kind::cme, "SIM PIN required"), "cme_11"},
      {words(Kind::cme, "sim pin2 required"), "cme_17"},
      {words(Kind::cme, "SIM busy"), "cme_14"},
      {words(Kind::cme, "SIM interface not started"), "cme_14"},
      {words(Kind::cme, "operation not allowed"), "cme_3"},
      {words(Kind::cme, "Unspecified GPRS error"), "cme_148"},
      {words(Kind::cme, "network not allowed - emergency calls only"), "cme_32"},
      {words(Kind::cms, "SIM PIN required"), "cms_311"},
      {words(Kind::cms, "Operation not allowed."), "cms_302"},
      {words(Kind::cms, "Network out of order"), "cms_38"},
      {words(Kind::cms, "network timeout"), "cms_332"},
      {words(Kind::cms, "Unknown error"), "cms_500"},
      // as the makers spell them
      {words(Kind::cme, "Network personalization PIN required."), "cme_40"},
      {words(Kind::cme, "(U)SIM not inserted"), "cme_10"},
      {words(Kind::cme, "PH-(U)SIM PIN required"), "cme_5"},
      {words(Kind::cme, "Illegal MS (#3)"), "cme_103"},
      {words(Kind::cme, "Public Land Mobile Network (PLMN) not allowed (#11)."), "cme_111"},
      {words(Kind::cme, "Service option temporarily out of order (#34)"), "cme_134"},
      {words(Kind::cme, "phone-adaptor link reserved"), "cme_2"},
      {words(Kind::cme, "no connection to phone"), "cme_1"},
      {words(Kind::cme, "timeout"), "cme_31"},
      {words(Kind::cme, "no network"), "cme_30"},
      {words(Kind::cme, "Language/alphabet not supported"), "cme_58"},
      {words(Kind::cme, "modem not allowed - MT restricted to emergency calls only"), "cme_54"},
      {words(Kind::cme, "Please wait, init or command processing in progress"), "cme_515"},
      {words(Kind::cms, "Unassigned (unallocated) number"), "cms_1"},
      {words(Kind::cms, "Semantically incorrect message"), "cms_95"},
      {words(Kind::cms, "SM Rejected-Duplicate SM"), "cms_197"},
      {words(Kind::cms, "D0 SIM SMS Storage full"), "cms_208"},
      {words(Kind::cms, "invalid PDU parameter"), "cms_304"},
      {words(Kind::cms, "SIM pin necessary"), "cms_311"},
      {words(Kind::cms, "PH SIM pin necessary"), "cms_312"},
      {words(Kind::cms, "no network"), "cms_331"},
      {words(Kind::cms, "no +CNMA acknowledgement expected"), "cms_340"},
      {words(Kind::cms, "MM establishment failure (for SMS)"), "cms_512"},
      {words(Kind::cms, "SIM not ready"), "cms_532"},
      // of the other kind, where its own has no such words
      {words(Kind::cme, "SMSC address unknown"), "cms_330"},
      {words(Kind::cms, "system failure"), "cme_60"},
      {words(Kind::cms, "nothing we know"), "error"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.failure.text);
    CHECK(code_of(c.failure) == c.code);
  }
}

TEST_CASE("words that are no text of an error leave a bare refusal bare") {
  CHECK(code_of(words(Kind::error, "COMMAND NOT SUPPORT")) == "error");
  CHECK(meaning_of(words(Kind::error, "COMMAND NOT SUPPORT")).reaction == Reaction::elsewhere);
  CHECK_FALSE(refused_by_modem(words(Kind::error, "OPERATION NOT ALLOWED")));
}

TEST_CASE("every failure has its code") {
  CHECK(code_of(cms(38)) == "cms_38");
  CHECK(code_of(cme(14)) == "cme_14");
  CHECK(code_of(cms(4711)) == "cms_4711");
  CHECK(code_of({Kind::error}) == "error");
  CHECK(code_of({Kind::timeout}) == "timeout");
  CHECK(code_of({Kind::foreign}) == "foreign");
  CHECK(code_of({Kind::abandoned}) == "abandoned");
}

TEST_CASE("only what the modem itself refuses gives the SIM's allowance back") {
  for (int code = 0; code < 1000; ++code) {
    CAPTURE(code);
    const bool expected = (code >= 302 && code <= 305) || (code >= 310 && code <= 316) ||
                          (code >= 320 && code <= 322);
    CHECK(refused_by_modem(cms(code)) == expected);
    CHECK_FALSE(refused_by_modem(cme(code)));
  }
  CHECK(refused_by_modem(words(Kind::cms, "memory full")));
  CHECK_FALSE(refused_by_modem(words(Kind::cms, "congestion")));
  CHECK_FALSE(refused_by_modem({Kind::error}));
  CHECK_FALSE(refused_by_modem({Kind::timeout}));
}

TEST_CASE("only time-outs of the network and a rejected duplicate leave the outcome unknown") {
  for (int code = 0; code < 1000; ++code) {
    CAPTURE(code);
    const bool is_simcoms = code >= 224 && code <= 226;
    CHECK(outcome_unknown(cms(code)) == (code == 332 || is_simcoms || code == 197));
    CHECK(outcome_unknown(cme(code)) == (code == 31));
  }
  CHECK(outcome_unknown(words(Kind::cms, "network timeout")));
  CHECK(outcome_unknown(words(Kind::cme, "network timeout")));
  CHECK_FALSE(outcome_unknown({Kind::error}));
  CHECK_FALSE(outcome_unknown({Kind::abandoned}));
}
