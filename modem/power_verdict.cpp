#include "modem/power_verdict.hpp"

#include <fmt/format.h>

#include "modem/power_test.hpp"

namespace bank::modem {
namespace {

std::string seconds(const std::optional<std::chrono::milliseconds>& time) {
  return time ? fmt::format("{:.1f} s", static_cast<double>(time->count()) / 1000) : "?";
}

/// A setting that was changed and outlived the loss of its line can tell.
bool tells(const PowerObservations& seen, std::size_t i) {
  return seen.changed.at(i) && seen.reopened.at(i) == seen.changed.at(i);
}

}  // namespace

Volatile changed_from(const Volatile& first) {
  Volatile changed;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first.at(i)) changed.at(i) = first.at(i) == 2 ? 1 : 2;
  }
  return changed;
}

std::string_view name_of(PowerVerdict verdict) {
  switch (verdict) {
    case PowerVerdict::works: return "works";
    case PowerVerdict::keeps_power: return "keeps_power";
    case PowerVerdict::stays: return "stays";
    case PowerVerdict::lost: return "lost";
    case PowerVerdict::mute: return "mute";
    case PowerVerdict::no_switch: return "no_switch";
    case PowerVerdict::untold: return "untold";
  }
  return "";
}

bool can_tell(const PowerObservations& seen) {
  for (std::size_t i = 0; i < seen.changed.size(); ++i) {
    if (tells(seen, i)) return true;
  }
  return false;
}

PowerVerdict verdict_of(const PowerObservations& seen) {
  if (seen.is_switched == false) return PowerVerdict::no_switch;
  if (!seen.is_switched || !can_tell(seen)) return PowerVerdict::untold;
  if (!seen.gone) return PowerVerdict::stays;
  if (!seen.back) return PowerVerdict::lost;
  if (!seen.answered) return PowerVerdict::mute;
  bool was_told = false;
  for (std::size_t i = 0; i < seen.changed.size(); ++i) {
    if (!tells(seen, i) || !seen.after.at(i)) continue;
    if (seen.after.at(i) != seen.changed.at(i)) return PowerVerdict::works;
    was_told = true;
  }
  return was_told ? PowerVerdict::keeps_power : PowerVerdict::untold;
}

std::string sentence_of(const PowerObservations& seen) {
  const std::string times = fmt::format("the device was gone after {}, back {} after switching on",
                                        seconds(seen.gone), seconds(seen.back));
  switch (verdict_of(seen)) {
    case PowerVerdict::works:
      return fmt::format("works: {}; its modem answered after {} and had begun anew", times,
                         seconds(seen.answered));
    case PowerVerdict::keeps_power:
      return fmt::format(
          "does not work: {}, but its modem had power all the time and kept its "
          "settings; this hub does not switch, or the modem has another supply",
          times);
    case PowerVerdict::stays:
      return fmt::format(
          "does not work: the device was still there {} after its port was switched "
          "off; this hub does not switch",
          seconds(power_gone_time));
    case PowerVerdict::lost:
      return fmt::format(
          "does not work: the device was not back {} after its port was switched on; "
          "pull the plug and put it in again",
          seconds(power_back_time));
    case PowerVerdict::mute:
      return fmt::format(
          "does not work: {}, and its modem did not answer within {}; pull the plug "
          "and put it in again",
          times, seconds(power_answer_time));
    case PowerVerdict::no_switch: return "no power control here: " + seen.why;
    case PowerVerdict::untold:
      return "cannot be told: its modem loses +CREG and +CMEE without losing its power; watch its "
             "light while you switch by hand (docs/hardware.md)";
  }
  return "";
}

}  // namespace bank::modem
