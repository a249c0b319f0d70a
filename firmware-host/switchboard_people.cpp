// The switchboard: what people want of a modem.
#include <algorithm>
#include <utility>

#include "at/errors.hpp"
#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"
#include "modem/dialogue_mask.hpp"
#include "web/json_text.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using Why = web::ModemRefusal::Why;
using Kind = scheduler::ModemEvent::Kind;

constexpr auto busy_pause = 5s;

/// "ERROR", "+CME ERROR: 3", or the modem's own words.
std::string result_text(const at::DialogueFailure& failure) {
  using Failure = at::DialogueFailure::Kind;
  if (failure.kind == Failure::error) return failure.text.empty() ? "ERROR" : failure.text;
  const std::string head = failure.kind == Failure::cme ? "+CME ERROR: " : "+CMS ERROR: ";
  return head + (failure.code >= 0 ? std::to_string(failure.code) : failure.text);
}

web::ModemRefusal silent() {
  return {Why::silent,
          "the modem did not answer in time; see GET /v1/modems for its state, then ask again"};
}

web::ModemRefusal interrupted(std::string_view why) {
  return {Why::silent, "the modem was lost while it was asked (" + std::string(why) +
                           "); ask again when it is ready"};
}

web::Unavailable not_noted() {
  return {"nothing is asked that cannot be noted, and the database takes no writes; try again",
          busy_pause};
}

std::string detail_of(std::string_view name, std::string_view text) {
  web::JsonText json;
  json.open('{').member(name, text).close('}');
  return json.take();
}

/// Which service is asked, without what is said to it: that may be a voucher or a PIN.
std::string service_of(std::string_view code) {
  constexpr std::string_view signs = "*#";
  if (code.empty() || signs.find(code.front()) == std::string_view::npos) {
    return detail_of("service", "an answer to a menu");
  }
  const auto begin = code.find_first_not_of(signs);
  return detail_of("service",
                   code.substr(0, code.find_first_of(signs, std::min(begin, code.size()))));
}

/// As the technician's record shows it: without secrets.
std::string command_of(const std::string& command) {
  return detail_of("command",
                   modem::DialogueMask(modem::DialogueMask::Of::host).shown(command, '\r'));
}

}  // namespace

Switchboard::Slot* Switchboard::slot_named(std::string_view name) const {
  const auto found = std::find_if(slots_.begin(), slots_.end(), [&](const auto& entry) {
    return entry.second->line->name() == name;
  });
  return found == slots_.end() ? nullptr : found->second.get();
}

void Switchboard::act(const std::string& modem, web::ModemAction action, const std::string& by,
                      Told<std::monostate> told) {
  Slot* const slot = slot_named(modem);
  if (slot == nullptr) return told(web::ModemRefusal{Why::unknown, {}});
  switch (action) {
    case web::ModemAction::pause: return pause(*slot, true, by, told);
    case web::ModemAction::resume: return pause(*slot, false, by, told);
    case web::ModemAction::restart: return restart(*slot, by, told);
    case web::ModemAction::identify: return identify(*slot, by, told);
  }
}

void Switchboard::restart(Slot& slot, const std::string& by, const Told<std::monostate>& told) {
  const auto may_restart = [told](const Slot& one) {
    if (one.line->present()) return true;
    told(web::ModemRefusal{Why::wrong_state,
                           "the modem is not there; plug it in, and it is started by itself"});
    return false;
  };
  if (!may_restart(slot)) return;
  desk_.ask(
      [this, name = slot.line->name(), by, at = now().wall](scheduler::Book&) {
        desk_.note({by, "modem.restart", name}, at);
        return true;
      },
      [this, raw = &slot, may_restart, told](std::optional<bool> noted) {
        if (!noted) return told(unexpected(not_noted()));
        if (!may_restart(*raw)) return;
        log::info("modem.restart", {{"modem", raw->line->name()}});
        note(*raw, Kind::person, "restarted");
        release_balance(*raw);
        raw->restarts = true;
        settled(*raw);
        told(std::monostate{});
      });
}

/// Its lamp blinks, so that a hand finds it on the shelf.
void Switchboard::identify(Slot& slot, const std::string& by, const Told<std::monostate>& told) {
  if (!may_ask(&slot, told)) return;
  if (slot.line->session().profile().lamp.front().empty()) {
    return told(web::ModemRefusal{
        Why::wrong_state,
        "this model has no lamp that can be told to blink; find it by its place on USB, or unplug "
        "one and see which goes"});
  }
  desk_.ask(
      [this, name = slot.line->name(), by, at = now().wall](scheduler::Book&) {
        desk_.note({by, "modem.identify", name}, at);
        return true;
      },
      [this, raw = &slot, told](std::optional<bool> noted) {
        if (!noted) return told(unexpected(not_noted()));
        note(*raw, Kind::person, "made to blink");
        if (std::exchange(raw->blinks, blinks) == 0) blink(*raw);
        told(std::monostate{});
      });
}

/// Dark and as usual by turns, and as usual in the end.
void Switchboard::blink(Slot& slot) {
  if (slot.blinks == 0) return;
  const auto again = [this, raw = &slot] {
    loop_.after(blink_pause, [this, raw] { blink(*raw); });
  };
  const auto& lamp = slot.line->session().profile().lamp;
  if (!slot.line->present() || lamp.front().empty()) {
    slot.blinks = 0;  // it comes back with its lamp as usual, or is another one now
    return;
  }
  if (!slot.line->session().can_ask()) {
    if (slot.blinks >= 2) slot.blinks -= 2;  // of one alone the lamp would stay dark
    return again();
  }
  ask(slot, modem::Request::Kind::lamp, std::string(lamp.at(slot.blinks % 2 == 0 ? 0 : 1)),
      [again](const modem::RequestEnded&) { again(); });
  --slot.blinks;
}

