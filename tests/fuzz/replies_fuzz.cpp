#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "at/errors.hpp"
#include "at/replies.hpp"
#include "at/utf.hpp"

namespace {

using namespace bank::at;

void require(bool law) {
  if (!law) std::abort();
}

void is_name(const std::string& text) {
  require(!first_not_utf8(text) && text.size() <= longest_name);
}

void is_name(const std::optional<std::string>& text) {
  if (text) is_name(*text);
}

void is_within(const std::optional<int>& value, int lowest, int highest) {
  require(!value || (*value >= lowest && *value <= highest));
}

void is_number(const std::optional<std::string>& number) {
  require(!number || (!number->empty() && number->size() <= longest_number + 1));
}

void read_network(std::string_view line) {
  for (const bool solicited : {true, false}) {
    const auto found = network_registration(line, solicited);
    if (!found) continue;
    is_within(found->stat, 0, 999);
    is_within(found->routing_area, 0, 0xFF);
    require(found->area.value_or(1) != 0 || found->cell.value_or(1) != 0);
    require(registration(line, solicited) == found->registration);
  }
  for (const auto set : {std::optional<CharacterSet>{}, std::optional(CharacterSet::gsm),
                         std::optional(CharacterSet::ucs2)}) {
    const auto listed = listed_operators(line, set);
    require(listed.size() <= most_operators);
    for (const auto& one : listed) {
      is_name(one.long_name);
      is_name(one.short_name);
      require(one.plmn.size() >= 5 && one.plmn.size() <= 7);
    }
    if (const auto selected = selected_operator(line, set)) is_name(selected->name);
  }
  (void)operator_name(line);
  is_within(signal_dbm(line), -220, 150);
  if (const auto extended = extended_signal(line)) {
    is_within(extended->rsrp_dbm, -150, 0);
    is_within(extended->rxlev_dbm, -150, 0);
  }
  if (const auto huawei = huawei_signal(line)) is_name(huawei->mode);
  for (const auto technology : {access_technology(line), told_technology(line)}) {
    if (technology) require(!name_of(*technology).empty());
  }
  if (const auto quality = signal_quality(line)) {
    require(quality->rssi.has_value() == quality->dbm.has_value());
    is_within(quality->ber, 0, 7);
  }
}

/// A refusal in words: its code is a word of the interface, and stands for itself.
void read_words(std::string_view text) {
  using Kind = DialogueFailure::Kind;
  for (const auto kind : {Kind::error, Kind::cme, Kind::cms}) {
    const DialogueFailure failure{kind, -1, std::string(text)};
    require(!meaning_of(failure).meaning.empty() && !meaning_of(failure).do_next.empty());
    require(!refused_by_modem(failure) || !outcome_unknown(failure));
    (void)says_storage_full(failure);
    (void)sim_state(failure);
    const std::string code = code_of(failure);
    if (code == "error") continue;
    require(code.starts_with("cme_") || code.starts_with("cms_"));
    const DialogueFailure by_number{code.starts_with("cme_") ? Kind::cme : Kind::cms,
                                    std::stoi(code.substr(4))};
    require(code_of(by_number) == code);
    require(meaning_of(by_number).meaning == meaning_of(failure).meaning);
  }
}

void read_sim(std::string_view text, const Reply& reply) {
  require(sim_state(text).has_value() == sim_lock(text).has_value());
  const auto tries = code_tries(reply);
  for (const auto& count : {tries.pin, tries.puk, tries.pin2, tries.puk2, tries.asked}) {
    is_within(count, 0, 99);
  }
  (void)facility_locked(text);
}

void read_identity(const Reply& reply) {
  is_name(identity_text(reply, "+CGMM:"));
  const auto ati = identification(reply);
  is_name(ati.maker);
  is_name(ati.model);
  is_name(ati.revision);
  const auto card = iccid(reply);
  require(!card || (card->starts_with("89") && card->size() >= 18 && card->size() <= 20));
  const auto device = imei(reply);
  require(!device || (device->size() >= 14 && device->size() <= 16));
  (void)imsi(reply);
  for (const auto& number : own_numbers(reply)) is_number(number);
  is_number(own_number(reply));
}

void read_storage(std::string_view text, const Line& line, const Reply& reply) {
  require(storage_use(text).size() <= 3);
  if (const auto choices = storage_choices(text)) {
    for (const auto& name : choices->mem1) is_name(name);
  }
  (void)storage_full(text);
  if (const auto stored = stored_message(text)) {
    is_name(stored->store);
    is_within(stored->index, 0, 99999);
  }
  const auto listed = listed_messages(reply);
  require(listed.size() <= reply.size());
  if (const auto one = listed_message(line)) require(one->pdu == line.payload);
  for (const auto& one : listed) is_within(one.length, 0, 999);
  if (const auto direct = direct_message(line)) require(direct->pdu == line.payload);
  if (const auto choices = notification_choices(text)) {
    for (const int value : choices->mode) is_within(value, 0, 255);
    is_name(best_notification(*choices));
  }
  for (const auto& name : character_sets(text)) is_name(name);
  is_name(character_set(text));
}

void read_state(std::string_view text) {
  using namespace std::chrono;
  if (const auto clock = modem_clock(text)) {
    require(clock->local >= local_days{year{1969} / 12 / 31});
    require(clock->local < local_days{year{10000} / 1 / 2});
    (void)is_set(*clock);
    require(!clock->offset_from_utc || abs(*clock->offset_from_utc) <= hours{24});
  }
  (void)time_zone(text);
  is_within(functionality(text), 0, 255);
  (void)huawei_system(text);
  if (const auto cell = battery(text)) is_within(cell->percent, 0, 100);
  const auto degrees = temperature(text);
  require(!degrees || (*degrees >= -60 && *degrees <= 150));
  require(!is_restart_line(text) || readiness(text).has_value());
  require(!is_sms_ready_line(text) || readiness(text).has_value());
  if (const auto call = incoming_call(text)) is_number(call->number);
  is_within(message_reference(text), 0, 255);
  is_number(service_centre(text));
}

}  // namespace

/// Any octets as a line with the same octets as its payload, to every reader: names are short
/// UTF-8, numbers within what their clause or maker allows, lists bounded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto end = text.find('\n');
  const Line line{text.substr(0, end), end == std::string::npos ? "" : text.substr(end + 1)};
  const Reply reply{line, {line.payload}};
  read_network(text);
  read_words(text);
  read_sim(text, reply);
  read_identity(reply);
  read_storage(text, line, reply);
  read_state(text);
  return 0;
}
