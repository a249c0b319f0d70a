#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware-host/alarm_facts.hpp"
#include "firmware-host/clocks.hpp"
#include "firmware-host/desk.hpp"
#include "firmware-host/mail_command.hpp"
#include "scheduler/alarm_book.hpp"
#include "scheduler/calendar.hpp"
#include "web/happening.hpp"

namespace bank::host {

/// Looks at the rack every few seconds, writes down what is raised and cleared, and tells people of
/// it: by mail, and by SMS through a SIM that is well. All on the I/O thread.
///
/// What is found at one look is told together: one mail, one SMS to each person, however many
/// modems went down with one hub. What was not told yet stands in the book, so that it is told
/// after a restart; what cannot be written because the disk fails is mailed all the same.
class AlarmWatch {
 public:
  static constexpr std::size_t most_pending = 10'000;  // changes that are not written down yet
  static constexpr std::size_t most_at_once = 64;      // of them in one transaction
  static constexpr std::chrono::seconds look_interval{5};
  static constexpr std::chrono::minutes mail_retry{10};  // after a mail command that failed

  /// What it needs of the program, and what it gives to it.
  struct Outside {
    std::function<std::shared_ptr<const RackSnapshot>()> rack;
    std::function<DiskState()> disk;
    std::function<DiskSpace()> space;  // on the store's thread; may block as long as the disk does
    std::function<void(std::vector<scheduler::Candidate>)> queued;
    /// Tells on the I/O thread what went wrong; empty: nothing.
    std::function<void(Mail, std::function<void(std::string)>)> mail;
    /// Raised and cleared, after the commit. May be empty.
    std::function<void(const web::Happening&)> tell;
  };

  AlarmWatch(const Clock& clock, Desk& desk, const Config& config, Outside outside);

  /// Call it every second or two.
  void beat();
  [[nodiscard]] std::size_t open() const { return judge_.open(); }
  /// From any thread: what is not written down yet.
  [[nodiscard]] std::size_t pending() const { return shown_pending_; }

 private:
  struct Written;  // in one transaction, and what is to be done after it
  struct Asked;

  void load();
  void ask();
  void look(const std::optional<Asked>& asked);
  void write();
  void written(Written done);
  void mail_without_book();
  void send_mail(std::vector<scheduler::AlarmBook::Due> due);
  void mailed(const std::vector<scheduler::AlarmBook::Due>& due, const std::string& failure);
  // In the writer's job.
  [[nodiscard]] std::vector<scheduler::AlarmBook::Due> take_mail(scheduler::AlarmBook& alarms,
                                                                 scheduler::WallTime at) const;
  [[nodiscard]] std::vector<scheduler::Candidate> write_texts(scheduler::Book& book,
                                                              const std::vector<ReadySim>& sims,
                                                              scheduler::WallTime at,
                                                              bool& is_waiting) const;

  const Clock& clock_;
  Desk& desk_;
  const Config& config_;
  const AlarmsConfig& alarms_;
  Outside outside_;
  scheduler::MonthClock times_;
  scheduler::AlarmBook::Telling telling_;
  std::string host_;
  scheduler::AlarmJudge judge_;
  enum class Loaded { no, asked, yes };
  Loaded loaded_ = Loaded::no;
  std::optional<scheduler::BootTime> looked_at_{};
  std::optional<scheduler::BootTime> asked_at_{};    // the book, and it has not answered
  std::optional<scheduler::BootTime> writing_at_{};  // a transaction is under way since
  std::deque<scheduler::AlarmChange> pending_;
  std::atomic<std::size_t> shown_pending_{0};
  bool mails_wait_ = true;  // there may be something to mail, or to text
  bool texts_wait_ = true;
  bool is_mailing_ = false;
  scheduler::BootTime mail_from_{};  // not before
  scheduler::BootTime blind_mail_from_{};
};

}  // namespace bank::host
