#include "web/batch_upload.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <mutex>
#include <utility>

#include "web/batch_reader.hpp"
#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/problem.hpp"

namespace bank::web {

namespace {

using scheduler::Book;

/// What of an upload is under way in the store; outlives the upload itself.
class UnderWay {
 public:
  void begun() {
    const std::lock_guard lock(mutex_);
    ++pieces_;
  }
  void ended(const Outcome<std::monostate>& outcome) {
    std::function<void()> go_on;
    {
      const std::lock_guard lock(mutex_);
      --pieces_;
      if (!outcome && !failure_) failure_ = outcome.error();
      go_on = std::exchange(go_on_, nullptr);
    }
    if (go_on) go_on();
  }
  /// Whether there is no room for another piece; then `go_on` is called when there is.
  [[nodiscard]] bool is_full(std::function<void()> go_on) {
    const std::lock_guard lock(mutex_);
    if (pieces_ < BatchUpload::most_pieces) return false;
    go_on_ = std::move(go_on);
    return true;
  }
  [[nodiscard]] std::optional<Unavailable> failure() {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  std::mutex mutex_;
  int pieces_ = 0;
  std::optional<Unavailable> failure_;
  std::function<void()> go_on_;
};

/// SHA-256 of a body as it comes.
class RunningHash {
 public:
  RunningHash() { crypto_hash_sha256_init(&state_); }
  void add(std::string_view octets) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(octets.data()),
                              octets.size());
  }
  [[nodiscard]] KeyHash value() {
    KeyHash hash{};
    crypto_hash_sha256_final(&state_, hash.data());
    return hash;
  }

