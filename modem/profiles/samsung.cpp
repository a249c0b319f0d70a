#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Phones of Samsung: J700, B2100, P900.
constexpr Profile samsung{
    .name = "samsung",
    .marks = {{{"samsung", ""}}},
    // GAM: +CMGL hangs on J700 and B2100, and tells wrong places on P900.
    .quirks = {Quirk::lists_unreliably},
    .quirk_count = 1,
};

}  // namespace bank::modem::families
