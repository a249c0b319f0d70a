// The codec at the command line: what is read and written, and what is said of what cannot be.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

/// `modembank pdu …` with a file as its standard input.
Ran pdu(const Folder& folder, std::vector<std::string> words, const std::string& input = "") {
  const std::string file = folder.write("input", input);
  std::vector<std::string> argv{"sh", "-c", "exec \"$@\" < " + file, "sh", program(), "pdu"};
  argv.insert(argv.end(), words.begin(), words.end());
  return run(argv, folder / "pdu");
}

std::vector<json> lines_of(const std::string& out) {
  std::vector<json> lines;
  std::istringstream stream(out);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

json data(const std::string& name) {
  std::ifstream file(std::string(MODEMBANK_SOURCE_DIR) + "/tests/data/" + name);
  REQUIRE(file);
  return json::parse(file);
}

const std::string howdy =
    "07911326040000F0040B911346610089F60000208062917314480CC8F71D14969741F977FD07";
const std::string report = "079144973770939906660C91449788515605903021514363009030215143040000";
const std::string submit = "0011000B914356143254F60000AA04483E7B0F";

}  // namespace

TEST_CASE("a delivered message is a JSON object with every key", "[pdu]") {
  const Folder folder;
  const auto ran = pdu(folder, {"decode", "--json", howdy});
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  CHECK(json::parse(ran.out) == json::parse(R"({
    "type": "deliver", "smsc": "+31624000000", "from": "+31641600986",
    "from_type": "international", "timestamp": "2002-08-26T19:37:41-01:00",
    "text": "How are you?", "encoding": "gsm7", "dcs": 0, "pid": 0, "class": null,
    "concat": null, "ports": null, "language": null, "data": null, "mwi": null})"));

  const auto rich = pdu(folder, {"decode", "--json",
                                 "0044" + howdy.substr(18, 16) + "00F5" + howdy.substr(38, 14) +
                                     "140B00031E02010504158A23F4010287030A" + "ABCD0102030405"});
  CHECK(rich.status == 0);
  const json read = json::parse(rich.out);
  CHECK(read.at("smsc").is_null());
  CHECK(read.at("text").is_null());
  CHECK(read.at("encoding") == "8bit");
  CHECK(read.at("class") == 1);
  CHECK(read.at("concat") == json({{"ref", 30}, {"bits", 8}, {"seq", 1}, {"total", 2}}));
}

TEST_CASE("a status report and a submit have keys of their own", "[pdu]") {
  const Folder folder;
  const auto ran = pdu(folder, {"decode", "--json", report, submit});
  CHECK(ran.status == 0);
  const auto lines = lines_of(ran.out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("type") == "status_report");
  CHECK(lines[0].at("mr") == 102);
  CHECK(lines[0].at("recipient") == "+447988156550");
  CHECK(lines[0].at("timestamp") == "2009-03-12T15:34:36+00:00");
  CHECK(lines[0].at("discharged") == "2009-03-12T15:34:40+00:00");
  CHECK(lines[0].at("status") == 0);
  CHECK(lines[0].at("outcome") == "delivered");
  CHECK_FALSE(lines[0].at("meaning").get<std::string>().empty());
  CHECK(lines[1].at("type") == "submit");
  CHECK(lines[1].at("to") == "+34654123456");
  CHECK(lines[1].at("mr") == 0);
  CHECK(lines[1].at("validity") == 4 * 24 * 60);
  CHECK(lines[1].at("status_report_requested") == false);
  CHECK(lines[1].at("text") == "Hölä");
}

TEST_CASE("every line of the input has its line of the output, also an empty one", "[pdu]") {
  const Folder folder;
  const std::string endless(100'000, 'A');
  const auto ran = pdu(folder, {"decode", "--json"},
                       howdy + "\nOK\n\n" + howdy.substr(0, 60) + "\r\n" + endless + "\n\"" +
                           report + "\"\r\n" + submit);
  CHECK(ran.status == 1);
  const auto lines = lines_of(ran.out);
  REQUIRE(lines.size() == 7);
  CHECK(lines[0].at("text") == "How are you?");
  CHECK(lines[1].at("field") == "hex");
  CHECK(lines[1].at("offset") == 0);
  CHECK(lines[2].contains("error"));
  CHECK(lines[3].at("field") == "TP-UD");
  CHECK(lines[3].at("offset") == 30);
  CHECK(lines[4].at("field") == "hex");
  CHECK(lines[5].at("type") == "status_report");
  CHECK(lines[6].at("type") == "submit");

  const auto told = pdu(folder, {"decode"}, howdy + "\nOK\n");
  CHECK(told.status == 1);
  CHECK_THAT(told.out, Catch::StartsWith("deliver from +31641600986"));
  CHECK_THAT(told.out, Catch::Contains("\nerror: "));
}

TEST_CASE("the direction decides what a PDU is read as", "[pdu]") {
  const Folder folder;
  const auto status = [&](const std::string& direction, const std::string& hex) {
    return pdu(folder, {"decode", "--json", "--direction", direction, hex}).status;
  };
  CHECK(status("mt", howdy) == 0);
  CHECK(status("mt", report) == 0);
  CHECK(status("mt", submit) == 1);
  CHECK(status("report", report) == 0);
  CHECK(status("report", howdy) == 1);
  CHECK(status("mo", submit) == 0);
  CHECK(status("mo", howdy) == 1);
  for (const auto& hex : {howdy, report, submit}) CHECK(status("auto", hex) == 0);
  CHECK(status("sideways", howdy) == 2);
  CHECK(pdu(folder, {"decode", "--no-smsc", howdy.substr(16)}).status == 0);
  CHECK(pdu(folder, {"decode", howdy.substr(16)}).status == 1);
}

TEST_CASE("what real networks sent is told as it was meant", "[pdu]") {
  const Folder folder;
  std::string with_smsc;
  std::vector<json> expected;
  for (const auto& v : data("deliver.json")) {
    if (!v.at("has_smsc")) continue;
    with_smsc += v.at("pdu").get<std::string>() + "\n";
    expected.push_back(v);
  }
  const auto ran = pdu(folder, {"decode", "--json", "--direction", "mt"}, with_smsc);
  CHECK(ran.status == 0);
  const auto lines = lines_of(ran.out);
  REQUIRE(lines.size() == expected.size());
  REQUIRE(lines.size() > 50);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& v = expected[i];
    CAPTURE(v.at("id"));
    CHECK(lines[i].at("text") == v.at("text"));
    CHECK(lines[i].at("timestamp") == v.at("timestamp"));
    CHECK(lines[i].at("from_type") == v.at("sender_kind"));
    CHECK(lines[i].at("dcs") == v.at("dcs"));
    CHECK(lines[i].at("class") == v.at("class"));
  }
}

