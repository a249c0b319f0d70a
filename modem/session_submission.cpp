// A session hands one part to the network: AT+CMGS, prompt and commit in either order, PDU, result.
// Where more parts are ready to follow, it has the link kept between them (TS 27.005 §3.5.6).
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
constexpr auto link_time = 3s;
constexpr auto link_rest = 1s;          // a link is kept for 1 to 5 s after a result
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
  if (now < linked_until_) {
    linked_until_ = TimePoint::max();  // and from its result on for a while
  } else {
    linked_until_ = {};
    part_->links = part.more && may_link_ && !profile_->has(Quirk::keeps_no_link);
  }
  if (part_->links) {
    send({"AT+CMMS=1", "", link_time}, now, actions);
  } else {
    ask_prompt(now, actions);
  }
  actions.emplace_back(CommitNeeded{part.token});  // while the modem prepares its prompt
  return actions;
}

void Session::ask_prompt(TimePoint now, Actions& actions) {
  at::Command command{"AT+CMGS=" + std::to_string(part_->part.length), "+CMGS:", prompt_time};
  command.prompts = true;
  send(std::move(command), now, actions);
}

/// A refusal costs the time it took, and is the last: the part goes out without.
void Session::link_answered(const Result<at::Reply, Failure>& result, TimePoint now,
                            Actions& actions) {
  part_->links = false;
  if (result) linked_until_ = TimePoint::max();
  if (!result) may_link_ = false;
  const bool is_told = result || result.error().is_answer();
  const bool is_wanted = part_->withdrawn.empty();
  if (is_told && is_wanted && dialogue_.in_step()) return ask_prompt(now, actions);
  PartResult ended{PartResult::Kind::not_sent};
  ended.why = is_wanted ? "no_prompt" : part_->withdrawn;
  end_part_in_step(std::move(ended), now, actions);
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
  if (part_->links) return link_answered(result, now, actions);
  const bool was_linked = linked_until_ == TimePoint::max();
  if (was_linked) linked_until_ = now + link_rest;
  const bool paid = part_->paid;
  if (result) {
    failed_prompts_ = 0;
    PartResult sent{PartResult::Kind::sent};
    sent.pdu_written = true;
    sent.tp_mr = at::message_reference(first_line(*result));
    silences_ = 0;
    return end_part_in_step(std::move(sent), now, actions);
  }

  const Failure& failure = result.error();
  if (was_linked && at::code_of(failure) == "cms_500") {  // so some refuse it (E1752)
    may_link_ = false;
    linked_until_ = {};
  }
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
    return give_up_silent("the modem gives no prompt for a message; it is tried again by itself",
                          actions);
  }
  end_part_in_step(std::move(ended), now, actions);
}

/// What comes next begins before the part's end is told.
void Session::end_part_in_step(PartResult result, TimePoint now, Actions& actions) {
  dialogue_.in_step() ? go_on(now, actions) : synchronise(now, actions);
  end_part(std::move(result), actions);
}

void Session::end_part(PartResult result, Actions& actions) {
  assert(part_);
  const std::uint64_t token = part_->part.token;
  part_.reset();
  actions.emplace_back(PartEnded{token, std::move(result)});
}

}  // namespace bank::modem
