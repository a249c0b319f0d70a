#include "at/deliver.hpp"

#include <utility>

#include "at/tp.hpp"

namespace bank::at {
namespace {

constexpr std::uint8_t message_type_bits = 0x03;
constexpr std::uint8_t deliver_type = 0x00;
constexpr std::uint8_t reserved_type = 0x03;  // TS 23.040 §9.2.3.1: read as a DELIVER
constexpr std::uint8_t udhi_bit = 0x40;
constexpr std::size_t time_octets = 7;

}  // namespace

Result<Deliver, DecodeError> decode_deliver(std::string_view hex, bool with_smsc) {
  using Fault = DecodeError::Fault;
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  const Octets pdu(*octets);
  const auto truncated = [&](std::string_view field) {
    return unexpected(DecodeError{Fault::truncated, field, pdu.size()});
  };
  Deliver deliver;
  std::size_t at = 0;
  if (with_smsc) {
    const auto smsc = read_smsc(pdu);
    if (!smsc) return unexpected(smsc.error());
    deliver.smsc = smsc->address.digits_or_text;
    at = smsc->octets;
  }
  if (at >= pdu.size()) return truncated("TP-MTI");
  const std::uint8_t first = pdu[at];
  const int type = first & message_type_bits;
  if (type != deliver_type && type != reserved_type) {
    return unexpected(DecodeError{Fault::reserved_value, "TP-MTI", at});
  }
  auto from = read_address(pdu, ++at, "TP-OA");
  if (!from) return unexpected(from.error());
  deliver.from = std::move(from->address);
  at += from->octets;
  if (at >= pdu.size()) return truncated("TP-PID");
  deliver.pid = pdu[at++];
  if (at >= pdu.size()) return truncated("TP-DCS");
  deliver.dcs = pdu[at++];
  if (pdu.size() < at + time_octets) return truncated("TP-SCTS");
  if (const auto time = decode_scts(pdu.subspan(at).first<time_octets>())) {
    deliver.timestamp = *time;
  }
  at += time_octets;
  if (at >= pdu.size()) return truncated("TP-UDL");
  const Coding coding = coding_of(deliver.dcs);
  deliver.alphabet = coding.alphabet;
  deliver.message_class = coding.message_class;
  auto user_data = read_user_data(pdu, at, (first & udhi_bit) != 0, coding.alphabet);
  deliver.concat = user_data.concat;
  deliver.text = std::move(user_data.text);
  deliver.data = std::move(user_data.data);
  return deliver;
}

}  // namespace bank::at
