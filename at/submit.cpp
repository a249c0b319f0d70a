#include "at/submit.hpp"

#include <algorithm>

#include "at/address.hpp"
#include "at/data_coding.hpp"
#include "at/pdu_reader.hpp"
#include "at/user_data.hpp"

namespace bank::at {
namespace {

using std::chrono::minutes;

// The four ranges of a relative TP-VP, TS 23.040 §9.2.3.12.1: the greatest value of each and how
// the time follows from it.
constexpr int last_of_5_minutes = 143;   // (v + 1) · 5 min, to 12 h
constexpr int last_of_30_minutes = 167;  // 12 h + (v − 143) · 30 min, to 24 h
constexpr int last_of_days = 196;        // (v − 166) · 1 day, to 30 days
constexpr int last_of_weeks = 255;       // (v − 192) · 1 week, to 63 weeks
constexpr minutes half_day{12 * 60};
constexpr minutes day{24 * 60};
constexpr minutes week = 7 * day;

constexpr int rounded_up(minutes time, minutes step) {
  return static_cast<int>((time + step - minutes{1}) / step);
}

EncodeError error_of(Fit fit) {
  using enum EncodeError::Fault;
  switch (fit) {
    case Fit::not_in_alphabet: return {not_in_alphabet, "TP-UD"};
    case Fit::too_long: return {too_long, "TP-UD"};
    case Fit::senseless_concat: return {out_of_range, "TP-UDH"};
    case Fit::fits: break;
  }
  return {out_of_range, "TP-UD"};
}

std::uint8_t first_octet_of(const Submit& submit) {
  int octet = first_octet::submit;
  if (submit.reject_duplicates) octet |= first_octet::reject_duplicates;
  if (submit.validity) octet |= first_octet::validity_relative;
  if (submit.report) octet |= first_octet::report_requested;
  if (submit.concat) octet |= first_octet::has_header;
  return static_cast<std::uint8_t>(octet);
}

std::optional<minutes> read_validity(PduReader& reader, std::uint8_t format) {
  constexpr std::string_view field = "TP-VP";
  switch (format) {
    case first_octet::validity_relative: return validity_of(reader.octet(field));
    case first_octet::validity_absolute:
    case first_octet::validity_enhanced: (void)reader.octets(7, field); break;
    default: break;
  }
  return std::nullopt;
}

}  // namespace

std::uint8_t relative_validity(minutes validity) {
  const minutes time = std::max(validity, minutes{1});
  int value = last_of_weeks;
  if (time <= half_day) {
    value = rounded_up(time, minutes{5}) - 1;
  } else if (time <= day) {
    value = last_of_5_minutes + rounded_up(time - half_day, minutes{30});
  } else if (time <= 30 * day) {
    value = 166 + rounded_up(time, day);
  } else if (time <= 63 * week) {
    value = 192 + rounded_up(time, week);
  }
  return static_cast<std::uint8_t>(value);
}

minutes validity_of(std::uint8_t tp_vp) {
  const int v = tp_vp;
  if (v <= last_of_5_minutes) return (v + 1) * minutes{5};
  if (v <= last_of_30_minutes) return half_day + (v - last_of_5_minutes) * minutes{30};
  if (v <= last_of_days) return (v - 166) * day;
  return (v - 192) * week;
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
  pdu.push_back(0);  // TP-PID: a short message, nothing special
  pdu.push_back(encode_dcs({submit.alphabet, submit.flash ? std::optional{0} : std::nullopt}));
  if (submit.validity) {
    if (*submit.validity < minutes{0}) return refuse({out_of_range, "TP-VP"});
    pdu.push_back(relative_validity(*submit.validity));
  }
  const Fit fit = append_user_data(pdu, submit.alphabet, submit.text, submit.concat);
  if (fit != Fit::fits) return refuse(error_of(fit));
  return SubmitPdu{to_hex(pdu), pdu.size() - smsc_octets};
}

Result<Submit, DecodeError> decode_submit(std::string_view hex, bool with_smsc) {
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());

  PduReader reader(*octets);
  Submit submit;
  if (with_smsc) submit.smsc = reader.smsc();
  const std::size_t first_at = reader.at();
  const std::uint8_t first = reader.octet("TP-MTI");
  if ((first & first_octet::mti_mask) != first_octet::submit) {
    reader.refuse(DecodeError::Fault::reserved_value, "TP-MTI", first_at);
  }
  submit.report = (first & first_octet::report_requested) != 0;
  submit.reject_duplicates = (first & first_octet::reject_duplicates) != 0;
  submit.tp_mr = reader.octet("TP-MR");
  submit.to = reader.address("TP-DA").digits_or_text;
  (void)reader.octet("TP-PID");
  const DataCoding coding = decode_dcs(reader.octet("TP-DCS"));
  submit.alphabet = coding.alphabet;
  submit.flash = coding.message_class == 0;
  submit.validity = read_validity(reader, first & first_octet::validity_mask);

  UserData user_data =
      read_user_data(reader, (first & first_octet::has_header) != 0, coding.alphabet);
  submit.concat = user_data.concat;
  submit.text = user_data.text ? std::move(*user_data.text)
                               : std::string(user_data.data.begin(), user_data.data.end());
  if (reader.error()) return unexpected(*reader.error());
  return submit;
}

}  // namespace bank::at