 private:
  crypto_hash_sha256_state state_{};
};

/// Before the body in what is compared of a repetition: no message begins with it, so that no other
/// call with the same Idempotency-Key is taken for this one.
constexpr std::string_view call = "POST /v1/messages/batch\n";

Rendered answer_of(scheduler::BatchId batch, const Book::Opened& opened) {
  JsonText json;
  json.open('{').member("batch", scheduler::outside(batch)).member("accepted", opened.accepted);
  json.key("rejected").open('[');
  for (const auto& line : opened.first_rejected) append_rejection(json, line);
  json.close(']').member("rejected_count", opened.rejected).close('}');
  return {202, json.take()};
}

class Receiver final : public Upload {
 public:
  Receiver(Door& door, KeyRing::Caller caller, std::optional<std::string> idempotency_key,
           RunningRequests::Mark mark, std::shared_ptr<void> place, BatchUpload::Revoked revoked,
           std::shared_ptr<KeyMeters::Taken> taken)
      : door_(door),
        caller_(std::move(caller)),
        idempotency_key_(std::move(idempotency_key)),
        mark_(std::move(mark)),
        place_(std::move(place)),
        revoked_(std::move(revoked)),
        taken_(std::move(taken)) {
    piece_ = next_piece(true);
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  ~Receiver() override {
    if (!complete_ && !piece_.first) door_.drop(batch_);
  }

  Result<void, Response> open(std::string_view content_type) {
    auto reader = BatchReader::of(content_type, *caller_, door_,
                                  {[this](Book::ReceivedLine line) {
                                     if (!over_ && taken_) over_ = taken_->take(1);
                                     if (over_) return;
                                     octets_ += line.message.text.size();
                                     piece_.lines.push_back(std::move(line));
                                     send_if_full();
                                   },
                                   [this](Book::RejectedLine line) {
                                     octets_ += line.reason.size() + line.to.size();
                                     piece_.rejected.push_back(std::move(line));
                                     send_if_full();
                                   }});
    if (!reader) return unexpected(std::move(reader.error()));
    reader_ = std::move(*reader);
    hash_.add(call);
    return {};
  }

  Next take(std::string_view piece, std::function<void()> go_on) override {
    if (idempotency_key_) hash_.add(piece);
    if (!reader_->read(piece) || over_ || under_way_->failure()) return Next::refuse;
    return under_way_->is_full(std::move(go_on)) ? Next::pause : Next::more;
  }

  std::optional<Response> finish(Reply reply) override {
    if (reader_->refusal()) return *reader_->refusal();
    if (const auto failure = under_way_->failure()) {
      return unavailable(failure->detail, failure->retry_after.count());
    }
    if (auto refusal = revoked_()) return refusal;
    if (!over_ && !reader_->finish()) return *reader_->refusal();
    if (over_) return over_;
    BatchEnd end{.piece = std::exchange(piece_, next_piece(false)),
                 .idempotent = std::nullopt,
                 .is_counted = taken_ != nullptr,
                 .shown = BatchUpload::most_shown,
                 .render = answer_of};
    if (idempotency_key_) {
      end.idempotent = {caller_->id, std::move(*idempotency_key_), hash_.value()};
    }
    complete_ = true;
    door_.complete(std::move(end), [&door = door_, batch = batch_, reply = std::move(reply),
                                    mark = std::move(mark_), taken = std::move(taken_)](
                                       Outcome<Acceptance> outcome) mutable {
      mark.reset();
      settle(taken.get(), outcome);
      if (!outcome) door.drop(batch);
      reply([outcome = std::move(outcome)]() mutable { return response_of(outcome); });
    });
    return std::nullopt;
  }

 private:
  [[nodiscard]] BatchPiece next_piece(bool first) {
    octets_ = 0;
    return {.into = batch_,
            .first = first,
            .lines = {},
            .rejected = {},
            .key = caller_->id,
            .now = door_.now()};
  }

  void send_if_full() {
    if (piece_.lines.size() + piece_.rejected.size() < BatchUpload::lines_in_piece &&
        octets_ < BatchUpload::octets_in_piece) {
      return;
    }
    under_way_->begun();
    door_.receive(std::exchange(piece_, next_piece(false)),
                  [under_way = under_way_](const Outcome<std::monostate>& outcome) {
                    under_way->ended(outcome);
                  });
  }

  Door& door_;
  KeyRing::Caller caller_;
  std::optional<std::string> idempotency_key_;
  RunningRequests::Mark mark_;
  std::shared_ptr<void> place_;  // among the uploads that run
  BatchUpload::Revoked revoked_;
  std::shared_ptr<KeyMeters::Taken> taken_;
  std::optional<Response> over_;  // the key's limits
  RunningHash hash_;
  std::unique_ptr<BatchReader> reader_;
  std::shared_ptr<ReceivedBatch> batch_ = std::make_shared<ReceivedBatch>();
  std::shared_ptr<UnderWay> under_way_ = std::make_shared<UnderWay>();
  BatchPiece piece_;
  std::size_t octets_ = 0;  // in piece_
  bool complete_ = false;
};

}  // namespace

Result<std::shared_ptr<void>, Response> BatchUpload::place_among(
    const std::shared_ptr<std::atomic<int>>& running, int most) {
  const auto before = running->fetch_add(1);
  std::shared_ptr<void> place(running.get(), [running](void*) { --*running; });
  if (before < most) return place;
  return unexpected(
      unavailable(fmt::format("{} uploads are running; try again when one has ended", most), 5));
}

Result<std::unique_ptr<Upload>, Response> BatchUpload::begin(
    Door& door, KeyRing::Caller caller, std::string_view content_type,
    std::optional<std::string> idempotency_key, RunningRequests::Mark mark,
    const std::shared_ptr<std::atomic<int>>& running, Revoked revoked,
    std::shared_ptr<KeyMeters::Taken> taken) {
  auto place = place_among(running, most_at_once);
  if (!place) return unexpected(std::move(place.error()));
  auto receiver = std::make_unique<Receiver>(door, std::move(caller), std::move(idempotency_key),
                                             std::move(mark), std::move(*place), std::move(revoked),
                                             std::move(taken));
  if (auto opened = receiver->open(content_type); !opened) {
    return unexpected(std::move(opened.error()));
  }
  return receiver;
}

}  // namespace bank::web
