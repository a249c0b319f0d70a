#include "modem/probe.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "at/character_set.hpp"
#include "at/clock.hpp"
#include "at/functionality.hpp"
#include "at/message_lines.hpp"
#include "at/notification.hpp"
#include "at/readiness.hpp"
#include "at/received.hpp"
#include "at/registration.hpp"
#include "at/sim.hpp"
#include "tests/modem/transcript.hpp"

namespace bank::modem::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// A probe at a recorded modem, on a clock of its own.
struct Visit {
  Findings findings;
  bool finished;
  bool answered;
  std::chrono::milliseconds took;
  std::vector<std::string> asked;  // the commands, in order
};

std::vector<std::string> commands_in(std::string_view octets) {
  std::vector<std::string> commands(1);
  for (const char c : octets) {
    if (c == '\r') {
      commands.emplace_back();
    } else {
      commands.back() += c;
    }
  }
  commands.pop_back();
  return commands;
}

Visit visit(TranscriptModem modem, std::size_t most_at_once = 4096) {
  const TimePoint start{1h};
  TimePoint now = start;
  Probe probe;
  std::string to_modem = probe.opened(now);
  std::string to_host = modem.at_once();
  std::string written;
  for (int step = 0; step < 10'000 && !probe.finished(); ++step) {
    written += to_modem;
    to_host += modem.hear(std::exchange(to_modem, {}));
    if (to_host.empty()) {
      now = std::max(now, probe.deadline());
      to_modem += probe.expire(now);
      continue;
    }
    const std::string some = to_host.substr(0, most_at_once);
    to_host.erase(0, some.size());
    to_modem += probe.received(some, now);
  }
  return {probe.findings(), probe.finished(), probe.answered(),
          std::chrono::duration_cast<std::chrono::milliseconds>(now - start), commands_in(written)};
}

/// The transcript's own commands, through a dialogue: how each ended, and what came unasked.
struct Replay {
  std::map<std::string, Result<at::Reply, at::DialogueFailure>> answers;  // the last to each
  std::vector<at::Line> unsolicited;
};

Replay replay(const Transcript& transcript) {
  TimePoint now{1h};
  at::Dialogue dialogue;
  TranscriptModem modem(transcript);
  Replay found;
  const auto take = [&](const at::DialogueEvents& events, const std::string& command) {
    for (const auto& event : events) {
      if (const auto* const told = std::get_if<at::Unsolicited>(&event)) {
        found.unsolicited.push_back(told->line);
      } else if (const auto* const done = std::get_if<at::Done>(&event)) {
        found.answers.insert_or_assign(command, done->result);
      }
    }
  };
  take(dialogue.receive(modem.at_once(), now), "");
  for (const auto& exchange : transcript.exchanges) {
    if (exchange.command.ends_with('\x1A')) continue;
    const auto& line = exchange.command;
    at::Command command{line, ""};
    const auto name_end = line.find_first_of("=?", 2);
    const bool has_prefix = line.find('?') != std::string::npos || line.starts_with("AT+CPMS=") ||
                            line.starts_with("AT+CMGL") || line == "AT+CSQ" || line == "AT+CPAS";
    if (has_prefix) command.info_prefix = line.substr(2, name_end - 2) + ":";
    if (!has_prefix) command.any_lines = true;
    command.lines_at_least = line == "AT+CPIN?" ? 1 : 0;
    INFO(transcript.name << " " << line);
    take(dialogue.submit(command, now), line);
    take(dialogue.receive(modem.hear(line + "\r"), now), line);
    if (!dialogue.idle()) {
      now = dialogue.deadline();
      take(dialogue.expire(now), line);
    }
    REQUIRE(dialogue.idle());
    REQUIRE(found.answers.contains(line));
    if (!dialogue.in_step()) dialogue.reset();
  }
  return found;
}

