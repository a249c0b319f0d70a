#include "firmware-host/modem_changes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using Kind = scheduler::ModemEvent::Kind;

std::string what_is(const web::ModemView& view, bool state_changed) {
  const auto& verdict = view.verdict;
  std::string what = state_changed ? view.state : verdict.level;
  if (!verdict.because.empty()) what += ": " + verdict.because;
  if (!verdict.because.empty() && !verdict.do_next.empty()) what += "; " + verdict.do_next;
  return what;
}

}  // namespace

std::optional<ModemChanges::Line> ModemChanges::see(const web::ModemView& view, Time now) {
  const bool is_same = noted_ && view.state == seen_.state && view.verdict.level == seen_.level &&
                       view.verdict.because == seen_.because;
  if (!is_same) {
    const bool is_first = !noted_;
    seen_ = {view.state, view.verdict.level, view.verdict.because};
    seen_since_ = now;
    if (is_first) {
      noted_ = view.state == "starting" ? seen_ : Stand{};
      hour_began_ = now;
    } else if (lines_ == most_an_hour) {
      ++passed_;
    }
  }
  if (now - hour_began_ >= 1h) {
    hour_began_ = now;
    lines_ = 0;
  }
  const bool is_news = seen_ != *noted_ || (lines_ == 0 && passed_ > 0);
  if (!is_news || now - seen_since_ < shortest || lines_ == most_an_hour) return std::nullopt;
  const bool state_changed = seen_.state != noted_->state;
  Line line{state_changed ? Kind::state : Kind::verdict, what_is(view, state_changed)};
  if (passed_ > 0) line.what = fmt::format("{} more changes; now {}", passed_, line.what);
  line.what.resize(std::min(line.what.size(), longest));
  passed_ = 0;
  ++lines_;
  noted_ = seen_;
  return line;
}

}  // namespace bank::host
