#include "modem/sim_plan.hpp"

namespace bank::modem {
namespace {

// <mode> of +COPS (TS 27.007 §7.3).
constexpr int automatic_mode = 0;
constexpr int manual_mode = 1;
constexpr int set_format_mode = 3;  // says nothing of the selection
constexpr int numeric_format = 2;

}  // namespace

NetworkChoice choose_network(const SimPlan& plan, const std::optional<at::SelectedOperator>& told,
                             std::string_view imsi) {
  using enum SimPlan::Selection;
  if (plan.selection == automatic) {
    // Somebody has tied the modem to a network, or off all: it keeps that without power.
    const bool is_tied = told && told->mode != automatic_mode && told->mode != set_format_mode;
    return {is_tied ? "AT+COPS=0" : "", {}};
  }
  if (!plan.may_roam && !imsi.starts_with(plan.network)) {
    return {"", imsi.empty()
                    ? "the SIM does not tell its IMSI, so " + plan.network +
                          " may be roaming and is not chosen; set [sending] roaming to allow it, "
                          "or remove operator from its [[sim]]"
                    : "network " + plan.network + " is not the SIM's own (its IMSI begins with " +
                          std::string(imsi.substr(0, plan.network.size())) +
                          "), and is not chosen; write its own as operator of its [[sim]], or set "
                          "[sending] roaming to allow it"};
  }
  const bool is_there = told && told->format == numeric_format && told->name == plan.network;
  const bool is_held = plan.selection == first || (told && told->mode == manual_mode);
  if (is_there && is_held) return {};
  return {
      "AT+COPS=" + std::string(plan.selection == only ? "1" : "4") + ",2,\"" + plan.network + "\"",
      {}};
}

}  // namespace bank::modem