/// The first line that a command was answered with.
std::string line_of(const Replay& found, const std::string& command) {
  const auto at = found.answers.find(command);
  REQUIRE(at != found.answers.end());
  REQUIRE(at->second.has_value());
  REQUIRE_FALSE(at->second->empty());
  return at->second->front().text;
}

bool was_told(const Replay& found, const std::string& text) {
  return std::any_of(found.unsolicited.begin(), found.unsolicited.end(),
                     [&](const at::Line& line) { return line.text == text; });
}

void check_inbox(const Replay& found, const json& inbox) {
  const auto& listing = found.answers.at("AT+CMGL=4");
  REQUIRE(listing.has_value());
  REQUIRE(listing->size() == inbox.size());
  for (std::size_t i = 0; i < inbox.size(); ++i) {
    const auto entry = at::listed_message((*listing)[i]);
    REQUIRE(entry.has_value());
    CHECK(entry->index == inbox[i].at("index").get<int>());
    CHECK(static_cast<int>(entry->status.value()) == inbox[i].at("stat"));
    CHECK(entry->length == inbox[i].at("length").get<int>());
    const auto read =
        at::decode_received_of(entry->pdu, static_cast<std::size_t>(entry->length.value()));
    REQUIRE(read.has_value());
    const auto& deliver = std::get<at::Deliver>(*read);
    CHECK(deliver.from.digits_or_text == inbox[i].at("sender"));
    CHECK(deliver.text == inbox[i].at("text").get<std::string>());
  }
}

using FactCheck = std::function<void(const Visit&, const Replay&, const json&)>;

