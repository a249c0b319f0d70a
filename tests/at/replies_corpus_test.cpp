// Every answer of tests/data/at_replies.json, through the dialogue and the reader of its subject,
// asserted in every field that the vector expects.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "at/errors.hpp"
#include "at/replies.hpp"
#include "at/ussd.hpp"
#include "tests/at/vectors.hpp"

using namespace bank::at;
using nlohmann::json;

namespace {

/// What the dialogue makes of the bytes of one reply.
struct Heard {
  Reply lines;                    // of the answer
  std::vector<std::string> urcs;  // what was no part of it
  std::optional<DialogueFailure> failure;

  [[nodiscard]] Line first() const { return lines.empty() ? Line{} : lines.front(); }
};

void take(const DialogueEvents& events, bool urcs_count, Heard& heard) {
  for (const auto& event : events) {
    if (const auto* const urc = std::get_if<Unsolicited>(&event)) {
      if (urc->line.text == "OK") continue;
      if (urcs_count) heard.lines.push_back(urc->line);
      heard.urcs.push_back(urc->line.text);
    } else if (const auto* const done = std::get_if<Done>(&event)) {
      if (done->result) {
        heard.lines.insert(heard.lines.end(), done->result->begin(), done->result->end());
      } else {
        heard.failure = done->result.error();
      }
    }
  }
}

Heard hear(const json& vector) {
  const std::string command = vector.at("command");
  const std::string bytes = "\r\n" + vector.at("reply").get<std::string>() + "\r\nOK\r\n";
  Dialogue dialogue;
  Heard heard;
  if (vector.at("kind") == "urc") {
    take(dialogue.receive("\r\n" + vector.at("reply").get<std::string>() + "\r\n", {}), true,
         heard);
    return heard;
  }
  // Identities come with or without a prefix, and +CPIN once came without.
  const std::set<std::string> bare{"AT+CCID", "AT+CGMM", "AT+CGSN", "AT+CPIN?", ""};
  const bool is_bare = bare.contains(command);
  Command question{command.empty() ? "AT" : command, ""};
  question.any_lines = is_bare;
  if (!is_bare) question.info_prefix = command.substr(2, command.find_first_of("=?") - 2) + ":";
  if (is_bare) question.lines_at_least = 0;
  (void)dialogue.submit(question, {});
  take(dialogue.receive(bytes, {}), is_bare, heard);
  return heard;
}

std::optional<std::string> text_at(const json& expect, const char* key) {
  return vectors::text_or_none(expect.at(key));
}

std::optional<int> number_at(const json& expect, const char* key) {
  return expect.at(key).is_null() ? std::nullopt : std::optional(expect.at(key).get<int>());
}

std::string prefix_of(NetworkRegistration::Domain domain) {
  switch (domain) {
    case NetworkRegistration::Domain::circuit: return "CREG";
    case NetworkRegistration::Domain::packet: return "CGREG";
    case NetworkRegistration::Domain::lte: return "CEREG";
    case NetworkRegistration::Domain::nr: return "C5GREG";
  }
  return "";
}

void check_registration(const json& expect, const Heard& heard, bool solicited) {
  const std::map<std::string, Registration> names{
      {"idle", Registration::idle},
      {"home", Registration::home},
      {"denied", Registration::denied},
      {"home_sms_only", Registration::sms_only_home},
      {"roaming_csfb_not_preferred", Registration::roaming},
      {"attached_rlos", Registration::emergency}};
  const auto found = network_registration(heard.first().text, solicited);
  REQUIRE(found.has_value());
  CHECK(registration(heard.first().text, solicited) == found->registration);
  CHECK(found->stat == expect.at("stat").get<int>());
  if (expect.contains("n")) CHECK(found->n == number_at(expect, "n"));
  if (expect.contains("domain")) CHECK(prefix_of(found->domain) == expect.at("domain"));
  if (expect.contains("stat_name")) CHECK(found->registration == names.at(expect.at("stat_name")));
  if (expect.contains("access_tech")) {
    CHECK((found->technology ? name_of(*found->technology) : "unknown") ==
          expect.at("access_tech").get<std::string>());
  }
  if (expect.contains("location_known")) {
    CHECK((found->area || found->cell) == expect.at("location_known").get<bool>());
  }
  if (!expect.contains("lac")) return;
  if (expect.at("lac").is_null()) {
    CHECK_FALSE(found->area.has_value());
  } else {
    CHECK(found->area.value_or(0) == expect.at("lac").get<std::uint32_t>());
  }
  CHECK(found->cell.value_or(0) == expect.at("cell_id").get<std::uint64_t>());
}

void check_listed_operators(const json& expect, const Heard& heard) {
  const auto set = character_set_named(expect.at("charset").get<std::string>());
  REQUIRE(set.has_value());
  const auto found = listed_operators(heard.first().text, set);
  const auto& wanted = expect.at("operators");
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(static_cast<int>(found[i].availability) == wanted[i].at("availability").get<int>());
    CHECK(found[i].long_name == text_at(wanted[i], "long"));
    CHECK(found[i].short_name == text_at(wanted[i], "short"));
    CHECK(found[i].plmn == wanted[i].at("plmn").get<std::string>());
    CHECK(name_of(found[i].technology) == wanted[i].at("act").get<std::string>());
  }
}

