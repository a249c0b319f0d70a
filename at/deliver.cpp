#include "at/deliver.hpp"

#include "at/data_coding.hpp"
#include "at/pdu_reader.hpp"
#include "at/user_data.hpp"

namespace bank::at {
namespace {

/// Everything in front of TP-PID. A reserved type passes: what lies in an inbox was delivered.
std::uint8_t read_front(PduReader& reader, bool with_smsc, Deliver& deliver) {
  if (with_smsc) deliver.smsc = reader.smsc();
  const std::size_t first_at = reader.at();
  const std::uint8_t first = reader.octet("TP-MTI");
  const int type = first & first_octet::mti_mask;
  if (type != first_octet::deliver && type != first_octet::reserved) {
    reader.refuse(DecodeError::Fault::reserved_value, "TP-MTI", first_at);
  }
  deliver.more_messages = (first & first_octet::no_more_messages) == 0;
  deliver.reply_path = (first & first_octet::reply_path) != 0;
  deliver.from = reader.address("TP-OA");
  return first;
}

}  // namespace

Result<Deliver, DecodeError> decode_deliver(std::string_view hex, bool with_smsc) {
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  return decode_deliver(*octets, with_smsc);
}

Result<Deliver, DecodeError> decode_deliver(Octets pdu, bool with_smsc) {
  PduReader reader(pdu);
  Deliver deliver;
  const std::uint8_t first = read_front(reader, with_smsc, deliver);
  deliver.pid = reader.octet("TP-PID");
  const std::uint8_t dcs = reader.octet("TP-DCS");
  const DataCoding coding = decode_dcs(dcs);
  deliver.dcs = dcs;
  deliver.alphabet = coding.alphabet;
  deliver.message_class = coding.message_class;
  deliver.timestamp = reader.time("TP-SCTS");

  UserData user_data =
      read_user_data(reader, (first & first_octet::has_header) != 0, coding.alphabet);
  deliver.waiting = user_data.header.waiting ? user_data.header.waiting : coding.waiting;
  deliver.header = std::move(user_data.header);
  deliver.text = std::move(user_data.text);
  deliver.data = std::move(user_data.data);
  if (reader.error()) return unexpected(*reader.error());
  return deliver;
}

std::optional<Address> sender_of(std::string_view hex, bool with_smsc) {
  auto octets = from_hex(hex);
  if (!octets) octets = from_hex(hex.substr(0, octets.error().offset * 2));  // what stands before
  if (!octets) return std::nullopt;

  PduReader reader(*octets);
  Deliver deliver;
  (void)read_front(reader, with_smsc, deliver);
  if (reader.error()) return std::nullopt;
  return std::move(deliver.from);
}

std::optional<std::string> encode_deliver(const Deliver& deliver) {
  const auto is_octet = [](int number) { return number >= 0 && number <= 0xFF; };
  const int message_class = deliver.message_class.value_or(0);
  if (!is_octet(deliver.pid) || message_class < 0 || message_class > 3) return std::nullopt;

  std::vector<std::uint8_t> pdu;
  pdu.reserve(longest_pdu / 2);
  if (!append_smsc(pdu, deliver.smsc)) return std::nullopt;
  pdu.push_back(static_cast<std::uint8_t>(
      first_octet::deliver | (deliver.more_messages ? 0 : first_octet::no_more_messages) |
      (deliver.header.empty() ? 0 : first_octet::has_header) |
      (deliver.reply_path ? first_octet::reply_path : 0)));
  if (!append_address(pdu, deliver.from)) return std::nullopt;
  pdu.push_back(static_cast<std::uint8_t>(deliver.pid));
  pdu.push_back(encode_dcs({deliver.alphabet, deliver.message_class,
                            deliver.header.waiting ? std::nullopt : deliver.waiting}));
  const auto stamp =
      deliver.timestamp ? encode_scts(*deliver.timestamp) : std::array<std::uint8_t, 7>{};
  pdu.insert(pdu.end(), stamp.begin(), stamp.end());

  const std::string body = deliver.alphabet == Alphabet::octets
                               ? std::string(deliver.data.begin(), deliver.data.end())
                               : deliver.text.value_or("");
  if (append_user_data(pdu, deliver.alphabet, body, deliver.header) != Fit::fits) {
    return std::nullopt;
  }
  return to_hex(pdu);
}

}  // namespace bank::at
