#include "scheduler/replies.hpp"

#include <utility>

namespace bank::scheduler {

ReplyRules::ReplyRules(const Given& given, const std::vector<Keyword>& keywords,
                       std::vector<AutoAnswer> answers)
    : opt_out_scope_(given.opt_out_scope),
      keywords_(keywords),
      anywhere_(given.country, {"*"}),
      allowed_(given.country, given.may_be_sent),
      clock_(given.timezone),
      help_(given.help),
      answers_(std::move(answers)) {}

std::optional<std::string> ReplyRules::person(std::string_view sender,
                                              at::Address::Kind kind) const {
  using Kind = at::Address::Kind;
  if (kind == Kind::alphanumeric || kind == Kind::abbreviated) return std::nullopt;
  // A suppression of what cannot be written to does no harm; one that is missing does.
  if (sender.starts_with('+')) return std::string(sender);
  const auto number = anywhere_.normalise(sender);
  if (!number || is_short_code(*number)) return std::nullopt;
  return *number;
}

bool ReplyRules::may_answer(std::string_view e164) const {
  const auto number = allowed_.normalise(e164);
  return number && *number == e164;
}

}  // namespace bank::scheduler