void Switchboard::pause(Slot& slot, bool is_paused, const std::string& by,
                        const Told<std::monostate>& told) {
  const bool before = std::exchange(slot.paused, is_paused);
  settled(slot);
  desk_.ask(
      [this, name = slot.line->name(), is_paused, by, at = now().wall](scheduler::Book& book) {
        book.pause_modem(name, is_paused);
        desk_.note({by, is_paused ? "modem.pause" : "modem.resume", name}, at);
        book.note_modem({name, at, Kind::person, is_paused ? "paused" : "resumed"});
        return true;
      },
      [this, raw = &slot, is_paused, before, told](std::optional<bool> done) {
        if (done) {
          publish();  // the answer shows the modem as it is now
          return told(std::monostate{});
        }
        if (raw->paused == is_paused) raw->paused = before;  // nobody has asked again since
        settled(*raw);
        told(unexpected(web::Unavailable{"the database takes no writes; try again", busy_pause}));
      });
}

template <class T>
bool Switchboard::may_ask(const Slot* slot, const Told<T>& told) const {
  if (slot == nullptr) {
    told(web::ModemRefusal{Why::unknown, {}});
    return false;
  }
  const auto& session = slot->line->session();
  if (session.state() != modem::SessionState::ready) {
    told(web::ModemRefusal{Why::wrong_state,
                           "the modem is not ready; see its verdict in GET /v1/modems"});
    return false;
  }
  if (!session.can_ask()) {
    told(unexpected(
        web::Unavailable{"the modem is asked something else; try again shortly", busy_pause}));
    return false;
  }
  return true;
}

void Switchboard::ask(Slot& slot, modem::Request::Kind kind, std::string text, Answered answered,
                      bool ends_menu) {
  const auto token = ++last_request_;
  requests_.emplace(token, std::move(answered));
  slot.line->ask({token, kind, std::move(text), ends_menu});
  loop_.after(web::longest_modem_answer, [this, token, raw = &slot] {
    if (requests_.contains(token)) raw->line->forget_request(token);
    modem::RequestEnded late{token};
    late.why = "late";
    request_ended(late);
  });
}

void Switchboard::request_ended(const modem::RequestEnded& ended) {
  const auto request = requests_.extract(ended.token);
  if (request) request.mapped()(ended);
}

/// It is written down before it is written to the modem.
void Switchboard::ask_ussd(const std::string& modem, std::string code, const std::string& by,
                           Told<at::UssdAnswer> told) {
  Slot* const slot = slot_named(modem);
  if (!may_ask(slot, told)) return;
  const scheduler::AuditEntry entry{by, "modem.ussd", modem, service_of(code)};
  desk_.ask(
      [this, entry, at = now().wall](scheduler::Book&) {
        desk_.note(entry, at);
        return true;
      },
      [this, slot, code = std::move(code), told = std::move(told)](std::optional<bool> noted) {
        if (!noted) return told(unexpected(not_noted()));
        if (may_ask(slot, told)) ask_network(slot, code, told);
      });
}

void Switchboard::ask_network(Slot* slot, std::string code, const Told<at::UssdAnswer>& told) {
  note(*slot, Kind::ussd, "asked " + code);
  ask(*slot, modem::Request::Kind::ussd, std::move(code),
      [this, slot, told](const modem::RequestEnded& ended) {
        if (ended.ussd) {
          note(*slot, Kind::ussd,
               std::string(at::name_of(ended.ussd->status)) + ": " + ended.ussd->text.value_or(""));
          return told(*ended.ussd);
        }
        if (ended.why == "text") {
          return told(web::ModemRefusal{
              Why::unfit, "the modem cannot carry this; write at most 160 characters of ASCII"});
        }
        if (!ended.why.empty() && ended.why != "late") return told(interrupted(ended.why));
        if (!ended.failure || !ended.failure->is_answer()) return told(silent());
        const auto meaning = at::meaning_of(*ended.failure);
        told(web::ModemRefusal{Why::wrong_state,
                               "the modem refuses it with " + result_text(*ended.failure) + " (" +
                                   std::string(meaning.meaning) + "); try another code or SIM"});
      });
}

/// It is written down before it is written to the modem.
void Switchboard::ask_at(const web::AtQuestion& question, Told<web::AtAnswer> told) {
  Slot* const slot = slot_named(question.modem);
  if (!may_ask(slot, told)) return;
  log::info("modem.at", {{"modem", question.modem}, {"by", question.by}});
  desk_.ask(
      [this, question, at = now().wall](scheduler::Book& book) {
        book.note_modem(
            {question.modem, at, Kind::person, question.by + " wrote " + question.command});
        desk_.note({question.by, "modem.at", question.modem, command_of(question.command)}, at);
        return true;
      },
      [this, slot, question, told = std::move(told)](std::optional<bool> noted) {
        if (!noted) return told(unexpected(not_noted()));
        if (!may_ask(slot, told)) return;
        ask(*slot, modem::Request::Kind::at, question.command,
            [told](const modem::RequestEnded& ended) {
              if (!ended.why.empty() && ended.why != "late") return told(interrupted(ended.why));
              if (ended.failure && !ended.failure->is_answer()) return told(silent());
              if (!ended.why.empty()) return told(silent());
              web::AtAnswer answer{.lines = {}, .result = "OK"};
              for (const auto& line : ended.lines) {
                answer.lines.push_back(line.text);
                if (!line.payload.empty()) answer.lines.push_back(line.payload);
              }
              if (ended.failure) answer.result = result_text(*ended.failure);
              told(std::move(answer));
            });
      });
}

}  // namespace bank::host
