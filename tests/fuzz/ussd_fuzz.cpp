#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "at/ussd.hpp"
#include "at/utf.hpp"

namespace {

using namespace bank::at;

constexpr UssdForm forms[] = {UssdForm::automatic, UssdForm::plain, UssdForm::packed,
                              UssdForm::ucs2};

void require(bool law) {
  if (!law) std::abort();
}

void read(std::string_view line) {
  for (const auto form : forms) {
    // Which set it is changes plain texts only.
    const auto set = line.size() % 2 == 0 ? CharacterSet::gsm : CharacterSet::latin1;
    const auto answer = ussd_answer(line, form, set);
    if (!answer) continue;
    require(!answer->dcs || (*answer->dcs >= 0 && *answer->dcs <= 0xFF));
    if (!answer->text) continue;
    require(!first_not_utf8(*answer->text) && answer->text->size() <= longest_ussd_text);
    require(answer->text->find('\0') == std::string::npos);
  }
}

/// What no reader can give back: control characters, which are not shown, the mark in front of
/// UTF-16, and a return or '@' at the end of packed octets, which is padding there.
bool comes_back(std::string_view text, UssdForm form) {
  if (text.starts_with("\uFEFF")) return false;
  for (auto rest = text; !rest.empty();) {
    const auto c = first_code_point(rest);
    if (!c || c->value < 0x20 || (c->value >= 0x7F && c->value < 0xA0)) return false;
    rest.remove_prefix(c->octets);
  }
  return form != UssdForm::packed || !text.ends_with('@');
}

void write_and_read(std::string_view text) {
  for (const auto form : {UssdForm::plain, UssdForm::packed, UssdForm::ucs2}) {
    const auto request = ussd_request(text, form, usual_ussd_dcs(form));
    if (!request) continue;
    require(request->starts_with("AT+CUSD=1,\"") && request->size() <= 2 * longest_ussd + 32);
    for (const char c : *request) require(c >= 0x20 && c < 0x7F);
    const auto back = ussd_answer("+CUSD: 0," + request->substr(request->find('"')), form);
    require(back && back->text);
    if (comes_back(text, form)) require(*back->text == text);
  }
}

}  // namespace

/// Any octets as the line, as the text and as the hex of one: a short text that is UTF-8; and as a
/// request, which is one line of ASCII and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read(text);
  for (const auto* const dcs : {"", ",0", ",15", ",16", ",17", ",68", ",72"}) {
    read("+CUSD: 0,\"" + text + "\"" + dcs);
    read("+CUSD: 1,\"" + to_hex({data, size}) + "\"" + dcs);
  }
  write_and_read(text);
  return 0;
}
