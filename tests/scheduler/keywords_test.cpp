#include "scheduler/keywords.hpp"

#include <catch2/catch.hpp>

using namespace bank::scheduler;
using Tier = Reading::Tier;

namespace {

const Keywords& keywords() {
  static const Keywords all(first_keywords());
  return all;
}

bool has(const std::vector<std::string>& languages, const char* language) {
  return std::find(languages.begin(), languages.end(), language) != languages.end();
}

}  // namespace

TEST_CASE("who wants no more is understood in every language, and nobody else is") {
  struct Row {
    const char* text;
    Tier tier;
    Wish wish = Wish::opt_out;
    const char* language = "";
  };
  const Row rows[] = {
      {"STOP", Tier::sure, Wish::opt_out, "en"},
      {"stop.", Tier::sure},
      {"  Stop!!\n", Tier::sure},
      {"Stop please", Tier::uncertain},
      {"we must STOP this bill", Tier::none},
      {"۱۱", Tier::invited, Wish::opt_out, "fa"},
      {"لغو ۱۱", Tier::sure, Wish::opt_out, "fa"},
      {"لغو‌۱۱", Tier::sure, Wish::opt_out, "fa"},
      {"لغو11", Tier::sure, Wish::opt_out, "fa"},
      {"لغو", Tier::sure, Wish::opt_out, "fa"},
      {"ＴＤ", Tier::sure, Wish::opt_out, "zh-Hans"},
      {"Ｒ", Tier::invited},
      {"退订", Tier::sure, Wish::opt_out, "zh-Hans"},
      {"退訂", Tier::sure, Wish::opt_out, "zh-Hant"},
      {"退订谢谢", Tier::uncertain},
      {"请不要再发了", Tier::uncertain},
      {"tc", Tier::sure, Wish::opt_out, "vi"},
      {"Từ chối", Tier::sure, Wish::opt_out, "vi"},
      {"TUCHOI", Tier::sure, Wish::opt_out, "vi"},
      {"đừng nhắn nữa nhé bạn ơi mình mệt", Tier::uncertain},
      {"İPTAL", Tier::sure, Wish::opt_out, "tr"},
      {"arrêt", Tier::sure, Wish::opt_out, "fr"},
      {"Désabonner", Tier::sure, Wish::opt_out, "fr"},
      {"BAJA", Tier::sure, Wish::opt_out, "es"},
      {"Abmelden", Tier::sure, Wish::opt_out, "de"},
      {"SAIR", Tier::sure, Wish::opt_out, "pt"},
      {"إلغاء", Tier::sure, Wish::opt_out, "ar"},
      {"ОТПИСАТЬСЯ", Tier::sure, Wish::opt_out, "ru"},
      {"रोकें", Tier::sure, Wish::opt_out, "hi"},
      {"BERHENTI", Tier::sure, Wish::opt_out, "id"},
      {"Annulla", Tier::sure, Wish::opt_out, "it"},
      {"afmelden", Tier::sure, Wish::opt_out, "nl"},
      {"WYPISZ", Tier::sure, Wish::opt_out, "pl"},
      {"avreg", Tier::sure, Wish::opt_out, "sv"},
      {"配信停止", Tier::sure, Wish::opt_out, "ja"},
      {"수신거부", Tier::sure, Wish::opt_out, "ko"},
      {"ยกเลิก", Tier::sure, Wish::opt_out, "th"},
      {"opt-out", Tier::sure},
      {"Opt Out", Tier::sure},
      {"STOP ALL", Tier::sure},
      {"STOP\n--\nsent from my phone, best regards", Tier::sure},
      {"Please take me off your list, whoever you are", Tier::uncertain},
      {"wrong number", Tier::uncertain},
      {"دیگه پیام نده لطفا", Tier::uncertain},
      {"🛑", Tier::uncertain},
      {"", Tier::none},
      {"👍", Tier::none},
      {"   ", Tier::none},
      {"12", Tier::invited, Wish::opt_in},
      {"START", Tier::sure, Wish::opt_in},
      {"شروع", Tier::sure, Wish::opt_in, "fa"},
      {"yes", Tier::sure, Wish::opt_in},
      {"yes I will come", Tier::none},
      {"HELP", Tier::sure, Wish::help},
      {"راهنما", Tier::sure, Wish::help, "fa"},
      {"r u there", Tier::none},
      {"11 tomatoes please", Tier::none},
      {"the weekend was a dead end", Tier::none},
      {"112", Tier::none},
      {"stopwatch", Tier::none},
      {"My bus stop is here", Tier::none},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto reading = keywords().read(row.text);
    CHECK(static_cast<int>(reading.tier) == static_cast<int>(row.tier));
    if (row.tier != Tier::none) CHECK(reading.wish == row.wish);
    if (*row.language != '\0') CHECK(has(reading.languages, row.language));
  }
}

TEST_CASE("every keyword the program begins with is understood as what it is for") {
  for (const auto& keyword : first_keywords()) {
    CAPTURE(keyword.language, keyword.words);
    const auto reading = keywords().read(keyword.words);
    CHECK(reading.wish == keyword.wish);
    if (!keyword.is_phrase) {
      CHECK((reading.tier == Tier::sure || reading.tier == Tier::invited));
      CHECK(has(reading.languages, keyword.language.c_str()));
    } else {
      CHECK(reading.tier != Tier::none);
    }
  }
}

TEST_CASE("an operator's command is no wish, and his words are") {
  auto all = first_keywords();
  all.push_back({"en", Wish::command, "stop 12345"});
  all.push_back({"en", Wish::opt_out, "basta"});
  const Keywords edited(all);
  CHECK(edited.read("STOP 12345").tier == Tier::none);
  CHECK(edited.read("STOP 12345 now").tier == Tier::none);
  CHECK(edited.read("STOP 123").tier == Tier::uncertain);
  CHECK(edited.read("¡Basta!").tier == Tier::sure);
  CHECK(keywords().read("basta").tier == Tier::none);
}

TEST_CASE("a text of any length and kind is read without harm") {
  std::string huge;
  for (int i = 0; i < 20'000; ++i) huge += "stop ";
  CHECK(keywords().read(huge).tier == Tier::none);
  CHECK(keywords().read(std::string(100'000, '\0')).tier == Tier::none);
  CHECK(keywords().read("<script>stop</script>").tier == Tier::none);
  CHECK(keywords().read("\u202Epots").tier == Tier::none);
  CHECK(keywords().read("=STOP()").tier == Tier::sure);
}
