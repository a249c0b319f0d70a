#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "at/ussd.hpp"

namespace bank::modem {

/// What needs another course, not just other words.
enum class Quirk : std::uint8_t {
  sends_only,         // takes no messages in: none are asked for
  lists_unreliably,   // +CMGL hangs or tells the wrong places: places are read one by one
  deletes_siblings,   // with one part of a long message it deletes the others
  keeps_no_link,      // +CMMS is an error that costs the next message
  takes_all_stores,   // +CPMS wants three arguments, never fewer
  no_ussd_cancel,     // +CUSD=2 harms
  resets_on_silence,  // after one time-out only a reset helps
  is_slow_to_start,   // ports, and the OK to +CFUN=1, are there long before the firmware
};

/// What is known of a family of modems beyond the standards; all of it is data. A session and a
/// probe do the same with every modem and ask here for the words. Where a list is empty, or all of
/// it is refused, the generic profile's follow. Commands are without "AT" only where said.
///
/// Lists end at their first empty entry.
struct Profile {
  template <std::size_t N>
  using Words = std::array<std::string_view, N>;

  std::string_view name;  // "huawei": as GET /v1/modems and `probe` tell it; unique

  /// A modem is of this family if one of these fits: +CGMI contains `maker` and +CGMM or, where
  /// that tells nothing, +CGMR begins with `model`, both case-less; empty: any. Of a modem that
  /// does not tell its maker, a model of three characters or more is enough.
  struct Mark {
    std::string_view maker{}, model{};
  };
  std::array<Mark, 20> marks{};
  /// Or it is such a USB device; product 0: any of that vendor which no family names.
  struct UsbId {
    std::uint16_t vendor = 0, product = 0;
  };
  std::array<UsbId, 16> usb{};

  /// Which of its ports to try first for AT: by the protocol of the USB interface, else by its
  /// number; -1: any.
  struct AtPort {
    int protocol = -1;
    int interface = -1;
  } at_port{};

  Words<8> init{};  // whole commands, sent singly once it is known; a refusal is passed over

  /// A question whose answer tells at::readiness: asked again until SMS works. Empty: there is
  /// none, and the SIM's first "busy" is waited out.
  std::string_view ready{};

  Words<10> iccid{};      // whole commands
  Words<2> pin_tries{};   // whole commands that tell how many tries are left
  Words<6> notify{};      // values of +CNMI, e.g. "2,1,0,1,0", the best first
  Words<4> receive_in{};  // stores that new messages may go to, e.g. "SM", the best first
  Words<4> sweep{};       // stores that messages or reports have been found in, also unannounced
  /// Value of +CSMS under which each +CMT and +CDS waits for its acknowledgement, and comes again
  /// without: what was not booked is not lost. Empty: 0, the modem acknowledges by itself.
  std::string_view service{};
  std::string_view acknowledge{};  // whole command that acknowledges
  std::string_view temperature{};  // whole command whose answer at::temperature reads
  std::string_view voltage{};      // whole command whose answer at::battery reads
  std::string_view reset{};        // whole command: restarts it; empty: AT+CFUN=1,1
  std::chrono::seconds boot{60};   // from the reset until it answers, at most
  /// Whole commands that darken its lamp, and that have it show the network's state again; empty:
  /// it has none that is told anything.
  Words<2> lamp{};
  at::UssdForm ussd = at::UssdForm::automatic;
  std::string_view ussd_charset{};  // of +CSCS while a USSD request runs; empty: as it is
  std::array<Quirk, 4> quirks{};    // `quirk_count` of them
  std::uint8_t quirk_count = 0;

  [[nodiscard]] constexpr bool has(Quirk quirk) const {
    for (std::uint8_t i = 0; i < quirk_count; ++i) {
      if (quirks.at(i) == quirk) return true;
    }
    return false;
  }
};

/// What TS 27.005, TS 27.007 and V.250 say, tried in the order that fits most.
[[nodiscard]] const Profile& generic_profile();

/// All families, in the order in which they are tried; the generic profile is not among them.
[[nodiscard]] std::span<const Profile* const> profiles();

/// The first family that a modem fits, by what it answered to +CGMI, +CGMM and +CGMR (each may be
/// empty) or by being the very USB device that the family names; else the family of its USB vendor
/// (0: not known), else the generic profile.
[[nodiscard]] const Profile& profile_of(std::string_view maker, std::string_view model,
                                        std::string_view firmware, Profile::UsbId usb = {});

/// Null where no family has this name; "generic" is one.
[[nodiscard]] const Profile* profile_named(std::string_view name);

/// What stands before the answer to a command: "+GMI:" for "AT+GMI", "#TEMPMON:" for
/// "AT#TEMPMON=1".
[[nodiscard]] std::string answer_prefix(std::string_view command);

/// "sends_only", "lists_unreliably", …
[[nodiscard]] std::string_view name_of(Quirk quirk);

}  // namespace bank::modem
