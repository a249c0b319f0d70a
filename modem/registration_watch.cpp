#include "modem/registration_watch.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bank::modem {
namespace {

using namespace std::chrono_literals;
using at::Registration;

struct Question {
  std::string_view command, prefix;
};
constexpr std::array<Question, 3> questions{
    {{"AT+CREG?", "+CREG:"}, {"AT+CEREG?", "+CEREG:"}, {"AT+C5GREG?", "+C5GREG:"}}};

/// How much a person learns from it, where nothing takes messages.
int weight_of(Registration registration) {
  switch (registration) {
    case Registration::denied: return 4;
    case Registration::searching: return 3;
    case Registration::emergency: return 2;
    case Registration::idle: return 1;
    default: return 0;
  }
}

}  // namespace

std::optional<std::size_t> RegistrationWatch::next() const {
  if (!asked_[relied_on_]) return relied_on_;
  for (std::size_t i = 0; i < domains; ++i) {
    if (!asked_[i] && !refused_[i]) return i;
  }
  return std::nullopt;
}

at::Command RegistrationWatch::question() {
  asking_ = next().value_or(relied_on_);
  const Question& asked = questions.at(asking_);
  return {std::string(asked.command), std::string(asked.prefix), 10s};
}

RegistrationWatch::News RegistrationWatch::answered(const at::Reply* reply) {
  const bool is_refused = reply == nullptr;
  if (is_refused && takes_messages_ && asking_ == relied_on_) return {};
  asked_.set(asking_);
  refused_.set(asking_, is_refused);
  const auto told =
      !is_refused && !reply->empty() ? at::registration(reply->front().text, true) : std::nullopt;
  if (told && at::allows_sms(*told)) {
    relied_on_ = asking_;
    takes_messages_ = true;
    asked_.reset();
    told_.reset();
    return {told, false};
  }
  if (told && (!told_ || weight_of(*told) > weight_of(*told_))) told_ = told;
  if (next()) return {std::nullopt, true};
  takes_messages_ = false;
  asked_.reset();
  refused_.reset();  // it may have been for the moment
  return {std::exchange(told_, std::nullopt).value_or(Registration::unknown), false};
}

/// The domain that is relied on stays so while it takes messages: a modem that is in two of them
/// comes and goes in one.
RegistrationWatch::News RegistrationWatch::heard(std::string_view line) {
  const auto found = std::find_if(questions.begin(), questions.end(), [&](const Question& asked) {
    return line.starts_with(asked.prefix);
  });
  const auto told = at::registration(line, false);
  if (found == questions.end() || !told) return {};
  const auto domain = static_cast<std::size_t>(found - questions.begin());
  if (at::allows_sms(*told) && !takes_messages_) {
    relied_on_ = domain;
    takes_messages_ = true;
  }
  if (domain != relied_on_) return {};
  if (at::allows_sms(*told)) return {told, false};
  return {std::nullopt, takes_messages_};  // the others may
}

}  // namespace bank::modem