void check_selected_operator(const json& expect, const Heard& heard) {
  const auto found = selected_operator(heard.first().text);
  REQUIRE(found.has_value());
  CHECK(found->mode == expect.at("mode").get<int>());
  CHECK(found->name == text_at(expect, "operator"));
}

void check_lock(const json& expect, const Heard& heard) {
  const std::string wanted = expect.at("lock");
  const auto& failure = heard.failure;
  REQUIRE(failure.has_value() == heard.lines.empty());
  const auto state = failure ? sim_state(*failure) : sim_state(heard.first().text);
  if (wanted == "no_sim") {
    CHECK(state == SimState::absent);
    return;
  }
  const auto lock = failure ? sim_lock(*failure) : sim_lock(heard.first().text);
  REQUIRE(lock.has_value());
  CHECK(name_of(*lock) == wanted);
  const bool is_blocked = wanted.starts_with("ph_");
  CHECK((state == SimState::blocked) == is_blocked);
  if (expect.contains("cme")) {
    REQUIRE(failure.has_value());
    CHECK(code_of(*failure) == "cme_" + std::to_string(expect.at("cme").get<int>()));
  }
}

void check_storage_choices(const json& expect, const Heard& heard) {
  const auto found = storage_choices(heard.first().text);
  REQUIRE(found.has_value());
  using Names = std::vector<std::string>;
  const auto wanted = [&](const char* key) {
    return expect.at(key).is_null() ? std::nullopt : std::optional(expect.at(key).get<Names>());
  };
  CHECK(std::optional(found->mem1) == wanted("mem1"));
  CHECK(found->mem2 == wanted("mem2"));
  CHECK(found->mem3 == wanted("mem3"));
}

void check_storage_use(const json& expect, const Heard& heard) {
  const auto found = storage_use(heard.first().text);
  const bool has_names = expect.contains("stores");
  const auto& wanted = expect.at(has_names ? "stores" : "used_total");
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto name = has_names ? std::optional(wanted[i][0].get<std::string>()) : std::nullopt;
    CHECK(found[i].name == name);
    CHECK(found[i].used == wanted[i][has_names ? 1 : 0].get<int>());
    CHECK(found[i].total == wanted[i][has_names ? 2 : 1].get<int>());
  }
  if (expect.contains("urcs"))
    CHECK(heard.urcs == expect.at("urcs").get<std::vector<std::string>>());
}

void check_signal(const json& expect, const Heard& heard) {
  const auto found = signal_quality(heard.first().text);
  if (expect.contains("error")) {
    CHECK_FALSE(found.has_value());
    return;
  }
  REQUIRE(found.has_value());
  CHECK(found->rssi == number_at(expect, "rssi"));
  CHECK(found->ber == number_at(expect, "ber"));
  CHECK(found->dbm == number_at(expect, "dbm"));
  CHECK(signal_dbm(heard.first().text) == found->dbm);
}

