#include "firmware-host/config.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware-host/temporary.hpp"

using namespace bank::host;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> sentences(std::string_view text) {
  const auto config = load_config(text, "bank.toml");
  if (config) return {};
  std::vector<std::string> list;
  for (const ConfigProblem& problem : config.error()) list.push_back(problem.sentence("bank.toml"));
  return list;
}

std::vector<std::string> notices(const Config& config) {
  std::vector<std::string> list;
  for (const ConfigNotice& notice : config.notices) list.push_back(notice.sentence("bank.toml"));
  return list;
}

bool any_contains(const std::vector<std::string>& list, std::string_view part) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& sentence) {
    return sentence.find(part) != std::string::npos;
  });
}

constexpr auto whole_example = R"(
[store]
path = "/var/lib/modembank/modembank.db"
[http]
listen = ["127.0.0.1:8080", "[::1]:8080"]
[region]
country  = "IR"
timezone = "Asia/Tehran"
[discovery]
paths = ["/dev/modembank/*"]
unknown_sims = "hold"
[[modem]]
name   = "slot-01"
device = "/dev/modembank/slot-01"
baud   = 9600
pin    = "1234"
[[modem]]
device = "/dev/modembank/slot-02"
[limits]
per_minute = 10
per_hour   = 200
per_day    = 1000
per_month  = 20000
min_interval = "2s"
[[sim]]
iccid  = "8998110000000000001"
label  = "MCI 1"
number = "+989120000001"
pools  = ["default", "night"]
pin    = "12345678"
limits = { per_day = 500, per_month = 0 }
[sending]
sticky_sender   = true
on_uncertain    = "resend"
max_attempts    = 3
default_validity = "36h"
stop_after      = "30s"
roaming         = true
countries       = ["IR", "TR"]
[replies]
opt_out_scope   = "promotional"
[webhooks]
allow_private   = true
allow           = ["10.0.0.5:8080", "[fd00:0::5]:443"]
[retention]
texts   = "30d"
history = "2y"
)";

}  // namespace

TEST_CASE("an empty configuration is the defaults, and says which it took") {
  const auto config = load_config("", "bank.toml");
  REQUIRE(config);
  CHECK(config->store.path == "/var/lib/modembank/modembank.db");
  CHECK(config->http.listen == std::vector<Listen>{{"127.0.0.1", 8080}});
  CHECK(config->limits == LimitsConfig{});
  CHECK(config->sending.stop_after == 60s);
  CHECK(countries_of(*config) == std::vector<std::string>{"IR"});
  CHECK(notices(*config) ==
        std::vector<std::string>{
            "bank.toml: store.path: not written; /var/lib/modembank/modembank.db is taken",
            "bank.toml: region.country: not written; \"IR\" is taken",
            "bank.toml: region.timezone: not written; \"Asia/Tehran\" is taken",
            "bank.toml: limits.per_day: not written: SIMs may send any number of parts a day"});
}

TEST_CASE("every key of the interface is read") {
  CHECK(sentences(whole_example).empty());
  const auto config = load_config(whole_example, "bank.toml");
  REQUIRE(config);
  CHECK(config->http.listen == std::vector<Listen>{{"127.0.0.1", 8080}, {"::1", 8080}});
  CHECK(config->discovery.unknown_sims == DiscoveryConfig::UnknownSims::hold);
  REQUIRE(config->modems.size() == 2);
  CHECK(config->modems[0].baud == 9600);
  CHECK(config->modems[0].pin == "1234");
  CHECK(config->modems[1].name == "slot-02");
  CHECK(config->modems[1].baud == 115200);
  CHECK(config->limits == LimitsConfig{10, 200, 1000, 20000, 2000ms});
  REQUIRE(config->sims.size() == 1);
  const SimConfig& sim = config->sims[0];
  CHECK(sim.iccid == "8998110000000000001");
  CHECK(sim.number == "+989120000001");
  CHECK(sim.pools == std::vector<std::string>{"default", "night"});
  CHECK(sim.pin == "12345678");
  CHECK(limits_of(*config, sim) == LimitsConfig{10, 200, 500, 0, 2000ms});
  CHECK(config->sending.on_uncertain == SendingConfig::OnUncertain::resend);
  CHECK(config->sending.max_attempts == 3);
  CHECK(config->sending.default_validity == 36h);
  CHECK(config->sending.roaming);
  CHECK(config->replies.opt_out_scope == RepliesConfig::OptOutScope::promotional);
  CHECK(config->webhooks.allow_private);
  CHECK(config->webhooks.allow == std::vector<std::string>{"10.0.0.5:8080", "[fd00::5]:443"});
  CHECK(config->retention.texts == std::chrono::days{30});
  CHECK(config->retention.history == std::chrono::days{730});
  CHECK_THAT(summary(*config), Catch::Contains("retention  texts 30d; history 2y\n"));
}

