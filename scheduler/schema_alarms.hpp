#pragma once

#include <string_view>

namespace bank::scheduler {

inline constexpr std::string_view alarms_schema = R"sql(
)sql";

}  // namespace bank::scheduler
