#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "at/submit.hpp"
#include "scheduler/dispatcher.hpp"
#include "tests/scheduler/book_fixture.hpp"

namespace bank::scheduler {

/// The dispatcher with the real book and SIMs that answer as the test says, on a virtual clock.
/// Commits are answered at once, parts after `latency`; what the network took is in `air`.
class DispatcherFixture : public BookFixture {
 public:
  struct Taken {
    SimId sim;
    MessageId message;
    int part;
    std::string pdu;
    BootTime at;
  };

  /// A SIM whose modem is ready.
  SimId add(const std::string& iccid, const Limits& limits = {},
            const std::vector<std::string>& pools = {"default"}) {
    SimRow row;
    commit([&] { row = book->configure_sim(iccid, iccid, "", pools, wall); });
    std::vector<Use> uses;
    std::optional<BootTime> known_from;
    commit([&] {
      uses = book->uses_since(row.id, 24h, now());
      known_from = book->uses_known_from(row.id, now());
    });
    dispatcher.add_sim(row, limits, uses, 0, known_from);
    arrive(row.id);
    return row.id;
  }
  void arrive(SimId id) {
    here_[id] = true;
    perform(dispatcher.sim_ready(id, "modem", now()));
  }
  /// The modem vanishes: what it had in hand is in doubt once the PDU was written.
  void leave(SimId id) {
    here_[id] = false;
    const auto part = std::find_if(on_air_.begin(), on_air_.end(),
                                   [&](const OnAir& one) { return one.sim == id; });
    if (part == on_air_.end()) return dispatcher.sim_away(id, now());
    OnAir ended = *part;
    on_air_.erase(part);
    ended.outcome = {PartOutcome::Kind::uncertain, {}, {}, "vanished"};
    end_on_air(ended);
  }

  /// Accepted by the book and told to the dispatcher, as the API does.
  MessageId post(NewMessage message) {
    message.parts = static_cast<int>(at::split(message.text, message.encoding)->parts.size());
    const auto accepted = accept_all({message}).front();
    if (accepted.state == MessageState::queued) bring(accepted.id);
    return accepted.id;
  }
  MessageId post(const std::string& number, int parts = 1) {
    NewMessage message = to(number);
    message.text = parts == 1 ? "salam" : std::string(static_cast<std::size_t>(parts) * 153, 'x');
    return post(message);
  }
  void bring(MessageId id) {
    std::optional<Candidate> candidate;
    commit([&] { candidate = book->candidate(id); });
    if (candidate) perform(dispatcher.arrived({std::move(*candidate)}, now()));
  }

  /// Runs the clock, and everything that comes due on the way.
  void run(std::chrono::milliseconds time) {
    const BootTime end = boot + time;
    for (;;) {
      BootTime next = dispatcher.next_wake().value_or(BootTime::max());
      for (const auto& part : on_air_) next = std::min(next, part.ends);
      if (next > end) break;
      if (next > boot) pass(std::chrono::duration_cast<std::chrono::milliseconds>(next - boot));
      const auto due = std::find_if(on_air_.begin(), on_air_.end(),
                                    [&](const OnAir& part) { return part.ends <= boot; });
      if (due != on_air_.end()) {
        const OnAir ended = *due;
        on_air_.erase(due);
        end_on_air(ended);
      } else {
        perform(dispatcher.wake(now()));
      }
    }
    pass(std::chrono::duration_cast<std::chrono::milliseconds>(end - boot));
  }

  [[nodiscard]] std::vector<SimId> sims_of(MessageId id) const {
    std::vector<SimId> sims;
    for (const auto& taken : air) {
      if (taken.message == id) sims.push_back(taken.sim);
    }
    return sims;
  }
  [[nodiscard]] std::vector<MessageId> order() const {
    std::vector<MessageId> messages;
    for (const auto& taken : air) messages.push_back(taken.message);
    return messages;
  }

  void perform(DispatchActions actions) {
    for (auto& action : actions) todo_.push_back(std::move(action));
    if (std::exchange(performing_, true)) return;
    while (!todo_.empty()) {
      const auto action = std::move(todo_.front());
      todo_.pop_front();
      std::visit([this](const auto& what) { take(what); }, action);
    }
    performing_ = false;
  }

  Dispatcher dispatcher{{.policy = {4}}};
  std::chrono::milliseconds latency{1000};
  std::vector<Taken> air;
  std::vector<bool> followed;  // of each part that was offered, whether another was to follow
  int withdrawals = 0;
  int restarts = 0;
  bool disk_is_well = true;
  /// What comes of a part; nothing: it is taken.
  std::function<std::optional<PartOutcome>(const Taken&)> fate;
  /// Called when a part is begun, before its PDU is written.
  std::function<void(MessageId, int part)> before_pdu;

