// The switchboard: what people who write back wish, and what an operator says of it. The book does
// it; the rack is told before each commit, so that no PDU is written after it (promise 2).
#include <utility>

#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"
#include "web/json_text.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr auto retry_pause = 1s;  // after a commit that failed

scheduler::ReplyRules::Given reply_rules(const Config& config) {
  using Scope = RepliesConfig::OptOutScope;
  return {config.replies.opt_out_scope == Scope::all ? "all" : "promotional", config.region.country,
          countries_of(config), config.region.timezone, config.replies.help};
}

}  // namespace

void Switchboard::use_replies(const std::vector<scheduler::Keyword>& keywords,
                              std::vector<scheduler::AutoAnswer> answers) {
  replies_ = std::make_shared<const scheduler::ReplyRules>(reply_rules(config_), keywords,
                                                           std::move(answers));
}

// --- what comes in ------------------------------------------------------------------------------

scheduler::Suppression Switchboard::stop_of(std::string number) const {
  return {std::move(number), now().wall, "all", "opt_out", {}};
}

/// Who may have written an opt-out gets no PDU from here on, until the book has decided. Of a
/// message in parts each may be the one that makes it whole.
std::vector<scheduler::Suppression> Switchboard::stop_before(std::vector<Text>& texts) {
  std::vector<scheduler::Suppression> stopped;
  for (auto& text : texts) {
    const auto& deliver = text.arrival.deliver;
    if (!deliver || !deliver->text) continue;
    const bool may_wish = deliver->header.concat ||
                          replies_->read(*deliver->text).tier != scheduler::Reading::Tier::none;
    text.asks = may_wish || replies_->answers_by_itself();
    if (!may_wish) continue;
    auto number = replies_->person(deliver->from.digits_or_text, deliver->from.kind);
    if (!number) continue;
    stopped.push_back(stop_of(std::move(*number)));
    withdraw_number(stopped.back());
  }
  return stopped;
}

bool Switchboard::Obeyings::take(scheduler::Book& book,
                                 std::optional<scheduler::Book::Obeyed> obeyed) {
  if (!obeyed) return false;
  if (obeyed->answer) {
    if (auto one = book.candidate(*obeyed->answer)) answers.push_back(std::move(*one));
  }
  done.push_back(std::move(*obeyed));
  return true;
}

void Switchboard::obeyed(Obeyings obeyings) {
  for (const auto& one : obeyings.done) {
    if (one.suppressed) number_stopped(*one.suppressed, one.is_done);
  }
  if (!obeyings.answers.empty()) arrived(std::move(obeyings.answers));
}

/// They are of people who write nothing at this moment: the rack has to hear of them first. What
/// fails, the house finds again.
void Switchboard::mind_gaps(std::vector<scheduler::Book::GapWish> gaps) {
  if (gaps.empty()) return;
  std::vector<scheduler::Suppression> stopped;
  for (const auto& gap : gaps) {
    stopped.push_back(stop_of(gap.number));
    withdraw_number(stopped.back());
  }
  const auto shared =
      std::make_shared<const std::vector<scheduler::Book::GapWish>>(std::move(gaps));
  desk_.ask(
      [this, shared, rules = replies_](scheduler::Book& book) {
        Obeyings obeyings;
        for (const auto& gap : *shared) {
          obeyings.take(book, book.obey_gap(gap.text, *rules, stopped_at_once, now().wall));
        }
        return obeyings;
      },
      [this, stopped](std::optional<Obeyings> obeyings) {
        if (obeyings) obeyed(std::move(*obeyings));
        for (const auto& suppression : stopped) lift_number(suppression, false);
      });
}

/// The suppression is in the book; what else it stops follows in steps, and meanwhile nothing of it
/// is begun.
void Switchboard::number_stopped(const scheduler::Suppression& suppression, bool is_done) {
  withdraw_number(suppression);
  if (is_done) return lift_number(suppression, true);
  desk_.ask(
      [suppression](scheduler::Book& book) { return book.suppress(suppression, stopped_at_once); },
      [this, suppression](std::optional<std::size_t> count) {
        lift_number(suppression, true);  // the book begins nothing of it, whatever comes of this
        if (!count) return after(retry_pause, [=, this] { number_stopped(suppression, false); });
        number_stopped(suppression, *count < stopped_at_once);
      });
}

// --- what an operator says ----------------------------------------------------------------------

void Switchboard::suppress(std::vector<scheduler::Suppression> suppressions,
                           std::function<void(bool)> told) {
  for (const auto& one : suppressions) withdraw_number(one);
  const auto shared =
      std::make_shared<const std::vector<scheduler::Suppression>>(std::move(suppressions));
  desk_.ask(
      [this, shared](scheduler::Book& book) {
        std::vector<bool> done;
        for (const auto& one : *shared) {
          done.push_back(book.suppress(one, stopped_at_once) < stopped_at_once);
          web::JsonText detail;
          detail.open('{').member("scope", one.scope).member("reason", one.reason).close('}');
          desk_.note({one.by, "suppression.put", one.number, detail.take()}, now().wall);
        }
        return done;
      },
      [this, shared, told = std::move(told)](const std::optional<std::vector<bool>>& done) {
        for (std::size_t i = 0; i < shared->size(); ++i) {
          const auto& one = (*shared)[i];
          lift_number(one, done.has_value());
          if (done && !(*done)[i]) number_stopped(one, false);
        }
        told(done.has_value());
      });
}

void Switchboard::decide(const std::string& number, bool is_opt_out, const scheduler::Lifting& by,
                         std::function<void(std::optional<bool>)> told) {
  const auto stopped = stop_of(number);
  withdraw_number(stopped);
  struct Decided {
    bool was_held = false;
    Obeyings obeyings{};
  };
  desk_.ask(
      [=, this, rules = replies_](scheduler::Book& book) {
        Decided decided;
        decided.was_held = decided.obeyings.take(
            book, book.decide(number, is_opt_out, *rules, by, stopped_at_once));
        if (!decided.was_held) return decided;
        const char* action = is_opt_out ? "suppression.confirm" : "suppression.dismiss";
        desk_.note({by.by, action, number}, by.at);
        return decided;
      },
      [this, stopped, told = std::move(told)](std::optional<Decided> decided) {
        if (decided) obeyed(std::move(decided->obeyings));
        lift_number(stopped, false);
        told(decided ? std::optional(decided->was_held) : std::nullopt);
      });
}

}  // namespace bank::host
