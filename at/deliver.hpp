#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/address.hpp"
#include "at/alphabet.hpp"
#include "at/hex.hpp"
#include "at/timestamp.hpp"
#include "at/user_data_header.hpp"

namespace bank::at {

/// One received part: an SMS-DELIVER (TS 23.040 §9.2.2.1).
struct Deliver {
  std::string smsc;  // empty: the modem did not say
  Address from;
  int pid = 0;
  int dcs = 0;
  std::optional<ServiceCentreTime> timestamp{};  // null when what stands there is no time
  bool more_messages = false;                    // the service centre has others
  bool reply_path = false;                       // it would take an answer by the same way
  Alphabet alphabet = Alphabet::gsm7;
  std::optional<int> message_class{};       // 0 flash, 1 device, 2 SIM, 3 terminal equipment
  std::optional<MessageWaiting> waiting{};  // by the header, else by TP-DCS
  UserDataHeader header{};
  std::optional<std::string> text{};  // UTF-8; null for 8-bit
  // What the text was read from, for parts that end within a character: septets, one an octet, or
  // UTF-16BE. Else the 8-bit user data after the header.
  std::vector<std::uint8_t> data{};
};

/// Reads a DELIVER as +CMGL, +CMGR and +CMT print it, with the service centre's field in front
/// unless `with_smsc` is false.
///
/// What is odd, and what becomes of it:
///   octets behind the user data       not looked at: filler of a SIM record, a modem's own tail
///   TP-UDL beyond the octets          refused: nobody can say what the text was
///   header elements unknown or broken passed over; the header itself beyond the text: refused
///   a time stamp that is no time      null, and the message stands
///   a reserved message type           read as a DELIVER: what lies in an inbox was delivered
///   spare and filler bits             not looked at
///
/// Errors  with the 3GPP name of the field and the octet from the start of what is given:
///         reserved_value for another message type, truncated where octets are missing,
///         out_of_range for a length that cannot be.
[[nodiscard]] Result<Deliver, DecodeError> decode_deliver(std::string_view hex,
                                                          bool with_smsc = true);
[[nodiscard]] Result<Deliver, DecodeError> decode_deliver(Octets pdu, bool with_smsc = true);

/// Who sent it, as far as a PDU that decode_deliver refuses still tells: what a SIM's storage has
/// cut is filed under its sender. Nullopt where not even that can be read.
[[nodiscard]] std::optional<Address> sender_of(std::string_view hex, bool with_smsc = true);

/// Writes a DELIVER as a service centre would, for the virtual network and the tests: one part,
/// text in `alphabet`, class 0 to 3. `pid` is taken as it is, `dcs` is made from alphabet, class
/// and `waiting`, where the header does not say that. Nullopt where a field cannot be written or
/// the part is too long.
[[nodiscard]] std::optional<std::string> encode_deliver(const Deliver& deliver);

}  // namespace bank::at
