#include "at/calls.hpp"

#include "at/fields.hpp"
#include "at/telephone_number.hpp"

namespace bank::at {

std::optional<IncomingCall> incoming_call(std::string_view line) {
  const auto text = trimmed(line);
  std::optional<IncomingCall> call;
  if (text == "RING" || after("+CRING:", text)) call.emplace();
  for (const auto prefix : {"+CLIP:", "+CCWA:"}) {
    if (const auto values = after(prefix, text)) {
      const auto fields = fields_of(*values);
      call.emplace().number = telephone_number(fields[0], fields[1]);
    }
  }
  if (const auto missed = after("MISSED_CALL:", text)) {  // "02:31PM +41791234567"
    call.emplace().is_over = true;
    call->number = telephone_number(missed->substr(missed->find(' ') + 1), {});
  }
  if (const auto voice = after("VOICE CALL:", text)) {
    call.emplace().is_over = voice->starts_with("END");
  }
  if (after("^CEND:", text)) call.emplace().is_over = true;
  return call;
}

}  // namespace bank::at
