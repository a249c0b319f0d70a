#include "firmware-host/alarm_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "at/split.hpp"
#include "firmware-host/alarm_mail.hpp"
#include "firmware-host/health.hpp"
#include "firmware-host/log.hpp"
#include "web/alarm_json.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using scheduler::AlarmBook;
using scheduler::AlarmChange;
using scheduler::AlarmKind;
using scheduler::AlarmView;
using Way = AlarmBook::Way;
using What = AlarmChange::What;

constexpr auto blind_mail_pause = 1h;  // between mails that the book knows nothing of
constexpr int sms_priority = 9;        // somebody has to get up

std::string name_of_host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "this machine";
  return name.data();
}

std::vector<AlarmView> alarms_of(const std::vector<AlarmBook::Due>& due) {
  std::vector<AlarmView> alarms;
  for (const auto& one : due) alarms.push_back(one.alarm);
  return alarms;
}

web::Happening happening_of(const AlarmBook::Noted& noted, scheduler::WallTime at) {
  web::JsonText json;
  web::append_alarm(json, noted.alarm);
  return {.type = noted.what == What::cleared ? "alarm.cleared" : "alarm.raised",
          .at = at,
          .conversation = "alarm " + noted.alarm.subject,
          .data = json.take()};
}

void log_change(const AlarmBook::Noted& noted) {
  const AlarmView& alarm = noted.alarm;
  if (noted.what == What::cleared) {
    return log::info("alarm.cleared", {{"alarm", scheduler::outside(alarm.id)},
                                       {"kind", scheduler::name_of(alarm.kind)},
                                       {"subject", alarm.subject}});
  }
  if (noted.what == What::repeated) return;
  log::warn("alarm.raised", {{"alarm", scheduler::outside(alarm.id)},
                             {"kind", scheduler::name_of(alarm.kind)},
                             {"subject", alarm.subject},
                             {"what", alarm.detail},
                             {"do", alarm.do_next}});
}

scheduler::NewMessage sms_to(const std::string& number, std::string text, scheduler::SimId sim,
                             scheduler::WallTime at) {
  scheduler::NewMessage message;
  message.to = number;
  message.text = std::move(text);
  message.message_class = scheduler::MessageClass::system;
  message.priority = sms_priority;
  message.sim = sim;
  message.expires_at = at + AlarmBook::sms_life;
  return message;
}

std::string person(const AlarmsConfig::Person& one) {
  return one.name.empty() ? log::masked(one.number) : one.name;
}

}  // namespace

struct AlarmWatch::Asked {
  std::optional<scheduler::OldestWaiting> oldest_waiting;
  DiskSpace space;
};

struct AlarmWatch::Written {
  scheduler::WallTime at;
  std::size_t changes = 0;  // of pending_, from its front
  std::vector<AlarmBook::Noted> noted{};
  std::vector<AlarmBook::Due> to_mail{};
  std::vector<scheduler::Candidate> texts{};
  bool mails_wait = false, texts_wait = false;
};

AlarmWatch::AlarmWatch(const Clock& clock, Desk& desk, const Config& config, Outside outside)
    : clock_(clock),
      desk_(desk),
      config_(config),
      alarms_(config.alarms),
      outside_(std::move(outside)),
      times_(config.region.timezone),
      telling_{.by_mail = !alarms_.mail_to.empty() && alarms_.mail_limit_per_hour > 0,
               .by_sms = !alarms_.sms_to.empty() && alarms_.sms_limit_per_day > 0,
               .least = alarms_.only_critical ? scheduler::AlarmSeverity::critical
                                              : scheduler::AlarmSeverity::warning},
      host_(name_of_host()),
      judge_(alarm_rules_of(alarms_), alarms_.repeat_every) {}

void AlarmWatch::beat() {
  const auto at = clock_.now().boot;
  if (looked_at_ && at - *looked_at_ < look_interval) return;
  looked_at_ = at;
  if (loaded_ != Loaded::yes) return load();
  // A disk that hangs answers nobody: then what the book would tell is left out.
  asked_at_ ? look(std::nullopt) : ask();
}

void AlarmWatch::load() {
  if (std::exchange(loaded_, Loaded::asked) == Loaded::asked) return;
  desk_.ask(
      [this](scheduler::Book& book) { return AlarmBook(book.database()).known(clock_.now().wall); },
      [this](const std::optional<std::vector<scheduler::KnownAlarm>>& known) {
        loaded_ = known ? Loaded::yes : Loaded::no;
        if (known) judge_.remember(*known, clock_.now());
      });
}

