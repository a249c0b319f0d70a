#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Ericsson's modules for laptops (MBM): F3507g, F3607gw, F5521gw, also under the names of Dell, HP,
// Toshiba and Lenovo. +CME ERROR: 264 is a busy SIM (WAD).
constexpr Profile ericsson{
    .name = "ericsson",
    .marks = {{{"ericsson", ""},
               {"ericsson", "F3507"},
               {"ericsson", "F3607"},
               {"ericsson", "F5521"},
               {"", "MD300"},
               {"", "MD400"}}},
    .usb = {{{0x0bdb, 0},
             {0x0fce, 0xd0cf},
             {0x0fce, 0xd0e1},
             {0x0fce, 0xd103},
             {0x413c, 0x8147},
             {0x413c, 0x8183},
             {0x413c, 0x8184},
             {0x413c, 0x818b},
             {0x413c, 0x818c},
             {0x0930, 0x130c},
             {0x0930, 0x1311},
             {0x0930, 0x1313},
             {0x0930, 0x1314},
             {0x03f0, 0x271d},
             {0x03f0, 0x2f1d},
             {0x03f0, 0x3a1d}}},
    .init = {"AT+CGSMS=3"},  // MM
    .ready = "AT*EMRDY?",
    .pin_tries = {"AT*EPIN?"},  // OF
    .reset = "AT*E2RESET",
};

}  // namespace bank::modem::families
