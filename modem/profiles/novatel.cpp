#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Cards of Novatel Wireless: Ovation MC9xx, MiFi.
constexpr Profile novatel{
    .name = "novatel",
    .marks = {{{"novatel", ""}}},
    .usb = {{{0x1410, 0}}},
    .init = {"AT$NWDMAT=1"},  // its second port speaks AT, too, not for diagnosis alone (WAD)
    // MM's "1,1,2,1,0" lets broadcasts in; rather reports in a store (OF).
    .notify = {"1,1,0,2,0", "1,1,0,1,0", "1,1,2,1,0"},
    // Nothing is acknowledged: "no +CNMA expected" (OF).
};

}  // namespace bank::modem::families
