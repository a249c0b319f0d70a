#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Phones and cards of Sony Ericsson, and of Ericsson before it: GC79, GR47, K610i, T68. They forget
// +CPMS and +CNMI whenever they like.
constexpr Profile sony_ericsson{
    .name = "sony_ericsson",
    .marks = {{{"sony", ""}, {"ericsson", "GC"}, {"ericsson", "GR4"}, {"ericsson", "K610"}}},
    .usb = {{{0x0fce, 0xd046}}},
    // Modes 2 and 3 by what they list (FL); T68 and GR47 in 3.
    .notify = {"3,1,0,1,0", "2,1,0,1,0", "3,1,0,0,0"},
    .receive_in = {"ME", "SM"},  // GR47
};

}  // namespace bank::modem::families
