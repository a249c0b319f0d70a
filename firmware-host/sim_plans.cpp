#include "firmware-host/sim_plans.hpp"

namespace bank::host {

modem::SimPlans sim_plans(const Config& config) {
  using Selection = modem::SimPlan::Selection;
  modem::SimPlans plans;
  for (const SimConfig& sim : config.sims) {
    modem::SimPlan plan;
    switch (sim.network) {
      case SimConfig::Network::automatic: break;
      case SimConfig::Network::fixed: plan.selection = Selection::only; break;
      case SimConfig::Network::preferred: plan.selection = Selection::first; break;
    }
    plan.network = sim.plmn;
    plan.may_roam = config.sending.roaming;
    plan.receives = sim.use != SimConfig::Use::send;
    plans.emplace(sim.iccid, std::move(plan));
  }
  return plans;
}

std::vector<std::string> pools_of(const SimConfig& sim) {
  return sim.use == SimConfig::Use::receive ? std::vector<std::string>{} : sim.pools;
}

}  // namespace bank::host
