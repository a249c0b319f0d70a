#include "modem/virtual/control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace bank::modem::virt {
namespace {

using Answer = Result<std::string, std::string>;  // what follows "ok", or "error"

constexpr std::size_t most_caller_digits = 20;  // as an address has (TS 23.040 §9.1.2.5)

/// One line taken apart: the command, the slots it is for, the words after them.
struct Request {
  Switchboard& board;
  std::vector<std::size_t> slots;
  bool all = false;
  std::vector<std::string_view> words;
  std::string_view rest;  // after the slot, blanks and all
};

auto complain(std::string_view found, std::string_view right) {
  return unexpected(fmt::format("'{}': write {}", found, right));
}

std::string_view word(const Request& request, std::size_t i) {
  return i < request.words.size() ? request.words[i] : std::string_view{};
}

/// Does one thing with each slot; the first that cannot ends it.
template <class Action>
Answer each(const Request& request, Action&& action) {
  for (const std::size_t slot : request.slots) {
    const Result<void, std::string> done = action(slot);
    if (!done) {
      return unexpected(fmt::format("{}: {}", request.board.name(slot), done.error()));
    }
  }
  return std::string{};
}

template <class Action>
Answer each_modem(const Request& request, Action&& action) {
  return each(request, [&](std::size_t slot) -> Result<void, std::string> {
    action(request.board.modem(slot), request.board.now());
    return {};
  });
}

std::string_view state_of(Switchboard& board, std::size_t slot) {
  return board.plugged(slot) ? board.modem(slot).state_name(board.now()) : "unplugged";
}

std::string counters_text(const Counters& c) {
  return fmt::format(
      "accepted={} refused={} bad_pdus={} violations={} delivered={} reports={} hung_up={} "
      "dropped={}",
      c.accepted, c.refused, c.bad_pdus, c.violations, c.delivered, c.reports, c.hung_up,
      c.dropped);
}

Answer list(const Request& request) {
  std::string text;
  for (std::size_t slot = 0; slot < request.board.size(); ++slot) {
    text += fmt::format("{}{}={}", slot == 0 ? "" : " ", request.board.name(slot),
                        state_of(request.board, slot));
  }
  return text;
}

Answer status(const Request& request) {
  if (request.slots.size() != 1) return complain("all", "status slot-NN");
  const std::size_t slot = request.slots.front();
  const Modem& modem = request.board.modem(slot);
  const auto& sim = modem.sim();
  return fmt::format(
      "{} state={} imei={} iccid={} number={} pin={} registration={} storage={}/{} held={} "
      "faults={} latency_ms={} {}",
      request.board.name(slot), state_of(request.board, slot), modem.options().imei,
      sim ? sim->iccid : "none", sim ? sim->number : "none",
      !sim || sim->pin.empty() ? "none" : sim->pin, modem.registration(), sim ? sim->used() : 0,
      sim ? sim->slots.size() : 0, sim ? sim->held.size() + sim->held_reports.size() : 0,
      modem.faults_waiting(), modem.options().latency.count(), counters_text(modem.counters()));
}

Answer stats(const Request& request) {
  Counters sum;
  for (const std::size_t slot : request.slots) {
    const Counters& c = request.board.modem(slot).counters();
    sum.accepted += c.accepted;
    sum.refused += c.refused;
    sum.bad_pdus += c.bad_pdus;
    sum.violations += c.violations;
    sum.delivered += c.delivered;
    sum.reports += c.reports;
    sum.hung_up += c.hung_up;
    sum.dropped += c.dropped;
  }
  return fmt::format("modems={} {}", request.slots.size(), counters_text(sum));
}

Answer gaps(const Request& request) {
  Gaps sum;
  for (const std::size_t slot : request.slots) sum.add(request.board.modem(slot).gaps());
  if (word(request, 0) == "reset") {
    for (const std::size_t slot : request.slots) request.board.modem(slot).forget_gaps();
  }
  return fmt::format("count={} p50_us={} p99_us={} max_us={}", sum.count(), sum.quantile_us(500),
                     sum.quantile_us(990), sum.most_us());
}

Answer air(const Request& request) {
  const TimePoint now = request.board.now();
  const auto micros = [](auto time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  };
  std::chrono::nanoseconds on_air{0};
  TimePoint asked{};
  for (const std::size_t slot : request.slots) {
    const Modem& modem = request.board.modem(slot);
    on_air += modem.on_air(now);
    asked = std::max(asked, modem.asked_at().value_or(TimePoint{}));
  }
  return fmt::format("modems={} now_us={} on_air_us={} asked_us={}", request.slots.size(),
                     micros(now.time_since_epoch()), micros(on_air),
                     micros(asked.time_since_epoch()));
}

Answer inject(const Request& request) {
  const auto fault = parse_fault(request.rest);
  if (!fault) return unexpected(fault.error());
  return each(request, [&](std::size_t slot) { return request.board.modem(slot).inject(*fault); });
}

Answer silence(const Request& request) {
  const auto time = parse_time(word(request, 0));
  if (!request.words.empty() && !time) return complain(request.rest, "a time as 5s, or nothing");
  return each_modem(request, [&](Modem& modem, TimePoint now) {
    modem.silence(time ? now + *time : TimePoint::max());
  });
}

Answer hang(const Request& request) {
  return each_modem(request, [&](Modem& modem, TimePoint) { modem.hang(Cure::reset); });
}

Answer storm(const Request& request) {
  const auto lines = parse_number(word(request, 0));
  if (!lines) return complain(request.rest, "lines a second, 0 to end it");
  return each_modem(request, [&](Modem& modem, TimePoint now) { modem.storm(*lines, now); });
}

Answer noise(const Request& request) {
  const std::string_view hex = word(request, 0);
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto octet = parse_number(fmt::format("0x{}", hex.substr(i, 2)));
    if (!octet) break;
    bytes += static_cast<char>(*octet);
  }
  if (bytes.empty() || bytes.size() * 2 != hex.size()) return complain(hex, "octets in hex");
  return each_modem(request, [&](Modem& modem, TimePoint now) { modem.noise(bytes, now); });
}

