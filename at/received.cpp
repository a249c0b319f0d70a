#include "at/received.hpp"

#include "at/pdu_reader.hpp"

namespace bank::at {
namespace {

/// The message type, as far as there is one.
int type_of(Octets pdu, bool with_smsc) {
  PduReader reader(pdu);
  if (with_smsc) (void)reader.smsc();
  return reader.octet("TP-MTI") & first_octet::mti_mask;
}

}  // namespace

Result<Received, DecodeError> decode_received(Octets pdu, bool with_smsc) {
  if (type_of(pdu, with_smsc) == first_octet::status_report) {
    return decode_status_report(pdu, with_smsc);
  }
  return decode_deliver(pdu, with_smsc);
}

Result<Received, DecodeError> decode_received(std::string_view hex, bool with_smsc) {
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  return decode_received(*octets, with_smsc);
}

Result<Received, DecodeError> decode_received_of(std::string_view hex, std::size_t length) {
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  if (octets->size() == length) {
    if (auto without_smsc = decode_received(*octets, false)) return without_smsc;
  }
  return decode_received(*octets, true);
}

}  // namespace bank::at
