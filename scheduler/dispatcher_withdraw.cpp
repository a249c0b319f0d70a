// The dispatcher: what people stop, before and while the book hears of it.
#include <algorithm>
#include <utility>

#include "scheduler/dispatcher.hpp"

namespace bank::scheduler {

bool covers(std::string_view scope, std::string_view reason, MessageClass value) {
  if (reason != "opt_out") return true;
  if (value == MessageClass::otp || value == MessageClass::system) return false;
  return scope != "promotional" || value == MessageClass::promotional;
}

bool Dispatcher::is_withdrawn(const Candidate& message) const {
  const auto [first, last] = withdrawn_numbers_.equal_range(message.to);
  return std::any_of(first, last, [&](const auto& entry) {
    const auto& [scope, reason] = entry.second;
    return covers(scope, reason, message.message_class);
  });
}

void Dispatcher::forget(MessageId message) {
  for (auto& [id, desk] : desks_) {
    if (!desk.next || desk.next->message.id != message) continue;
    queue_.released(desk.next->message);
    desk.next.reset();
  }
  queue_.remove(message);
}

DispatchActions Dispatcher::withdraw_message(MessageId message) {
  DispatchActions actions;
  forget(message);
  for (auto& [token, work] : works_) {
    if (work.message.id != message || work.ending) continue;
    work.withdrawn = true;
    actions.emplace_back(Withdraw{work.sim, token, "withdrawn"});
  }
  return actions;
}

DispatchActions Dispatcher::withdraw_batch(BatchId batch, bool whole) {
  DispatchActions actions;
  const auto is_of_it = [&](const Candidate& message) {
    return message.batch == batch && (whole || !message.bound_sim);
  };
  for (auto& [id, desk] : desks_) {
    if (!desk.next || !is_of_it(desk.next->message)) continue;
    queue_.released(desk.next->message);
    desk.next.reset();
  }
  queue_.close_batch(batch);
  for (auto& [token, work] : works_) {
    if (!is_of_it(work.message) || work.ending) continue;
    work.withdrawn = true;
    actions.emplace_back(Withdraw{work.sim, token, "withdrawn"});
  }
  return actions;
}

DispatchActions Dispatcher::withdraw_number(const std::string& number, const std::string& scope,
                                            const std::string& reason) {
  DispatchActions actions;
  withdrawn_numbers_.emplace(number, Mark{scope, reason});
  for (auto& [id, desk] : desks_) {
    if (desk.next && desk.next->message.to == number) {
      give_back(std::move(*std::exchange(desk.next, std::nullopt)));
    }
  }
  for (auto& [token, work] : works_) {
    if (work.message.to != number || work.ending ||
        !covers(scope, reason, work.message.message_class)) {
      continue;
    }
    work.withdrawn = true;
    actions.emplace_back(Withdraw{work.sim, token, "withdrawn"});
  }
  return actions;
}

DispatchActions Dispatcher::lift_number(const std::string& number, const std::string& scope,
                                        const std::string& reason, bool committed, const Now& now) {
  DispatchActions actions;
  const auto [first, last] = withdrawn_numbers_.equal_range(number);
  const auto marked = std::find_if(first, last, [&](const auto& entry) {
    return entry.second == Mark{scope, reason};
  });
  if (marked == last) return actions;
  if (committed) {
    queue_.remove_recipient(number,
                            [&](MessageClass value) { return covers(scope, reason, value); });
  }
  withdrawn_numbers_.erase(marked);
  pump(now, actions);  // what it does not cover may go on
  return actions;
}

}  // namespace bank::scheduler
