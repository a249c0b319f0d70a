#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modem/session.hpp"
#include "modem/virtual/modem.hpp"

namespace bank::modem::test {

using namespace std::chrono_literals;

/// A session and a virtual modem at the two ends of a wire, and the time in hand. What the session
/// must never do, whatever happens, is counted in `offences` as it happens.
class Wire {
 public:
  explicit Wire(virt::ModemOptions options = {}, virt::Sim sim = virt::sim_of(0),
                std::uint64_t seed = 42)
      : modem(with_clock(std::move(options)), std::move(sim), seed) {}

  static virt::ModemOptions with_clock(virt::ModemOptions options) {
    options.imei = virt::imei_of(0);
    options.clock_origin = TimePoint{1h};
    options.wall_origin = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
    return options;
  }

  /// A SUBMIT that nobody else writes: 8-bit data, the token in hex.
  static std::string pdu_of(std::uint64_t token) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string hex = "0021000C9189191232547600" + std::string("0404");
    for (int shift = 28; shift >= 0; shift -= 4) hex += digits[token >> shift & 15];
    return hex;
  }
  static std::size_t length_of(std::uint64_t token) { return pdu_of(token).size() / 2 - 1; }

  // --- the port ---------------------------------------------------------------------------------
  void open(std::chrono::milliseconds listen = {}, bool starts = false) {
    is_open_ = true;
    perform(session.opened(now, listen, {}, starts));
    exchange();
  }
  void unplug() {
    modem.power_off();
    hang_up();
  }
  /// The port alone: the modem goes on.
  void hang_up() {
    is_open_ = false;
    modem.consume(modem.output().size());
    perform(session.lost(now));
  }
  void replug() {
    modem.restart(now);
    open({}, true);
  }

  // --- time -------------------------------------------------------------------------------------
  void run(std::chrono::milliseconds time) {
    const TimePoint end = now + time;
    exchange();
    while (next() <= end) step();
    now = end;
  }
  /// Until it is so, at most that long; whether it became so.
  bool run_until(const std::function<bool()>& is_so, std::chrono::milliseconds most) {
    const TimePoint end = now + most;
    exchange();
    while (!is_so()) {
      if (next() > end) return now = end, is_so();
      step();
    }
    return true;
  }
  bool becomes(SessionState state, std::chrono::milliseconds most = 60s) {
    return run_until([&] { return session.state() == state; }, most);
  }
  bool can_submit(std::chrono::milliseconds most = 60s) {
    return run_until([&] { return session.can_submit(); }, most);
  }

  // --- parts ------------------------------------------------------------------------------------
  void submit(std::uint64_t token, bool more = false) {
    token_ = token;
    committed_ = false;
    perform(session.submit({token, length_of(token), more}, now));
    exchange();
  }
  void commit(std::uint64_t token) {
    if (token == token_) committed_ = true;
    perform(session.commit(token, pdu_of(token), now));
    exchange();
  }
  void ask(Request::Kind kind, std::string text) {
    perform(session.ask({answers.size() + 1, kind, std::move(text)}, now));
    exchange();
  }
  void withdraw(std::uint64_t token) {
    perform(session.withdraw(token, "withdrawn", now));
    exchange();
  }
  /// The whole of it; nothing when it does not end within five minutes.
  std::optional<PartResult> send(std::uint64_t token) {
    if (!can_submit()) return std::nullopt;
    submit(token);
    run_until([&] { return ended.contains(token); }, 5min);
    const auto found = ended.find(token);
    return found == ended.end() ? std::nullopt : std::optional(found->second);
  }
  bool taken(std::uint64_t token) const {
    return std::any_of(record.begin(), record.end(),
                       [&](const auto& entry) { return entry.pdu == pdu_of(token); });
  }
  std::size_t times_written(std::string_view start) const {
    return static_cast<std::size_t>(
        std::count_if(written.begin(), written.end(),
                      [&](const std::string& bytes) { return bytes.starts_with(start); }));
  }

  void perform(Actions actions) {
    for (const auto& action : actions) {
      if (const auto* write = std::get_if<Write>(&action)) {
        take_write(write->bytes);
      } else if (const auto* wanted = std::get_if<CommitNeeded>(&action)) {
        commits_wanted.push_back(wanted->token);
        if (commits_at_once) commit_later_ = wanted->token;
      } else if (const auto* part = std::get_if<PartEnded>(&action)) {
        take_end(*part);
      } else if (const auto* part_slow = std::get_if<Slow>(&action)) {
        slow.push_back(part_slow->token);
      } else if (const auto* late_result = std::get_if<LateResult>(&action)) {
        late.emplace_back(late_result->token, late_result->tp_mr);
      } else if (const auto* message = std::get_if<Received>(&action)) {
        received.push_back(*message);
        if (message->token != 0 && books) to_book_.push_back(message->token);
      } else if (const auto* answer = std::get_if<RequestEnded>(&action)) {
        answers.push_back(*answer);
      } else if (const auto* call = std::get_if<Called>(&action)) {
        calls.push_back(call->number);
      } else if (const auto* tried = std::get_if<PinTried>(&action)) {
        pins_tried.push_back(tried->accepted);
      } else if (std::holds_alternative<PinNeeded>(action)) {
        ++pins_wanted;
        wants_pin_ = true;
      } else if (const auto* gave_up = std::get_if<GiveUp>(&action)) {
        gave_up_because.push_back(gave_up->why);
        perform(session.lost(now));
        is_open_ = false;
        if (reopens) reopen_at_ = now + 1s;
      }
    }
  }

