#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// What was sold as Huawei and then as Brovi: E3372-325, with other firmware than Huawei's.
constexpr Profile huawei_brovi{
    .name = "huawei_brovi",
    // GAM#908: the maker is told as "ZOWEE TECHNOLOGY (HEYUAN) CO., LTD."
    .marks = {{{"", "E3372-325"}, {"zowee", "E3372"}, {"brovi", ""}}},
    .usb = {{{0x3566, 0x2001}}},
    .receive_in = {"SM", "ME"},           // GAM#829
    .quirks = {Quirk::takes_all_stores},  // GAM#829, GAM#908; the answer is OK alone
    .quirk_count = 1,
};

}  // namespace bank::modem::families
