#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "at/address.hpp"
#include "at/hex.hpp"
#include "at/timestamp.hpp"

namespace bank::at {

/// Reads the fields of a PDU one after the other. The first refusal stands: from then on every read
/// gives zero or nothing, so that a decoder can be written as the list of its fields and ask once
/// at the end. Never reads past the octets it was given.
class PduReader {
 public:
  explicit PduReader(Octets pdu) : pdu_(pdu) {}

  [[nodiscard]] const std::optional<DecodeError>& error() const { return error_; }
  [[nodiscard]] std::size_t at() const { return at_; }

  void refuse(DecodeError::Fault fault, std::string_view field, std::size_t offset) {
    if (!error_) error_ = DecodeError{fault, field, offset};
  }

  std::uint8_t octet(std::string_view field) {
    const Octets one = octets(1, field);
    return one.empty() ? std::uint8_t{0} : one.front();
  }

  /// Empty when there are fewer.
  Octets octets(std::size_t count, std::string_view field) {
    if (!error_ && pdu_.size() - at_ < count) {
      refuse(DecodeError::Fault::truncated, field, pdu_.size());
    }
    if (error_) return {};
    at_ += count;
    return pdu_.subspan(at_ - count, count);
  }

  Address address(std::string_view field) {
    return take(error_ ? Result<ReadAddress, DecodeError>{unexpected(*error_)}
                       : read_address(pdu_, at_, field));
  }

  /// The service centre's field; it stands at the very start.
  std::string smsc() { return take(read_smsc(pdu_)).digits_or_text; }

  /// Nullopt also when the seven octets are there and are no time.
  std::optional<ServiceCentreTime> time(std::string_view field) {
    const Octets stamp = octets(7, field);
    if (stamp.empty()) return std::nullopt;
    const auto decoded = decode_scts(stamp.first<7>());
    return decoded ? std::optional{*decoded} : std::nullopt;
  }

 private:
  Address take(Result<ReadAddress, DecodeError> read) {
    if (!read) {
      refuse(read.error().fault, read.error().field, read.error().offset);
      return {};
    }
    at_ += read->octets;
    return std::move(read->address);
  }

  Octets pdu_;
  std::size_t at_ = 0;
  std::optional<DecodeError> error_;
};

/// The first octet of every TPDU (TS 23.040 §9.2.3), as far as it is used here. Bits 2 and 5 mean
/// one thing on the way to a phone and another on the way from it.
namespace first_octet {
inline constexpr std::uint8_t mti_mask = 0x03;
inline constexpr std::uint8_t deliver = 0x00;
inline constexpr std::uint8_t submit = 0x01;
inline constexpr std::uint8_t status_report = 0x02;
inline constexpr std::uint8_t reserved = 0x03;
inline constexpr std::uint8_t no_more_messages = 0x04;   // from the service centre
inline constexpr std::uint8_t reject_duplicates = 0x04;  // to it
inline constexpr std::uint8_t validity_mask = 0x18;
inline constexpr std::uint8_t validity_enhanced = 0x08;
inline constexpr std::uint8_t validity_relative = 0x10;
inline constexpr std::uint8_t validity_absolute = 0x18;
inline constexpr std::uint8_t report_requested = 0x20;  // in a SUBMIT
inline constexpr std::uint8_t of_command = 0x20;        // in a STATUS-REPORT
inline constexpr std::uint8_t has_header = 0x40;
inline constexpr std::uint8_t reply_path = 0x80;
}  // namespace first_octet

}  // namespace bank::at
