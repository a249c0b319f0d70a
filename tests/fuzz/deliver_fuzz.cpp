#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "at/deliver.hpp"
#include "at/received.hpp"
#include "at/submit.hpp"
#include "at/utf.hpp"

namespace {

void require(bool law) {
  if (!law) std::abort();
}

bool makes_sense(const bank::at::Concat& c) {
  return c.seq >= 1 && c.seq <= c.total && c.total <= 255 && c.ref >= 0 && c.ref <= 0xFFFF;
}

void read_as_deliver(std::string_view hex, bool with_smsc) {
  const auto deliver = bank::at::decode_deliver(hex, with_smsc);
  if (!deliver) return require(deliver.error().offset <= hex.size() / 2);
  require(deliver->text.has_value() == (deliver->alphabet != bank::at::Alphabet::octets));
  if (deliver->text) require(!bank::at::first_not_utf8(*deliver->text));
  if (deliver->header.concat) require(makes_sense(*deliver->header.concat));
  require(bank::at::sender_of(hex, with_smsc) == deliver->from);
}

/// Whatever its message type, and whatever number of octets the modem gave: as its own decoder
/// reads it.
void read_as_received(std::string_view hex, bool with_smsc, std::size_t length) {
  const auto received = bank::at::decode_received(hex, with_smsc);
  if (!received) {
    require(received.error().offset <= hex.size() / 2);
  } else if (const auto* const report = std::get_if<bank::at::StatusReport>(&*received)) {
    const auto again = bank::at::decode_status_report(hex, with_smsc);
    require(again && again->tp_mr == report->tp_mr && again->recipient == report->recipient);
  } else {
    const auto& deliver = std::get<bank::at::Deliver>(*received);
    const auto again = bank::at::decode_deliver(hex, with_smsc);
    require(again && again->from == deliver.from && again->text == deliver.text);
  }
  const auto counted = bank::at::decode_received_of(hex, length);
  const bool is_read = received || bank::at::decode_received(hex, !with_smsc);
  require(!counted || is_read);
}

/// What was read can be written, unless it is something that is only ever received, and is then
/// read as the same.
void read_as_submit(std::string_view hex, bool with_smsc) {
  const auto submit = bank::at::decode_submit(hex, with_smsc);
  if (!submit) return require(submit.error().offset <= hex.size() / 2);
  const auto written = bank::at::encode(*submit);
  if (!written) return;
  const auto back = bank::at::decode_submit(written->hex);
  require(back.has_value() && *back == *submit);
}

}  // namespace

/// Any octets, as a PDU with and without the service centre's field, and the same bytes as if they
/// were the digits a modem printed: a message whose text is UTF-8 and whose concatenation makes
/// sense, or an error whose place lies within.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string hex = bank::at::to_hex({data, size});
  const std::string_view as_printed(reinterpret_cast<const char*>(data), size);
  for (const bool with_smsc : {true, false}) {
    read_as_deliver(hex, with_smsc);
    read_as_deliver(as_printed, with_smsc);
    read_as_received(hex, with_smsc, size);
    read_as_received(as_printed, with_smsc, size / 2);
    read_as_submit(hex, with_smsc);
  }
  return 0;
}