  /// Carries bytes both ways until nobody has any.
  void exchange() {
    for (;;) {
      for (auto& entry : modem.take_submissions()) record.push_back(std::move(entry));
      if (std::exchange(wants_pin_, false)) {
        perform(pin ? session.enter_pin(*pin, now) : session.without_pin("no PIN is known", now));
        continue;
      }
      if (!to_book_.empty()) {
        const auto token = to_book_.front();
        to_book_.pop_front();
        perform(session.booked(token, now));
        continue;
      }
      if (const auto token = std::exchange(commit_later_, std::nullopt)) {
        if (*token == token_) committed_ = true;
        perform(session.commit(*token, pdu_of(*token), now));
        continue;
      }
      std::string heard = std::exchange(says_instead_, {}) + modem.take_output();
      if (heard.empty()) return;
      for (std::size_t at = 0; at < heard.size();) {
        const std::size_t size = piece != 0 ? piece : 1 + random() % 20;
        if (is_open_) {
          perform(session.received(std::string_view(heard).substr(at, size), now));
        }
        at += std::min(size, heard.size() - at);
      }
    }
  }

  TimePoint now{1h};
  virt::Modem modem;
  Session session;
  std::mt19937_64 random{7};
  std::size_t piece = std::string::npos;  // of what the session reads at once; 0: by chance
  bool commits_at_once = true;            // else the test calls `commit`
  bool books = true;                      // what comes in, at once
  bool reopens = true;                    // a second after the session gave up
  std::optional<std::string> pin;
  /// What is answered to a command instead of what the modem would; "" for nothing at all.
  std::map<std::string, std::string> instead;
  /// The same, for the first times that it is asked; "" for what the modem would.
  std::map<std::string, std::deque<std::string>> at_first;
  /// What the modem answers to these is lost on the way.
  std::set<std::string> unanswered;
  /// Called with each end of a part, as the driver is.
  std::function<void(std::uint64_t, const PartResult&)> on_end;

  std::vector<virt::Submission> record;  // what the network took
  std::vector<std::string> written;
  std::map<std::uint64_t, PartResult> ended;
  std::vector<std::uint64_t> commits_wanted, slow;
  std::vector<std::pair<std::optional<std::uint64_t>, int>> late;
  std::vector<Received> received;
  std::vector<std::string> calls;
  std::vector<RequestEnded> answers;
  std::vector<bool> pins_tried;
  int pins_wanted = 0;
  std::vector<std::string> gave_up_because;
  std::vector<std::string> offences;

 private:
  TimePoint next() const {
    TimePoint when = std::min(modem.deadline(), reopen_at_.value_or(TimePoint::max()));
    if (is_open_) when = std::min(when, session.deadline());
    return when;
  }

  void step() {
    now = std::max(now, next());
    modem.due(now);
    if (reopen_at_ && now >= *reopen_at_) {
      reopen_at_.reset();
      open();
    }
    if (is_open_ && now >= session.deadline()) perform(session.expire(now));
    exchange();
  }

  void take_write(const std::string& bytes) {
    written.push_back(bytes);
    if (bytes.ends_with('\x1A')) {
      if (!committed_) offences.push_back("a PDU was written without its commit");
      if (bytes != pdu_of(token_) + '\x1A') offences.push_back("the PDU of another part");
      if (ended.contains(token_)) offences.push_back("a PDU of a part that had ended");
    }
    const std::string command = bytes.substr(0, bytes.find('\r'));
    if (auto& first = at_first[command]; !first.empty()) {
      const std::string answer = first.front();
      first.pop_front();
      if (!answer.empty()) {
        says_instead_ += answer;
        return;
      }
    }
    const auto found = instead.find(command);
    if (found != instead.end()) {
      says_instead_ += found->second;
      return;
    }
    modem.receive(bytes, now);
    if (unanswered.contains(command)) modem.consume(modem.output().size());
  }

  void take_end(const PartEnded& part) {
    if (!ended.emplace(part.token, part.result).second) offences.push_back("a part ended twice");
    if (part.result.kind == PartResult::Kind::sent) {
      // The session cannot know it before the network does.
      for (auto& entry : modem.take_submissions()) record.push_back(std::move(entry));
      const bool is_true = std::any_of(record.begin(), record.end(), [&](const auto& entry) {
        return entry.pdu == pdu_of(part.token) && part.result.tp_mr == int{entry.mr};
      });
      if (!is_true) offences.push_back("sent, says the session; the network knows nothing of it");
    }
    if (on_end) on_end(part.token, part.result);
  }

  bool is_open_ = false;
  std::optional<TimePoint> reopen_at_;
  std::uint64_t token_ = 0;
  bool committed_ = false;
  bool wants_pin_ = false;
  std::optional<std::uint64_t> commit_later_;
  std::deque<std::uint64_t> to_book_;
  std::string says_instead_;
};

}  // namespace bank::modem::test
