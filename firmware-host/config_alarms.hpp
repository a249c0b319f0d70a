#pragma once

#include "firmware-host/config.hpp"
#include "firmware-host/config_section.hpp"

namespace bank::host {

/// [alarms]: who is told. `config` has been read up to where messages may go.
[[nodiscard]] AlarmsConfig read_alarms(Section& root, const Config& config, Findings& findings);

/// What may stand in an argument of the mail command and in a header: a mailbox of RFC 5321, or the
/// name of a user of this machine. Without quotes, comments and UTF-8, and without what some
/// mailers take for a program, a file or a way ('|', '/', '%', '!').
[[nodiscard]] bool is_mail_address(std::string_view text);

}  // namespace bank::host
