#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Sticks and modules of Huawei, also under the names of operators: E1xx, E17x, E3xx, K37xx, MU609.
constexpr Profile huawei{
    .name = "huawei",
    .marks = {{{"huawei", ""}, {"huawei", "E17"}, {"huawei", "E33"}, {"huawei", "E35"}}},
    .usb = {{{0x12d1, 0}}},
    // Of the interfaces of class ff, 02 is the one for AT, 01 the modem's own (MM).
    .at_port = {.protocol = 2},
    .init = {"AT^CURC=0",       // no ^RSSI, ^MODE and ^BOOT every few seconds (MM, FL, GAM)
             "AT^PORTSEL=0"},   // codes go to this port, not to the modem's own (MM, GAM#680)
    .iccid = {"AT^ICCID?"},     // its digits swapped on some (MM)
    .pin_tries = {"AT^CPIN?"},  // OF
    // Mode 1 for those with Qualcomm's MSM (OF).
    .notify = {"2,1,0,2,0", "1,1,0,2,0", "2,1,0,1,0", "1,1,0,1,0"},
    .receive_in = {"SM", "ME"},
    .temperature = "AT^CHIPTEMP?",
    .reset = "AT^RESET",
    .lamp = {"AT^LEDCTRL=0", "AT^LEDCTRL=1"},  // modules: ME909, MU709
    // Hex both ways; text is an ERROR until ^USSDMODE=0 (PGM), which not all of them have.
    .ussd = at::UssdForm::packed,
    .ussd_charset = "GSM",                 // GAM: E169, E3131
    .quirks = {Quirk::keeps_no_link,       // E1752: +CMMS=2 is +CMS ERROR: 500 (PGM)
               Quirk::resets_on_silence},  // GAM, all of the E series
    .quirk_count = 2,
};

}  // namespace bank::modem::families
