#include "web/message_json.hpp"

#include <array>

namespace bank::web {

namespace {

constexpr std::array<std::pair<std::string_view, at::Encoding>, 4> encodings{{
    {"auto", at::Encoding::automatic},
    {"gsm7", at::Encoding::gsm7},
    {"ucs2", at::Encoding::ucs2},
    {"plain", at::Encoding::plain},
}};

void append_submission(JsonText& json, const scheduler::SubmissionView& submission) {
  json.open('{').member("part", submission.part).member("mr", submission.tp_mr);
  json.member("sim", submission.sim).member("modem", submission.modem);
  json.member("at", submission.at).member("outcome", submission.outcome);
  json.member("error", submission.error).member("resend", submission.resend).close('}');
}

}  // namespace

std::string_view name_of(at::Encoding encoding) {
  for (const auto& [name, value] : encodings) {
    if (value == encoding) return name;
  }
  return "auto";
}

std::optional<at::Encoding> encoding_named(std::string_view name) {
  for (const auto& [known, value] : encodings) {
    if (known == name) return value;
  }
  return std::nullopt;
}

void append_message(JsonText& json, const scheduler::MessageView& message,
                    const std::optional<Hold>& hold,
                    const std::vector<scheduler::SubmissionView>* submissions) {
  json.open('{').member("id", scheduler::outside(message.id));
  json.member("state", scheduler::name_of(message.state));
  json.key("batch");
  message.batch ? json.value(scheduler::outside(*message.batch)) : json.value(nullptr);
  json.member("to", message.to).member("text", message.text);
  json.member("class", scheduler::name_of(message.message_class));
  json.member("priority", message.priority).member("pool", message.pool);
  json.member("sim", message.sim ? message.sim : message.wanted_sim);
  json.member("modem", message.modem).member("from", message.from);
  json.member("send_at", message.send_at).member("expires_at", message.expires_at);
  json.member("report", message.report).member("encoding", name_of(message.encoding));
  json.member("flash", message.flash).key("reference");
  message.reference.empty() ? json.value(nullptr) : json.value(message.reference);
  json.key("topic");
  message.topic.empty() ? json.value(nullptr) : json.value(message.topic);
  json.member("parts", message.parts).member("parts_sent", message.parts_sent);
  json.member("attempts", message.attempts);
  json.member("created_at", message.created_at).member("updated_at", message.updated_at);
  json.key("hold");
  if (hold) {
    json.open('{').member("reason", hold->reason).member("until", hold->until).close('}');
  } else {
    json.value(nullptr);
  }
  json.member("error", message.error);
  if (submissions != nullptr) {
    json.key("submissions").open('[');
    for (const auto& submission : *submissions) append_submission(json, submission);
    json.close(']');
  }
  json.close('}');
}

}  // namespace bank::web
