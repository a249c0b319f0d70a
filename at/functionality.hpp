#pragma once

#include <optional>
#include <string_view>

namespace bank::at {

/// <fun> of "+CFUN: 1[,…]" (TS 27.007 §8.2): 0 off, 1 on, 4 radio off; makers have more. Nullopt
/// for a test answer, which some give to the question.
[[nodiscard]] std::optional<int> functionality(std::string_view cfun_line);

/// "^SYSINFO:2,4,5,3,1,,6" and ^SYSINFOEX of Huawei, with its numbers.
struct HuaweiSystem {
  int service_status;  // 0 none, 1 restricted, 2 valid, 3 restricted to a region, 4 asleep
  std::optional<int> service_domain{};  // 0 none, 1 circuit, 2 packet, 3 both, 4 not registered
  std::optional<int> roaming{};         // 0 or 1, others are not told
  std::optional<int> system_mode{};
  std::optional<int> sim_state{};  // 1 valid, 255 absent
  std::optional<int> submode{};

  friend bool operator==(const HuaweiSystem&, const HuaweiSystem&) = default;
};
[[nodiscard]] std::optional<HuaweiSystem> huawei_system(std::string_view line);

}  // namespace bank::at
