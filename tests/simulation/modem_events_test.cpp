// What happened to modems is told, whatever else goes wrong.
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

TEST_CASE("what happened to a modem while the disk failed is told afterwards") {
  SmallRack it;
  it.start();
  it.run(1min);
  it.disk.fails = true;
  it.air.unplug(0);
  it.run(1min);
  it.air.plug_in(0);
  it.run(1min);
  const auto before = it.count("modem_event");
  it.disk.fails = false;
  it.run(10s);
  CHECK(it.count("modem_event WHERE what LIKE 'absent%'") == 1);
  CHECK(it.count("modem_event") > before);
  const auto after = it.count("modem_event");
  it.run(1min);
  CHECK(it.count("modem_event") == after);  // once
}

TEST_CASE("a modem that a person looks for blinks, is as usual in the end, and sends meanwhile") {
  SmallRack it(1, "SIMCOM INCORPORATED", "SIMCOM_SIM7600E");
  it.start();
  it.run(1min);
  const auto identify = [&](std::string& detail) {
    const std::string name = it.program->switchboard().snapshot()->modems.at(0).name;
    bool is_begun = false;
    it.program->door().modem_action(name, web::ModemAction::identify, "user ali",
                                    [&](const web::Outcome<web::ByModem<std::monostate>>& outcome) {
                                      REQUIRE(outcome);
                                      const auto* refusal =
                                          std::get_if<web::ModemRefusal>(&*outcome);
                                      is_begun = refusal == nullptr;
                                      if (refusal != nullptr) detail = refusal->detail;
                                    });
    it.run(1s);
    return is_begun;
  };
  std::string detail;
  REQUIRE(identify(detail));
  for (int i = 1; i <= 3; ++i) it.post(i);
  it.run(2min);
  CHECK(it.count("message WHERE state = 'sent'") == 3);  // nobody reports here
  const std::string name = it.program->switchboard().snapshot()->modems.at(0).name;
  const auto said = it.program->switchboard().dialogue_of(
      {name, {{scheduler::WallTime{}, scheduler::WallTime::max()}}}, 10'000);
  std::vector<std::string> lamp;
  for (const auto& line : said.lines) {
    if (line.to_modem && line.text.starts_with("AT+CNETLIGHT")) lamp.push_back(line.text);
  }
  CHECK(lamp.size() >= 20);
  CHECK(lamp.front().starts_with("AT+CNETLIGHT=0"));
  CHECK(lamp.back().starts_with("AT+CNETLIGHT=1"));
  CHECK(it.count("audit WHERE action = 'modem.identify'") == 1);
}

TEST_CASE("a modem without a lamp that is told anything says how else it is found") {
  SmallRack it;
  it.start();
  it.run(1min);
  const std::string name = it.program->switchboard().snapshot()->modems.at(0).name;
  std::string detail;
  it.program->door().modem_action(name, web::ModemAction::identify, "user ali",
                                  [&](const web::Outcome<web::ByModem<std::monostate>>& outcome) {
                                    REQUIRE(outcome);
                                    detail = std::get<web::ModemRefusal>(*outcome).detail;
                                  });
  it.run(1s);
  CHECK(detail.find("unplug") != std::string::npos);
}

}  // namespace bank::simulation
