// The switchboard: what is known of parts must reach the book.
#include <algorithm>
#include <utility>

#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr auto retry_pause = 1s;  // after a commit that failed

}  // namespace

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
    if (!is_done) {
      ++unbooked_;
      return after(retry_pause, [this, message] {
        --unbooked_;
        book_next(message);
      });
    }
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
