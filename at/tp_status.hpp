#pragma once

#include <string_view>

namespace bank::at {

/// temporary: the service centre goes on trying; permanent: it does not, whatever the reason.
enum class Outcome { delivered, temporary, permanent };

/// "delivered", "temporary", "permanent": the words of the interface.
[[nodiscard]] std::string_view name_of(Outcome outcome);

/// What a value of TP-ST says (TS 23.040 §9.2.3.15).
struct StatusRow {
  int first;
  int last;  // included
  Outcome outcome;
  bool may_resend;  // the service centre has given up, and for a reason that may pass
  std::string_view meaning;
  std::string_view do_next;  // for the person in charge
};

/// All values, 0x00 to 0xFF, in order. What the standard reserves below 0x80 counts as its class:
/// networks fill it so, and the standard's own reading, service rejected (0x63), would make a
/// failure of what was delivered. From 0x80 on it is service rejected.
namespace status_rows {

using enum Outcome;

inline constexpr std::string_view nothing = "nothing";
inline constexpr std::string_view not_yet =
    "nothing: a report of the end follows; sent anew now, it may arrive twice";
inline constexpr std::string_view check_number = "check the number";
inline constexpr std::string_view ask_operator = "if it repeats, ask the operator of the SIM";
inline constexpr std::string_view send_anew = "send it anew when the reason has passed";

inline constexpr StatusRow status_table[] = {
    {0x00, 0x00, delivered, false, "received by the recipient's phone", nothing},
    {0x01, 0x01, delivered, false, "forwarded by the service centre, receipt cannot be confirmed",
     nothing},
    {0x02, 0x02, delivered, false, "replaced by the service centre", nothing},
    {0x03, 0x0F, delivered, false, "completed, with a code that the standard reserves", nothing},
    {0x10, 0x1F, delivered, false, "completed, with a code of the service centre's own", nothing},

    {0x20, 0x20, temporary, false, "network congestion, the service centre is still trying",
     not_yet},
    {0x21, 0x21, temporary, false, "recipient's phone busy, the service centre is still trying",
     not_yet},
    {0x22, 0x22, temporary, false,
     "no response from the recipient's phone, the service centre is still trying", not_yet},
    {0x23, 0x23, temporary, false, "service rejected, the service centre is still trying", not_yet},
    {0x24, 0x24, temporary, false,
     "quality of service not available, the service centre is still trying", not_yet},
    {0x25, 0x25, temporary, false,
     "error in the recipient's phone, the service centre is still trying", not_yet},
    {0x26, 0x2F, temporary, false,
     "delayed with a code that the standard reserves, the service centre is still trying", not_yet},
    {0x30, 0x3F, temporary, false,
     "delayed with a code of the service centre's own, it is still trying", not_yet},

    {0x40, 0x40, permanent, false, "remote procedure error", ask_operator},
    {0x41, 0x41, permanent, false, "incompatible destination",
     "the recipient's phone cannot take it: write in another way"},
    {0x42, 0x42, permanent, false, "connection rejected by the recipient's phone",
     "the recipient's phone refuses it: write in another way"},
    {0x43, 0x43, permanent, false, "not obtainable", check_number},
    {0x44, 0x44, permanent, false, "quality of service not available", ask_operator},
    {0x45, 0x45, permanent, false, "no interworking available",
     "no way leads from this operator to the recipient's: use a SIM of another"},
    {0x46, 0x46, permanent, true, "validity period expired",
     "send it anew, with a longer validity if it is still of use"},
    {0x47, 0x47, permanent, false, "deleted by the sender", nothing},
    {0x48, 0x48, permanent, false, "deleted by the service centre",
     "ask the operator: texts are often filtered this way"},
    {0x49, 0x49, permanent, false, "the service centre does not know the message", ask_operator},
    {0x4A, 0x4F, permanent, false, "refused for good, with a code that the standard reserves",
     ask_operator},
    {0x50, 0x5F, permanent, false, "refused for good, with a code of the service centre's own",
     ask_operator},

    {0x60, 0x60, permanent, true, "network congestion, the service centre has given up", send_anew},
    {0x61, 0x61, permanent, true, "recipient's phone busy, the service centre has given up",
     send_anew},
    {0x62, 0x62, permanent, true,
     "no response from the recipient's phone, the service centre has given up", send_anew},
    {0x63, 0x63, permanent, true, "service rejected, the service centre has given up", send_anew},
    {0x64, 0x64, permanent, true,
     "quality of service not available, the service centre has given up", send_anew},
    {0x65, 0x65, permanent, true, "error in the recipient's phone, the service centre has given up",
     send_anew},
    {0x66, 0x6F, permanent, true,
     "not delivered, with a code that the standard reserves; the service centre has given up",
     send_anew},
    {0x70, 0x7F, permanent, true,
     "not delivered, with a code of the service centre's own; it has given up", send_anew},
    {0x80, 0xFF, permanent, true, "service rejected (a code that the standard reserves)",
     send_anew},
};

}  // namespace status_rows

using status_rows::status_table;

/// The row of a TP-ST; a number that is no octet is taken as the last, a reserved one.
[[nodiscard]] const StatusRow& status_row(int tp_status);

[[nodiscard]] Outcome outcome(int tp_status);

/// One line of English for a person, e.g. "validity period expired".
[[nodiscard]] std::string_view meaning(int tp_status);

}  // namespace bank::at
