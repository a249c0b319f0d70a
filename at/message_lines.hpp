#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/dialogue.hpp"

/// The lines that bring messages in PDU mode, or tell where they are (TS 27.005 §3.4).
namespace bank::at {

/// "+CMTI: \"SM\",3" or "+CDSI: \"SR\",50". The store may be wrong: some modems keep reports in SR
/// and announce SM.
struct StoredMessage {
  std::string store;
  int index;  // 0 is a place like any other
  bool is_status_report;

  friend bool operator==(const StoredMessage&, const StoredMessage&) = default;
};
[[nodiscard]] std::optional<StoredMessage> stored_message(std::string_view line);

/// One entry of +CMGL or +CMGR. `length` is what the modem claims of the PDU, which is often wrong:
/// the PDU tells.
struct ListedMessage {
  enum class Status { unread, read, unsent, sent, all };  // <stat>, TS 27.005 §3.1
  std::optional<int> index{};                             // of +CMGL only
  std::optional<Status> status{};                         // null where the modem gives none
  std::optional<int> length{};                            // octets after the service centre's field
  std::string pdu{};  // the digits on the next line; empty for an empty place

  friend bool operator==(const ListedMessage&, const ListedMessage&) = default;
};

/// "+CMGL: index,stat,[alpha],length" and "+CMGR: stat,[alpha],length" with fields missing as
/// modems leave them out, also with the status in words as in text mode. Nullopt for other lines.
[[nodiscard]] std::optional<ListedMessage> listed_message(const Line& line);

/// All of a reply, in order; a line that cannot be read does not stop the others.
[[nodiscard]] std::vector<ListedMessage> listed_messages(const Reply& reply);

/// "+CMT: [alpha],length", "+CDS: length" or "+CBM: length" and the PDU after it, which wants to be
/// acknowledged where the service of +CSMS is 1.
struct DirectMessage {
  enum class Kind { message, status_report, broadcast };
  Kind kind;
  std::optional<int> length{};  // null in text mode
  std::string pdu{};

  friend bool operator==(const DirectMessage&, const DirectMessage&) = default;
};
[[nodiscard]] std::optional<DirectMessage> direct_message(const Line& line);

}  // namespace bank::at
