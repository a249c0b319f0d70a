#include "scheduler/fold.hpp"

#include <catch2/catch.hpp>

using bank::scheduler::fold;
using bank::scheduler::without_spaces;

TEST_CASE("what people write for the same word folds alike") {
  struct Row {
    const char* written;
    const char* folded;
  };
  const Row rows[] = {
      {"STOP", "stop"},
      {"Stop!", "stop"},
      {"  stop\r\n. ", "stop"},
      {"ＴＤ", "td"},
      {"Ｒ", "r"},
      {"لغو‌۱۱.", "لغو11"},
      {"لغو ۱۱", "لغو 11"},
      {"١١", "11"},
      {"१२", "12"},
      {"１１", "11"},
      {"كنسل", "کنسل"},
      {"إلغاء", "الغاء"},
      {"آغاز", "اغاز"},
      {"عضویة", "عضویه"},
      {"رؤية", "رویه"},
      {"لـغـو", "لغو"},
      {"لَغْو", "لغو"},
      {"Từ chối", "tu choi"},
      {"TỪ CHỐI", "tu choi"},
      {"Đừng", "dung"},
      {"ÇIK", "cik"},
      {"çık", "cik"},
      {"İPTAL", "iptal"},
      {"arrêt", "arret"},
      {"désabonner", "desabonner"},
      {"退訂", "退訂"},
      {"रोकें", "रोकें"},
      {"ยกเลิก", "ยกเลิก"},
      {"수신거부", "수신거부"},
      {"ガス", "ガス"},
      {"ｶﾞｽ", "ガス"},
      {"ﬁn", "fin"},
      {"СТОП", "стоп"},
      {"opt-out", "opt out"},
      {"🛑", ""},
      {"", ""},
      {"\u202Estop\u202C", "stop"},
      {"\xC3(stop", "stop"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.written);
    CHECK(fold(row.written) == fold(row.folded));
    CHECK(fold(row.folded) == row.folded);  // the folded form is its own
  }
  CHECK(without_spaces(fold("لغو ۱۱")) == fold("لغو۱۱"));
  CHECK(fold(std::string_view("stop\0all", 8)) == "stop all");
}

TEST_CASE("different words stay different") {
  CHECK(fold("退订") != fold("退訂"));
  CHECK(fold("बंद") != fold("बद"));
  CHECK(fold("はか") != fold("ばか"));
  CHECK(fold("11") != fold("1 1"));
}

TEST_CASE("plain ASCII comes out as it does within other letters") {
  for (char c = 0; c >= 0 && c < 127; ++c) {
    for (const std::string& text :
         {std::string("Ab") + c + "1 Z", c + std::string("x"), "X" + std::string(2, c)}) {
      CAPTURE(static_cast<int>(c));
      CHECK(fold(text) + " e" == fold(text + " \u00E9"));
    }
  }
}
