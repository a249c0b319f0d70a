#include "firmware-host/log.hpp"

#include <catch2/catch.hpp>

namespace bank::host {

TEST_CASE("a log line is an event and its fields, quoted where a word would not do") {
  CHECK(log::line("sms.refused", {{"modem", "slot-07"},
                                  {"to", log::masked("+41791234567")},
                                  {"cause", "cms 331"},
                                  {"retry_in_s", 120},
                                  {"note", ""}}) ==
        "event=sms.refused modem=slot-07 to=+4179***67 cause=\"cms 331\" retry_in_s=120 note=\"\"");
}

TEST_CASE("no value begins a line of its own or ends its quotes") {
  CHECK(log::line("x", {{"a", "one\nevent=y"}}) == "event=x a=\"one\\nevent=y\"");
  CHECK(log::line("x", {{"a", "\" b=\"c"}}) == "event=x a=\"\\\" b=\\\"c\"");
  CHECK(log::line("x", {{"a", "back\\slash"}}) == "event=x a=\"back\\\\slash\"");
  CHECK(log::line("x", {{"a", "\x1b[31m\r\t\x7f"}}) == "event=x a=\"\\x1b[31m\\r\\t\\x7f\"");
  CHECK(log::line("x", {{"a", std::string("nul\0!", 5)}}) == "event=x a=\"nul\\x00!\"");
}

TEST_CASE("characters stay, what is not UTF-8 and hidden controls are escaped") {
  CHECK(log::escaped("سلام 你好 😀") == "سلام 你好 😀");
  CHECK(log::escaped("\xC2\x85|\xE2\x80\xA8") == "\\xc2\\x85|\\xe2\\x80\\xa8");
  CHECK(log::escaped("a\u202Eb\u2066\u200F") == "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6\\xe2\\x80\\x8f");
  CHECK(log::escaped("\u200D\u2030") == "\u200D\u2030");
  CHECK(log::escaped("\xff\xC3") == "\\xff\\xc3");
  CHECK(log::escaped("\xED\xA0\x80") == "\\xed\\xa0\\x80");
  CHECK(log::escaped("\xC0\xAF\xF4\x90\x80\x80") == "\\xc0\\xaf\\xf4\\x90\\x80\\x80");
}

TEST_CASE("a long value is cut between characters") {
  const std::string cut = log::line("x", {{"a", std::string(log::longest_value - 1, 'a') + "éé"}});
  CHECK(cut == "event=x a=\"" + std::string(log::longest_value - 1, 'a') + "…\"");
}

TEST_CASE("masked numbers can be recognised and not called") {
  CHECK(log::masked("+41791234567") == "+4179***67");
  CHECK(log::masked("+989120000001") == "+9891***01");
  CHECK(log::masked("09121234567") == "09121***67");
  CHECK(log::masked("+123456") == "+***");
  CHECK(log::masked("1234567") == "***");
  CHECK(log::masked("30007") == "30007");
  CHECK(log::masked("") == "");
}

}  // namespace bank::host
