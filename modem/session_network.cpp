// A session and the network that somebody wants for its SIM.
#include <string>
#include <utility>

#include "modem/session.hpp"

namespace bank::modem {

const SimPlan* Session::plan() const {
  if (!plans_ || facts_.iccid.empty()) return nullptr;
  const auto found = plans_->find(facts_.iccid);
  return found == plans_->end() ? nullptr : &found->second;
}

bool Session::takes_messages_in() const {
  const SimPlan* const wanted = plan();
  return wanted == nullptr || wanted->receives;
}

bool Session::has_network_of_choice() const {
  const SimPlan* const wanted = plan();
  return wanted != nullptr && wanted->selection != SimPlan::Selection::automatic;
}

/// Once for each look at the SIM: a network that cannot be had is not asked for again and again.
void Session::plan_network(const at::Reply& told) {
  const SimPlan* const wanted = plan();
  if (wanted == nullptr || network_asked_) return;
  auto choice = choose_network(*wanted, at::selected_operator(first_line(told)), facts_.imsi);
  network_command_ = std::move(choice.command);
  facts_.network_trouble = std::move(choice.trouble);
}

void Session::network_answered(const Answer& result, TimePoint now, Actions& actions) {
  const std::string command = std::exchange(network_command_, {});
  network_asked_ = true;
  if (!result) {
    facts_.network_trouble =
        command + (result.error().is_answer() ? " is refused" : " is not answered") +
        ", so the SIM may be without network; see that this network is there and takes the SIM, or "
        "write another operator in its [[sim]]";
  }
  jump_to("operator", now, actions);  // it may be another now
}

}  // namespace bank::modem
