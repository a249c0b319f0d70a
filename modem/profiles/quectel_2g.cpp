#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules of Quectel for GSM alone: M10, M35, M66, M95, MC60. Commands that they do not know are
// +CME ERROR: 100 (GAM#358).
constexpr Profile quectel_2g{
    .name = "quectel_2g",
    .marks = {{{"quectel", "M"},
               {"quectel", "Quectel_M"},
               {"quectel", "M10"},
               {"quectel", "M35"},
               {"quectel", "M66"},
               {"quectel", "M95"},
               {"quectel", "MC60"}}},
    .init = {"AT+QSCLK=0"},  // no sleep
    .ready = "AT+QINISTAT",  // OF: counts up to 3
    .iccid = {"AT+QCCID"},
    .pin_tries = {"AT+QTRPIN"},  // OF
    .notify = {"2,1,0,1,0"},
    .service = "128",            // OF: what others call 1
    .acknowledge = "AT+CNMA",    // OF
    .temperature = "AT+QTEMP?",  // TG: M95
    .voltage = "AT+CBC",
    .ussd = at::UssdForm::plain,
    .ussd_charset = "GSM",
    .quirks = {Quirk::is_slow_to_start},  // OF
    .quirk_count = 1,
};

}  // namespace bank::modem::families
