#include "scheduler/book_counts.hpp"

#include <utility>

namespace bank::scheduler {

BookCounts::BookCounts(store::Database& database)
    : database_(database),
      state_column_(store::RowChanges::column(database, "message", "state")),
      batch_column_(store::RowChanges::column(database, "message", "batch")),
      number_column_(store::RowChanges::column(database, "suppression_event", "number")),
      count_(database, "UPDATE message_count SET n = n + ?2 WHERE state = ?1"),
      count_batch_(database, "UPDATE batch_count SET n = n + ?3 WHERE batch = ?1 AND state = ?2"),
      begin_batch_(database,
                   "INSERT INTO batch_count (batch, state, n) SELECT ?1, ?2, ?3 "
                   "WHERE EXISTS (SELECT 1 FROM batch WHERE id = ?1)"),
      changes_(database) {
  changes_.watch("message", [this](const store::RowChange& change) { take(change); });
  changes_.watch("inbound", [this](const store::RowChange& change) {
    if (change.had_before() || listener_ == nullptr || !listener_->is_listening()) return;
    told_.emplace_back(InboundId{change.integer_after(0).value_or(0)});
  });
  changes_.watch("suppression_event", [this](const store::RowChange& change) {
    if (change.had_before() || listener_ == nullptr || !listener_->is_listening()) return;
    told_.emplace_back(std::string(change.text_after(number_column_)));
  });
  database_.accompany(this);
}

BookCounts::~BookCounts() {
  database_.accompany(nullptr);
}

void BookCounts::take(const store::RowChange& change) {
  if (change.had_before() && change.has_after() &&
      change.text_before(state_column_) == change.text_after(state_column_)) {
    return;
  }
  if (listener_ != nullptr && change.had_before() && change.has_after()) tell_of(change);
  if (change.had_before()) {
    const std::string_view state = change.text_before(state_column_);
    const bool stays_in_batch = !change.has_after() && state != name_of(MessageState::queued);
    add(stays_in_batch ? std::nullopt : change.integer_before(batch_column_), state, -1);
  }
  if (change.has_after()) {
    add(change.integer_after(batch_column_), change.text_after(state_column_), 1);
  }
}

void BookCounts::add(std::optional<std::int64_t> batch, std::string_view state,
                     std::int64_t change) {
  const auto known = state_named(state);
  if (!known) return;
  const auto place = static_cast<std::size_t>(*known);
  all_.at(place) += change;
  if (batch) batches_[*batch].at(place) += change;
  changed_ = true;
}

void BookCounts::tell_of(const store::RowChange& message) {
  if (!listener_->is_listening()) return;
  const auto id = message.integer_after(0).value_or(0);
  if (told_messages_.insert(id).second) told_.emplace_back(MessageId{id});
}

void BookCounts::begun() noexcept {
  if (listener_ != nullptr) listener_->begun();
}

void BookCounts::committed() noexcept {
  if (listener_ != nullptr) listener_->committed();
}

void BookCounts::settle() {
  if (listener_ != nullptr && !told_.empty()) listener_->changed(told_);
  told_.clear();
  told_messages_.clear();
  if (!changed_) return;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (all_[i] != 0) count_.run(name_of(static_cast<MessageState>(i)), all_[i]);
  }
  for (const auto& [batch, by_state] : batches_) {
    for (std::size_t i = 0; i < by_state.size(); ++i) {
      if (by_state[i] == 0) continue;
      const auto state = name_of(static_cast<MessageState>(i));
      if (count_batch_.run(batch, state, by_state[i]) == 0) {
        begin_batch_.run(batch, state, by_state[i]);
      }
    }
  }
  forget();
}

void BookCounts::forget() noexcept {
  told_.clear();
  told_messages_.clear();
  all_ = {};
  batches_.clear();
  changed_ = false;
}

}  // namespace bank::scheduler
