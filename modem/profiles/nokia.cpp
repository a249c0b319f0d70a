#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Phones of Nokia, S40 3rd edition and later, S60: N79 lists no store at all (PGM).
constexpr Profile nokia{
    .name = "nokia",
    .marks = {{{"nokia", ""}, {"", "Nokia"}}},
    .quirks = {Quirk::sends_only},  // PGM
    .quirk_count = 1,
};

}  // namespace bank::modem::families
