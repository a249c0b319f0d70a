#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "at/hex.hpp"
#include "at/report.hpp"
#include "at/status_report.hpp"
#include "at/utf.hpp"

namespace {

void require(bool law) {
  if (!law) std::abort();
}

void read(std::string_view hex, bool with_smsc) {
  const auto report = bank::at::decode_status_report(hex, with_smsc);
  if (!report) return require(report.error().offset <= hex.size() / 2);
  require(report->tp_mr >= 0 && report->tp_mr <= 255);
  require(!bank::at::meaning(report->tp_status).empty());

  const auto written = bank::at::encode_status_report(*report);
  if (!written) return;  // no recipient, or one that is only ever received
  const auto back = bank::at::decode_status_report(*written);
  require(back.has_value());
  require(back->tp_mr == report->tp_mr && back->tp_status == report->tp_status);
  require(back->scts == report->scts && back->discharged == report->discharged);
}

void read_as_submit_report(std::string_view hex) {
  const auto report = bank::at::decode_submit_report(hex);
  if (!report) return require(report.error().offset <= hex.size() / 2);
  require(!report->failure_cause ||
          (*report->failure_cause >= 0x80 && *report->failure_cause <= 0xFF));
  const auto& optional = report->optional;
  require(!optional.text || !bank::at::first_not_utf8(*optional.text));
  require(!optional.text || optional.data.empty());
}

}  // namespace

/// Any octets, as a report with and without the service centre's field, and as the digits a modem
/// printed: a report whose times survive being written again, or an error whose place lies within.
/// The same as what +CMGS gives of the service centre's own report.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string hex = bank::at::to_hex({data, size});
  const std::string_view as_printed(reinterpret_cast<const char*>(data), size);
  for (const bool with_smsc : {true, false}) {
    read(hex, with_smsc);
    read(as_printed, with_smsc);
  }
  read_as_submit_report(hex);
  read_as_submit_report(as_printed);
  return 0;
}
