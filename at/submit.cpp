#include "at/submit.hpp"

#include <algorithm>

#include "at/address.hpp"
#include "at/gsm7.hpp"
#include "at/tp.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

constexpr std::size_t user_data_octets = 140;
constexpr std::size_t user_data_septets = 160;

// Bits of the first octet (TS 23.040 §9.2.2.2).
constexpr std::uint8_t submit_type = 0x01;
constexpr std::uint8_t message_type_bits = 0x03;
constexpr std::uint8_t rd_bit = 0x04;
constexpr std::uint8_t vpf_relative = 0x10;
constexpr std::uint8_t vpf_bits = 0x18;
constexpr std::uint8_t srr_bit = 0x20;
constexpr std::uint8_t udhi_bit = 0x40;

std::uint8_t low(int value) {
  return static_cast<std::uint8_t>(value & 0xFF);
}

std::vector<std::uint8_t> header_of(const Concat& concat) {
  if (concat.bits == 16) {
    return {6, 0x08, 4, low(concat.ref >> 8), low(concat.ref), low(concat.total), low(concat.seq)};
  }
  return {5, 0x00, 3, low(concat.ref), low(concat.total), low(concat.seq)};
}

bool is_in_range(const Concat& concat) {
  const int most_ref = concat.bits == 16 ? 0xFFFF : 0xFF;
  return (concat.bits == 8 || concat.bits == 16) && concat.ref >= 0 && concat.ref <= most_ref &&
         concat.total >= 1 && concat.total <= 255 && concat.seq >= 1 && concat.seq <= concat.total;
}

/// Appends TP-UDL and TP-UD.
std::optional<EncodeError> append_user_data(std::vector<std::uint8_t>& octets,
                                            const Submit& submit) {
  using Fault = EncodeError::Fault;
  const auto header = submit.concat ? header_of(*submit.concat) : std::vector<std::uint8_t>{};
  if (submit.alphabet == Alphabet::gsm7) {
    const auto septets = septets_from_utf8(submit.text);
    if (!septets) return EncodeError{Fault::not_in_alphabet, "TP-UD"};
    const std::size_t fill_bits = (7 - header.size() * 8 % 7) % 7;
    const std::size_t udl = (header.size() * 8 + fill_bits) / 7 + septets->size();
    if (udl > user_data_septets) return EncodeError{Fault::too_long, "TP-UD"};
    octets.push_back(static_cast<std::uint8_t>(udl));
    octets.insert(octets.end(), header.begin(), header.end());
    append_packed(octets, *septets, fill_bits);
    return std::nullopt;
  }
  std::vector<std::uint8_t> body = header;
  if (submit.alphabet == Alphabet::octets) {
    body.insert(body.end(), submit.text.begin(), submit.text.end());
  } else {
    if (first_not_utf8(submit.text)) return EncodeError{Fault::not_in_alphabet, "TP-UD"};
    append_utf16be(body, submit.text);
  }
  if (body.size() > user_data_octets) return EncodeError{Fault::too_long, "TP-UD"};
  octets.push_back(static_cast<std::uint8_t>(body.size()));
  octets.insert(octets.end(), body.begin(), body.end());
  return std::nullopt;
}

}  // namespace

std::uint8_t relative_validity(std::chrono::minutes validity) {
  int value = 0;
  while (value < 255 && validity_of(static_cast<std::uint8_t>(value)) < validity) ++value;
  return static_cast<std::uint8_t>(value);
}

std::chrono::minutes validity_of(std::uint8_t tp_vp) {
  using namespace std::chrono;
  if (tp_vp <= 143) return minutes{5} * (tp_vp + 1);
  if (tp_vp <= 167) return hours{12} + minutes{30} * (tp_vp - 143);
  if (tp_vp <= 196) return days{tp_vp - 166};
  return weeks{tp_vp - 192};
}

