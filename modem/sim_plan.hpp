#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "at/operators.hpp"

namespace bank::modem {

/// What a SIM is for and which network it is to use, where somebody has said so.
struct SimPlan {
  enum class Selection {
    automatic,  // the modem's choice
    only,       // `network`, or none
    first,      // `network`, and where that cannot be had the modem's choice
  };
  Selection selection = Selection::automatic;
  std::string network{};  // MCC and MNC, 5 or 6 digits
  bool may_roam = false;
  bool receives = true;  // false: its stores are left alone, and no text is announced

  friend bool operator==(const SimPlan&, const SimPlan&) = default;
};
using SimPlans = std::map<std::string, SimPlan>;  // by ICCID

/// What is to be done so that a SIM uses the network of its plan.
struct NetworkChoice {
  std::string command{};  // empty: nothing
  std::string trouble{};  // why its plan cannot be followed; after "; " what to do

  friend bool operator==(const NetworkChoice&, const NetworkChoice&) = default;
};

/// `told` is the answer to +COPS? in numeric format (TS 27.007 §7.3), for an automatic one in any;
/// nothing: it was refused. A network is the SIM's own when its IMSI begins with it (TS 23.003
/// §2.2); any other would be roaming, and is chosen only where the plan allows that.
[[nodiscard]] NetworkChoice choose_network(const SimPlan& plan,
                                           const std::optional<at::SelectedOperator>& told,
                                           std::string_view imsi);

}  // namespace bank::modem
