#include "tests/program/gammu_decoder.hpp"

extern "C" {
#include <gammu-debug.h>
#include <gammu-error.h>
#include <gammu-message.h>
#include <gammu-unicode.h>
}

#include <memory>
#include <vector>

namespace bank::program::test {
namespace {

std::vector<unsigned char> octets_of(const std::string& hex) {
  std::vector<unsigned char> octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<unsigned char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

/// libgammu keeps text as UTF-16 with the high octet first, up to a zero. (Its Length counts
/// septets, two for a character of the extension table.)
std::u16string utf16_of(const unsigned char* text) {
  std::u16string units;
  for (std::size_t i = 0; i < UnicodeLength(text); ++i) {
    units += static_cast<char16_t>(text[2 * i] << 8 | text[2 * i + 1]);
  }
  return units;
}

}  // namespace

Submitted decode_submit(const std::string& hex) {
  const auto octets = octets_of(hex);
  const auto sms = std::make_unique<GSM_SMSMessage>();  // some kilobytes
  GSM_SetDefaultSMSData(sms.get());
  std::size_t end = 0;
  const GSM_Error error =
      GSM_DecodePDUFrame(GSM_GetGlobalDebug(), sms.get(), octets.data(), octets.size(), &end, TRUE);
  Submitted found;
  if (error != ERR_NONE) {
    found.error = GSM_ErrorString(error);
  } else if (sms->PDU != SMS_Submit) {
    found.error = "not a SUBMIT";
  } else if (end != octets.size()) {
    found.error = "octets after its end";
  }
  if (!found.error.empty()) return found;
  for (const char16_t digit : utf16_of(sms->Number)) {
    found.to += static_cast<char>(digit);
  }
  found.text = utf16_of(sms->Text);
  if (sms->UDH.Type == UDH_ConcatenatedMessages) {
    found.part = sms->UDH.PartNumber;
    found.parts = sms->UDH.AllParts;
    found.reference = sms->UDH.ID8bit;
  } else if (sms->UDH.Type != UDH_NoUDH) {
    found.error = "another user data header than concatenation";
  }
  return found;
}

}  // namespace bank::program::test