TEST_CASE("history is kept for as long as the limits of SIMs need it, and that is told") {
  const auto config = load_config("[retention]\ntexts = '1d'\nhistory = '7d'\n", "bank.toml");
  REQUIRE(config);
  CHECK_THAT(notices(*config),
             Catch::VectorContains(std::string(
                 "bank.toml:3: retention.history: messages are kept for 32d all the same: what a "
                 "SIM sent in a month counts until its end")));
  CHECK_THAT(summary(*config), Catch::Contains("retention  texts 24h; history 32d\n"));
}

TEST_CASE("loop-backs are off unless asked for, and have somebody to go to") {
  CHECK_FALSE(load_config("", "bank.toml")->health.loopback);
  const auto alone = load_config("[health]\nloopback = '6h'\n", "bank.toml");
  REQUIRE(alone);
  CHECK(alone->health.loopback == std::chrono::hours{6});
  CHECK(any_contains(notices(*alone), "bank.toml:2: health.loopback: no [[sim]] has a number"));
  CHECK_THAT(summary(*alone),
             Catch::Contains("health     a loop-back of each SIM that shows nothing for 6h\n"));
  const auto with = load_config(
      "[health]\nloopback = '6h'\n[[sim]]\niccid = '8998110000000000001'\n"
      "number = '+989120000001'\n",
      "bank.toml");
  REQUIRE(with);
  CHECK_FALSE(any_contains(notices(*with), "health.loopback"));
}

TEST_CASE("texts that are kept for longer than messages usually are keep their messages") {
  const auto config = load_config("[retention]\ntexts = '5y'\n", "bank.toml");
  REQUIRE(config);
  CHECK(config->retention.history == std::chrono::days{5 * 365});
}

TEST_CASE("a key without effect yet is told, not swallowed") {
  const auto config = load_config(whole_example, "bank.toml");
  REQUIRE(config);
  CHECK(
      notices(*config) ==
      std::vector<std::string>{
          "bank.toml:33: sending.sticky_sender: read and checked, without effect in this version"});
  CHECK(summary(*config).find("; uncertain ones are sent again after 10m; ") != std::string::npos);
}

TEST_CASE("a configuration with ten mistakes has ten problems, in the order of the file") {
  CHECK(sentences(R"([http]
listen = "8080"
[region]
country = "ir"
timezone = "Asia/Teheran"
[[modem]]
device = "ttyUSB0"
baud = 115201
[limits]
per_huor = 5
per_day = -1
min_interval = "2 fortnights"
[[sim]]
iccid = "8998 1100"
number = "0912"
)") == std::vector<std::string>{
           "bank.toml:2: http.listen: found \"8080\"; write an address and a port, such as "
           "\"127.0.0.1:8080\"",
           "bank.toml:4: region.country: found \"ir\"; write \"IR\"",
           "bank.toml:5: region.timezone: found \"Asia/Teheran\"; did you mean \"Asia/Tehran\"? "
           "write that",
           "bank.toml:7: modem[1].device: found \"ttyUSB0\"; write the path of the port, such as "
           "\"/dev/modembank/slot-01\"",
           "bank.toml:8: modem[1].baud: found 115201; write one of 1200, 2400, 4800, 9600, 19200, "
           "38400, 57600, 115200, 230400, 460800, 921600, 3000000",
           "bank.toml:10: limits.per_huor: found a key that is not known; did you mean per_hour? "
           "write that",
           "bank.toml:11: limits.per_day: found -1; write 0 to 10000000 parts, or remove the key "
           "for no limit",
           "bank.toml:12: limits.min_interval: found \"2 fortnights\"; write a time from \"0s\" "
           "to \"24h\"",
           "bank.toml:14: sim[1].iccid: found \"8998 1100\"; write the 18 to 20 digits printed on "
           "the card, in quotes and without spaces",
           "bank.toml:15: sim[1].number: found \"0912\"; write the number with '+' and country "
           "code, digits alone, such as \"+989120000001\""});
}

