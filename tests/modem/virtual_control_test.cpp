#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "modem/virtual/control.hpp"
#include "tests/modem/virtual_bench_top.hpp"

using namespace bank::modem::virt;
using namespace bank::modem::virt::test;

namespace {

/// Three modems on a table, without terminals.
class Table final : public Switchboard {
 public:
  Table() {
    for (unsigned i = 0; i < 3; ++i) {
      names_.push_back("slot-0" + std::to_string(i + 1));
      modems_.emplace_back(BenchTop::with_clock({}), sim_of(i), i);
      modems_.back().receive("ATE0\r", now_);
      modems_.back().consume(most_output);
    }
  }
  [[nodiscard]] std::size_t size() const override { return modems_.size(); }
  [[nodiscard]] const std::string& name(std::size_t i) const override { return names_[i]; }
  [[nodiscard]] Modem& modem(std::size_t i) override { return modems_[i]; }
  [[nodiscard]] bool plugged(std::size_t i) const override { return plugged_[i]; }
  [[nodiscard]] bank::Result<void, std::string> unplug(std::size_t i) override {
    plugged_[i] = false;
    modems_[i].power_off();
    return {};
  }
  [[nodiscard]] bank::Result<void, std::string> replug(std::size_t i) override {
    plugged_[i] = true;
    modems_[i].restart(now_);
    return {};
  }
  [[nodiscard]] std::optional<Sim>& drawer(std::size_t i) override { return drawers_[i]; }
  [[nodiscard]] Record& record() override { return record_; }
  [[nodiscard]] TimePoint now() const override { return now_; }

  std::string ask(std::string_view line) { return obey(*this, line); }
  std::string heard(std::size_t i) { return modems_[i].take_output(); }

 private:
  TimePoint now_{1h};
  std::vector<std::string> names_;
  std::vector<Modem> modems_;
  std::vector<bool> plugged_ = {true, true, true};
  std::optional<Sim> drawers_[3];
  Record record_;
};

}  // namespace

TEST_CASE("the control language steers modems") {
  Table table;
  CHECK(table.ask("list") == "ok slot-01=idle slot-02=idle slot-03=idle");
  CHECK(table.ask("  silence slot-02 5s \r") == "ok");
  CHECK(table.ask("fault slot-03 silence") == "ok");
  CHECK(table.ask("list") == "ok slot-01=idle slot-02=silent slot-03=silent");
  CHECK(table.ask("heal all") == "ok");
  CHECK(table.ask("fault all cms 38 count=2") == "ok");
  CHECK_THAT(table.ask("status slot-02"), Catch::Contains("faults=1"));
  CHECK(table.ask("latency all 100 20") == "ok");
  CHECK_THAT(table.ask("status slot-01"), Catch::Contains("latency_ms=100"));
  CHECK(table.ask("registration slot-01 searching") == "ok");
  CHECK_THAT(table.ask("status slot-01"), Catch::Contains("registration=2"));
  CHECK(table.ask("noise slot-01 7E00FF") == "ok");
  CHECK(table.heard(0) == std::string("~\0\xFF", 3));
  CHECK(table.ask("stats").starts_with("ok modems=3 accepted=0"));
  CHECK(table.ask("gaps") == "ok count=0 p50_us=0 p99_us=0 max_us=0");
  CHECK(table.ask("record") == "ok off lines=0");
  CHECK_THAT(table.ask("help"), Catch::Contains("report-twice"));
}

TEST_CASE("deliver takes the text as it stands, blanks and escapes too") {
  Table table;
  CHECK(table.ask("deliver slot-02 +989121234567 two  lines\\nand \\\\") == "ok");
  CHECK(table.modem(1).sim()->used() == 1);
  CHECK(table.ask("deliver slot-02 +989121234567 سلام") == "ok");
  CHECK(table.modem(1).sim()->used() == 2);
}

TEST_CASE("a call rings in the modem that it is for") {
  Table table;
  CHECK(table.ask("call slot-02 +989121234567") == "ok");
  CHECK_THAT(table.heard(1), Catch::Contains("RING"));
  CHECK(table.heard(0).empty());
}

TEST_CASE("the network answers USSD codes as it was told") {
  Table table;
  CHECK(table.ask("ussd slot-02 *140*1# Your balance is 25.000 Rial") == "ok");
  table.modem(1).receive("AT+CUSD=1,\"*140*1#\",15\r", table.now());
  CHECK(table.heard(1).find("Your balance is 25.000 Rial") != std::string::npos);
  CHECK(table.ask("ussd slot-02 *140*1#").starts_with("error"));
  CHECK(table.ask("ussd slot-02 balance yours").starts_with("error"));
}

TEST_CASE("unplug and replug go in turn") {
  Table table;
  CHECK(table.ask("unplug slot-01") == "ok");
  CHECK(table.ask("list") == "ok slot-01=unplugged slot-02=idle slot-03=idle");
  CHECK_THAT(table.ask("unplug slot-01"), Catch::StartsWith("error slot-01: is unplugged already"));
  CHECK_THAT(table.ask("restart slot-01"), Catch::StartsWith("error slot-01: is unplugged"));
  CHECK(table.ask("unplug all") == "ok");
  CHECK(table.ask("replug all") == "ok");
  CHECK_THAT(table.ask("replug slot-01"), Catch::StartsWith("error slot-01: is plugged in"));
}

TEST_CASE("SIMs are pulled, put back and exchanged") {
  Table table;
  CHECK(table.ask("sim slot-01 eject") == "ok");
  CHECK_THAT(table.ask("status slot-01"), Catch::Contains("iccid=none"));
  CHECK(table.ask("sim slot-01 eject").starts_with("error"));
  CHECK(table.ask("sim slot-01 insert") == "ok");
  CHECK(table.ask("sim slot-01 slot-03") == "ok");
  CHECK(table.modem(0).sim()->iccid == "8998110000000000003");
  CHECK(table.modem(2).sim()->iccid == "8998110000000000001");
}

TEST_CASE("a line that cannot be obeyed says what would be right") {
  struct Row {
    const char* line;
    const char* says;
  };
  const Row rows[] = {
      {"", "'help' lists them"},
      {"explode all", "'help' lists them"},
      {"heal", "there are slot-01 to slot-03"},
      {"heal slot-9", "there are slot-01 to slot-03"},
      {"status all", "status slot-NN"},
      {"fault all", "there are cms"},
      {"silence all soon", "a time as 5s"},
      {"storm all", "lines a second"},
      {"latency all", "milliseconds"},
      {"registration all up", "home, roaming"},
      {"signal all loud", "0 to 31"},
      {"pin all 12", "4 to 8 digits"},
      {"noise all xyz", "octets in hex"},
      {"noise all 123", "octets in hex"},
      {"deliver slot-01", "SENDER TEXT"},
      {"deliver slot-01 +98x hi", "no sender"},
      {"pdu slot-01", "hex digits"},
      {"call slot-01", "1 to 20 digits"},
      {"call slot-01 nobody", "1 to 20 digits"},
      {"sim slot-01 slot-01", "another slot"},
      {"sim slot-01 insert", "eject first"},
      {"record /no/such/place", "cannot write the record"},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.line) {
      Table table;
      const std::string answer = table.ask(row.line);
      CHECK(answer.starts_with("error "));
      CHECK_THAT(answer, Catch::Contains(row.says));
    }
  }
}
