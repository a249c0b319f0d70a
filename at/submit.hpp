#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/alphabet.hpp"
#include "at/hex.hpp"
#include "at/user_data_header.hpp"
#include "at/validity.hpp"

namespace bank::at {

/// One part to be handed to a modem: an SMS-SUBMIT (TS 23.040 §9.2.2.2).
struct Submit {
  std::string to;      // '+' and digits, or a short code's digits as they are
  std::string smsc{};  // empty: the one the modem has stored
  bool report = true;
  bool reject_duplicates = false;
  bool reply_path = false;
  int pid = 0;                         // TP-PID, TS 23.040 §9.2.3.9
  std::optional<int> message_class{};  // 0 flash: shown at once, not kept; 1 to 3
  std::optional<int> dcs{};            // TP-DCS where it is another than those two make
  std::optional<Validity> validity{};  // rounded up to what TP-VP can say
  Alphabet alphabet = Alphabet::gsm7;
  std::string text{};  // UTF-8, of this part alone; for Alphabet::octets the octets themselves
  UserDataHeader header{};
  int tp_mr = 0;  // the modem puts its own in its place

  friend bool operator==(const Submit&, const Submit&) = default;
};

/// Its TP-DCS.
[[nodiscard]] std::uint8_t dcs_of(const Submit& submit);

/// What AT+CMGS takes.
struct SubmitPdu {
  std::string hex;     // upper case, with the service centre's field in front
  std::size_t length;  // octets after the service centre's field: AT+CMGS=<length>
};

/// Why a Submit cannot be written.
struct EncodeError {
  enum class Fault {
    not_a_number,     // `to` or `smsc`
    not_in_alphabet,  // `text` is not UTF-8, or GSM 7-bit lacks a character
    too_long,         // `text` is more than one part holds
    out_of_range      // a number: TP-MR, TP-PID, TP-DCS (the class), TP-VP, TP-UDH
  };
  Fault fault;
  std::string_view field;  // the name 3GPP gives it, e.g. "TP-DA"

  friend bool operator==(const EncodeError&, const EncodeError&) = default;
};

/// Encodes one part. The length does not depend on the value of the concatenation reference, so
/// that AT+CMGS=<length> can be on its way before the reference is known.
[[nodiscard]] Result<SubmitPdu, EncodeError> encode(const Submit& submit);

/// Reads what `encode` wrote, and what other programs write: with the service centre's field in
/// front unless `with_smsc` is false. Offsets of errors count from the start of what is given.
[[nodiscard]] Result<Submit, DecodeError> decode_submit(std::string_view hex,
                                                        bool with_smsc = true);
[[nodiscard]] Result<Submit, DecodeError> decode_submit(Octets pdu, bool with_smsc = true);

}  // namespace bank::at
