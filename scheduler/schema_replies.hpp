#pragma once

#include <string_view>

namespace bank::scheduler {

inline constexpr std::string_view replies_schema = R"sql(
)sql";

}  // namespace bank::scheduler
