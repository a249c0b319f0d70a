#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Sticks with Icera's chips, whoever sold them: ZTE K3805-Z, Option E3730.
constexpr Profile icera{
    .name = "icera",
    .marks = {{{"icera", ""}, {"zte", "K3805"}, {"option", "E3730"}}},
    .usb = {{{0x19d2, 0x1003}, {0x0af0, 0x7301}}},
    .pin_tries = {"AT%PINNUM?"},  // OF
    .reset = "AT%IRESET",
};

}  // namespace bank::modem::families