void check_notification(const json& expect, const Heard& heard) {
  const auto found = notification_choices(heard.first().text);
  REQUIRE(found.has_value());
  using Numbers = std::vector<int>;
  CHECK(found->mode == expect.at("mode").get<Numbers>());
  CHECK(found->mt == expect.at("mt").get<Numbers>());
  CHECK(found->bm == expect.at("bm").get<Numbers>());
  CHECK(found->ds == expect.at("ds").get<Numbers>());
  CHECK(found->bfr == expect.at("bfr").get<Numbers>());
}

void check_iccid(const json& expect, const Heard& heard) {
  REQUIRE_FALSE(heard.lines.empty());
  if (expect.contains("error")) {
    CHECK_FALSE(iccid(heard.lines).has_value());
    return;
  }
  CHECK(iccid(heard.lines) == expect.at("iccid").get<std::string>());
}

void check_clock(const json& expect, const Heard& heard) {
  const auto found = modem_clock(heard.first().text);
  REQUIRE(found.has_value());
  const auto wanted = vectors::time(expect.at("local").get<std::string>() + "+00:00");
  REQUIRE(wanted.has_value());
  CHECK(found->local.time_since_epoch() == wanted->instant.time_since_epoch());
  const auto minutes = number_at(expect, "offset_minutes");
  CHECK((found->offset_from_utc ? std::optional(found->offset_from_utc->count()) : std::nullopt) ==
        (minutes ? std::optional<long>(*minutes) : std::nullopt));
}

void check_stored_message(const json& expect, const Heard& heard) {
  const auto found = stored_message(heard.first().text);
  REQUIRE(found.has_value());
  CHECK(found->store == expect.at("mem").get<std::string>());
  CHECK(found->index == expect.at("index").get<int>());
  CHECK(found->is_status_report == expect.value("status_report", false));
}

void check_direct_message(const json& expect, const Heard& heard) {
  const auto found = direct_message(heard.first());
  REQUIRE(found.has_value());
  CHECK(found->kind == DirectMessage::Kind::status_report);
  CHECK(found->length == number_at(expect, "length"));
  CHECK(found->pdu == expect.at("pdu").get<std::string>());
}

void check_listing(const json& expect, const Heard& heard) {
  const auto found = listed_messages(heard.lines);
  const auto& wanted = expect.at("messages");
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    REQUIRE(found[i].status.has_value());
    CHECK(static_cast<int>(*found[i].status) == wanted[i].at("stat").get<int>());
    CHECK(found[i].length == number_at(wanted[i], "length"));
    CHECK(found[i].pdu == wanted[i].value("pdu", ""));
    CHECK(found[i].index.has_value() == wanted[i].contains("index"));
    if (found[i].index) CHECK(found[i].index == number_at(wanted[i], "index"));
  }
}

/// A text that fills its octets ends in a carriage return that is padding (TS 23.038 §6.1.2.3.1).
/// One vector keeps it; that it is padding is proved by packing the text without it.
void check_ussd_text(const json& expect, const UssdAnswer& found) {
  auto wanted = text_at(expect, "text");
  if (expect.contains("raw") && wanted && wanted->ends_with('\r')) {
    wanted->pop_back();
    CHECK(ussd_request(*wanted, UssdForm::packed, std::nullopt) ==
          "AT+CUSD=1,\"" + expect.at("raw").get<std::string>() + "\"");
  }
  CHECK(found.text == wanted);
}

void check_ussd(const json& expect, const std::optional<UssdAnswer>& found) {
  REQUIRE(found.has_value());
  CHECK(static_cast<int>(found->status) == expect.at("status").get<int>());
  if (expect.contains("dcs")) CHECK(found->dcs == number_at(expect, "dcs"));
  if (expect.contains("encoding")) {
    CHECK(name_of(found->encoding) == expect.at("encoding").get<std::string>());
  }
  if (expect.contains("meaning")) {
    CHECK(expect.at("meaning") == "operation not supported");
    CHECK(found->status == UssdStatus::not_supported);
  }
  check_ussd_text(expect, *found);
}

