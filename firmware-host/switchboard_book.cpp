// The switchboard: what is known of parts must reach the book.
#include <algorithm>
#include <utility>

#include "at/status_report.hpp"
#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr auto report_pause = 20ms;
constexpr auto retry_pause = 1s;             // after a commit that failed
constexpr std::size_t reports_a_step = 512;  // booked in one transaction

}  // namespace

/// It is the SIM's that is in the modem as it comes; which one that is may be known later only.
void Switchboard::hear_report(Slot& slot, const modem::ReportArrived& report) {
  if (slot.reports.size() == most_early_reports) {
    slot.reports.erase(slot.reports.begin());
    log::warn("report.dropped",
              {{"modem", slot.line->name()}, {"waiting_for_sim", most_early_reports}});
  }
  slot.reports.push_back(report);
}

/// Those of an insertion before this one are given up: nobody can tell any more whose they were.
void Switchboard::take_reports(Slot& slot) {
  std::erase_if(slot.reports, [&](const modem::ReportArrived& report) {
    if (report.insertion == slot.insertion) {
      take_report(slot, report.pdu);
      return true;
    }
    return report.insertion != slot.line->session().insertion();
  });
}

void Switchboard::take_report(const Slot& slot, const std::string& pdu) {
  const auto report = at::decode_status_report(pdu);
  if (!report) {
    log::warn("report.unreadable", {{"modem", slot.line->name()},
                                    {"field", report.error().field},
                                    {"octet", report.error().offset}});
    return;
  }
  scheduler::ReportSeen seen{
      *slot.sim, report->tp_mr, report->recipient.digits_or_text, {}, report->tp_status};
  if (report->scts) {
    seen.scts = std::chrono::time_point_cast<std::chrono::milliseconds>(report->scts->instant);
  }
  if (reports_.size() == most_reports) {  // the disk has been ill for long: the oldest is given up
    reports_.pop_front();
    log::warn("report.dropped", {{"waiting", most_reports}});
  }
  reports_.push_back(std::move(seen));
  if (reports_.size() == 1) report_soon(report_pause);
}

void Switchboard::report_soon(std::chrono::milliseconds pause) {
  reporting_->wait_until(loop_.now() + pause, [this] { book_reports(); });
}

/// Reports are in no hurry, and modems that keep step bring them when all of them want their next
/// part begun: they are gathered for a moment, and booked together.
void Switchboard::book_reports() {
  if (reports_.empty()) return;
  const auto count = static_cast<std::ptrdiff_t>(std::min(reports_.size(), reports_a_step));
  const std::vector<scheduler::ReportSeen> batch(reports_.begin(), reports_.begin() + count);
  reports_.erase(reports_.begin(), reports_.begin() + count);
  if (!reports_.empty()) report_soon(report_pause);
  desk_.ask(
      [this, batch](scheduler::Book& book) {
        std::vector<scheduler::Candidate> ready;
        for (const auto& seen : batch) {
          const auto settled = book.status_report(seen, now());
          if (!settled || !settled->requeued) continue;
          if (auto one = book.candidate(settled->message)) ready.push_back(std::move(*one));
        }
        return ready;
      },
      [this, batch](std::optional<std::vector<scheduler::Candidate>> ready) {
        if (!ready) {  // once more, when the disk is well
          const auto room = static_cast<std::ptrdiff_t>(
              std::min(batch.size(), most_reports - std::min(most_reports, reports_.size())));
          reports_.insert(reports_.begin(), batch.end() - room, batch.end());
          return report_soon(retry_pause);
        }
        if (!ready->empty()) settled_again(std::move(*ready));
      });
}

void Switchboard::note_doubt(const scheduler::End& end) {
  if (end.end.kind != scheduler::PartEnd::Kind::uncertain) return;
  if (doubts_.size() == most_doubts) doubts_.erase(doubts_.begin());
  doubts_.emplace(end.token, Doubt{end.submission, end.message});
}

void Switchboard::late_result(const Slot& slot, const modem::LateResult& late) {
  if (late.token) {
    const auto doubt = doubts_.find(*late.token);
    if (doubt == doubts_.end()) return;
    owe(Late{doubt->second.first, doubt->second.second, late.tp_mr});
    doubts_.erase(doubt);
  } else if (const auto left = left_in_doubt_.extract(slot.line->name())) {
    owe(Late{left.mapped().submission, left.mapped().message, late.tp_mr});
  }
  log::info("part.late", {{"modem", slot.line->name()}});
}

/// What is known of a part must reach the book: it is tried until the disk is well. What is known
/// of one message reaches it in the order in which it became known.
void Switchboard::owe(const Owed& owed) {
  const auto message = std::visit([](const auto& one) { return one.message; }, owed);
  auto& line = owed_[message];
  line.push_back(owed);
  ++owed_count_;
  if (line.size() == 1) book_next(message);
}

void Switchboard::book_next(scheduler::MessageId message) {
  const auto booked = [this, message](bool is_done) {
    if (!is_done) return after(retry_pause, [this, message] { book_next(message); });
    const auto line = owed_.find(message);
    line->second.pop_front();
    --owed_count_;
    if (line->second.empty()) {
      owed_.erase(line);
    } else {
      book_next(message);
    }
  };
  const Owed owed = owed_.at(message).front();
  std::visit([&](const auto& one) { book(one, booked); }, owed);
}

void Switchboard::book(const scheduler::End& end, Booked booked) {
  desk_.ask(
      [this, end](scheduler::Book& book) {
        const auto settled = book.end_part(end.submission, end.end, end.sequel, now());
        const bool ready_again =
            (end.sequel.state == scheduler::MessageState::queued && !end.sequel.wait_until) ||
            (settled && settled->requeued);
        return ready_again ? book.candidate(end.message) : std::nullopt;
      },
      [this, token = end.token,
       booked = std::move(booked)](std::optional<std::optional<scheduler::Candidate>> again) {
        booked(again.has_value());
        if (!again) return;
        latest_stamp_ = std::max(latest_stamp_, now().wall);
        perform(dispatcher_.ended(token, std::move(*again), now()));
      });
}

void Switchboard::book(const scheduler::PutBack& back, Booked booked) {
  desk_.ask([this, message = back.message](
                scheduler::Book& book) { return book.put_back(message, now().wall); },
            [this, token = back.token,
             booked = std::move(booked)](std::optional<std::optional<scheduler::Candidate>> ready) {
              booked(ready.has_value());
              if (ready) perform(dispatcher_.ended(token, std::move(*ready), now()));
            });
}

void Switchboard::book(const Late& late, Booked booked) {
  desk_.ask(
      [this, late](scheduler::Book& book) {
        const auto settled = book.late_result(late.submission, late.tp_mr, now());
        return settled && settled->requeued ? book.candidate(late.message) : std::nullopt;
      },
      [this, booked = std::move(booked)](std::optional<std::optional<scheduler::Candidate>> ready) {
        booked(ready.has_value());
        if (ready && *ready) settled_again({std::move(**ready)});
      });
}

void Switchboard::book(const scheduler::DoubtLasted& doubt, Booked booked) {
  desk_.ask(
      [this, part = doubt.submission](scheduler::Book& book) {
        book.doubt_lasted(part, now());
        return true;
      },
      [booked = std::move(booked)](std::optional<bool> is_done) { booked(is_done.has_value()); });
}

/// Messages that were in doubt and go on. The queue may still hold them as they waited to be sent
/// again.
void Switchboard::settled_again(std::vector<scheduler::Candidate> candidates) {
  for (const auto& one : candidates) dispatcher_.forget(one.id);
  arrived(std::move(candidates));
}

}  // namespace bank::host