/// What each key of the headers means for us.
const std::map<std::string, FactCheck> checks{
    {"sim",
     [](const Visit& v, const Replay&, const json& f) {
       CHECK(at::name_of(v.findings.facts.sim) == f.get<std::string>());
     }},
    {"profile", [](const Visit& v, const Replay&,
                   const json& f) { CHECK(v.findings.profile->name == f.get<std::string>()); }},
    {"imei",
     [](const Visit& v, const Replay&, const json& f) { CHECK(v.findings.facts.imei == f); }},
    {"iccid",
     [](const Visit& v, const Replay&, const json& f) { CHECK(v.findings.facts.iccid == f); }},
    {"temperature", [](const Visit& v, const Replay&,
                       const json& f) { CHECK(v.findings.temperature == f.get<double>()); }},
    {"millivolts", [](const Visit& v, const Replay&,
                      const json& f) { CHECK(v.findings.millivolts == f.get<int>()); }},
    {"pin_tries",
     [](const Visit& v, const Replay& r, const json& f) {
       const auto& told = r.answers.at(std::string(v.findings.profile->pin_tries.front()));
       REQUIRE(told.has_value());
       CHECK(at::code_tries(*told).pin == f.get<int>());
     }},
    {"sms_ready",
     [](const Visit& v, const Replay& r, const json& f) {
       const auto line = line_of(r, std::string(v.findings.profile->ready));
       CHECK(at::is_sms_ready_line(line) == f);
     }},
    {"store_settings",
     [](const Visit&, const Replay& r, const json& f) {
       for (const auto& command : f) CHECK(r.answers.at(command.get<std::string>()).has_value());
     }},
    {"receives",
     [](const Visit& v, const Replay&, const json& f) {
       CHECK(f == false);
       CHECK(v.findings.notify.empty());
       CHECK(v.findings.storage.empty());
       CHECK(v.findings.profile->has(Quirk::sends_only));
     }},
    {"manufacturer",
     [](const Visit& v, const Replay&, const json& f) { CHECK(v.findings.facts.maker == f); }},
    {"model",
     [](const Visit& v, const Replay&, const json& f) { CHECK(v.findings.facts.model == f); }},
    {"model_from_revision",
     [](const Visit& v, const Replay&, const json& f) { CHECK(v.findings.facts.model == f); }},
    {"csq", [](const Visit& v, const Replay&,
               const json& f) { CHECK(v.findings.facts.signal_dbm == -113 + 2 * f.get<int>()); }},
    {"creg",
     [](const Visit& v, const Replay& r, const json& f) {
       CHECK(f.at("stat") == 1);
       if (v.findings.facts.registration != at::Registration::home) {
         CHECK(v.findings.facts.registration == at::Registration::unknown);  // told too late
       }
       std::optional<at::NetworkRegistration> told;
       for (const auto& line : r.unsolicited) {
         if (const auto one = at::network_registration(line.text, false)) told = one;
       }
       REQUIRE(told.has_value());
       CHECK(told->registration == at::Registration::home);
       CHECK(told->area == std::stoull(f.at("lac").get<std::string>(), nullptr, 16));
       CHECK(told->cell == std::stoull(f.at("ci").get<std::string>(), nullptr, 16));
     }},
    {"storage_total",
     [](const Visit& v, const Replay&, const json& f) {
       REQUIRE(v.findings.storage.size() == 1);
       CHECK(v.findings.storage[0].total == f);
     }},
    {"storage_used",
     [](const Visit& v, const Replay&, const json& f) {
       REQUIRE(v.findings.storage.size() == 1);
       CHECK(v.findings.storage[0].used == f);
     }},
    {"cnmi",
     [](const Visit& v, const Replay& r, const json& f) {
       CHECK(v.findings.notify == f);
       CHECK(r.answers.at("AT+CNMI=" + f.get<std::string>()).has_value());
     }},
    {"cnmi_bfr",
     [](const Visit&, const Replay& r, const json& f) {
       CHECK(at::notification_choices(line_of(r, "AT+CNMI=?"))->bfr == f.get<std::vector<int>>());
     }},
    {"mem3",
     [](const Visit&, const Replay& r, const json& f) {
       CHECK(at::storage_choices(line_of(r, "AT+CPMS=?"))->mem3 ==
             f.get<std::vector<std::string>>());
     }},
    {"charsets",
     [](const Visit&, const Replay& r, const json& f) {
       CHECK(at::character_sets(line_of(r, "AT+CSCS=?")) == f.get<std::vector<std::string>>());
     }},
    {"ucs2_charset",
     [](const Visit&, const Replay& r, const json& f) {
       const auto sets = at::character_sets(line_of(r, "AT+CSCS=?"));
       CHECK((std::find(sets.begin(), sets.end(), "UCS2") != sets.end()) == f);
     }},
    {"cpin_has_final_ok",
     [](const Visit& v, const Replay& r, const json& f) {
       CHECK(f == false);
       CHECK(r.answers.at("AT+CPIN?").has_value());
       CHECK(v.findings.facts.sim == at::SimState::ready);
     }},
    {"unsupported_reply",
     [](const Visit&, const Replay& r, const json& f) {
       const auto& refused = r.answers.at("AT+WIND?");
       REQUIRE_FALSE(refused.has_value());
       CHECK(refused.error().is_answer());
       CHECK(refused.error().text == f);
     }},
    {"silent_commands",
     [](const Visit&, const Replay& r, const json& f) {
       for (const auto& command : f) {
         const auto& silence = r.answers.at(command.get<std::string>());
         REQUIRE_FALSE(silence.has_value());
         CHECK(silence.error().kind == at::DialogueFailure::Kind::timeout);
       }
     }},
    {"verbose_cme",
     [](const Visit&, const Replay& r, const json& f) {
       CHECK(f == true);
       const auto& refused = r.answers.at("AT+CGATT=1");
       REQUIRE_FALSE(refused.has_value());
       CHECK(refused.error().kind == at::DialogueFailure::Kind::cme);
       CHECK_FALSE(refused.error().text.empty());
     }},
    {"inbox", [](const Visit&, const Replay& r, const json& f) { check_inbox(r, f); }},
    {"cclk_unquoted",
     [](const Visit&, const Replay& r, const json& f) {
       CHECK(f == true);
       const auto line = line_of(r, "AT+CCLK?");
       CHECK(line.find('"') == std::string::npos);
       CHECK(at::modem_clock(line).has_value());
     }},
    {"boot_urc",
     [](const Visit&, const Replay& r, const json& f) {
       CHECK(was_told(r, f));
       CHECK(at::is_restart_line(f.get<std::string>()));
     }},
    {"boot_urcs",
     [](const Visit&, const Replay& r, const json& f) {
       for (const auto& line : f) CHECK(was_told(r, line));
       CHECK(at::is_restart_line("RDY"));
       CHECK(at::is_sms_ready_line("SMS Ready"));
     }},
    {"report_announced_in",
     [](const Visit&, const Replay& r, const json& f) {
       std::optional<at::StoredMessage> notice;
       for (const auto& line : r.unsolicited) {
         if (const auto one = at::stored_message(line.text)) notice = one;
       }
       REQUIRE(notice.has_value());
       CHECK(notice->store == f);
       CHECK(notice->is_status_report);
     }},
    // Where the report really lies, only reading tells: in the announced place there is nothing.
    {"report_stored_in",
     [](const Visit&, const Replay& r, const json&) {
       REQUIRE(r.answers.at("AT+CMGR=0").has_value());
       CHECK(r.answers.at("AT+CMGR=0")->empty());
     }},
};

}  // namespace

