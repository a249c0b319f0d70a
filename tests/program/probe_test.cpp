// `modembank probe` at virtual modems, at recorded ones, and at what is no modem.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/modem/transcript.hpp"
#include "tests/program/harness.hpp"
#include "tests/pty/pty_pair.hpp"

namespace bank::program::test {
namespace {

using modem::test::read_transcript;
using modem::test::TranscriptModem;
using nlohmann::json;

/// The probe's answer, with whoever sits at the other end of the line.
template <class Respond>
Ran probe_at(const Folder& folder, const bank::test::PtyPair& pty, Respond respond,
             bool as_json = true) {
  std::vector<std::string> words{program(), "probe", pty.slave()};
  if (as_json) words.emplace_back("--json");
  Child child(words, folder / "probe");
  while (!child.ended()) {
    if (const std::string said = respond(pty.hear()); !said.empty()) pty.say(said);
    std::this_thread::sleep_for(5ms);
  }
  return {child.wait(), child.out(), child.err()};
}

}  // namespace

TEST_CASE("a virtual modem tells all that a technician wants to know", "[probe]") {
  const Folder folder;
  const Rack rack(folder, 2, {"--pin", "1234"});
  const auto ran = run({program(), "probe", "--json", rack.port(2)}, folder / "probe");
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  const json found = json::parse(ran.out);
  for (const char* key : {"maker", "model", "firmware", "imei", "sim", "iccid", "imsi", "number",
                          "operator", "registration", "signal_dbm", "storage", "smsc", "profile",
                          "temperature", "millivolts", "capabilities", "problems"}) {
    CAPTURE(key);
    CHECK(found.contains(key));
  }
  CHECK(found.at("model") == "VM64");
  CHECK(found.at("sim") == "pin");  // which was not entered: it still asks
  CHECK(json::parse(run({program(), "probe", "--json", rack.port(2)}, folder / "again").out)
            .at("sim") == "pin");
  CHECK(found.at("profile") == "generic");

  const auto told = run({program(), "probe", rack.port(1)}, folder / "told");
  CHECK(told.status == 0);
  CHECK_THAT(told.out, Catch::Contains("VM64"));
  CHECK_THAT(told.out, Catch::Contains("generic: none of the known families"));
}

TEST_CASE("a recorded modem is told as it was", "[probe]") {
  const Folder folder;
  const bank::test::PtyPair pty;
  TranscriptModem recorded(read_transcript("ublox-sara-g450.txt"));
  const auto ran = probe_at(folder, pty, [&](const std::string& heard) {
    return recorded.at_once() + recorded.hear(heard);
  });
  CHECK(ran.status == 0);
  const json found = json::parse(ran.out);
  CHECK(found.at("maker") == "u-blox");
  CHECK(found.at("model") == "SARA-G450");
  CHECK(found.at("sim") == "ready");
  CHECK(found.at("profile") == "ublox");
  CHECK(found.at("temperature").is_null());
  CHECK(found.at("registration") == "idle");  // a second later it was not
  CHECK(found.at("imei").is_null());
  CHECK(found.at("storage").empty());
}

TEST_CASE("a family's own commands tell how warm and how fed a modem is", "[probe]") {
  const Folder folder;
  const auto probe_m95 = [&](bool as_json) {
    const bank::test::PtyPair pty;
    TranscriptModem recorded(read_transcript("quectel-m95.txt"));
    const auto respond = [&](const std::string& heard) { return recorded.hear(heard); };
    return probe_at(folder, pty, respond, as_json);
  };
  const json found = json::parse(probe_m95(true).out);
  CHECK(found.at("profile") == "quectel_2g");
  CHECK(found.at("temperature") == 28.5);
  CHECK(found.at("millivolts") == 3987);
  const auto told = probe_m95(false);
  CHECK(told.status == 0);
  for (const char* line :
       {"profile         quectel_2g\n", "temperature     28.5 °C\n", "voltage         3.99 V\n"}) {
    CHECK_THAT(told.out, Catch::Contains(line));
  }
}

TEST_CASE("what cannot be asked is told with the reason", "[probe]") {
  const Folder folder;
  const bank::test::PtyPair pty;
  const auto error_of = [](const Ran& ran) {
    CHECK(ran.status == 1);
    const json told = json::parse(ran.out);
    CHECK(told.at("problems").size() == 1);
    return told.at("error").get<std::string>();
  };
  CHECK_THAT(error_of(probe_at(folder, pty, [](const std::string&) { return std::string(); })),
             Catch::Contains("nothing answers"));
  CHECK_THAT(error_of(probe_at(
                 folder, pty, [](const std::string&) { return std::string("$GPGSV,1,2*33\r\n"); })),
             Catch::Contains("no modem"));
  CHECK_THAT(error_of(run({program(), "probe", "--json", "/dev/null"}, folder / "null")),
             Catch::Contains("/dev/null"));
  CHECK_THAT(error_of(run({program(), "probe", "--json", folder / "none"}, folder / "none.log")),
             Catch::Contains("does not exist"));
  const auto usage = run({program(), "probe"}, folder / "usage");
  CHECK(usage.status == 2);

  const auto in_words = run({program(), "probe", folder / "none"}, folder / "words");
  CHECK(in_words.status == 1);
  CHECK(in_words.out.empty());
  CHECK(std::count(in_words.err.begin(), in_words.err.end(), '\n') == 1);
}

TEST_CASE("a port that another program holds is named as busy", "[probe]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "1"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  REQUIRE(Api(serve.address(), key).wait_until_ready({"slot-01"}));
  const auto ran = run({program(), "probe", "--json", rack.port(1)}, folder / "probe");
  CHECK(ran.status == 1);
  CHECK_THAT(ran.out, Catch::Contains(std::to_string(serve.child().pid())));
}

}  // namespace bank::program::test
