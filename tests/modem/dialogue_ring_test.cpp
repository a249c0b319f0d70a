// What a technician sees of the dialogue with a modem, and what nobody sees of it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "modem/dialogue_mask.hpp"
#include "modem/dialogue_ring.hpp"
#include "tests/modem/transcript.hpp"

namespace bank::modem::test {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{std::chrono::hours{1}};
constexpr auto to_modem = Direction::to_modem;
constexpr auto from_modem = Direction::from_modem;

struct Said {
  Direction direction;
  std::string octets;
};

/// A modem that repeats what it is told is brought up, sends and receives a text, and says a USSD
/// text over several lines.
const std::vector<Said> dialogue{
    {to_modem, "AT+CPIN=\"4711\"\r"},
    {from_modem, "AT+CPIN=\"4711\"\r\r\nOK\r\n"},
    {to_modem, "AT+CLCK=\"SC\",1,\"4711\"\r"},
    {from_modem, "\r\n+CME ERROR: 16\r\n"},
    {to_modem, "AT+CPWD=\"SC\",\"4711\",\"5822\"\r"},
    {from_modem, "at+cpwd=\"SC\",\"4711\",\"5822\"\r\r\nOK\r\n"},
    {to_modem, "AT+CSCA?\r"},
    {from_modem, "\r\n+CSCA: \"+989110000753\",145\r\n\r\nOK\r\n"},
    {to_modem, "AT+CNUM\r"},
    {from_modem, "\r\n+CNUM: \"Parvaneh\",\"+989121234567\",145\r\n\r\nOK\r\n"},
    {to_modem, "AT+CMGS=23\r"},
    {from_modem, "AT+CMGS=23\r\r\n> "},
    {to_modem, "0011000C918919123254760000A70AE8329BFD4697D9EC37\x1A"},
    {from_modem, "0011000C918919123254760000A70AE8329BFD4697D9EC37\x1A\r\n+CMGS: 5\r\n\r\nOK\r\n"},
    {from_modem,
     "\r\n+CMT: \"Parvaneh\",24\r\n07918919010057F3040C918919123254760000"
     "62112210000041034D3A1C\r\n"},
    {to_modem, "AT+CMGL=4\r"},
    {from_modem,
     "\r\n+CMGL: 1,1,,24\r\n07918919010057F3040C9189191232547600006211221000004103"
     "4D3A1C\r\n\r\nOK\r\n"},
    {to_modem, "AT+CUSD=1,\"*733*8642#\",15\r"},
    {from_modem,
     "\r\nOK\r\n\r\n+CUSD: 1,\"Rasid: Parvaneh\r\nRamz 8642\r\nMojudi 7531 Rial\r\n"
     "0) Bazgasht\",15\r\n"},
    {from_modem, "\r\nRING\r\n\r\n+CLIP: \"+989121234567\",145,,,\"Parvaneh\",0\r\n"},
    {to_modem, "AT+CSQ\r"},
    {from_modem, "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"},
};

/// Runs of these may stand nowhere. Of numbers people see the first five and the last two signs.
const std::vector<std::string> secrets{
    "4711",     "5822",     "8642",     "7531",     "Parvaneh", "Rasid",   "Ramz",
    "Mojudi",   "Bazgasht", "1234",     "2345",     "3456",     "0000753", "91891912",
    "19123254", "325476",   "E8329BFD", "4697D9EC", "0057F304", "6211221", "034D3A1C"};

std::string all_of(const DialogueRing& ring) {
  std::string text;
  for (const auto& line : ring.lines(TimePoint::min(), TimePoint::max())) {
    text += (line.direction == to_modem ? "> " : "< ") + line.text + "\n";
  }
  return text;
}

std::string secret_in(const std::string& text) {
  for (const auto& secret : secrets) {
    if (text.find(secret) != std::string::npos) return secret;
  }
  return {};
}

std::string shown(const std::vector<Said>& said) {
  DialogueRing ring(start);
  TimePoint at = start;
  for (const auto& one : said) ring.record(at += 1ms, one.direction, one.octets);
  return all_of(ring);
}

}  // namespace