Result<SubmitPdu, EncodeError> encode(const Submit& submit) {
  using Fault = EncodeError::Fault;
  const auto refuse = [](Fault fault, std::string_view field) {
    return unexpected(EncodeError{fault, field});
  };
  if (submit.tp_mr < 0 || submit.tp_mr > 255) return refuse(Fault::out_of_range, "TP-MR");
  if (submit.concat && !is_in_range(*submit.concat)) return refuse(Fault::out_of_range, "TP-UDH");
  if (submit.validity && submit.validity->count() < 0) return refuse(Fault::out_of_range, "TP-VP");

  std::vector<std::uint8_t> octets;
  if (!append_smsc(octets, submit.smsc)) return refuse(Fault::not_a_number, "SMSC");
  const std::size_t smsc_octets = octets.size();
  octets.push_back(static_cast<std::uint8_t>(
      submit_type | (submit.reject_duplicates ? rd_bit : 0) | (submit.validity ? vpf_relative : 0) |
      (submit.report ? srr_bit : 0) | (submit.concat ? udhi_bit : 0)));
  octets.push_back(low(submit.tp_mr));
  if (!append_number(octets, submit.to)) return refuse(Fault::not_a_number, "TP-DA");
  octets.push_back(0);  // TP-PID: a plain short message
  const int alphabet_bits = submit.alphabet == Alphabet::ucs2     ? 0x08
                            : submit.alphabet == Alphabet::octets ? 0x04
                                                                  : 0x00;
  octets.push_back(low(alphabet_bits | (submit.flash ? 0x10 : 0)));
  if (submit.validity) octets.push_back(relative_validity(*submit.validity));
  if (const auto error = append_user_data(octets, submit)) return unexpected(*error);
  return SubmitPdu{to_hex(octets), octets.size() - smsc_octets};
}

Result<Submit, DecodeError> decode_submit(std::string_view hex, bool with_smsc) {
  using Fault = DecodeError::Fault;
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  const Octets pdu(*octets);
  const auto truncated = [&](std::string_view field) {
    return unexpected(DecodeError{Fault::truncated, field, pdu.size()});
  };
  Submit submit;
  std::size_t at = 0;
  if (with_smsc) {
    const auto smsc = read_smsc(pdu);
    if (!smsc) return unexpected(smsc.error());
    submit.smsc = smsc->address.digits_or_text;
    at = smsc->octets;
  }
  if (at >= pdu.size()) return truncated("TP-MTI");
  const std::uint8_t first = pdu[at];
  if ((first & message_type_bits) != submit_type) {
    return unexpected(DecodeError{Fault::reserved_value, "TP-MTI", at});
  }
  ++at;
  submit.report = (first & srr_bit) != 0;
  submit.reject_duplicates = (first & rd_bit) != 0;
  if (at >= pdu.size()) return truncated("TP-MR");
  submit.tp_mr = pdu[at++];
  auto to = read_address(pdu, at, "TP-DA");
  if (!to) return unexpected(to.error());
  submit.to = std::move(to->address.digits_or_text);
  at += to->octets + 1;  // TP-PID
  if (at >= pdu.size()) return truncated("TP-DCS");
  const Coding coding = coding_of(pdu[at++]);
  submit.alphabet = coding.alphabet;
  submit.flash = coding.message_class == 0;
  const int vpf = first & vpf_bits;
  const std::size_t vp_octets = vpf == 0 ? 0 : vpf == vpf_relative ? 1 : 7;
  if (at + vp_octets >= pdu.size()) return truncated(vp_octets == 0 ? "TP-UDL" : "TP-VP");
  if (vpf == vpf_relative) submit.validity = validity_of(pdu[at]);
  at += vp_octets;
  auto user_data = read_user_data(pdu, at, (first & udhi_bit) != 0, coding.alphabet);
  submit.concat = user_data.concat;
  submit.text = user_data.text ? std::move(*user_data.text)
                               : std::string(user_data.data.begin(), user_data.data.end());
  return submit;
}

}  // namespace bank::at