TEST_CASE("recorded modems replay to the facts in their headers") {
  const auto transcripts = all_transcripts();
  CHECK(transcripts.size() >= 26);
  for (const auto& transcript : transcripts) {
    CAPTURE(transcript.name);
    const auto found = replay(transcript);
    const auto visited = visit(TranscriptModem(transcript));
    CHECK(visited.finished);
    CHECK(visited.answered);
    CHECK(visited.took < 2min);
    CHECK_FALSE(transcript.facts.empty());
    for (const auto& [key, fact] : transcript.facts.items()) {
      CAPTURE(key, fact);
      REQUIRE(checks.contains(key));
      checks.at(key)(visited, found, fact);
    }
  }
}

TEST_CASE("however the answers are chopped, a probe finds the same") {
  for (const auto& transcript : all_transcripts()) {
    CAPTURE(transcript.name);
    const auto whole = visit(TranscriptModem(transcript));
    for (const std::size_t size : {1, 2, 3, 7, 64}) {
      const auto chopped = visit(TranscriptModem(transcript), size);
      CHECK(chopped.findings.facts == whole.findings.facts);
      CHECK(chopped.findings.storage == whole.findings.storage);
      CHECK(chopped.findings.capabilities == whole.findings.capabilities);
      CHECK(chopped.findings.profile == whole.findings.profile);
    }
  }
}

TEST_CASE("a family is asked in its own words first, and nothing twice") {
  const auto asked_of = [](const std::string& name, std::string_view beginning) {
    std::vector<std::string> asked;
    for (auto& command : visit(TranscriptModem(read_transcript(name))).asked) {
      if (command.starts_with(beginning)) asked.push_back(std::move(command));
    }
    return asked;
  };
  using Words = std::vector<std::string>;
  CHECK(asked_of("quectel-m95.txt", "AT+QCCID") == Words{"AT+QCCID"});
  CHECK(asked_of("quectel-m95.txt", "AT+CCID").empty());
  CHECK(asked_of("huawei-e3372-325.txt", "AT+CPMS") ==
        Words{"AT+CPMS?", "AT+CPMS=\"SM\",\"SM\",\"SM\""});
  CHECK(asked_of("samsung-j700.txt", "AT+CPMS") ==
        Words{"AT+CPMS?", "AT+CPMS=\"SM\",\"SM\",\"SM\"", "AT+CPMS=\"ME\",\"ME\",\"ME\"",
              "AT+CPMS=\"SM\",\"SM\"", "AT+CPMS=\"ME\",\"ME\""});
  for (const auto& transcript : all_transcripts()) {
    CAPTURE(transcript.name);
    auto asked = visit(TranscriptModem(transcript)).asked;
    std::erase(asked, "AT");
    std::sort(asked.begin(), asked.end());
    CHECK(std::adjacent_find(asked.begin(), asked.end()) == asked.end());
  }
}

