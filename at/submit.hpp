#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/concat.hpp"
#include "at/hex.hpp"
#include "at/split.hpp"

namespace bank::at {

/// One part to be handed to a modem: an SMS-SUBMIT (TS 23.040 §9.2.2.2).
struct Submit {
  std::string to;      // '+' and digits, or a short code's digits as they are
  std::string smsc{};  // empty: the one the modem has stored
  bool report = true;
  bool flash = false;  // message class 0: shown at once, not kept
  bool reject_duplicates = false;
  std::optional<std::chrono::minutes> validity{};  // rounded up to what TP-VP can say
  Alphabet alphabet = Alphabet::gsm7;
  std::string text{};  // UTF-8, of this part alone; for Alphabet::octets the octets themselves
  std::optional<Concat> concat{};
  int tp_mr = 0;  // the modem puts its own in its place

  friend bool operator==(const Submit&, const Submit&) = default;
};

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
    out_of_range      // `concat`, `tp_mr`, `validity`
  };
  Fault fault;
  std::string_view field;  // the name 3GPP gives it, e.g. "TP-DA"

  friend bool operator==(const EncodeError&, const EncodeError&) = default;
};

/// Encodes one part. The length does not depend on the value of the concatenation reference, so
/// that AT+CMGS=<length> can be on its way before the reference is known.
[[nodiscard]] Result<SubmitPdu, EncodeError> encode(const Submit& submit);

/// Reads what `encode` wrote, and what other programs write: with the service centre's field in
/// front unless `with_smsc` is false. A validity given as a date is read as none. Offsets of errors
/// count from the start of what is given.
[[nodiscard]] Result<Submit, DecodeError> decode_submit(std::string_view hex,
                                                        bool with_smsc = true);

/// TP-VP in its relative form (TS 23.040 §9.2.3.12.1): the least value that is not shorter, 255 (63
/// weeks) for what is longer than all.
[[nodiscard]] std::uint8_t relative_validity(std::chrono::minutes validity);

/// The time a relative TP-VP stands for.
[[nodiscard]] std::chrono::minutes validity_of(std::uint8_t tp_vp);

}  // namespace bank::at
