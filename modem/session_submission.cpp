// A session hands one part to the network: AT+CMGS, prompt and commit in either order, PDU, result.
#include <cassert>
#include <string>
#include <utility>

#include "at/errors.hpp"
#include "modem/session.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;
using Failure = at::DialogueFailure;

constexpr auto prompt_time = 10s;
constexpr auto result_time =
    120s;  // below a minute controllers double messages (guide §0, fact 12)
constexpr auto slow_time = 30s;
constexpr int most_failed_prompts = 3;  // in a row, then the modem starts anew

}  // namespace

bool Session::can_submit() const {
  return phase_ == Phase::ready && !menu_until_ && dialogue_.idle() && dialogue_.in_step();
}

Actions Session::submit(const Part& part, TimePoint now) {
  assert(can_submit());
  Actions actions;
  phase_ = Phase::submitting;
  timer_ = TimePoint::max();
  turns_ = most_turns;
  part_ = Current{.part = part};
  at::Command command{"AT+CMGS=" + std::to_string(part.length), "+CMGS:", prompt_time};
  command.prompts = true;
  send(std::move(command), now, actions);
  actions.emplace_back(CommitNeeded{part.token});  // while the modem prepares its prompt
  return actions;
}

Actions Session::commit(std::uint64_t token, std::string pdu, TimePoint now) {
  Actions actions;
  if (!part_ || part_->part.token != token || part_->paid) return actions;
  part_->pdu = std::move(pdu);
  pay_if_due(now, actions);
  return actions;
}

void Session::pay_if_due(TimePoint now, Actions& actions) {
  if (!part_ || part_->paid || !dialogue_.awaits_payload() || part_->pdu.empty()) return;
  if (speaks_anew()) return restarted(now, actions);
  part_->paid = true;
  part_->slow_at = now + slow_time;
  doubtful_.reset();
  earlier_doubtful_ = false;
  perform(dialogue_.pay(std::move(part_->pdu), result_time, now), now, actions);
}

Actions Session::withdraw(std::uint64_t token, std::string_view why, TimePoint now) {
  Actions actions;
  if (!part_ || part_->part.token != token || part_->paid) return actions;
  part_->withdrawn = why;
  perform(dialogue_.abandon(now), now, actions);
  return actions;
}

void Session::part_answered(const Result<at::Reply, Failure>& result, TimePoint now,
                            Actions& actions) {
  assert(part_);
  const bool paid = part_->paid;
  if (result) {
    failed_prompts_ = 0;
    PartResult sent{PartResult::Kind::sent};
    sent.pdu_written = true;
    sent.tp_mr = at::message_reference(first_line(*result));
    silences_ = 0;
    dialogue_.in_step() ? go_on(now, actions) : synchronise(now, actions);
    return end_part(std::move(sent), actions);
  }

  const Failure& failure = result.error();
  PartResult ended{PartResult::Kind::refused, {}, failure, paid};
  switch (failure.kind) {
    case Failure::Kind::error:
    case Failure::Kind::cme:
    case Failure::Kind::cms:
      if (paid && at::outcome_unknown(failure)) ended.kind = PartResult::Kind::uncertain;
      break;
    case Failure::Kind::timeout:
    case Failure::Kind::foreign:
      ended.kind = paid ? PartResult::Kind::uncertain : PartResult::Kind::not_sent;
      ended.why = paid ? "no_result" : "no_prompt";
      break;
    case Failure::Kind::abandoned:
      ended.kind = PartResult::Kind::not_sent;
      ended.why = part_->withdrawn;
      ended.failure.reset();
      break;
  }
  if (ended.kind == PartResult::Kind::uncertain) doubtful_ = part_->part.token;
  failed_prompts_ = ended.why == "no_prompt" ? failed_prompts_ + 1 : 0;
  if (failed_prompts_ >= most_failed_prompts) {
    failed_prompts_ = 0;
    end_part(std::move(ended), actions);
    return give_up("the modem gives no prompt for a message; it is tried again by itself", actions);
  }
  if (dialogue_.in_step()) {
    go_on(now, actions);
  } else {
    synchronise(now, actions);
  }
  end_part(std::move(ended), actions);
}

void Session::end_part(PartResult result, Actions& actions) {
  assert(part_);
  const std::uint64_t token = part_->part.token;
  part_.reset();
  actions.emplace_back(PartEnded{token, std::move(result)});
}

}  // namespace bank::modem