TEST_CASE("one wrong value is one problem that names line and key") {
  struct Row {
    const char* why;
    const char* text;
    const char* begins;
  };
  const auto row = GENERATE(values<Row>({
      {"store.path is no text", "[store]\npath = 5", "bank.toml:2: store.path: found 5;"},
      {"store.path is empty", "[store]\npath = ''", "bank.toml:2: store.path: found \"\";"},
      {"a table that does not exist", "[sotre]\npath = 'x'",
       "bank.toml:1: sotre: found a key that is not known; did you mean store?"},
      {"a table where none is", "store = 'x'",
       "bank.toml:1: store: found \"x\"; write a table: [s"},
      {"a listen without a port", "[http]\nlisten = '127.0.0.1'",
       "bank.toml:2: http.listen: found"},
      {"a port beyond 65535", "[http]\nlisten = '127.0.0.1:65536'",
       "bank.toml:2: http.listen: fou"},
      {
          "IPv6 without brackets",
          "[http]\nlisten = '::1:80'",
          "bank.toml:2: http.listen: found \"::1:80\"; write the address in brackets: \"[::1]:80\"",
      },
      {"all addresses by star", "[http]\nlisten = '*:80'",
       "bank.toml:2: http.listen: found \"*:80\"; write \"0.0.0.0:80\""},
      {"a name that would need DNS", "[http]\nlisten = 'bank.example:80'",
       "bank.toml:2: http.list"},
      {"a listen twice", "[http]\nlisten = ['127.0.0.1:80',\n'127.0.0.1:80']",
       "bank.toml:3: http.listen: found \"127.0.0.1:80\" for the second time; write each addr"},
      {"an empty listen array", "[http]\nlisten = []",
       "bank.toml:2: http.listen: found an empty arr"},
      {"a number in the listen array", "[http]\nlisten = ['127.0.0.1:80', 81]",
       "bank.toml:2: http.listen: found 81 in the array;"},
      {"TLS", "[http]\ntls_key = 'x'",
       "bank.toml:2: http.tls_key: found a key that is not available in this version; remove it"},
      {"a country that is none", "[region]\ncountry = 'XX'",
       "bank.toml:2: region.country: found \"X"},
      {"a time zone that is none", "[region]\ntimezone = 'Mars'",
       "bank.toml:2: region.timezone: f"},
      {"a relative discovery path", "[discovery]\npaths = ['ttyUSB*']",
       "bank.toml:2: discovery.pat"},
      {"a discovery path alone", "[discovery]\npaths = '/dev/x'",
       "bank.toml:2: discovery.paths: fou"},
      {"a word that is no choice", "[discovery]\nunknown_sims = 'sned'",
       "bank.toml:2: discovery.unknown_sims: found \"sned\"; write \"send\" or \"hold\""},
      {"a modem without a device", "[[modem]]\nname = 'a'",
       "bank.toml:1: modem[1].device: found no"},
      {"one [modem] table", "[modem]\ndevice = '/dev/a'",
       "bank.toml:1: modem: found a table; write [[modem]] above each entry"},
      {"a device twice", "[[modem]]\ndevice = '/dev/a'\n[[modem]]\ndevice = '/dev/a'",
       "bank.toml:4: modem[2].device: found \"/dev/a\" for the second time (first on line 2); wri"},
      {"a modem's name twice",
       "[[modem]]\ndevice = '/dev/a'\nname='x'\n[[modem]]\ndevice = '/dev/b'"
       "\nname='x'",
       "bank.toml:6: modem[2].name: found the name \"x\" for the second time (first on line 3); "
       "wr"},
      {"two devices with one last part",
       "[[modem]]\ndevice = '/dev/a/1'\n[[modem]]\ndevice = '/dev/b/1'",
       "bank.toml:4: modem[2].device: found the name \"1\" for the second time (first on line 2);"},
      {"a modem's name with a space", "[[modem]]\ndevice = '/dev/a'\nname='x y'",
       "bank.toml:3: modem[1].name: found \"x y\";"},
      {"a baud rate in quotes", "[[modem]]\ndevice = '/dev/a'\nbaud='9600'",
       "bank.toml:3: modem[1].baud: found \"9600\"; write one of 1200"},
      {"a PIN of three digits", "[[modem]]\ndevice = '/dev/a'\npin = '123'",
       "bank.toml:3: modem[1].pin: found a text of 3 octets that is no PIN; write 4 to 8 digits"},
      {"a PIN without quotes", "[[modem]]\ndevice = '/dev/a'\npin = 1234",
       "bank.toml:3: modem[1].pin: found a whole number; write 4 to 8 digits in quotes"},
      {"a limit with a fraction", "[limits]\nper_day = 1.5",
       "bank.toml:2: limits.per_day: found 1.5;"},
      {"an endless interval", "[limits]\nmin_interval = '25h'",
       "bank.toml:2: limits.min_interval: "},
      {"a SIM without an ICCID", "[[sim]]\nlabel = 'x'",
       "bank.toml:1: sim[1].iccid: found no entry;"},
      {"an ICCID without quotes", "[[sim]]\niccid = 8998110000000000001",
       "bank.toml:2: sim[1].iccid: found 8998110000000000001; write the 18 to 20 digits printed on "
       "the card, in quotes"},
      {"an ICCID twice",
       "[[sim]]\niccid='8998110000000000001'\n[[sim]]\niccid='8998110000000000001'",
       "bank.toml:4: sim[2].iccid: found \"8998110000000000001\" for the second time (first on "
       "lin"},
      {"a label of two lines", "[[sim]]\niccid='8998110000000000001'\nlabel = \"a\\nb\"",
       "bank.toml:3: sim[1].label: found \"a\\nb\"; write"},
      {"no pool", "[[sim]]\niccid='8998110000000000001'\npools=[]",
       "bank.toml:3: sim[1].pools: found an empty array; name at least one pool"},
      {"a pool twice", "[[sim]]\niccid='8998110000000000001'\npools=['a','a']",
       "bank.toml:3: sim[1].pools: found \"a\" for the second time;"},
      {"a SIM's limit that does not exist",
       "[[sim]]\niccid='8998110000000000001'\nlimits = { per_week = 5 }",
       "bank.toml:3: sim[1].limits.per_week: found a key that is not known;"},
      {"a flag in quotes", "[sending]\nroaming = 'no'",
       "bank.toml:2: sending.roaming: found \"no\"; write true or false, without quotes"},
      {"on_uncertain by chance", "[sending]\non_uncertain = 'drop'",
       "bank.toml:2: sending.on_uncer"},
      {"no attempt at all", "[sending]\nmax_attempts = 0",
       "bank.toml:2: sending.max_attempts: found 0; write 1 to 100"},
      {"a life without a unit", "[sending]\ndefault_validity = '24'",
       "bank.toml:2: sending.default"},
      {"a stop without end", "[sending]\nstop_after = '11m'",
       "bank.toml:2: sending.stop_after: fou"},
      {"a star among countries", "[sending]\ncountries = ['IR', '*']",
       "bank.toml:2: sending.countries: found \"*\" among others; write [\"*\"] alone"},
      {"no country", "[sending]\ncountries = []",
       "bank.toml:2: sending.countries: found an empty a"},
      {"a STOP of no scope", "[replies]\nopt_out_scope = 'otp'",
       "bank.toml:2: replies.opt_out_sco"},
      {"webhooks to a name", "[webhooks]\nallow = ['10.0.0.5:80', 'localhost:8080']",
       "bank.toml:2: webhooks.allow: found \"localhost:8080\"; write addresses with their ports"},
      {"webhooks to a whole machine", "[webhooks]\nallow = ['10.0.0.5']",
       "bank.toml:2: webhooks.allow: found \"10.0.0.5\""},
      {"webhooks allowed in words", "[webhooks]\nallow_private = 'yes'",
       "bank.toml:2: webhooks.allow_private: found \"yes\"; write true or false"},
      {"a loop-back every minute", "[health]\nloopback = '1m'",
       "bank.toml:2: health.loopback: found \"1m\"; write a time from \"1h\" to \"30d\""},
      {"texts kept for no time", "[retention]\ntexts = '0d'",
       "bank.toml:2: retention.texts: found "},
      {"texts that outlive their messages", "[retention]\ntexts = '3y'\nhistory = '2y'",
       "bank.toml:3: retention.history: found 2y; write at least what texts says (3y)"},
      {"what is not TOML", "[http\n", "bank.toml:1: found what is not TOML"},
      {"a key twice", "[limits]\nper_day = 1\nper_day = 2", "bank.toml:3: found what is not TOML"},
      {"octets that are not UTF-8", "[http]\nlisten = \"\xff\"",
       "bank.toml:2: found what is not TO"},
  }));
  CAPTURE(row.why, row.text);
  const auto found = sentences(row.text);
  REQUIRE(found.size() == 1);
  CHECK_THAT(found.front(), Catch::StartsWith(row.begins));
}

