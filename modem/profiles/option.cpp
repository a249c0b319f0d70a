#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Cards and modules of Option with the kernel's hso driver: GTM378, GTM380, GTM382, iCON. Nobody
// knows a reset of theirs but +CFUN and taking their power.
constexpr Profile option{
    .name = "option",
    .marks = {{{"option", ""}, {"option", "GTM3"}}},
    .usb = {{{0x0af0, 0}}},
    .ready = "AT_OBLS",          // SIM, phone book, SMS: each 1
    .pin_tries = {"AT_OERCN?"},  // OF
    .receive_in = {"SM", "ME"},
    .sweep = {"SM", "ME", "SR"},
};

}  // namespace bank::modem::families
