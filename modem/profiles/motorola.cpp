#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules and phones of Motorola: G24, the C series.
constexpr Profile motorola{
    .name = "motorola",
    .marks = {{{"motorola", ""}}},
    .init = {"AT+MODE=2"},  // phones send no SMS before it; they tell +MBAN then (GAM)
};

}  // namespace bank::modem::families
