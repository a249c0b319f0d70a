#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "modem/virtual/modem.hpp"

namespace bank::modem::virt::test {

using namespace std::chrono_literals;

// To +989121234567, "hellohello", without and with a status report asked for.
inline constexpr std::string_view plain_pdu = "0001000C9189191232547600000AE8329BFD4697D9EC37";
inline constexpr std::string_view reported_pdu = "0021000C9189191232547600000AE8329BFD4697D9EC37";
inline constexpr std::string_view cmgs = "AT+CMGS=22\r";  // their octets

/// One modem on a table, and the time in hand.
struct BenchTop {
  TimePoint now{1h};
  Modem modem;

  explicit BenchTop(ModemOptions options = {}, Sim sim = sim_of(0))
      : modem(with_clock(std::move(options)), std::move(sim), 42) {
    say("ATE0\r");
  }

  static ModemOptions with_clock(ModemOptions options) {
    options.imei = imei_of(0);
    options.clock_origin = TimePoint{1h};
    options.wall_origin = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
    return options;
  }

  std::string say(std::string_view bytes) {
    modem.receive(bytes, now);
    return modem.take_output();
  }
  std::string wait(std::chrono::milliseconds time) {
    const TimePoint end = now + time;
    while (modem.deadline() <= end) {
      now = modem.deadline();
      modem.due(now);
    }
    now = end;
    return modem.take_output();
  }
  /// From AT+CMGS to whatever is said at once after Ctrl-Z.
  std::string send(std::string_view pdu = plain_pdu) {
    const std::string prompt = say("AT+CMGS=" + std::to_string(pdu.size() / 2 - 1) + "\r");
    return prompt == "\r\n> " ? say(std::string(pdu) + "\x1A") : "no prompt: " + prompt;
  }
  std::size_t taken() { return modem.take_submissions().size(); }
};

}  // namespace bank::modem::virt::test
