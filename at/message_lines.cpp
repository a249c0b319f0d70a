#include "at/message_lines.hpp"

#include <cstddef>
#include <utility>

#include "at/character_set.hpp"
#include "at/fields.hpp"

namespace bank::at {
namespace {

using Status = ListedMessage::Status;

constexpr int longest_claim = 999;  // octets; no PDU has as many

std::optional<Status> status_in(std::string_view field) {
  if (const auto stat = number_in(field, 4)) return static_cast<Status>(*stat);
  const auto words = unquoted(field);
  if (words == "REC UNREAD") return Status::unread;
  if (words == "REC READ") return Status::read;
  if (words == "STO UNSENT") return Status::unsent;
  if (words == "STO SENT") return Status::sent;
  return std::nullopt;
}

/// The last field, unless it is the only one that could be something else.
std::optional<int> length_in(const Fields& fields, std::size_t first) {
  if (fields.size() <= first) return std::nullopt;
  const auto last = fields[fields.size() - 1];
  return is_quoted(last) ? std::nullopt : number_in(last, longest_claim);
}

ListedMessage listing(const Fields& fields, const Line& line) {
  return {.index = number_in(fields[0]),
          .status = status_in(fields[1]),
          .length = length_in(fields, 2),
          .pdu = line.payload};
}

ListedMessage reading(const Fields& fields, const Line& line) {
  const bool is_length_alone = fields.size() == 1;  // "+CMGR: 24"
  return {.index = std::nullopt,
          .status = is_length_alone ? std::nullopt : status_in(fields[0]),
          .length = length_in(fields, is_length_alone ? 0 : 1),
          .pdu = line.payload};
}

}  // namespace

std::optional<StoredMessage> stored_message(std::string_view line) {
  const auto message = after("+CMTI:", line);
  const auto report = message ? std::nullopt : after("+CDSI:", line);
  if (!message && !report) return std::nullopt;
  const auto fields = plain_fields_of(message ? *message : *report);
  const auto index = number_in(fields[1]);
  if (!index) return std::nullopt;
  return StoredMessage{name_in(unquoted(fields[0]), std::nullopt), *index, report.has_value()};
}

std::optional<ListedMessage> listed_message(const Line& line) {
  if (const auto values = after("+CMGL:", line.text)) {
    auto found = listing(fields_of(*values), line);
    return found.index ? std::optional(std::move(found)) : std::nullopt;
  }
  if (const auto values = after("+CMGR:", line.text)) return reading(fields_of(*values), line);
  return std::nullopt;
}

std::vector<ListedMessage> listed_messages(const Reply& reply) {
  std::vector<ListedMessage> found;
  found.reserve(reply.size());
  for (const auto& line : reply) {
    if (auto message = listed_message(line)) found.push_back(std::move(*message));
  }
  return found;
}

std::optional<DirectMessage> direct_message(const Line& line) {
  struct Header {
    std::string_view prefix;
    DirectMessage::Kind kind;
  };
  constexpr Header headers[] = {{"+CMT:", DirectMessage::Kind::message},
                                {"+CDS:", DirectMessage::Kind::status_report},
                                {"+CBM:", DirectMessage::Kind::broadcast}};
  for (const auto& [prefix, kind] : headers) {
    const auto values = after(prefix, line.text);
    if (!values) continue;
    const auto fields = fields_of(*values);
    const bool is_pdu_mode = fields.size() <= 2;
    return DirectMessage{.kind = kind,
                         .length = is_pdu_mode ? length_in(fields, 0) : std::nullopt,
                         .pdu = line.payload};
  }
  return std::nullopt;
}

}  // namespace bank::at