TEST_CASE("a dialogue is shown line by line, with what is secret hidden") {
  CHECK(shown(dialogue) ==
        "> AT+CPIN=****\n"
        "< AT+CPIN=****\n"
        "< OK\n"
        "> AT+CLCK=****\n"
        "< +CME ERROR: 16\n"
        "> AT+CPWD=****\n"
        "< AT+CPWD=****\n"
        "< OK\n"
        "> AT+CSCA?\n"
        "< +CSCA: \"+9891***53\",145\n"
        "< OK\n"
        "> AT+CNUM\n"
        "< +CNUM: \"<text, 8 octets>\",\"+9891***67\",145\n"
        "< OK\n"
        "> AT+CMGS=23\n"
        "< AT+CMGS=23\n"
        "< > <PDU, 24 octets>\n"
        "> <PDU, 24 octets>\\x1a\n"
        "< +CMGS: 5\n"
        "< OK\n"
        "< +CMT: \"<text, 8 octets>\",24\n"
        "< <PDU, 30 octets>\n"
        "> AT+CMGL=4\n"
        "< +CMGL: 1,1,,24\n"
        "< <PDU, 30 octets>\n"
        "< OK\n"
        "> AT+CUSD=1,\"<text, 10 octets>\",15\n"
        "< OK\n"
        "< +CUSD: 1,\"<text, 15 octets>\n"
        "< <text, 9 octets>\n"
        "< <text, 16 octets>\n"
        "< <text, 15 octets>\n"
        "< RING\n"
        "< +CLIP: \"+9891***67\",145,,,\"<text, 8 octets>\",0\n"
        "> AT+CSQ\n"
        "< +CSQ: 20,99\n"
        "< OK\n");
}

TEST_CASE("what is harmless is shown as it was said") {
  for (const std::string line :
       {"+CREG: 2,1,\"00FE\",\"0001A2B3\",7", "+COPS: 0,2,\"43211\",7", "+CPMS: \"SM\",3,50",
        "Quectel", "EC25EFAR06A05M4G", "Revision: 11.617.01.00.00", "^RSSI:21", "+CPIN: SIM PIN",
        "+CMTI: \"SM\",3", "SMS Ready", "+CMS ERROR: 500", "RING", "+CMGS: 255"}) {
    CHECK(shown({{from_modem, line + "\r\n"}}) == "< " + line + "\n");
  }
  for (const std::string line : {"AT", "ATE0", "AT+CNMI=2,1,0,1,0", "AT+COPS=1,2,\"43211\"",
                                 "AT+CMGD=12", "AT+CSCS=\"GSM\"", "AT+CMGS=158", "AT+IPR=115200"}) {
    CHECK(shown({{to_modem, line + "\r"}}) == "> " + line + "\n");
  }
}

TEST_CASE("identities are shown in part") {
  CHECK(shown({{from_modem, "\r\n861234567890123\r\n+CCID: 8998110000000000001\r\n"}}) ==
        "< 86123***23\n< +CCID: 89981***01\n");
}

TEST_CASE("nothing secret is shown however the octets were cut") {
  const std::string whole = shown(dialogue);
  REQUIRE(secret_in(whole).empty());
  std::mt19937_64 random(7);
  for (std::size_t which = 0; which < dialogue.size(); ++which) {
    for (std::size_t cut = 1; cut < dialogue[which].octets.size(); ++cut) {
      auto said = dialogue;
      said[which].octets.resize(cut);
      said.insert(said.begin() + static_cast<std::ptrdiff_t>(which) + 1,
                  {dialogue[which].direction, dialogue[which].octets.substr(cut)});
      REQUIRE(shown(said) == whole);
      // Read before the rest is there, too.
      said.resize(which + 1);
      const std::string so_far = shown(said);
      INFO(so_far);
      REQUIRE(secret_in(so_far).empty());
    }
  }
  for (int round = 0; round < 200; ++round) {
    std::vector<Said> said;
    for (const auto& one : dialogue) {
      for (std::size_t at = 0; at < one.octets.size();) {
        const std::size_t size = 1 + random() % 9;
        said.push_back({one.direction, one.octets.substr(at, size)});
        at += size;
      }
    }
    REQUIRE(shown(said) == whole);
  }
}

TEST_CASE("nothing secret is shown with noise before, between and within the lines") {
  for (const std::string noise : {"\xFF", "\x01\xFE", "~", " ", "\r\n", "\xC3\xBF@"}) {
    const bool breaks = noise == "~" || noise == "\r\n" || noise.size() > 2;
    for (std::size_t which = 0; which < dialogue.size(); ++which) {
      const auto& octets = dialogue[which].octets;
      for (std::size_t at = 0; at <= octets.size(); ++at) {
        // What is printable, or an end of a line, stands at the edges of lines.
        const bool at_edge = at == 0 || at == octets.size() || octets[at - 1] == '\n' ||
                             octets[at] == '\r' || octets[at] == '\n';
        if (breaks && !at_edge) continue;
        auto said = dialogue;
        said[which].octets.insert(at, noise);
        const std::string text = shown(said);
        INFO(text);
        REQUIRE(secret_in(text).empty());
      }
    }
  }
}

