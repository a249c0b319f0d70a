#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules of u-blox: LISA, SARA, TOBY, LARA.
constexpr Profile ublox{
    .name = "ublox",
    .marks = {{{"u-blox", ""},
               {"ublox", ""},
               {"u-blox", "LISA-"},
               {"u-blox", "SARA-"},
               {"u-blox", "TOBY-"},
               {"u-blox", "LARA-"}}},
    // The vendor makes receivers for GPS, too.
    .usb = {{{0x1546, 0x1010},
             {0x1546, 0x1102},
             {0x1546, 0x1104},
             {0x1546, 0x1107},
             {0x1546, 0x110a},
             {0x1546, 0x1141},
             {0x1546, 0x1143},
             {0x1546, 0x1146},
             {0x05c6, 0x908b},
             {0x05c6, 0x90b2},
             {0x05c6, 0x90fa}}},
    .init = {"AT+UPSV=0"},  // no sleep
    .iccid = {"AT+CCID"},
    .pin_tries = {"AT+UPINCNT"},  // OF
    .notify = {"2,1,0,1,0"},
    .receive_in = {"SM", "ME"},
    .temperature = "AT+UTEMP?",           // TG; in tenths
    .reset = "AT+CFUN=16",                // TG#296
    .quirks = {Quirk::is_slow_to_start},  // TOBY-L4 tells +READY after 20 s (MM)
    .quirk_count = 1,
};

}  // namespace bank::modem::families
