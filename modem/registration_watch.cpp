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

at::Command RegistrationWatch::question() const {
  const Question& asked = questions.at(next().value_or(0));
  return {std::string(asked.command), std::string(asked.prefix), 10s};
}

std::optional<Registration> RegistrationWatch::answered(const at::Reply* reply) {
  const std::size_t domain = next().value_or(0);
  asked_.set(domain);
  refused_.set(domain, reply == nullptr);
  const auto told = reply != nullptr && !reply->empty()
                        ? at::registration(reply->front().text, true)
                        : std::nullopt;
  if (told && at::allows_sms(*told)) {
    relied_on_ = domain;
    asked_.reset();
    told_.reset();
    return told;
  }
  if (told && (!told_ || weight_of(*told) > weight_of(*told_))) told_ = told;
  if (next()) return std::nullopt;
  asked_.reset();
  return std::exchange(told_, std::nullopt).value_or(Registration::unknown);
}

std::optional<Registration> RegistrationWatch::heard(std::string_view line) {
  const auto found = std::find_if(questions.begin(), questions.end(), [&](const Question& asked) {
    return line.starts_with(asked.prefix);
  });
  const auto told = at::registration(line, false);
  if (found == questions.end() || !told) return std::nullopt;
  const auto domain = static_cast<std::size_t>(found - questions.begin());
  if (at::allows_sms(*told)) relied_on_ = domain;
  return domain == relied_on_ ? told : std::nullopt;
}

}  // namespace bank::modem