Answer restart(const Request& request) {
  return each(request, [&](std::size_t slot) -> Result<void, std::string> {
    if (!request.board.plugged(slot)) {
      return unexpected(std::string("is unplugged: replug it"));
    }
    request.board.modem(slot).restart(request.board.now());
    return {};
  });
}

Answer heal(const Request& request) {
  return each_modem(request, [](Modem& modem, TimePoint now) { modem.heal(now); });
}

Answer unplug(const Request& request) {
  return each(request, [&](std::size_t slot) -> Result<void, std::string> {
    if (request.board.plugged(slot)) return request.board.unplug(slot);
    if (request.all) return {};
    return unexpected(std::string("is unplugged already: replug it"));
  });
}

Answer replug(const Request& request) {
  return each(request, [&](std::size_t slot) -> Result<void, std::string> {
    if (!request.board.plugged(slot)) return request.board.replug(slot);
    if (request.all) return {};
    return unexpected(std::string("is plugged in: unplug it first"));
  });
}

Answer latency(const Request& request) {
  const auto time = parse_time(word(request, 0), milliseconds{1});
  const auto jitter = request.words.size() > 1 ? parse_time(word(request, 1), milliseconds{1})
                                               : std::optional<milliseconds>{0};
  if (!time || !jitter) return complain(request.rest, "milliseconds [jitter]");
  return each_modem(request, [&](Modem& modem, TimePoint) { modem.set_latency(*time, *jitter); });
}

Answer report_delay(const Request& request) {
  const auto time = parse_time(word(request, 0), milliseconds{1});
  if (!time) return complain(request.rest, "milliseconds");
  return each_modem(request, [&](Modem& modem, TimePoint) { modem.set_report_delay(*time); });
}

Answer registration(const Request& request) {
  constexpr std::pair<std::string_view, int> names[] = {
      {"none", 0}, {"home", 1}, {"searching", 2}, {"denied", 3}, {"unknown", 4}, {"roaming", 5}};
  const auto known = std::find_if(std::begin(names), std::end(names),
                                  [&](const auto& n) { return n.first == word(request, 0); });
  const auto number = known != std::end(names)
                          ? std::optional<unsigned>(static_cast<unsigned>(known->second))
                          : parse_number(word(request, 0));
  if (!number || *number > 10) {
    return complain(request.rest, "home, roaming, searching, denied, unknown, none or 0 to 10");
  }
  return each_modem(request, [&](Modem& modem, TimePoint now) {
    modem.set_registration(static_cast<int>(*number), now);
  });
}

Answer signal(const Request& request) {
  const auto rssi = parse_number(word(request, 0));
  if (!rssi || *rssi > 99) return complain(request.rest, "0 to 31, or 99 for unknown");
  return each_modem(request,
                    [&](Modem& modem, TimePoint) { modem.set_signal(static_cast<int>(*rssi)); });
}

Answer pin(const Request& request) {
  const std::string_view value = word(request, 0);
  const bool digits = value.size() >= 4 && value.size() <= 8 &&
                      value.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits && value != "none") return complain(request.rest, "4 to 8 digits, or none");
  return each_modem(request, [&](Modem& modem, TimePoint) {
    modem.set_pin(value == "none" ? std::string{} : std::string(value));
  });
}

