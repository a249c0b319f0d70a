#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules and cards of Sierra Wireless: AirCard, MC87xx, MC77xx, EM74xx.
constexpr Profile sierra{
    .name = "sierra",
    .marks = {{{"sierra", ""},
               {"sierra", "AirCard"},
               {"sierra", "MC87"},
               {"sierra", "MC77"},
               {"sierra", "EM74"}}},
    .usb = {{{0x1199, 0}}},
    .iccid = {"AT!ICCID?"},
    .notify = {"2,1,0,1,0", "1,1,0,1,0", "2,1,0,2,0", "1,1,0,2,0"},
    .receive_in = {"SM"},
    .temperature = "AT!PCTEMP?",
    .voltage = "AT!PCVOLT?",
    .reset = "AT!RESET",  // MM
    // OK to +CFUN=1 comes seconds too early; commands until then fail or crash it (MM).
    .quirks = {Quirk::is_slow_to_start},
    .quirk_count = 1,
};

}  // namespace bank::modem::families