TEST_CASE("a modem of no family has no trouble of that") {
  Transcript transcript;
  transcript.default_answer = "\r\nERROR\r\n";
  transcript.exchanges = {{"AT", "\r\nOK\r\n"},
                          {"AT+CGMI", "\r\nACME\r\n\r\nOK\r\n"},
                          {"AT+CBC", "\r\n+CBC: 0,80,3712\r\n\r\nOK\r\n"}};
  const auto found = visit(TranscriptModem(transcript));
  CHECK(found.findings.profile == &generic_profile());
  CHECK(found.findings.millivolts == 3712);
  CHECK_FALSE(found.findings.temperature.has_value());
  for (const auto& problem : found.findings.facts.problems) {
    CHECK_THAT(problem, !Catch::Contains("CBC"));
    CHECK_THAT(problem, !Catch::Contains("profile"));
  }
}

TEST_CASE("a modem that refuses everything is a modem, and one that is silent is none") {
  Transcript transcript;
  transcript.default_answer = "\r\nERROR\r\n";
  const auto refused = visit(TranscriptModem(transcript));
  CHECK(refused.finished);
  CHECK(refused.answered);
  CHECK(refused.findings.facts.maker.empty());
  CHECK(refused.findings.facts.sim == at::SimState::unknown);
  CHECK_FALSE(refused.findings.facts.problems.empty());

  transcript.default_answer = "";
  const auto silent = visit(TranscriptModem(transcript));
  CHECK(silent.finished);
  CHECK_FALSE(silent.answered);
  CHECK(silent.took < 15s);
}

TEST_CASE("a name is read behind the prefix of the command that was answered") {
  Transcript transcript;
  transcript.default_answer = "\r\nERROR\r\n";
  transcript.exchanges = {{"AT", "\r\nOK\r\n"},
                          {"AT+GMI", "\r\n+GMI: u-blox\r\n\r\nOK\r\n"},
                          {"AT+CGMM", "\r\n+CGMM: \"SARA\"\r\n\r\nOK\r\n"}};
  const auto found = visit(TranscriptModem(transcript));
  CHECK(found.findings.facts.maker == "u-blox");
  CHECK(found.findings.facts.model == "SARA");
}

TEST_CASE("a modem that falls silent is told as far as it went") {
  Transcript transcript;
  transcript.exchanges = {{"AT", "\r\nOK\r\n"},
                          {"ATE0", "\r\nOK\r\n"},
                          {"AT+CMEE=1", "\r\nOK\r\n"},
                          {"AT+CGMI", "\r\nACME\r\n\r\nOK\r\n"}};
  const auto found = visit(TranscriptModem(transcript));
  CHECK(found.finished);
  CHECK(found.answered);
  CHECK(found.took < 30s);
  CHECK(found.findings.facts.maker == "ACME");
  REQUIRE_FALSE(found.findings.facts.problems.empty());
  CHECK_THAT(found.findings.facts.problems.back(), Catch::Contains("stopped answering"));
}

TEST_CASE("what is no modem ends a probe, whatever it says") {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    TimePoint now{1h};
    Probe probe;
    (void)probe.opened(now);
    int reads = 0;
    while (!probe.finished()) {
      REQUIRE(++reads < 200'000);
      std::string noise(1 + random() % 64, '\0');
      for (char& c : noise) c = static_cast<char>(random());
      (void)probe.received(noise, now);
      now += 10ms;
      if (now >= probe.deadline()) (void)probe.expire(now);
    }
    CHECK((probe.babbled() || probe.answered()));
  }
}

}  // namespace bank::modem::test