/// The text after the sender; \n stands for a line feed, \\ for a backslash.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == '\\');
    plain += !pair ? text[i] : text[++i] == 'n' ? '\n' : '\\';
  }
  return plain;
}

Answer deliver(const Request& request) {
  const std::string_view from = word(request, 0);
  if (from.empty()) return complain(request.rest, "deliver slot-NN SENDER TEXT");
  std::string_view text = request.rest.substr(from.size());
  if (text.starts_with(' ')) text.remove_prefix(1);
  const std::string plain = unescape(text);
  return each(request, [&](std::size_t slot) {
    return request.board.modem(slot).deliver(from, plain, request.board.now());
  });
}

Answer deliver_pdu(const Request& request) {
  return each(request, [&](std::size_t slot) {
    return request.board.modem(slot).deliver_pdu(word(request, 0), request.board.now());
  });
}

Answer call(const Request& request) {
  const std::string_view number = word(request, 0);
  const auto digits = number.substr(number.starts_with('+') ? 1 : 0);
  const bool is_number = !digits.empty() && digits.size() <= most_caller_digits &&
                         digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number) {
    return complain(request.rest, fmt::format("a number of 1 to {} digits", most_caller_digits));
  }
  return each_modem(request,
                    [&](Modem& modem, TimePoint now) { modem.call(std::string(number), now); });
}

/// A code ends with #, the answers that a menu takes may not.
Answer ussd(const Request& request) {
  constexpr std::size_t most_codes = 100;
  constexpr std::string_view menu_word = "menu ";
  const std::string_view code = word(request, 0);
  std::string_view text = request.rest.substr(code.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const bool is_menu = text.starts_with(menu_word);
  if (is_menu) text.remove_prefix(menu_word.size());
  const bool is_code =
      !code.empty() && code.find_first_not_of("0123456789*#") == std::string_view::npos;
  if (!is_code || text.empty() || text.find('"') != std::string_view::npos) {
    return complain(request.rest, "ussd slot-NN CODE [menu] TEXT, the text without quotes");
  }
  return each(request, [&](std::size_t slot) -> Result<void, std::string> {
    Modem& modem = request.board.modem(slot);
    if (!modem.sim()) return unexpected<std::string>("there is no SIM in it: sim SLOT insert");
    if (modem.sim()->ussd.size() >= most_codes) {
      return unexpected<std::string>(fmt::format("the SIM knows {} codes already", most_codes));
    }
    modem.set_ussd(std::string(code), {unescape(text), is_menu});
    return {};
  });
}

std::optional<std::size_t> slot_named(const Switchboard& board, std::string_view name) {
  for (std::size_t slot = 0; slot < board.size(); ++slot) {
    if (board.name(slot) == name) return slot;
  }
  return std::nullopt;
}

Answer sim(const Request& request) {
  if (request.slots.size() != 1) return complain("all", "sim slot-NN …");
  Switchboard& board = request.board;
  const std::size_t slot = request.slots.front();
  auto& drawer = board.drawer(slot);
  if (word(request, 0) == "eject") {
    if (!board.modem(slot).sim()) return complain("eject", "insert: there is no SIM in it");
    drawer = board.modem(slot).remove_sim(board.now());
    return std::string{};
  }
  if (word(request, 0) == "insert") {
    if (!drawer) return complain("insert", "eject first: the slot has its SIM");
    board.modem(slot).insert_sim(*std::exchange(drawer, std::nullopt), board.now());
    return std::string{};
  }
  const auto other = slot_named(board, word(request, 0));
  if (!other || *other == slot) return complain(request.rest, "eject, insert, or another slot");
  auto mine = board.modem(slot).remove_sim(board.now());
  auto theirs = board.modem(*other).remove_sim(board.now());
  if (theirs) board.modem(slot).insert_sim(std::move(*theirs), board.now());
  if (mine) board.modem(*other).insert_sim(std::move(*mine), board.now());
  return std::string{};
}

Answer record(const Request& request) {
  Record& file = request.board.record();
  if (!request.words.empty()) {
    const auto opened = file.open(request.rest == "off" ? "" : std::string(request.rest));
    if (!opened) return unexpected(opened.error());
  }
  file.flush();
  if (!file.error().empty()) return unexpected(file.error());
  return fmt::format("{} lines={}", file.path().empty() ? "off" : file.path(), file.lines());
}

Answer help(const Request&);

enum class Takes { nothing, slots, slots_or_nothing };

struct Word {
  std::string_view name;
  Takes takes;
  Answer (*act)(const Request&);
  std::string_view usage;
};

constexpr Word words[] = {
    {"list", Takes::nothing, list, ""},
    {"status", Takes::slots, status, "SLOT"},
    {"stats", Takes::slots_or_nothing, stats, "[SLOT|all]"},
    {"gaps", Takes::slots_or_nothing, gaps, "[SLOT|all [reset]]"},
    {"air", Takes::slots_or_nothing, air, "[SLOT|all]"},
    {"fault", Takes::slots, inject, "SLOT|all KIND [N|TIME] [count=N|always] [permille=P]"},
    {"heal", Takes::slots, heal, "SLOT|all"},
    {"silence", Takes::slots, silence, "SLOT|all [TIME]"},
    {"hang", Takes::slots, hang, "SLOT|all"},
    {"storm", Takes::slots, storm, "SLOT|all LINES_PER_SECOND"},
    {"noise", Takes::slots, noise, "SLOT|all HEX"},
    {"restart", Takes::slots, restart, "SLOT|all"},
    {"unplug", Takes::slots, unplug, "SLOT|all"},
    {"replug", Takes::slots, replug, "SLOT|all"},
    {"latency", Takes::slots, latency, "SLOT|all MS [JITTER_MS]"},
    {"report-delay", Takes::slots, report_delay, "SLOT|all MS"},
    {"registration", Takes::slots, registration,
     "SLOT|all home|roaming|searching|denied|unknown|none|0-10"},
    {"signal", Takes::slots, signal, "SLOT|all 0-31|99"},
    {"pin", Takes::slots, pin, "SLOT|all DIGITS|none"},
    {"sim", Takes::slots, sim, "SLOT eject|insert|OTHER_SLOT"},
    {"deliver", Takes::slots, deliver, "SLOT|all SENDER TEXT"},
    {"pdu", Takes::slots, deliver_pdu, "SLOT|all HEX"},
    {"call", Takes::slots, call, "SLOT|all NUMBER"},
    {"ussd", Takes::slots, ussd, "SLOT|all CODE [menu] TEXT"},
    {"record", Takes::nothing, record, "[FILE|off]"},
    {"help", Takes::nothing, help, ""},
};

Answer help(const Request&) {
  std::string text;
  for (const Word& known : words) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : "; ", known.name,
                        known.usage.empty() ? "" : " ", known.usage);
  }
  std::string kinds = fault_help();
  std::replace(kinds.begin(), kinds.end(), '\n', ';');
  return text + " -- kinds of fault: " + kinds;
}

