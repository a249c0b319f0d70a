#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "scheduler/book.hpp"

namespace bank::scheduler {

/// The front of the queue in memory, however long it is on disk: for each lane the messages that
/// leave next, in order, and the knowledge whether more lie behind them in the book.
///
/// For each lane holds: every ready message up to `bound` is here, or is out (taken), or waits
/// behind its recipient's own; what lies after it is in the book alone and is read when the front
/// runs low. Whoever drives it tells of arrivals and of reads in the order of their commits.
class Queue {
 public:
  static constexpr std::size_t most_in_lane = 1024;  // messages at the front of one lane
  static constexpr std::size_t refill_below = 256;
  static constexpr std::size_t most_octets = std::size_t{32} << 20;  // at all fronts together
  static constexpr std::size_t most_blocked = 4096;  // waiting behind their recipient's own
  static constexpr std::size_t per_recipient = 16;   // read at once for one recipient
  static constexpr std::size_t when_short = 16;      // of one lane, while octets are short

  /// Something to read from the book. `recipient` set: Book::ready_for, else Book::ready.
  struct Load {
    Lane lane;
    std::optional<QueueKey> after;
    std::size_t limit = 0;
    std::optional<std::pair<std::string, int>> recipient;
    std::uint64_t front = 0;  // that asked for it: a lane may close and open again meanwhile
  };

  /// The book has ready messages in these lanes that were not told one by one: at start, or after
  /// many were accepted at once. They may lie anywhere in the order.
  void open_lanes(std::span<const Lane> lanes);
  /// A message became ready: accepted, woken, requeued, or given back. Its commit is done.
  void arrived(Candidate candidate);
  /// What to read now; each is asked for once, and answered by `loaded`.
  [[nodiscard]] std::vector<Load> take_loads();
  void loaded(const Load& load, std::vector<Candidate> candidates);
  /// The read failed; it is asked for again.
  void load_failed(const Load& load);

  /// The first message in queue order at these places (lanes without a batch, and the lanes that
  /// batches have there) that this SIM may take now. It is out until `released`; no other message
  /// to its recipient at its priority is given meanwhile.
  using MayTake = std::function<bool(const Candidate&)>;
  [[nodiscard]] std::optional<Candidate> take(std::span<const Lane> places,
                                              const MayTake& may_take);
  /// Whether a message of a higher priority waits at the front of one of these places.
  [[nodiscard]] bool holds_before(std::span<const Lane> places, int priority) const;
  /// The message that was out has ended for now, and the book knows: its commit is done. The next
  /// to its recipient may go.
  void released(const Candidate& candidate);

  /// Cancelled, expired, failed: it is not wanted any more. Nothing when it is not here.
  void remove(MessageId id);
  /// All of a batch: it is held back or cancelled. What it has to send is told again by
  /// `open_lanes`.
  void close_batch(BatchId batch);
  /// All to that number which `covers`.
  void remove_recipient(std::string_view number, const std::function<bool(MessageClass)>& covers);

  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] std::size_t octets() const { return octets_; }
  [[nodiscard]] std::size_t blocked() const { return blocked_; }

 private:
  using Recipient = std::pair<std::string, int>;  // number and priority
  struct LaneFront {
    std::map<QueueKey, Candidate> messages;
    std::optional<QueueKey> bound;  // of what is known; meaningful while `more`
    bool more = false;              // the book may hold ready messages after `bound`
    bool loading = false;
    std::uint64_t number = 0;  // no other front had it
  };
  /// A recipient whose message is out, or of whose messages some are in the book alone.
  struct Behind {
    std::optional<MessageId> out{};
    std::map<MessageId, Candidate> waiting{};
    std::optional<MessageId> dropped_from{};  // these and later ones come by a read for this number
  };

  static Recipient recipient_of(const Candidate& candidate) {
    return {candidate.to, candidate.priority};
  }
  void insert(LaneFront& front, Candidate candidate);
  void erase(LaneFront& front, std::map<QueueKey, Candidate>::iterator place);
  void evict(LaneFront& front);
  void loaded_for(const Recipient& recipient, std::size_t limit, std::vector<Candidate> candidates);
  [[nodiscard]] bool steps_aside(LaneFront& front, std::map<QueueKey, Candidate>::iterator& place);
  void wait_behind(Behind& behind, Candidate candidate);
  [[nodiscard]] LaneFront& front_of(const Lane& lane);

  std::map<Lane, LaneFront> lanes_;
  std::uint64_t fronts_made_ = 0;
  std::unordered_map<std::int64_t, std::pair<Lane, QueueKey>> places_;
  std::map<Recipient, Behind> behind_;
  std::set<Recipient> to_load_;
  std::size_t blocked_ = 0;
  std::size_t octets_ = 0;
};

}  // namespace bank::scheduler
