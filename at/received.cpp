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

Result<Received, DecodeError> decode_received(std::string_view hex, bool with_smsc) {
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  if (type_of(*octets, with_smsc) == first_octet::status_report) {
    return decode_status_report(hex, with_smsc);
  }
  return decode_deliver(hex, with_smsc);
}

Result<Received, DecodeError> decode_received_of(std::string_view hex, std::size_t length) {
  const auto octets = from_hex(hex);
  if (octets && octets->size() == length) {
    if (auto bare = decode_received(hex, false)) return bare;
  }
  return decode_received(hex);
}

}  // namespace bank::at
