#include "at/sim.hpp"

#include <array>
#include <cstddef>

#include "at/errors.hpp"
#include "at/fields.hpp"

namespace bank::at {
namespace {

constexpr int most_tries = 99;

struct PinWords {
  std::string_view words;
  SimState state;
  SimLock lock;
};
constexpr PinWords pin_words[] = {
    {"READY", SimState::ready, SimLock::none},
    {"SIM PIN", SimState::pin, SimLock::sim_pin},
    {"SIM PUK", SimState::puk, SimLock::sim_puk},
    {"SIM PIN2", SimState::ready, SimLock::sim_pin2},
    {"SIM PUK2", SimState::ready, SimLock::sim_puk2},
    {"PH-SIM PIN", SimState::blocked, SimLock::ph_sim_pin},
    {"PH-SIM PUK", SimState::blocked, SimLock::ph_sim_puk},
    {"PH-FSIM PIN", SimState::blocked, SimLock::ph_fsim_pin},
    {"PH-FSIM PUK", SimState::blocked, SimLock::ph_fsim_puk},
    {"PH-NET PIN", SimState::blocked, SimLock::ph_net_pin},
    {"PH-NET PUK", SimState::blocked, SimLock::ph_net_puk},
    {"PH-NETSUB PIN", SimState::blocked, SimLock::ph_netsub_pin},
    {"PH-NETSUB PUK", SimState::blocked, SimLock::ph_netsub_puk},
    {"PH-SP PIN", SimState::blocked, SimLock::ph_sp_pin},
    {"PH-SP PUK", SimState::blocked, SimLock::ph_sp_puk},
    {"PH-CORP PIN", SimState::blocked, SimLock::ph_corp_pin},
    {"PH-CORP PUK", SimState::blocked, SimLock::ph_corp_puk},
    {"NOT INSERTED", SimState::absent, SimLock::unknown},
    {"SIM NOT INSERTED", SimState::absent, SimLock::unknown},
    {"SIM REMOVED", SimState::absent, SimLock::unknown},
    {"REMOVED", SimState::absent, SimLock::unknown},
    {"NO SIM", SimState::absent, SimLock::unknown},
    {"NOT READY", SimState::busy, SimLock::unknown},
    {"SIM BUSY", SimState::busy, SimLock::unknown},
    {"BLOCKED", SimState::blocked, SimLock::unknown},
    {"SIM BLOCKED", SimState::blocked, SimLock::unknown},
    {"UNDEFINED", SimState::unknown, SimLock::unknown},
};

struct SimError {
  std::string_view code;  // as code_of
  SimState state;
  SimLock lock = SimLock::unknown;
};
// What is not here says nothing about the SIM: it may be in order at the next question.
constexpr SimError sim_errors[] = {
    {"cme_5", SimState::blocked, SimLock::ph_sim_pin},
    {"cme_6", SimState::blocked, SimLock::ph_fsim_pin},
    {"cme_7", SimState::blocked, SimLock::ph_fsim_puk},
    {"cme_10", SimState::absent},
    {"cme_11", SimState::pin, SimLock::sim_pin},
    {"cme_12", SimState::puk, SimLock::sim_puk},
    {"cme_14", SimState::busy},
    {"cme_15", SimState::blocked},
    {"cme_16", SimState::pin},
    {"cme_17", SimState::ready, SimLock::sim_pin2},
    {"cme_18", SimState::ready, SimLock::sim_puk2},
    {"cme_40", SimState::blocked, SimLock::ph_net_pin},
    {"cme_41", SimState::blocked, SimLock::ph_net_puk},
    {"cme_42", SimState::blocked, SimLock::ph_netsub_pin},
    {"cme_43", SimState::blocked, SimLock::ph_netsub_puk},
    {"cme_44", SimState::blocked, SimLock::ph_sp_pin},
    {"cme_45", SimState::blocked, SimLock::ph_sp_puk},
    {"cme_46", SimState::blocked, SimLock::ph_corp_pin},
    {"cme_47", SimState::blocked, SimLock::ph_corp_puk},
    {"cme_48", SimState::blocked},
    {"cme_262", SimState::blocked},
    {"cme_264", SimState::busy},
    {"cme_515", SimState::busy},
    {"cms_262", SimState::blocked},
    {"cms_310", SimState::absent},
    {"cms_311", SimState::pin, SimLock::sim_pin},
    {"cms_312", SimState::blocked, SimLock::ph_sim_pin},
    {"cms_314", SimState::busy},
    {"cms_315", SimState::blocked},
    {"cms_316", SimState::puk, SimLock::sim_puk},
    {"cms_317", SimState::ready, SimLock::sim_pin2},
    {"cms_318", SimState::ready, SimLock::sim_puk2},
    {"cms_515", SimState::busy},
    {"cms_532", SimState::busy},
    {"cms_770", SimState::blocked},
};

const PinWords* pin_words_in(std::string_view text) {
  text = unquoted(text);
  text = unquoted(text.substr(0, text.find(',')));  // the tries that are left, on some
  for (const auto& known : pin_words) {
    if (text == known.words) return &known;
  }
  return nullptr;
}

struct SimAnswer {
  SimState state;
  SimLock lock;
};

std::optional<SimAnswer> sim_answer(std::string_view cpin_line) {
  const auto answer = after("+CPIN:", cpin_line);
  const auto words = answer.value_or(cpin_line);
  if (const auto* const known = pin_words_in(words)) return SimAnswer{known->state, known->lock};
  // Locked to something else than the standard names.
  if (unquoted(words).starts_with("PH-")) return SimAnswer{SimState::blocked, SimLock::unknown};
  return answer ? std::optional(SimAnswer{SimState::unknown, SimLock::unknown}) : std::nullopt;
}

SimAnswer sim_answer(const DialogueFailure& failure) {
  const auto code = code_of(failure);
  for (const auto& known : sim_errors) {
    if (code == known.code) return {known.state, known.lock};
  }
  return {SimState::unknown, SimLock::unknown};
}

using Counter = std::optional<int> CodeTries::*;
constexpr Counter none = nullptr;  // a field that counts nothing

/// The counters of a maker's line, field by field.
struct TriesLine {
  std::string_view prefix;
  std::array<Counter, 6> counters;
};
constexpr auto pin = &CodeTries::pin;
constexpr auto puk = &CodeTries::puk;
constexpr auto pin2 = &CodeTries::pin2;
constexpr auto puk2 = &CodeTries::puk2;
constexpr TriesLine tries_lines[] = {
    {"^CPIN:", {none, none, puk, pin, puk2, pin2}},  // code,times of that code,…
    {"+ZPINPUK:", {pin, puk}},
    {"#PCT:", {&CodeTries::asked}},
    {"+QTRPIN:", {pin, pin2, puk, puk2}},
    {"+UPINCNT:", {pin, pin2, puk, puk2}},
    {"+XPINCNT:", {pin, pin2, puk, puk2}},
    {"^SPIC:", {&CodeTries::asked}},
    {"_OERCN:", {pin, puk}},
    {"*EPIN:", {pin, puk, pin2, puk2}},
    {"%PINNUM:", {pin, puk, pin2, puk2}},
    {"+PNNM:", {pin, puk}},
};

/// SIMCom's manuals and firmwares have both orders. A PIN has three tries at most, a PUK mostly
/// more; where that does not tell, the first is a PIN in both.
void take_simcom(const Fields& fields, CodeTries& tries) {
  const auto at = [&](std::size_t i) { return number_in(fields[i], most_tries); };
  tries.pin = at(0);
  const bool puk_second = at(1).value_or(0) > 3;
  const bool puk_third = at(2).value_or(0) > 3;
  if (puk_second == puk_third) return;
  tries.puk = at(puk_second ? 1 : 2);
  tries.pin2 = at(puk_second ? 2 : 1);
  tries.puk2 = at(3);
}

Counter counter_of(std::string_view code) {
  const auto* const known = pin_words_in(code);
  if (known == nullptr) return none;
  switch (known->lock) {
    case SimLock::sim_pin: return pin;
    case SimLock::sim_puk: return puk;
    case SimLock::sim_pin2: return pin2;
    case SimLock::sim_puk2: return puk2;
    default: return none;
  }
}

void take_named(std::string_view code, std::string_view count, CodeTries& tries) {
  if (const auto counter = counter_of(code)) tries.*counter = number_in(count, most_tries);
}

/// "+QPINC: \"SC\",3,10": PIN and PUK of a facility.
void take_facility(const Fields& fields, CodeTries& tries) {
  const bool is_second = unquoted(fields[0]) == "P2";
  if (!is_second && unquoted(fields[0]) != "SC") return;
  (is_second ? tries.pin2 : tries.pin) = number_in(fields[1], most_tries);
  (is_second ? tries.puk2 : tries.puk) = number_in(fields[2], most_tries);
}

/// "PIN1=3; PUK1=10; PIN2=3; PUK2=10", with or without a prefix.
void take_equations(std::string_view line, CodeTries& tries) {
  struct Name {
    std::string_view name;
    Counter counter;
  };
  constexpr Name names[] = {{"PIN1=", pin}, {"PUK1=", puk}, {"PIN2=", pin2}, {"PUK2=", puk2}};
  for (const auto& [name, counter] : names) {
    const auto at = line.find(name);
    if (at == std::string_view::npos) continue;
    const auto value = line.substr(at + name.size());
    tries.*counter = number_in(value.substr(0, value.find_first_of("; ,")), most_tries);
  }
}

void take_tries(std::string_view line, CodeTries& tries) {
  for (const auto& known : tries_lines) {
    const auto values = after(known.prefix, line);
    if (!values) continue;
    const auto fields = fields_of(*values);
    for (std::size_t i = 0; i < known.counters.size(); ++i) {
      if (const auto counter = known.counters[i]) {
        tries.*counter = number_in(fields[i], most_tries);
      }
    }
    return;
  }
  if (const auto simcom = after("+SPIC:", line)) return take_simcom(fields_of(*simcom), tries);
  if (const auto quectel = after("+QPINC:", line)) return take_facility(fields_of(*quectel), tries);
  for (const auto prefix : {"+CPINR:", "+CPIN:"}) {
    if (const auto values = after(prefix, line)) {
      const auto fields = fields_of(*values);
      return take_named(fields[0], fields[1], tries);
    }
  }
  take_equations(line, tries);
}

}  // namespace

std::optional<SimState> sim_state(std::string_view cpin_line) {
  const auto answer = sim_answer(cpin_line);
  return answer ? std::optional(answer->state) : std::nullopt;
}

std::optional<SimLock> sim_lock(std::string_view cpin_line) {
  const auto answer = sim_answer(cpin_line);
  return answer ? std::optional(answer->lock) : std::nullopt;
}

SimState sim_state(const DialogueFailure& failure) {
  return sim_answer(failure).state;
}

SimLock sim_lock(const DialogueFailure& failure) {
  return sim_answer(failure).lock;
}

std::string_view name_of(SimState state) {
  switch (state) {
    case SimState::ready: return "ready";
    case SimState::pin: return "pin";
    case SimState::puk: return "puk";
    case SimState::absent: return "absent";
    case SimState::busy: return "busy";
    case SimState::blocked: return "blocked";
    case SimState::unknown: return "unknown";
  }
  return "unknown";
}

std::string_view name_of(SimLock lock) {
  switch (lock) {
    case SimLock::none: return "none";
    case SimLock::sim_pin: return "sim_pin";
    case SimLock::sim_puk: return "sim_puk";
    case SimLock::sim_pin2: return "sim_pin2";
    case SimLock::sim_puk2: return "sim_puk2";
    case SimLock::ph_sim_pin: return "ph_sim_pin";
    case SimLock::ph_sim_puk: return "ph_sim_puk";
    case SimLock::ph_fsim_pin: return "ph_fsim_pin";
    case SimLock::ph_fsim_puk: return "ph_fsim_puk";
    case SimLock::ph_net_pin: return "ph_net_pin";
    case SimLock::ph_net_puk: return "ph_net_puk";
    case SimLock::ph_netsub_pin: return "ph_netsub_pin";
    case SimLock::ph_netsub_puk: return "ph_netsub_puk";
    case SimLock::ph_sp_pin: return "ph_sp_pin";
    case SimLock::ph_sp_puk: return "ph_sp_puk";
    case SimLock::ph_corp_pin: return "ph_corp_pin";
    case SimLock::ph_corp_puk: return "ph_corp_puk";
    case SimLock::unknown: return "unknown";
  }
  return "unknown";
}

CodeTries code_tries(const Reply& reply) {
  CodeTries tries;
  for (const auto& line : reply) take_tries(line.text, tries);
  return tries;
}

std::optional<bool> facility_locked(std::string_view clck_line) {
  const auto values = after("+CLCK:", clck_line);
  if (!values) return std::nullopt;
  const auto fields = fields_of(*values);
  const bool names_facility = is_quoted(fields[0]);
  const auto status = number_in(fields[names_facility ? 1 : 0], 1);
  return status ? std::optional(*status == 1) : std::nullopt;
}

}  // namespace bank::at