void AlarmWatch::ask() {
  asked_at_ = clock_.now().boot;
  desk_.ask(
      [this](scheduler::Book& book) {
        return Asked{scheduler::oldest_waiting(book.database()), outside_.space()};
      },
      [this](const std::optional<Asked>& asked) {
        asked_at_.reset();
        look(asked);
      });
}

void AlarmWatch::look(const std::optional<Asked>& asked) {
  const auto at = clock_.now();
  const auto rack = outside_.rack();
  if (pending_.size() < most_pending) {
    RackState state{.rack = *rack, .disk = outside_.disk(), .now = at.wall};
    if (asked) {
      state.space = asked->space;
      state.queue_is_known = true;
      state.oldest_waiting = asked->oldest_waiting;
    } else if (asked_at_ && at.boot - *asked_at_ >= longest_still && state.disk.trouble.empty()) {
      state.disk.trouble = "the disk of the database does not answer";
    }
    for (auto& change : judge_.look(alarm_facts(state, config_), at)) {
      pending_.push_back(std::move(change));
    }
  }
  shown_pending_ = pending_.size();
  if (!writing_at_) return write();
  if (at.boot - *writing_at_ >= longest_still) mail_without_book();
}

// --- writing down -------------------------------------------------------------------------------

void AlarmWatch::write() {
  const auto boot = clock_.now().boot;
  const bool may_mail = mails_wait_ && telling_.by_mail && !is_mailing_ && boot >= mail_from_;
  const bool may_text = texts_wait_ && telling_.by_sms;
  if (pending_.empty() && !may_mail && !may_text) return;
  writing_at_ = boot;
  const auto end =
      pending_.begin() + static_cast<std::ptrdiff_t>(std::min(pending_.size(), most_at_once));
  std::vector<AlarmChange> changes(pending_.begin(), end);
  desk_.ask(
      [this, changes = std::move(changes), sims = ready_sims(*outside_.rack()),
       can_mail = telling_.by_mail && !is_mailing_ && boot >= mail_from_](scheduler::Book& book) {
        AlarmBook alarms(book.database());
        Written done{.at = clock_.now().wall, .changes = changes.size()};
        done.noted = alarms.note(changes, telling_);
        if (telling_.by_sms) done.texts = write_texts(book, sims, done.at, done.texts_wait);
        done.mails_wait = telling_.by_mail && !can_mail;
        if (can_mail) done.to_mail = take_mail(alarms, done.at);
        if (can_mail) done.mails_wait = !alarms.due(Way::mail, done.at).empty();
        return done;
      },
      [this](std::optional<Written> done) {
        writing_at_.reset();
        if (!done) return mail_without_book();
        written(std::move(*done));
      });
}

void AlarmWatch::written(Written done) {
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done.changes));
  shown_pending_ = pending_.size();
  mails_wait_ = done.mails_wait;
  texts_wait_ = done.texts_wait;
  for (const auto& noted : done.noted) {
    log_change(noted);
    if (outside_.tell && noted.what != What::repeated) outside_.tell(happening_of(noted, done.at));
  }
  if (!done.texts.empty()) outside_.queued(std::move(done.texts));
  if (!done.to_mail.empty()) send_mail(std::move(done.to_mail));
}

// --- by mail ------------------------------------------------------------------------------------

std::vector<AlarmBook::Due> AlarmWatch::take_mail(AlarmBook& alarms, scheduler::WallTime at) const {
  auto due = alarms.due(Way::mail, at);
  if (due.empty()) return due;
  if (alarms.notices(Way::mail, "", at - 1h) >= alarms_.mail_limit_per_hour) {
    alarms.keep_waiting(Way::mail, due,
                        fmt::format("waits: the limit of {} mails an hour is reached",
                                    alarms_.mail_limit_per_hour));
    return {};
  }
  alarms.add_notice(Way::mail, "", at);
  return due;
}

void AlarmWatch::send_mail(std::vector<AlarmBook::Due> due) {
  is_mailing_ = true;
  const MailFrame frame{alarms_.mail_to, host_, clock_.now().wall};
  Mail mail{alarms_.mail_command, alarms_.mail_to, alarm_mail(alarms_of(due), frame, times_)};
  outside_.mail(std::move(mail),
                [this, due = std::move(due)](const std::string& failure) { mailed(due, failure); });
}