void check_system(const json& expect, const Heard& heard) {
  const auto found = huawei_system(heard.first().text);
  REQUIRE(found.has_value());
  CHECK(found->service_status == expect.at("srv_status").get<int>());
  CHECK(found->service_domain == number_at(expect, "srv_domain"));
  CHECK(found->roaming == number_at(expect, "roam"));
  CHECK(found->system_mode == number_at(expect, "sys_mode"));
  CHECK(found->sim_state == number_at(expect, "sim_state"));
}

void check_huawei_signal(const json& expect, const Heard& heard) {
  const auto found = huawei_signal(heard.first().text);
  REQUIRE(found.has_value());
  CHECK(found->mode == expect.at("mode").get<std::string>());
  CHECK(found->values == expect.at("values").get<std::vector<int>>());
}

void check_error(const json& expect, const Heard& heard) {
  REQUIRE(heard.failure.has_value());
  CHECK(heard.failure->kind == DialogueFailure::Kind::cme);
  CHECK(heard.failure->text == expect.at("cme_text").get<std::string>());
  CHECK(sim_state(*heard.failure) == SimState::busy);
}

/// Which reader a vector is for. False when there is none.
bool check(const json& v) {
  const std::string command = v.at("command");
  const auto& expect = v.at("expect");
  const auto has = [&](const char* key) { return expect.contains(key); };
  const auto heard = hear(v);
  const std::string line = heard.first().text;
  if (command.find("REG?") != std::string::npos) {
    check_registration(expect, heard, v.at("kind") == "reply");
  } else if (command == "AT+COPS=?") {
    check_listed_operators(expect, heard);
  } else if (command == "AT+COPS?") {
    check_selected_operator(expect, heard);
  } else if (command == "AT+CPIN?") {
    check_lock(expect, heard);
  } else if (command == "AT+CPMS=?") {
    check_storage_choices(expect, heard);
  } else if (command.starts_with("AT+CPMS")) {
    check_storage_use(expect, heard);
  } else if (command == "AT+CSQ") {
    check_signal(expect, heard);
  } else if (command == "AT+CNMI=?") {
    check_notification(expect, heard);
  } else if (command == "AT+CCID") {
    check_iccid(expect, heard);
  } else if (command == "AT+CCLK?") {
    check_clock(expect, heard);
  } else if (command == "AT+CFUN?") {
    CHECK(functionality(line) == number_at(expect, "fun"));
  } else if (command == "AT+CNUM") {
    CHECK(own_numbers(heard.lines) == expect.at("numbers").get<std::vector<std::string>>());
  } else if (command == "AT+CMGS") {
    CHECK(message_reference(line) == number_at(expect, "mr"));
  } else if (command == "AT+CSCS=?") {
    CHECK(character_sets(line) == expect.at("charsets").get<std::vector<std::string>>());
  } else if (command == "AT+CSCA?") {
    CHECK(service_centre(line) == text_at(expect, "smsc"));
  } else if (command == "AT+CGMM") {
    CHECK(identity_text(heard.lines, "+CGMM:") == expect.at("value").get<std::string>());
  } else if (command == "AT+CGSN") {
    CHECK(imei(heard.lines) == text_at(expect, "imei"));
  } else if (command == "AT^SYSINFO") {
    check_system(expect, heard);
  } else if (command == "AT^HCSQ?") {
    check_huawei_signal(expect, heard);
  } else if (command.starts_with("AT+CUSD")) {
    check_ussd(expect, ussd_answer(heard.lines));
  } else if (has("status") && has("text")) {
    check_ussd(expect, ussd_answer(v.at("reply").get<std::string>()));
  } else if (has("messages")) {
    check_listing(expect, heard);
  } else if (has("mem")) {
    check_stored_message(expect, heard);
  } else if (has("pdu")) {
    check_direct_message(expect, heard);
  } else if (has("cme_text")) {
    check_error(expect, heard);
  } else {
    return false;
  }
  return true;
}

}  // namespace

TEST_CASE("what real modems answered is read as it was meant") {
  std::size_t read = 0;
  for (const auto& v : vectors::load("at_replies.json")) {
    CAPTURE(v.at("id"), v.at("reply"));
    CHECK(check(v));
    ++read;
  }
  CHECK(read == 91);
}
