#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Sticks with MediaTek's own firmware: D-Link DWM-156 and DWM-157. They tell "MTK1" and "MTK2" for
// maker and model, and start in +CFUN: 4 (GAM#395).
constexpr Profile mediatek{
    .name = "mediatek",
    .marks = {{{"mtk", ""}, {"mediatek", ""}, {"", "MTK"}}},
    .usb = {{{0x0e8d, 0}, {0x2001, 0x7d00}, {0x07d1, 0x7e11}}},
    .init = {"AT+ECSQ=0"},  // no +ECSQ unasked for (MM)
    .notify = {"2,1,0,1,0", "2,1,0,2,0", "2,1,0,0,0"},
    .receive_in = {"SM"},
    .sweep = {"SM"},                      // reports lie there, too
    .quirks = {Quirk::lists_unreliably},  // +CMGL=4 is empty with seven in the store (GAM#156)
    .quirk_count = 1,
};

}  // namespace bank::modem::families
