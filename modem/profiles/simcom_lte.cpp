#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules of SIMCom since UMTS: SIM5360, SIM7000, SIM7100, SIM7600, A7670 and what comes.
constexpr Profile simcom_lte{
    .name = "simcom_lte",
    // "INCORPORATED" alone is the maker of some A76xx (TG#739). Those for GSM alone come before.
    .marks = {{{"simcom", ""},
               {"incorporated", "A76"},
               {"simcom", "A76"},
               {"simcom", "SIM7"},
               {"simcom", "SIM5360"},
               {"simcom", "SIMCOM_SIM7"},
               {"simcom", "SIMCOM_SIM5"}}},
    // Others than SIMCom have products of this vendor, too.
    .usb = {{{0x1e0e, 0x9001}, {0x1e0e, 0x9011}, {0x1e0e, 0x9205}, {0x1e0e, 0x9206}}},
    .init = {"AT+AUTOCSQ=0", "AT+CNSMOD=0"},            // no +CSQ and +CNSMOD unasked for (MM)
    .iccid = {"AT+CICCID"},                             // TG
    .pin_tries = {"AT+SPIC"},                           // OF
    .notify = {"2,1,0,1,0", "2,1,0,2,0", "2,1,0,0,0"},  // A7670 hands no reports over
    .temperature = "AT+CPMUTEMP",                       // TG: SIM7600, A767x
    .voltage = "AT+CBC",                                // TG: "3.9V"
    .reset = "AT+CRESET",                               // MM
    .lamp = {"AT+CNETLIGHT=0", "AT+CNETLIGHT=1"},
};

}  // namespace bank::modem::families