TEST_CASE("no line of a known modem shows a number or a PDU whole") {
  constexpr std::string_view digits = "0123456789", hex = "0123456789ABCDEFabcdef";
  const auto longest_run = [](std::string_view text, std::string_view of) {
    std::size_t longest = 0, run = 0;
    for (const char c : text) {
      run = of.find(c) == std::string_view::npos ? 0 : run + 1;
      longest = std::max(longest, run);
    }
    return longest;
  };
  for (const auto& transcript : all_transcripts()) {
    INFO(transcript.name);
    std::vector<Said> said{{from_modem, transcript.at_once}};
    for (const auto& one : transcript.exchanges) {
      said.push_back({to_modem, one.command + "\r"});
      said.push_back({from_modem, one.answer + one.afterwards});
    }
    const std::string text = shown(said);
    INFO(text);
    CHECK(longest_run(text, digits) < 7);
    CHECK(longest_run(text, hex) < 20);
  }
}

TEST_CASE("a PIN whose command was garbled is not shown") {
  CHECK(shown({{from_modem, "AT+CQIN=\"4711\"\r\n"}}) == "< AT+CQIN=\"****\"\n");
  CHECK(shown({{from_modem, "11\"\r\n4711\r\n"}}) == "< ****\n< ****\n");
  CHECK(shown({{to_modem, "at + cpin = 4711\r"}}) == "> AT+CPIN=****\n");
  CHECK(shown({{to_modem, "AT+CSIM=26,\"A0200001083437313 1FFFFFFFF\"\r"}}) == "> AT+CSIM=****\n");
  CHECK(shown({{to_modem, "AT*EPIN=1,4711\r"}}) == "> AT*EPIN=****\n");
  CHECK(shown({{to_modem, "ATD**04*4711*5822*5822#\r"}}) == "> ATD****\n");
}

TEST_CASE("a text in text mode is not shown either") {
  CHECK(shown({{from_modem,
                "+CMT: \"+989121234567\",,\"26/11/27,10:00:00\"\r\nRamz 8642\r\nOK 7531"
                "\r\n+CREG: 1\r\n"}}) ==
        "< +CMT: \"<text, 13 octets>\",,\"<text, 17 octets>\"\n< <text, 9 octets>\n"
        "< <text, 7 octets>\n< +CREG: 1\n");
}

TEST_CASE("the ring keeps the last of it, and hides what has lost its beginning") {
  const std::string answer = "\r\n+CSQ: 20,99\r\n\r\nOK\r\n";
  // Whatever of the dialogue is the first that is left.
  for (std::size_t left = 0; left < 2200; ++left) {
    DialogueRing ring(start);
    TimePoint at = start;
    std::size_t said = 0;
    for (const auto& one : dialogue) {
      for (const char c : one.octets) ring.record(at += 20ms, one.direction, {&c, 1});
      said += one.octets.size();
    }
    REQUIRE(ring.kept_since() == start);
    // Each octet is a piece of its own, so that the cut comes to stand before each of them.
    for (std::size_t i = 0; i < left; ++i) ring.record(at += 20ms, from_modem, "\n");
    REQUIRE(said < 2200);
    const std::string text = all_of(ring);
    INFO(text);
    REQUIRE(secret_in(text).empty());
    if (left == 2199) CHECK(ring.kept_since() > start);
  }
}

TEST_CASE("the ring keeps the newest whole lines for hours of polls") {
  DialogueRing ring(start);
  TimePoint at = start;
  for (int i = 0; i < 10'000; ++i) {
    ring.record(at += 1s, to_modem, "AT+CMGD=" + std::to_string(i) + "\r");
    ring.record(at += 50ms, from_modem, "\r\nOK\r\n");
  }
  const auto lines = ring.lines(TimePoint::min(), TimePoint::max());
  REQUIRE(lines.size() > 600);
  CHECK(lines.back().text == "OK");
  CHECK(lines.back().at == at);
  CHECK(lines[lines.size() - 2].text == "AT+CMGD=****");
  CHECK(ring.kept_since() > start);
  CHECK(ring.kept_since() <= lines.front().at);
  const auto last_minute = ring.lines(at - 60s, at);
  CHECK(last_minute.size() < lines.size());
  CHECK(last_minute.size() >= 114);
}

TEST_CASE("a flood of noise is kept in bounds, and said to have no end") {
  DialogueRing ring(start);
  ring.record(start, to_modem, "AT\r");
  for (int i = 0; i < 1000; ++i) ring.record(start + i * 1ms, from_modem, std::string(500, '\xF0'));
  CHECK(all_of(ring).empty());  // where it begins is not known

  DialogueRing young(start);
  young.record(start, from_modem, std::string(500, '\xF0'));
  CHECK(all_of(young) == "< <500 octets, and no end of the line>\n");
  young.record(start, from_modem, "\r\n");
  CHECK(all_of(young).size() < DialogueMask::longest_shown + 4);
  young.record(start, from_modem, "> ");
  CHECK(all_of(young).ends_with("< >\n"));
}

}  // namespace bank::modem::test