 private:
  struct Offered {
    SimId sim;
    std::size_t length;
    MessageId message{};
    int part = 0;
  };
  struct OnAir {
    std::uint64_t token;
    SimId sim;
    BootTime ends;
    PartOutcome outcome;
  };

  void take(const Offer& offer) {
    offered_[offer.token] = {offer.sim, offer.length};
    followed.push_back(offer.more);
    if (!here_[offer.sim]) {
      dispatcher.sim_away(offer.sim, now());
      return perform(dispatcher.part_ended(
          offer.token, {PartOutcome::Kind::not_sent, {}, {}, "vanished"}, now()));
    }
    perform(dispatcher.commit_needed(offer.token));
  }
  void take(const Begin& begin) {
    if (!disk_is_well) return perform(dispatcher.begin_failed(begin.token, now()));
    offered_.at(begin.token).message = begin.claim.message;
    offered_.at(begin.token).part = begin.claim.part;
    tl::expected<Begun, Refusal> begun = tl::unexpected(Refusal::gone);
    commit([&] { begun = book->begin_sending(begin.claim, now()); });
    if (begun && before_pdu) before_pdu(begin.claim.message, begin.claim.part);
    perform(dispatcher.begun(begin.token, begun, now()));
  }
  void take(const Pay& pay) {
    const Offered offered = offered_.at(pay.token);
    if (withdrawn_.contains(pay.token)) return;
    CHECK(offered.length == pay.pdu.size() / 2 - 1);  // without the service centre's octet
    const Taken taken{pay.sim, offered.message, offered.part, pay.pdu, boot};
    auto outcome = fate ? fate(taken) : std::nullopt;
    if (!outcome || outcome->kind == PartOutcome::Kind::sent) air.push_back(taken);
    if (!outcome) outcome = PartOutcome{PartOutcome::Kind::sent, reference_++ % 256, {}, {}};
    on_air_.push_back({pay.token, pay.sim, boot + latency, *outcome});
  }
  void take(const Withdraw& withdraw) {
    const bool is_written = std::any_of(on_air_.begin(), on_air_.end(), [&](const OnAir& part) {
      return part.token == withdraw.token;
    });
    if (is_written || !offered_.contains(withdraw.token)) return;
    withdrawn_[withdraw.token] = true;
    ++withdrawals;
    perform(dispatcher.part_ended(
        withdraw.token, {PartOutcome::Kind::not_sent, {}, {}, std::string(withdraw.why)}, now()));
    if (here_[withdraw.sim]) perform(dispatcher.sim_ready(withdraw.sim, "modem", now()));
  }
  void take(const End& end) {
    std::optional<Candidate> again;
    commit([&] {
      const auto settled = book->end_part(end.submission, end.end, end.sequel, now());
      const bool ready =
          end.sequel.state == MessageState::queued && !end.sequel.wait_until.has_value();
      if (ready || (settled && settled->requeued)) again = book->candidate(end.message);
    });
    perform(dispatcher.ended(end.token, std::move(again), now()));
  }
  void take(const Read& read) {
    std::vector<Candidate> found;
    commit([&] {
      const auto& load = read.load;
      found = load.recipient
                  ? book->ready_for(load.recipient->first, load.recipient->second, load.limit)
                  : book->ready(load.lane, load.after, load.limit);
    });
    perform(dispatcher.read(read.load, std::move(found), now()));
  }
  void take(const PutBack& back) {
    std::optional<Candidate> ready;
    commit([&] { ready = book->put_back(back.message, wall); });
    perform(dispatcher.ended(back.token, std::move(ready), now()));
  }
  void take(const Unbind& orphans) {
    std::vector<Candidate> unbound;
    commit([&] { unbound = book->unbind(orphans.sim, orphans.pool, 512, wall); });
    perform(dispatcher.unbound(std::move(unbound), now()));
  }
  void take(const DoubtLasted& doubt) {
    commit([&] { book->doubt_lasted(doubt.submission, now()); });
  }
  void take(const RestartModem&) { ++restarts; }

  void end_on_air(const OnAir& ended) {
    if (!here_[ended.sim]) dispatcher.sim_away(ended.sim, now());
    perform(dispatcher.part_ended(ended.token, ended.outcome, now()));
    if (here_[ended.sim]) perform(dispatcher.sim_ready(ended.sim, "modem", now()));
  }

  std::map<SimId, bool> here_;
  std::map<std::uint64_t, Offered> offered_;
  std::map<std::uint64_t, bool> withdrawn_;
  std::vector<OnAir> on_air_;
  std::deque<DispatchAction> todo_;
  bool performing_ = false;
  int reference_ = 0;
};

}  // namespace bank::scheduler