TEST_CASE("no message about a PIN shows it") {
  const auto found = sentences("[[sim]]\niccid='8998110000000000001'\npin = '98765432109'\n");
  REQUIRE(found.size() == 1);
  CHECK(found.front().find("98765") == std::string::npos);
}

TEST_CASE("a PIN file is read, from the folder of the configuration") {
  const test::TemporaryFolder folder;
  folder.write("pin", "4321\n", 0640);
  const std::string file =
      folder.write("bank.toml", "[[modem]]\ndevice='/dev/a'\npin_file='pin'\n");
  const auto config = load_config_file(file);
  REQUIRE(config);
  CHECK(config->modems.at(0).pin == "4321");
}

TEST_CASE("a PIN file that is no safe place for a PIN is a problem") {
  const test::TemporaryFolder folder;
  struct Row {
    const char* name;
    const char* content;
    mode_t mode;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {"open", "1234\n", 0644,
       "which everybody on this machine may open (mode 0644); run chmod o="},
      {"long", "1234\n5678\n", 0600, "whose content is no PIN; write 4 to 8 digits into that file"},
      {"empty", "", 0600, "whose content is no PIN"},
  }));
  folder.write(row.name, row.content, row.mode);
  const std::string file = folder.write(
      "bank.toml", std::string("[[modem]]\ndevice='/dev/a'\npin_file='") + row.name + "'\n");
  const auto config = load_config_file(file);
  REQUIRE_FALSE(config);
  REQUIRE(config.error().size() == 1);
  CHECK_THAT(config.error()[0].sentence("f"), Catch::StartsWith("f:3: modem[1].pin_file: found"));
  CHECK_THAT(config.error()[0].sentence("f"), Catch::Contains(row.says));
}