void AlarmWatch::mailed(const std::vector<AlarmBook::Due>& due, const std::string& failure) {
  is_mailing_ = false;
  mails_wait_ = true;  // something may have come meanwhile
  if (!failure.empty()) {
    mail_from_ = clock_.now().boot + mail_retry;
    log::warn("alarm.mail_failed", {{"what", failure}});
  }
  desk_.ask(
      [this, due, failure](scheduler::Book& book) {
        AlarmBook alarms(book.database());
        failure.empty() ? alarms.told(Way::mail, due, "sent " + times_.minute_of(clock_.now().wall))
                        : alarms.keep_waiting(Way::mail, due, "failed: " + failure);
        return true;
      },
      [](std::optional<bool>) {});  // what is not noted is mailed once more
}

/// The disk takes nothing, and whoever could mend it has to know.
void AlarmWatch::mail_without_book() {
  const auto at = clock_.now();
  if (!telling_.by_mail || is_mailing_ || at.boot < blind_mail_from_) return;
  std::vector<AlarmView> alarms;
  for (auto& change : pending_) {
    if (change.kind != AlarmKind::disk || change.what == What::cleared) continue;
    change.is_mailed = true;
    alarms.push_back({.id = {},
                      .kind = change.kind,
                      .subject = change.subject,
                      .severity = change.severity,
                      .raised_at = change.at,
                      .cleared_at = {},
                      .detail = change.detail,
                      .do_next = change.do_next,
                      .times = 1,
                      .acknowledged_at = {},
                      .acknowledged_by = {},
                      .mail_note = {},
                      .sms_note = {}});
  }
  if (alarms.empty()) return;
  is_mailing_ = true;
  blind_mail_from_ = at.boot + blind_mail_pause;
  log::error("alarm.not_written", {{"what", alarms.front().detail}});
  const MailFrame frame{alarms_.mail_to, host_, at.wall};
  outside_.mail({alarms_.mail_command, alarms_.mail_to, alarm_mail(alarms, frame, times_)},
                [this](const std::string& failure) {
                  is_mailing_ = false;
                  if (failure.empty()) return;
                  log::warn("alarm.mail_failed", {{"what", failure}});
                  for (auto& change : pending_) change.is_mailed = false;
                  blind_mail_from_ = clock_.now().boot + mail_retry;
                });
}

// --- by SMS -------------------------------------------------------------------------------------

std::vector<scheduler::Candidate> AlarmWatch::write_texts(scheduler::Book& book,
                                                          const std::vector<ReadySim>& sims,
                                                          scheduler::WallTime at,
                                                          bool& is_waiting) const {
  AlarmBook alarms(book.database());
  const auto due = alarms.due(Way::sms, at);
  if (due.empty()) return {};
  const auto sim = sim_to_tell_by(sims, due);
  if (!sim) {
    is_waiting = true;
    alarms.keep_waiting(Way::sms, due, "waits: no other SIM is ready to send");
    return {};
  }
  const std::string text = alarm_sms(alarms_of(due), at, times_);
  std::vector<scheduler::Candidate> queued;
  std::string note;
  for (const auto& one : alarms_.sms_to) {
    if (alarms.notices(Way::sms, one.number, at - 24h) >= alarms_.sms_limit_per_day) {
      note += fmt::format("not to {}: the limit of {} a day is reached; ", person(one),
                          alarms_.sms_limit_per_day);
      continue;
    }
    const auto message = sms_to(one.number, text, sim->id, at);
    const auto accepted =
        alarms.has_opted_out(one.number)
            ? std::nullopt
            : std::optional(
                  book.accept(std::span(&message, 1), std::nullopt, std::nullopt, at).front());
    if (!accepted || accepted->state == scheduler::MessageState::suppressed) {
      note += fmt::format("not to {}: the number is suppressed; ", person(one));
      continue;
    }
    alarms.add_notice(Way::sms, one.number, at);
    if (auto candidate = book.candidate(accepted->id)) queued.push_back(std::move(*candidate));
  }
  if (!queued.empty()) note += fmt::format("queued to {} by SIM {}", queued.size(), sim->name);
  while (note.ends_with(' ') || note.ends_with(';')) note.pop_back();
  alarms.told(Way::sms, due, note);
  is_waiting = !alarms.due(Way::sms, at).empty();
  return queued;
}

}  // namespace bank::host