const Word* find_word(std::string_view name) {
  const auto found = std::find_if(std::begin(words), std::end(words),
                                  [&](const Word& known) { return known.name == name; });
  return found == std::end(words) ? nullptr : found;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

std::string_view take_word(std::string_view& text) {
  const std::string_view first = text.substr(0, text.find(' '));
  text = trim(text.substr(first.size()));
  return first;
}

Answer dispatch(Switchboard& board, std::string_view line) {
  std::string_view rest = trim(line);
  const Word* command = find_word(take_word(rest));
  if (command == nullptr) {
    return unexpected(fmt::format("no command '{}': 'help' lists them",
                                  line.substr(0, std::min<std::size_t>(line.find(' '), 40))));
  }
  Request request{board, {}, false, {}, {}};
  if (command->takes == Takes::slots || (command->takes == Takes::slots_or_nothing)) {
    const std::string_view target = take_word(rest);
    request.all = target == "all" || (target.empty() && command->takes == Takes::slots_or_nothing);
    const auto one = slot_named(board, target);
    if (one) request.slots.push_back(*one);
    if (!one && !request.all) {
      return unexpected(fmt::format("no slot '{}': there are {} to {}; write {} {}", target,
                                    board.name(0), board.name(board.size() - 1), command->name,
                                    command->usage));
    }
    for (std::size_t slot = 0; request.all && slot < board.size(); ++slot) {
      request.slots.push_back(slot);
    }
  }
  // "fault slot-03 silence 5s" is what one writes first: the states go by the same door.
  if (command->act == inject) {
    std::string_view state = rest;
    const std::string_view name = take_word(state);
    for (const std::string_view alias :
         {"silence", "hang", "storm", "restart", "unplug", "replug", "registration"}) {
      if (name != alias) continue;
      command = find_word(alias);
      rest = state;
      break;
    }
  }
  request.rest = rest;
  request.words = words_of(rest);
  return command->act(request);
}

}  // namespace

std::string obey(Switchboard& board, std::string_view line) {
  const Answer answer = dispatch(board, line);
  if (!answer) return "error " + answer.error();
  return answer->empty() ? std::string("ok") : "ok " + *answer;
}

}  // namespace bank::modem::virt
