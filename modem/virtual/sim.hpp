#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bank::modem::virt {

inline constexpr std::size_t default_storage = 30;  // messages a SIM holds
inline constexpr std::size_t most_storage = 255;    // what +CPMS of common modems can say
inline constexpr std::size_t most_held = 10'000;    // inbound texts the network keeps for one SIM
inline constexpr int most_pin_tries = 3;            // TS 31.101: then the PUK is asked
inline constexpr const char* default_puk = "12345678";

/// A text as it lies on the SIM: TS 27.005 <stat> 0 "received unread" or 1 "received read".
struct StoredText {
  std::string pdu;  // upper-case hex with its service-centre field, as +CMGR prints it
  bool read = false;
  bool report = false;  // a STATUS-REPORT kept by +CNMI <ds>=2
};

/// What the network says to a USSD code.
struct UssdText {
  std::string text;      // ASCII without quotes
  bool is_menu = false;  // it waits for an answer
};

/// One subscriber: what moves when the card is pulled out of one modem and put into another,
/// including what the network still holds for it.
struct Sim {
  std::string iccid;   // 19 digits
  std::string imsi;    // 15 digits
  std::string number;  // E.164 with '+', as +CNUM tells it
  std::string pin;     // empty: no PIN asked
  int pin_tries = most_pin_tries;
  std::string smsc = "+989110000001";
  std::map<std::string, UssdText> ussd{};  // by code; others are not supported; none: no USSD
  std::vector<std::optional<StoredText>> slots =
      std::vector<std::optional<StoredText>>(default_storage);  // index 0 is +CMGR=1
  /// A store for reports alone, where the modem has one (ModemOptions::report_store).
  std::vector<std::optional<StoredText>> reports{};
  // What the network keeps until it can be delivered. Apart, because a full SIM stops texts only.
  std::deque<StoredText> held;
  std::deque<StoredText> held_reports;

  [[nodiscard]] std::size_t used() const;
};

/// The SIM of slot `index` (0 = the first): ICCID 8998110000000000001…, number +989120000001….
[[nodiscard]] Sim sim_of(unsigned index, std::string pin = {},
                         std::size_t storage = default_storage);

/// The IMEI of slot `index`: 15 digits, the last the Luhn digit (TS 23.003 §6.2.1).
[[nodiscard]] std::string imei_of(unsigned index);

}  // namespace bank::modem::virt
