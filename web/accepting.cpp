#include <algorithm>
#include <set>

#include "web/door.hpp"

namespace bank::web {

namespace {

/// Rows made in one call of the book: 256 copies of the longest text are 10 MB.
constexpr std::size_t step = 256;

/// Keeps what is refused of an array as what is refused of an upload is kept.
void reject(scheduler::Book& book, scheduler::BatchId batch, const AcceptRequest& request,
            std::span<const scheduler::Book::Accepted> rows) {
  auto refused = request.rejected;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].state != scheduler::MessageState::suppressed) continue;
    refused.push_back({request.line[i], "/to", request.to[i], "suppressed"});
  }
  book.reject(batch, refused);
}

}  // namespace

Acceptance accept_in_book(scheduler::Book& book,
                          const std::shared_ptr<const AcceptRequest>& asked) {
  const AcceptRequest& request = *asked;
  if (request.idempotent) {
    if (auto before = book.answered_before(*request.idempotent, request.now)) {
      if (!before->same_body) return IdempotencyKeyReused{};
      return Accepted{.answer = {before->status, std::move(before->body)}, .repeated = true};
    }
  }
  if (request.only_repeats) return NothingStored{};
  std::optional<scheduler::BatchId> batch;
  if (request.batch) batch = book.new_batch(request.key, request.now);

  std::vector<scheduler::Book::Accepted> rows;
  rows.reserve(request.to.size());
  std::vector<scheduler::NewMessage> messages(std::min(step, request.to.size()), request.prototype);
  for (std::size_t from = 0; from < request.to.size(); from += step) {
    const auto count = std::min(step, request.to.size() - from);
    for (std::size_t i = 0; i < count; ++i) messages[i].to = request.to[from + i];
    const auto made =
        book.accept(std::span(messages).first(count), batch, request.key, request.now);
    rows.insert(rows.end(), made.begin(), made.end());
  }
  if (batch) reject(book, *batch, request, rows);

  Accepted accepted{};
  for (const auto& row : rows) {
    if (row.state == scheduler::MessageState::queued) accepted.queued.push_back(row.id);
  }
  accepted.count = std::ssize(accepted.queued);
  if (!request.idempotent) {
    accepted.later = [asked, rows = std::move(rows), batch] {
      return asked->render(*asked, rows, batch);
    };
    return accepted;
  }
  accepted.answer = request.render(request, rows, batch);
  book.remember_answer(*request.idempotent, accepted.answer.status, accepted.answer.body,
                       request.now);
  return accepted;
}

namespace {

void receive_piece(scheduler::Book& book, const BatchPiece& piece, bool whole) {
  if (piece.first) piece.into->id = book.receive_batch(piece.key, piece.now);
  book.receive(piece.into->id.value(), piece.lines, piece.key, piece.now, whole);
  book.reject(*piece.into->id, piece.rejected);
}

/// Where the messages of a batch that came in one piece wait.
std::vector<scheduler::Lane> places_of(const BatchPiece& piece) {
  std::set<scheduler::Lane> places;
  for (const auto& [line, message] : piece.lines) {
    places.insert(message.sim ? scheduler::Lane{message.sim, {}}
                              : scheduler::Lane{std::nullopt, message.pool});
  }
  return {places.begin(), places.end()};
}

}  // namespace

void receive_in_book(scheduler::Book& book, const BatchPiece& piece) {
  receive_piece(book, piece, false);
}

Acceptance complete_in_book(scheduler::Book& book, const BatchEnd& end) {
  if (end.idempotent) {
    if (auto before = book.answered_before(*end.idempotent, end.piece.now)) {
      if (!end.piece.first) book.drop_batch(end.piece.into->id.value());
      if (!before->same_body) return IdempotencyKeyReused{};
      return Accepted{.answer = {before->status, std::move(before->body)}, .repeated = true};
    }
  }
  receive_piece(book, end.piece, end.piece.first);
  const auto batch = end.piece.into->id.value();
  auto opened = book.open_batch(batch, end.shown);
  Accepted accepted{.answer = end.render(batch, opened)};
  accepted.count = opened.accepted;
  accepted.opened = end.piece.first ? places_of(end.piece) : std::move(opened.lanes);
  if (end.idempotent) {
    book.remember_answer(*end.idempotent, accepted.answer.status, accepted.answer.body,
                         end.piece.now);
  }
  return accepted;
}

}  // namespace bank::web
