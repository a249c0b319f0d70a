#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Sticks of ZTE with Qualcomm's chips: MF1xx, MF6xx, K35xx-Z, K37xx-Z.
constexpr Profile zte{
    .name = "zte",
    .marks = {{{"zte", ""}, {"zte", "MF1"}, {"zte", "MF6"}}},
    .usb = {{{0x19d2, 0}}},
    .init = {"AT+CPMS?"},  // else +ZUSIMR:2 every few seconds, until its buffer is full (MM)
    .iccid = {"AT+ZGETICCID"},
    .pin_tries = {"AT+ZPINPUK=?"},         // OF
    .notify = {"2,1,0,2,0", "1,1,0,2,0"},  // WAD: reports lie in SR
    .receive_in = {"SM"},
    .sweep = {"SM", "SR"},
};

}  // namespace bank::modem::families