TEST_CASE("a PIN file that is not there, a folder, and both kinds of PIN are problems") {
  CHECK(any_contains(sentences("[[modem]]\ndevice='/dev/a'\npin_file='/nowhere/pin'"),
                     "which cannot be read (No such file or directory)"));
  CHECK(any_contains(sentences("[[modem]]\ndevice='/dev/a'\npin_file='/'"), "is not a plain file"));
  CHECK(any_contains(sentences("[[modem]]\ndevice='/dev/a'\npin='1234'\npin_file='/nowhere'"),
                     "found both pin and pin_file; write one of them"));
}

TEST_CASE("PINs in a file that everybody may read are told") {
  const test::TemporaryFolder folder;
  const auto text = "[[modem]]\ndevice='/dev/a'\npin='1234'\n";
  const auto open = load_config_file(folder.write("open.toml", text, 0644));
  REQUIRE(open);
  CHECK(any_contains(notices(*open), "bank.toml:3: modem[1].pin: everybody on this machine may"));
  const auto closed = load_config_file(folder.write("closed.toml", text, 0640));
  REQUIRE(closed);
  CHECK_FALSE(any_contains(notices(*closed), "everybody"));
}

TEST_CASE("a configuration that is not there is one problem with its reason") {
  const auto missing = load_config_file("/nowhere/bank.toml");
  REQUIRE_FALSE(missing);
  REQUIRE(missing.error().size() == 1);
  CHECK_THAT(missing.error()[0].sentence("/nowhere/bank.toml"),
             Catch::StartsWith("/nowhere/bank.toml: found a file that cannot be read (No such"));
  CHECK_FALSE(load_config_file("/"));
}

