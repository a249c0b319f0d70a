#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Boards with Qualcomm's M6280 and its own firmware. The PIN comes first: until then even ATZ is an
// ERROR (FPG#11, FPG#12), and for ten seconds after it the SIM is busy (FPG#10).
constexpr Profile qualcomm_m6280{
    .name = "qualcomm_m6280",
    .marks = {{{"qualcomm", "M6280"}}},
};

}  // namespace bank::modem::families
