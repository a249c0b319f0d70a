#include "at/submit.hpp"

#include "at/address.hpp"
#include "at/data_coding.hpp"
#include "at/pdu_reader.hpp"
#include "at/user_data.hpp"

namespace bank::at {
namespace {

EncodeError error_of(Fit fit) {
  using enum EncodeError::Fault;
  switch (fit) {
    case Fit::not_in_alphabet: return {not_in_alphabet, "TP-UD"};
    case Fit::too_long: return {too_long, "TP-UD"};
    case Fit::senseless_header: return {out_of_range, "TP-UDH"};
    case Fit::fits: break;
  }
  return {out_of_range, "TP-UD"};
}

std::uint8_t first_octet_of(const Submit& submit) {
  int octet = first_octet::submit;
  if (submit.reject_duplicates) octet |= first_octet::reject_duplicates;
  octet |= validity_format(submit.validity);
  if (submit.report) octet |= first_octet::report_requested;
  if (!submit.header.empty()) octet |= first_octet::has_header;
  if (submit.reply_path) octet |= first_octet::reply_path;
  return static_cast<std::uint8_t>(octet);
}

}  // namespace

std::uint8_t dcs_of(const Submit& submit) {
  if (submit.dcs) return static_cast<std::uint8_t>(*submit.dcs & 0xFF);
  return encode_dcs({submit.alphabet, submit.message_class});
}

Result<SubmitPdu, EncodeError> encode(const Submit& submit) {
  using enum EncodeError::Fault;
  const auto refuse = [](EncodeError error) { return unexpected(error); };

  std::vector<std::uint8_t> pdu;
  pdu.reserve(longest_pdu / 2);
  if (!append_smsc(pdu, submit.smsc)) return refuse({not_a_number, "SMSC"});
  const std::size_t smsc_octets = pdu.size();

  if (submit.tp_mr < 0 || submit.tp_mr > 0xFF) return refuse({out_of_range, "TP-MR"});
  pdu.push_back(first_octet_of(submit));
  pdu.push_back(static_cast<std::uint8_t>(submit.tp_mr));
  if (!append_number(pdu, submit.to)) return refuse({not_a_number, "TP-DA"});
  if (submit.pid < 0 || submit.pid > 0xFF) return refuse({out_of_range, "TP-PID"});
  pdu.push_back(static_cast<std::uint8_t>(submit.pid));
  const int message_class = submit.message_class.value_or(0);
  if (message_class < 0 || message_class > 3) return refuse({out_of_range, "TP-DCS"});
  pdu.push_back(dcs_of(submit));
  if (submit.validity && !append_validity(pdu, *submit.validity)) {
    return refuse({out_of_range, "TP-VP"});
  }
  const Fit fit = append_user_data(pdu, submit.alphabet, submit.text, submit.header);
  if (fit != Fit::fits) return refuse(error_of(fit));
  return SubmitPdu{to_hex(pdu), pdu.size() - smsc_octets};
}

Result<Submit, DecodeError> decode_submit(std::string_view hex, bool with_smsc) {
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  return decode_submit(*octets, with_smsc);
}

Result<Submit, DecodeError> decode_submit(Octets pdu, bool with_smsc) {
  PduReader reader(pdu);
  Submit submit;
  if (with_smsc) submit.smsc = reader.smsc();
  const std::size_t first_at = reader.at();
  const std::uint8_t first = reader.octet("TP-MTI");
  if ((first & first_octet::mti_mask) != first_octet::submit) {
    reader.refuse(DecodeError::Fault::reserved_value, "TP-MTI", first_at);
  }
  submit.report = (first & first_octet::report_requested) != 0;
  submit.reject_duplicates = (first & first_octet::reject_duplicates) != 0;
  submit.reply_path = (first & first_octet::reply_path) != 0;
  submit.tp_mr = reader.octet("TP-MR");
  submit.to = reader.address("TP-DA").digits_or_text;
  submit.pid = reader.octet("TP-PID");
  const std::uint8_t dcs = reader.octet("TP-DCS");
  const DataCoding coding = decode_dcs(dcs);
  submit.alphabet = coding.alphabet;
  submit.message_class = coding.message_class;
  if (dcs_of(submit) != dcs) submit.dcs = dcs;
  submit.validity = read_validity(reader, first & first_octet::validity_mask);

  UserData user_data =
      read_user_data(reader, (first & first_octet::has_header) != 0, coding.alphabet);
  submit.header = std::move(user_data.header);
  submit.text = user_data.text ? std::move(*user_data.text)
                               : std::string(user_data.data.begin(), user_data.data.end());
  if (reader.error()) return unexpected(*reader.error());
  return submit;
}

}  // namespace bank::at