TEST_CASE("a relative database lies beside its configuration") {
  const auto config = load_config("[store]\npath = 'data/bank.db'", "/etc/modembank/bank.toml");
  REQUIRE(config);
  CHECK(config->store.path == "/etc/modembank/data/bank.db");
}

TEST_CASE("hostile files end in a problem, not in a crash") {
  CHECK(sentences(std::string(longest_config + 1, '#')).size() == 1);
  CHECK(sentences("a = " + std::string(100'000, '[')).size() == 1);
  CHECK(sentences(std::string("[http]\nlisten = \"127.0.0.1\\u0000:80\"")).size() == 1);
  const auto unknown = sentences("\"x\\ny\" = 1");
  REQUIRE(unknown.size() == 1);
  CHECK(unknown.front().find('\n') == std::string::npos);
}

TEST_CASE("durations are a whole number and a unit, and are written back as they were") {
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("24h") == 24h);
  CHECK(parse_duration("1500ms") == 1500ms);
  CHECK(parse_duration("2w") == std::chrono::days{14});
  for (const auto* text : {"0s", "90s", "24h", "36h", "90d", "2y", "1500ms", "15m"}) {
    CAPTURE(text);
    const auto duration = parse_duration(text);
    REQUIRE(duration);
    CHECK(to_string(*duration) == text);
  }
  for (const auto* text :
       {"", "s", "90", "-1s", "1.5h", "90 s", "90S", "1h30m", "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a listen address is written back as it is read") {
  for (const auto* text : {"127.0.0.1:8080", "[::1]:8080", "localhost:0", "0.0.0.0:65535"}) {
    const auto listen = parse_listen(text);
    REQUIRE(listen);
    CHECK(to_string(*listen) == text);
  }
}

TEST_CASE("the summary tells SIMs and limits, and neither PINs nor whole numbers") {
  const auto config = load_config(whole_example, "bank.toml");
  REQUIRE(config);
  const std::string text = summary(*config);
  CHECK_THAT(text,
             Catch::Contains("8998110000000000001  MCI 1  +9891***01  in default, night; "
                             "parts: 10 a minute, 200 a hour, 500 a day, 0 a month, 2s apart; "
                             "PIN given"));
  CHECK_THAT(text, Catch::Contains("to IR, TR; 3 attempts; life 36h"));
  CHECK_THAT(text, !Catch::Contains("1234") && !Catch::Contains("+989120000001"));
}

TEST_CASE("who is told of alarms is read, with numbers in one spelling") {
  const auto config = load_config(R"(
[region]
country = "IR"
[sending]
countries = ["IR", "TR"]
[alarms]
mail_to = ["rack@example.org", "root"]
mail_command = "/usr/bin/msmtp"
mail_limit_per_hour = 5
sms_to = ["0912 123 4567", "Sara <+905301234567>"]
sms_limit_per_day = 3
min_severity = "critical"
repeat_every = "0s"
after = { modem_down = "10m" }
clear_after = { modem_down = "5m", queue_late = "0s" }
)",
                                  "bank.toml");
  REQUIRE(config);
  const AlarmsConfig& alarms = config->alarms;
  CHECK(alarms.mail_to == std::vector<std::string>{"rack@example.org", "root"});
  CHECK(alarms.mail_command == "/usr/bin/msmtp");
  CHECK(alarms.mail_limit_per_hour == 5);
  REQUIRE(alarms.sms_to.size() == 2);
  CHECK(alarms.sms_to[0].number == "+989121234567");
  CHECK(alarms.sms_to[1].name == "Sara");
  CHECK(alarms.sms_to[1].number == "+905301234567");
  CHECK(alarms.sms_limit_per_day == 3);
  CHECK(alarms.only_critical);
  CHECK(alarms.repeat_every == 0s);
  CHECK(alarms.after.at("modem_down") == 10min);
  CHECK(alarms.clear_after.size() == 2);
  CHECK_THAT(summary(*config),
             Catch::Contains("alarms     critical ones by mail to 2, by SMS to 2\n"));
}

TEST_CASE("nobody is told of alarms unless somebody is named") {
  const auto config = load_config("", "bank.toml");
  REQUIRE(config);
  CHECK(config->alarms.mail_to.empty());
  CHECK(config->alarms.sms_to.empty());
  CHECK(config->alarms.mail_command == "/usr/sbin/sendmail");
  CHECK_THAT(summary(*config), !Catch::Contains("alarms"));
}

TEST_CASE("what is wrong in [alarms] is told with what to write") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"mail_to = ['a b@x']", "alarms.mail_to: found \"a b@x\""},
      {"mail_to = ['-oQ/tmp']", "alarms.mail_to"},
      {R"(mail_to = ["a@x\nBcc: all@x"])", "alarms.mail_to"},
      {"mail_to = ['a@x', 'a@x']", "for the second time"},
      {"mail_command = 'sendmail'", "absolute path"},
      {"mail_command = '/usr/sbin/sendmail -t'", "no arguments"},
      {"mail_command = ''", "alarms.mail_command"},
      {"mail_limit_per_hour = -1", "alarms.mail_limit_per_hour"},
      {"sms_to = ['12345']", "alarms.sms_to"},
      {"sms_to = ['+14155550100']", "alarms.sms_to"},
      {"sms_to = ['Sara']", "alarms.sms_to"},
      {"sms_to = ['Sara <+989121234567']", "alarms.sms_to"},
      {R"(sms_to = ["a\nb <+989121234567>"])", "alarms.sms_to"},
      {"sms_to = ['+989121234567', '09121234567']", "for the second time"},
      {"sms_to = '+989121234567'", "alarms.sms_to"},
      {"sms_limit_per_day = 101", "0 to 100"},
      {"min_severity = 'info'", "\"warning\" or \"critical\""},
      {"repeat_every = '5m'", "alarms.repeat_every"},
      {"after = { modem_dwon = '5m' }", "did you mean modem_down"},
      {"after = { modem_down = '2d' }", "alarms.after.modem_down"},
      {"mail = 'x'", "not known"}};
  for (const auto& [line, expected] : cases) {
    CAPTURE(line);
    CHECK(any_contains(sentences("[alarms]\n" + line + "\n"), expected));
  }
  std::string many = "[alarms]\nmail_to = [";
  for (int i = 0; i < 21; ++i) many += "'a" + std::to_string(i) + "@x', ";
  CHECK(any_contains(sentences(many + "]\n"), "21 addresses"));
}
