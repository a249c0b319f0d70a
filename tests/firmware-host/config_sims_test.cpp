// What a configuration says of SIMs in daily life.
#include <catch2/catch.hpp>

#include "firmware-host/config.hpp"

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

constexpr auto whole = R"(
[[sim]]
iccid      = "8998110000000000001"
number     = "+989120000001"
use        = "send"
operator   = "43211"
keep_alive = { every = "60d", to = "+989120000002" }
[[sim]]
iccid    = "8998110000000000002"
number   = "+989120000002"
use      = "receive"
operator = "prefer:43220"
[[sim]]
iccid    = "8998110000000000003"
use      = "both"
operator = "auto"
[inbound]
blocked = ["+989121112233", "Shop*", "3000"]
[[balance]]
operator = "IR-MCI"
code     = "*140*1#"
pattern  = '([0-9,.]+) Rial'
every    = "12h"
low      = 20000
stop     = 5000
[[balance]]
sims    = ["8998110000000000003"]
code    = "*555*1*2#"
pattern = '(\d+)'
)";

}  // namespace

TEST_CASE("the daily life of SIMs is read") {
  CHECK(sentences(whole).empty());
  const auto config = load_config(whole, "bank.toml");
  REQUIRE(config);
  REQUIRE(config->sims.size() == 3);
  const auto& sims = config->sims;
  CHECK(sims[0].use == SimConfig::Use::send);
  CHECK(sims[0].network == SimConfig::Network::fixed);
  CHECK(sims[0].plmn == "43211");
  REQUIRE(sims[0].keep_alive);
  CHECK(sims[0].keep_alive->every == std::chrono::days{60});
  CHECK(sims[0].keep_alive->to == "+989120000002");
  CHECK(sims[1].use == SimConfig::Use::receive);
  CHECK(sims[1].network == SimConfig::Network::preferred);
  CHECK(sims[1].plmn == "43220");
  CHECK(sims[2].use == SimConfig::Use::both);
  CHECK(sims[2].network == SimConfig::Network::automatic);
  CHECK(config->inbound.blocked == std::vector<std::string>{"+989121112233", "Shop*", "3000"});
  REQUIRE(config->balances.size() == 2);
  CHECK(config->balances[0].every == 12h);
  CHECK(config->balances[0].low == 20000);
  CHECK(config->balances[0].stop == 5000);
  CHECK(config->balances[1].every == 6h);
  CHECK_FALSE(config->balances[1].stop);
  CHECK(balance_of(*config, "8998110000000000003", "") == &config->balances[1]);
  CHECK(balance_of(*config, "8998110000000000009", "ir-mci") == &config->balances[0]);
  CHECK(balance_of(*config, "8998110000000000009", "IR-MCI 2") == nullptr);
  CHECK(balance_of(*config, "", "") == nullptr);
}

TEST_CASE("what is wrong in the daily life of SIMs is told with its line") {
  struct Row {
    const char* why;
    const char* text;
    const char* begins;
  };
  const std::string sim = "[[sim]]\niccid = '8998110000000000001'\nnumber = '+989120000001'\n";
  const auto row = GENERATE(values<Row>({
      {"no such use", "use = 'none'", "bank.toml:4: sim[1].use: found \"none\"; write \"both\" or"},
      {"no network", "operator = 'MCI'", "bank.toml:4: sim[1].operator: found \"MCI\"; write \"a"},
      {"no network preferred", "operator = 'prefer:4321'",
       "bank.toml:4: sim[1].operator: found \"prefer:4321\";"},
      {"a stranger's number", "keep_alive = { every = '60d', to = '+989120000009' }",
       "bank.toml:4: sim[1].keep_alive.to: found \"+989120000009\", which is no number of a "
       "[[sim]"},
      {"nobody's number", "keep_alive = { every = '60d' }",
       "bank.toml:4: sim[1].keep_alive.to: found no entry;"},
      {"no time", "keep_alive = { to = '+989120000001' }",
       "bank.toml:4: sim[1].keep_alive.every: found no entry;"},
      {"too often", "keep_alive = { every = '1h', to = '+989120000001' }",
       "bank.toml:4: sim[1].keep_alive.every: found \"1h\";"},
      {"longer than what is known",
       "keep_alive = { every = '100d', to = '+989120000001' }\n"
       "[retention]\ntexts = '40d'\nhistory = '40d'",
       "bank.toml:4: sim[1].keep_alive.every: found 100d; write at most 40d"},
      {"one that does not send",
       "use = 'receive'\nkeep_alive = { every = '60d', to = '+989120000001' }",
       "bank.toml:5: sim[1].keep_alive: found a SIM whose use is \"receive\";"},
      {"everybody", "[inbound]\nblocked = ['*']", "bank.toml:5: inbound.blocked: found \"*\";"},
      {"a star inside", "[inbound]\nblocked = ['Sh*p']", "bank.toml:5: inbound.blocked: found"},
      {"no code", "[[balance]]\noperator = 'MCI'\npattern = '(a)'",
       "bank.toml:4: balance[1].code: found no entry;"},
      {"a wrong code", "[[balance]]\noperator = 'MCI'\ncode = 'AT'\npattern = '(a)'",
       "bank.toml:6: balance[1].code: found \"AT\";"},
      {"nobody's", "[[balance]]\ncode = '*1#'\npattern = '(a)'",
       "bank.toml:4: balance[1].operator: found neither operator nor sims;"},
      {"a pattern without what is wanted",
       "[[balance]]\noperator = 'M'\ncode = '*1#'\npattern = 'a'",
       "bank.toml:7: balance[1].pattern: found \"a\", which has no ( ) around what is wanted"},
      {"a pattern that may take for ever",
       "[[balance]]\noperator = 'M'\ncode = '*1#'\npattern = '(a+)+'",
       "bank.toml:7: balance[1].pattern: found \"(a+)+\", which has the ( ) repeated"},
      {"stopped before it is told",
       "[[balance]]\noperator = 'M'\ncode = '*1#'\npattern = '(a)'\nlow = 5\nstop = 6",
       "bank.toml:9: balance[1].stop: found 6; write at most what low says (5)"},
  }));
  INFO(row.why);
  const auto told = sentences(sim + row.text);
  REQUIRE(told.size() == 1);
  CHECK_THAT(told[0], Catch::StartsWith(row.begins));
}
