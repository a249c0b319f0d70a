#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules of Quectel since UMTS: UC15, EC2x, EG25, EG9x, BG96, EP06, RM5xx and what comes.
constexpr Profile quectel_lte{
    .name = "quectel_lte",
    // Those for GSM alone come before.
    .marks = {{{"quectel", ""},
               {"quectel", "EC2"},
               {"quectel", "EG2"},
               {"quectel", "EG9"},
               {"quectel", "BG9"},
               {"quectel", "EP06"},
               {"quectel", "RM5"},
               {"quectel", "UC15"}}},
    .usb = {{{0x2c7c, 0}}},
    .at_port = {.interface = 2},                 // 0 diagnosis, 1 NMEA, 3 the modem's own (MM)
    .init = {R"(AT+QURCCFG="urcport","usbat")",  // codes come here; else no +CMTI ever (OF)
             R"(AT+QINDCFG="csq",0)"},           // RCQ
    .ready = "AT+QINISTAT",                      // OF
    .iccid = {"AT+QCCID"},
    .pin_tries = {"AT+QPINC?"},  // OF
    // Direct reports: stored ones lie in SR and are announced in SM (CQ#75).
    .notify = {"2,1,0,1,0", "2,1,0,2,0"},
    .sweep = {"SM", "ME", "SR"},
    .service = "1",
    .acknowledge = "AT+CNMA=1",  // without a PDU (OF)
    .temperature = "AT+QTEMP",   // TG: BG96
    .voltage = "AT+CBC",
    .ussd = at::UssdForm::plain,
    .ussd_charset = "GSM",
    .quirks = {Quirk::is_slow_to_start},  // OF asks thirty times, every half second
    .quirk_count = 1,
};

}  // namespace bank::modem::families