TEST_CASE("a text is written as the PDUs that AT+CMGS takes", "[pdu]") {
  const Folder folder;
  const auto ran = pdu(
      folder, {"encode", "--json", "--to", "+34654123456", "--text", "Hölä", "--validity", "5760"});
  CHECK(ran.status == 0);
  CHECK(json::parse(ran.out) ==
        json({{"encoding", "gsm7"}, {"parts", {{{"length", 18}, {"pdu", submit}}}}}));

  const auto flash = pdu(folder, {"encode", "--json", "--to", "12345", "--text", "سلام", "--flash",
                                  "--report", "--smsc", "+989350001400"});
  CHECK(json::parse(flash.out).at("parts").at(0).at("pdu") ==
        "0791893905004100210005812143F50018080633064406270645");

  const std::string endless(400, 'x');
  const auto parts =
      pdu(folder, {"encode", "--json", "--to", "+1", "--text", endless, "--concat-ref", "4660"});
  const json written = json::parse(parts.out);
  REQUIRE(written.at("parts").size() == 3);
  const auto read = pdu(folder, {"decode", "--json", written["parts"][2]["pdu"]});
  CHECK(json::parse(read.out).at("concat") ==
        json({{"ref", 4660}, {"bits", 16}, {"seq", 3}, {"total", 3}}));
}

TEST_CASE("an output that cannot be written is a failure", "[pdu]") {
  const Folder folder;
  for (const std::string& words : {"decode " + howdy, std::string("encode --to +1 --text x"),
                                   std::string("encode --json --to +1 --text x")}) {
    CAPTURE(words);
    const auto ran =
        run({"sh", "-c", program() + " pdu " + words + " > /dev/full"}, folder / "full");
    CHECK(ran.status == 1);
    CHECK_THAT(ran.err, Catch::Contains("standard output"));
  }
}

TEST_CASE("a language is used where it was asked for, and left where it cannot carry the text",
          "[pdu]") {
  const Folder folder;
  const auto encoded = [&](const std::string& text) {
    return json::parse(
        pdu(folder, {"encode", "--json", "--to", "+1", "--text", text, "--language", "turkish"})
            .out);
  };
  const json turkish = encoded("Işığı ağır şişe");
  CHECK(turkish.at("encoding") == "gsm7");
  const json read = json::parse(
      pdu(folder, {"decode", "--json", turkish["parts"][0]["pdu"].get<std::string>()}).out);
  CHECK(read.at("text") == "Işığı ağır şişe");
  CHECK_FALSE(read.at("language").is_null());
  CHECK(encoded("plain").at("parts").at(0).at("pdu").get<std::string>().substr(2, 2) == "01");
  CHECK(encoded("سلام").at("encoding") == "ucs2");

  const json plain = json::parse(
      pdu(folder, {"encode", "--json", "--to", "+1", "--text", "Cà phê", "--encoding", "plain"})
          .out);
  CHECK(plain.at("encoding") == "gsm7");
  CHECK(plain.at("changes") == json({{{"offset", 6}, {"before", "ê"}, {"after", "e"}}}));
}

TEST_CASE("what cannot be written is told with what to do", "[pdu]") {
  const Folder folder;
  struct Case {
    std::vector<std::string> words;
    int status;
    const char* told;
  };
  const Case cases[] = {
      {{"--to", "nobody", "--text", "x"}, 2, "--to"},
      {{"--to", "+1", "--smsc", "x", "--text", "x"}, 2, "--smsc"},
      {{"--to", "+1", "--text", ""}, 1, "empty"},
      {{"--to", "+1", "--text", "ab\xFF"}, 1, "octet 2"},
      {{"--to", "+1", "--text", "abü中", "--encoding", "gsm7"}, 1, "octet 4"},
      {{"--to", "+1", "--text", std::string(40'000, 'x')}, 1, "255 parts"},
      {{"--to", "+1", "--text", "x", "--encoding", "latin1"}, 2, "--encoding"},
      {{"--to", "+1", "--text", "x", "--validity", "0"}, 2, "--validity"},
      {{"--to", "+1", "--text", "x", "--language", "klingon"}, 2, "--language"},
      {{"--to", "+1"}, 2, "--text"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.words);
    std::vector<std::string> words{"encode", "--json"};
    words.insert(words.end(), c.words.begin(), c.words.end());
    const auto ran = pdu(folder, words);
    CHECK(ran.status == c.status);
    CHECK(ran.out.empty());
    CHECK_THAT(ran.err, Catch::Contains(c.told));
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
  }
}

}  // namespace bank::program::test
