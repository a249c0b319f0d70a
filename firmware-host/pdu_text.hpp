#pragma once

#include <string>
#include <string_view>

#include "at/deliver.hpp"
#include "at/status_report.hpp"
#include "at/submit.hpp"

/// How `modembank pdu` shows what it has read: one line each, for a person or as a JSON object.
namespace bank::host {

[[nodiscard]] std::string json_of(const at::Deliver& deliver);
[[nodiscard]] std::string json_of(const at::StatusReport& report);
[[nodiscard]] std::string json_of(const at::Submit& submit);
[[nodiscard]] std::string json_of(const DecodeError& error);

[[nodiscard]] std::string line_of(const at::Deliver& deliver);
[[nodiscard]] std::string line_of(const at::StatusReport& report);
[[nodiscard]] std::string line_of(const at::Submit& submit);
[[nodiscard]] std::string line_of(const DecodeError& error);

/// "gsm7", "ucs2", "8bit": the words of the interface.
[[nodiscard]] std::string_view name_of(at::Alphabet alphabet);

/// What is wrong with the PDU, where, and what to do about it.
[[nodiscard]] std::string sentence_of(const DecodeError& error);

}  // namespace bank::host
