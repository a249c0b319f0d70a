#include "web/alarm_json.hpp"

namespace bank::web {

void append_alarm(JsonText& json, const scheduler::AlarmView& alarm) {
  const auto text_or_null = [&](std::string_view name, const std::string& text) {
    json.key(name);
    text.empty() ? json.value(nullptr) : json.value(text);
  };
  json.open('{').member("id", scheduler::outside(alarm.id));
  json.member("kind", scheduler::name_of(alarm.kind)).member("subject", alarm.subject);
  json.member("severity", scheduler::name_of(alarm.severity));
  json.member("state", alarm.cleared_at ? "cleared" : "open");
  json.member("raised_at", alarm.raised_at).member("cleared_at", alarm.cleared_at);
  json.member("times", alarm.times).member("detail", alarm.detail);
  text_or_null("do", alarm.do_next);
  json.member("acknowledged_at", alarm.acknowledged_at);
  text_or_null("acknowledged_by", alarm.acknowledged_by);
  text_or_null("mail", alarm.mail_note);
  text_or_null("sms", alarm.sms_note);
  json.close('}');
}

}  // namespace bank::web
