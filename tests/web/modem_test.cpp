// What a modem is asked to do, and what it says.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"
#include "web/at_command.hpp"

namespace bank::web::test {

using nlohmann::json;

namespace {

const std::string ussd = "/v1/modems/slot-01/ussd";
const std::string balance = R"({"code":"*140*1#"})";
const std::string at_path = "/v1/modems/slot-01/at";
const std::string signal = R"({"command":"AT+CSQ"})";
const std::vector<std::string> acts{"/v1/modems/slot-01/restart", "/v1/modems/slot-01/pause",
                                    "/v1/modems/slot-01/resume"};

std::string name_of_problem(const std::optional<Response>& response) {
  CHECK(flaw_of_problem(*response).empty());
  const auto type = json_of(response)["type"].get<std::string>();
  return type.substr(std::string("urn:modembank:problem:").size());
}

}  // namespace

TEST_CASE("a modem is paused, resumed and restarted, and shown as it is then") {
  FakeDoor door;
  Api api(door);
  const Asked sender{.key = sender_key};
  const auto paused = ask(api.handler(), "POST", "/v1/modems/slot-01/pause", "", sender);
  REQUIRE(paused->status == 200);
  CHECK(json_of(paused) == json_of(ask(api.handler(), "GET", "/v1/modems/slot-01")));
  CHECK(ask(api.handler(), "POST", "/v1/modems/slot-01/resume", "", sender)->status == 200);
  // It is begun, not done.
  CHECK(ask(api.handler(), "POST", "/v1/modems/slot-01/restart", "", sender)->status == 202);
  using enum ModemAction;
  CHECK(door.actions == std::vector<std::pair<std::string, ModemAction>>{
                            {"slot-01", pause}, {"slot-01", resume}, {"slot-01", restart}});
}

TEST_CASE("a modem's lamp blinks for who may touch it, where it has one that can be told to") {
  FakeDoor door;
  Api api(door);
  const std::string identify = "/v1/modems/slot-01/identify";
  const auto blinks = ask(api.handler(), "POST", identify, "", {.key = sender_key});
  REQUIRE(blinks->status == 200);
  CHECK(json_of(blinks) == json_of(ask(api.handler(), "GET", "/v1/modems/slot-01")));
  CHECK(door.asked_by == "API key sender");
  const auto other = ask(api.handler(), "POST", identify, "", {.key = bulk_key});
  CHECK(other->status == 403);
  CHECK(name_of_problem(other) == "pool_not_allowed");
  door.refusal = {ModemRefusal::Why::wrong_state, "this model has no lamp"};
  const auto lampless = ask(api.handler(), "POST", identify);
  CHECK(lampless->status == 409);
  CHECK(name_of_problem(lampless) == "wrong_modem_state");
  door.broken = Unavailable{"the modem is asked something else", std::chrono::seconds{5}};
  CHECK(ask(api.handler(), "POST", identify)->status == 503);
  CHECK(door.actions ==
        std::vector<std::pair<std::string, ModemAction>>{{"slot-01", ModemAction::identify}});
}

TEST_CASE("a USSD code is asked, and what the network says is the answer") {
  FakeDoor door;
  Api api(door);
  const auto answer = ask(api.handler(), "POST", ussd, balance);
  REQUIRE(answer->status == 200);
  CHECK(json_of(answer) ==
        json{{"status", "done"}, {"text", "Balance: 5"}, {"dcs", 15}, {"encoding", "plain"}});

  door.network_says = {at::UssdStatus::reply_expected, 72, "۱) شارژ\n۲) بسته \x1B",
                       at::UssdEncoding::ucs2_hex};
  const auto menu = json_of(ask(api.handler(), "POST", ussd, balance));
  CHECK(menu["status"] == "reply_expected");
  CHECK(menu["text"] == "۱) شارژ\n۲) بسته \x1B");
  CHECK(menu["encoding"] == "ucs2_hex");

  door.network_says = {at::UssdStatus::terminated};
  const auto ended = json_of(ask(api.handler(), "POST", ussd, R"({"code":"1"})"));
  CHECK(ended["text"].is_null());
  CHECK(ended["dcs"].is_null());
  CHECK(door.codes.back() == std::pair<std::string, std::string>("slot-01", "1"));
}

TEST_CASE("what is no code is refused before a modem is asked") {
  FakeDoor door;
  Api api(door);
  for (const std::string body :
       {R"({})", R"({"code":""})", R"({"code":140})", R"({"code":null})", R"({"code":"*1#\r"})",
        R"({"code":"\u0000"})", R"({"code":"\u001a"})", R"({"code":"\u007f"})",
        R"({"code":"*1#","to":"x"})"}) {
    INFO(body);
    const auto response = ask(api.handler(), "POST", ussd, body);
    REQUIRE(response->status == 422);
    CHECK(name_of_problem(response) == "invalid_code");
  }
  const auto unknown = ask(api.handler(), "POST", ussd, R"({"code":"*1#","to":"x"})");
  CHECK(json_of(unknown)["errors"][0]["pointer"] == "/to");
  const auto sized = [](std::size_t size) { return json{{"code", std::string(size, '1')}}.dump(); };
  CHECK(ask(api.handler(), "POST", ussd, sized(183))->status == 422);
  CHECK(door.codes.empty());
  CHECK(ask(api.handler(), "POST", ussd, sized(182))->status == 200);
  CHECK(ask(api.handler(), "POST", ussd, "*140*1#")->status == 400);
  CHECK(ask(api.handler(), "POST", ussd, "")->status == 400);
}

TEST_CASE("a modem that refuses says why, and whether it was asked") {
  using Why = ModemRefusal::Why;
  FakeDoor door;
  Api api(door);
  auto calls = acts;
  calls.push_back(ussd);
  for (const auto& call : calls) {
    INFO(call);
    door.refusal = {Why::wrong_state, "the modem is absent; plug it in"};
    const auto absent = ask(api.handler(), "POST", call, balance);
    CHECK(absent->status == 409);
    CHECK(name_of_problem(absent) == "wrong_modem_state");
    CHECK(json_of(absent)["detail"] == "the modem is absent; plug it in");

    door.refusal = {Why::silent, "no answer within 50 s; the modem may have done it"};
    const auto silent = ask(api.handler(), "POST", call, balance);
    CHECK(silent->status == 504);
    CHECK(name_of_problem(silent) == "modem_silent");

    door.refusal = {Why::unknown, ""};  // unplugged for good between two looks
    CHECK(ask(api.handler(), "POST", call, balance)->status == 404);

    door.refusal.reset();
    door.broken = Unavailable{"the modem is sending; wait", std::chrono::seconds{7}};
    const auto busy = ask(api.handler(), "POST", call, balance);
    CHECK(busy->status == 503);
    CHECK(header_of(*busy, "Retry-After") == "7");
    door.broken.reset();
  }
  door.refusal = {Why::unfit, "has a letter that this modem cannot carry"};
  const auto unfit = ask(api.handler(), "POST", ussd, balance);
  CHECK(unfit->status == 422);
  CHECK(json_of(unfit)["errors"][0]["pointer"] == "/code");
}

TEST_CASE("an answer that takes its time comes when it is there") {
  FakeDoor door;
  door.held = true;
  Api api(door);
  auto late = std::make_shared<std::optional<Response>>();
  CHECK_FALSE(ask(api.handler(), "POST", ussd, balance, {}, late));
  CHECK_FALSE(late->has_value());
  door.release();
  REQUIRE(late->has_value());
  CHECK((*late)->status == 200);
}

TEST_CASE("a modem that nobody knows is 404, and nothing is asked") {
  FakeDoor door;
  Api api(door);
  for (const auto* name : {"slot-99", "%00", "..", "slot-01%2Fussd"}) {
    for (const auto* call : {"restart", "pause", "resume", "identify", "ussd"}) {
      const auto target = std::string("/v1/modems/") + name + "/" + call;
      INFO(target);
      const auto response = ask(api.handler(), "POST", target, balance);
      CHECK(response->status == 404);
      CHECK(name_of_problem(response) == "no_such_modem");
    }
  }
  CHECK(door.actions.empty());
  CHECK(door.codes.empty());
}

TEST_CASE("a key for some pools touches only modems whose SIM is in these") {
  FakeDoor door;
  const auto own = std::string("mb_") + std::string(43, 'G');
  door.add_key(own, {7, "default only", {"send"}, {"transactional"}, {"default"}});
  Api api(door);
  auto calls = acts;
  calls.push_back(ussd);
  for (const auto& call : calls) {
    INFO(call);
    const auto other = ask(api.handler(), "POST", call, balance, {.key = bulk_key});
    CHECK(other->status == 403);
    CHECK(name_of_problem(other) == "pool_not_allowed");
    CHECK(ask(api.handler(), "POST", call, balance, {.key = reader_key})->status == 403);
  }
  CHECK(door.actions.empty());
  CHECK(ask(api.handler(), "POST", ussd, balance, {.key = own})->status == 200);
  // Nobody knows whose SIM is in this one.
  CHECK(ask(api.handler(), "POST", "/v1/modems/slot-02/restart", "", {.key = own})->status == 403);
}

TEST_CASE("an administrator asks a modem in AT and gets its lines, also where it says no") {
  FakeDoor door;
  Api api(door);
  const auto answer = ask(api.handler(), "POST", at_path, signal);
  REQUIRE(answer->status == 200);
  CHECK(json_of(answer) == json{{"lines", {"+CSQ: 20,99"}}, {"result", "OK"}});
  REQUIRE(door.questions.size() == 1);
  CHECK(door.questions[0].modem == "slot-01");
  CHECK(door.questions[0].command == "AT+CSQ");
  CHECK(door.questions[0].by == "API key all");  // for the record

  door.modem_says = {{"\"\xFF\x1B[2J"}, "+CME ERROR: 10"};  // what a broken modem may say
  const auto refused = json_of(ask(api.handler(), "POST", at_path, signal));
  CHECK(refused["lines"][0] == "\"\xEF\xBF\xBD\x1B[2J");
  CHECK(refused["result"] == "+CME ERROR: 10");
}

TEST_CASE("nobody but an administrator asks in AT") {
  FakeDoor door;
  Api api(door);
  for (const auto& [key, status] : std::vector<std::pair<std::string, int>>{
           {"", 401}, {reader_key, 403}, {sender_key, 403}, {pools_key, 403}}) {
    CHECK(ask(api.handler(), "POST", at_path, signal, {.key = key})->status == status);
  }
  const auto own = std::string("mb_") + std::string(43, 'H');
  door.add_key(own, {8, "bulk admin", {"admin"}, {"transactional"}, {"bulk"}});
  const auto other = ask(api.handler(), "POST", at_path, signal, {.key = own});
  CHECK(name_of_problem(other) == "pool_not_allowed");
  CHECK(door.questions.empty());
}

TEST_CASE("a line of AT that may be asked") {
  for (const auto* line : {"AT",
                           "at",
                           "AT+CSQ",
                           "at+csq",
                           "ATI",
                           "ATI9",
                           "AT&V",
                           "AT&F0",
                           "ATE0",
                           "ATZ",
                           "ATS3?",
                           "ATS3=13",
                           "AT+CPIN?",
                           "AT+CMGS=?",
                           "AT+CMGD=?",
                           "AT+COPS=1,2,\"43211\"",
                           "AT^SYSINFO",
                           "AT$QCRSRP?",
                           "AT#MONI",
                           "AT*PSSTK=?",
                           "AT%ALTITUDE?",
                           "AT_OBC?",
                           "AT!GSTATUS?",
                           "AT+CUSD=1,\"*100;#\",15",
                           "AT+CPMS=\"SM\", \"SM\"",
                           "AT+CMGL=4",
                           "AT\\Q3",
                           "AT+QCFG=\"nwscanmode\",0"}) {
    INFO(line);
    CHECK_FALSE(flaw_of_at_command(line));
  }
}

TEST_CASE("a line of AT that breaks a promise, or is none, is refused however it is written") {
  for (const auto* line :
       {"AT+CMGS=23", "at+cmgs=\"+989\"", "AT +CMSS=1", "A T+CMSS = 1", "AT+CmSs=1", "AT+CMGC=7",
        "AT+CMGW", "AT+CMGD=1,4", "AT+CNMA", "AT+CNMA=0", "AT+CPIN=\"1234\"", "AT+CPIN=1234",
        "AT+CLCK=\"SC\",1,\"1\"", "AT+CPWD=\"SC\",\"1\",\"2\"", "AT+CMUX=0", "ATD112;", "ATD*100#;",
        "atdt112", "ATD", "ATD?", "ATA", "ATA?", "ATO", "ATO0", "AT+CGDATA=\"PPP\",1",
        // several in one
        "AT+CSQ;+CMSS=1", "ATE0+CMSS=1", "ATE0D112", "ATZ;D112", "AT&F+CMSS=1", "ATATD112", "ATE0A",
        "ATS3=13D112", "AT;+CMSS=1", "AT+CUSD=1,\"#\";+CMSS=1",
        // makers' own
        "AT^HCMGS=23", "AT+CMGSEX=\"+989\"", "AT+CMGDA=6", "AT+QMGDA=6", "AT^CPIN=\"1234\"",
        // what would come next would go wrong
        "AT+CMGF=1", "AT+CSIM=26,\"0020000108\"",
        // none
        "", "A", "A/", "+++", "CSQ", "hello", "AT+CSQ\r", "AT+CSQ\rAT+CMSS=1", "AT\x1A", "AT+CSQ\n",
        "AT+CSQ\x7F", "AT+CSQ é", "AT+CUSD=1,\"#", "AT1", "AT&", "AT&&F"}) {
    INFO(line);
    CHECK(flaw_of_at_command(line));
  }
  CHECK(flaw_of_at_command("AT+X=" + std::string(longest_at_command, '1')));
  CHECK_FALSE(flaw_of_at_command("AT+X=" + std::string(longest_at_command - 5, '1')));
}

TEST_CASE("a refused line of AT is 422 that says what to do, and reaches no modem") {
  FakeDoor door;
  Api api(door);
  for (const auto& body :
       {json{{"command", "AT+CMSS=1"}}, json{{"command", "AT+CSQ\r"}}, json{{"command", ""}},
        json{{"command", 7}}, json::object(), json{{"command", "AT"}, {"timeout", 5}}}) {
    INFO(body);
    const auto response = ask(api.handler(), "POST", at_path, body.dump());
    REQUIRE(response->status == 422);
    CHECK(name_of_problem(response) == "invalid_command");
  }
  const auto sending = ask(api.handler(), "POST", at_path, R"({"command":"AT+CMSS=1"})");
  CHECK_THAT(json_of(sending)["detail"].get<std::string>(), Catch::Contains("POST /v1/messages"));
  CHECK(ask(api.handler(), "POST", at_path, "AT+CSQ")->status == 400);
  CHECK(ask(api.handler(), "POST", "/v1/modems/slot-99/at", signal)->status == 404);
  CHECK(door.questions.empty());

  using Why = ModemRefusal::Why;
  for (const auto& [why, status] :
       std::vector<std::pair<Why, int>>{{Why::wrong_state, 409}, {Why::silent, 504}}) {
    door.refusal = {why, "because"};
    CHECK(ask(api.handler(), "POST", at_path, signal)->status == status);
  }
}

}  // namespace bank::web::test
