#include "scheduler/queue.hpp"

#include <algorithm>
#include <utility>

namespace bank::scheduler {
namespace {

QueueKey key_of(const Candidate& candidate) {
  return {candidate.priority, candidate.id};
}

/// What it takes in memory; a short text is the least of it.
std::size_t octets_of(const Candidate& candidate) {
  return sizeof candidate + candidate.text.size();
}

/// The fronts of these places: of the place itself, and of the batches that have a lane there.
template <class Lanes, class Visit>
void each_at(Lanes& lanes, std::span<const Lane> places, Visit visit) {
  for (const Lane& place : places) {
    for (auto at = lanes.lower_bound(place); at != lanes.end() && at->first.place() == place;
         ++at) {
      visit(at->second);
    }
  }
}

}  // namespace

Queue::LaneFront& Queue::front_of(const Lane& lane) {
  const auto [front, is_new] = lanes_.try_emplace(lane);
  if (is_new) front->second.number = ++fronts_made_;
  return front->second;
}

void Queue::open_lanes(std::span<const Lane> lanes) {
  for (const Lane& lane : lanes) {
    LaneFront& front = front_of(lane);
    front.more = true;
    front.bound.reset();
  }
}

void Queue::arrived(Candidate candidate) {
  if (places_.contains(static_cast<std::int64_t>(candidate.id))) return;
  if (const auto found = behind_.find(recipient_of(candidate)); found != behind_.end()) {
    Behind& behind = found->second;
    if (behind.dropped_from && candidate.id >= *behind.dropped_from) return;
    if (behind.out) return wait_behind(behind, std::move(candidate));
  }
  LaneFront& front = front_of(lane_of(candidate));
  const bool in_front = !front.more || (front.bound && !(*front.bound < key_of(candidate)));
  if (in_front) insert(front, std::move(candidate));  // else the book has it, for later
}

void Queue::insert(LaneFront& front, Candidate candidate) {
  const QueueKey key = key_of(candidate);
  const auto id = static_cast<std::int64_t>(candidate.id);
  const std::size_t size = octets_of(candidate);
  Lane lane = lane_of(candidate);
  if (!front.messages.try_emplace(key, std::move(candidate)).second) return;
  places_.emplace(id, std::pair{std::move(lane), key});
  octets_ += size;
  while (front.messages.size() > most_in_lane ||
         (octets_ > most_octets && front.messages.size() > 1)) {
    evict(front);
  }
}

/// Gives the last message of a front back to the book.
void Queue::evict(LaneFront& front) {
  const auto last = std::prev(front.messages.end());
  const auto behind = behind_.find(recipient_of(last->second));
  if (behind != behind_.end() && behind->second.dropped_from) {
    behind->second.dropped_from = std::min(*behind->second.dropped_from, last->first.id);
    to_load_.insert(behind->first);
  }
  erase(front, last);
  const QueueKey new_last = std::prev(front.messages.end())->first;
  if (!front.more || (front.bound && new_last < *front.bound)) {
    front.bound = new_last;
  }
  front.more = true;
}

void Queue::erase(LaneFront& front, std::map<QueueKey, Candidate>::iterator place) {
  octets_ -= octets_of(place->second);
  places_.erase(static_cast<std::int64_t>(place->first.id));
  front.messages.erase(place);
}

void Queue::wait_behind(Behind& behind, Candidate candidate) {
  const MessageId id = candidate.id;
  if (behind.out == id) return;  // read while it was on its way
  if (blocked_ >= most_blocked) {  // the book has it; it is read when its turn comes
    behind.dropped_from = std::min(behind.dropped_from.value_or(id), id);
    return;
  }
  if (behind.waiting.try_emplace(id, std::move(candidate)).second) ++blocked_;
}

std::vector<Queue::Load> Queue::take_loads() {
  std::vector<Load> loads;
  std::erase_if(lanes_, [](const auto& entry) {
    const auto& [lane, front] = entry;
    return lane.batch && front.messages.empty() && !front.more && !front.loading;
  });
  for (auto& [lane, front] : lanes_) {
    const bool is_short = octets_ >= most_octets / 2;
    const bool low = front.messages.size() < refill_below && !is_short;
    if (!front.more || front.loading || !(low || front.messages.empty())) continue;
    front.loading = true;
    const std::size_t limit = is_short ? when_short : most_in_lane - front.messages.size();
    loads.push_back({lane, front.bound, limit, std::nullopt, front.number});
  }
  for (const auto& recipient : to_load_) {
    loads.push_back({Lane{}, std::nullopt, per_recipient, recipient, 0});
  }
  to_load_.clear();
  return loads;
}

void Queue::loaded(const Load& load, std::vector<Candidate> candidates) {
  if (load.recipient) return loaded_for(*load.recipient, load.limit, std::move(candidates));
  const auto found = lanes_.find(load.lane);
  if (found == lanes_.end() || found->second.number != load.front) return;  // closed meanwhile
  LaneFront& front = found->second;
  front.loading = false;
  if (front.bound != load.after)
    return;  // the front was cut meanwhile; it is read again from there
  front.more = candidates.size() >= load.limit;
  if (!candidates.empty()) front.bound = key_of(candidates.back());
  for (auto& candidate : candidates) {
    arrived(std::move(candidate));  // not after the bound any more
  }
}

/// The oldest ready messages to one number, whatever the bounds of their lanes.
void Queue::loaded_for(const Recipient& recipient, std::size_t limit,
                       std::vector<Candidate> candidates) {
  const auto found = behind_.find(recipient);
  if (found == behind_.end() || !found->second.dropped_from) return;
  Behind& behind = found->second;
  if (candidates.size() >= limit) {
    behind.dropped_from = MessageId{static_cast<std::int64_t>(candidates.back().id) + 1};
  } else {
    behind.dropped_from.reset();
  }
  const bool is_out = behind.out.has_value();
  const bool is_whole = !behind.dropped_from && !is_out;
  for (auto& candidate : candidates) {
    if (places_.contains(static_cast<std::int64_t>(candidate.id))) continue;
    if (is_out) {
      wait_behind(behind, std::move(candidate));
    } else {
      LaneFront& front = front_of(lane_of(candidate));
      insert(front, std::move(candidate));
    }
  }
  if (is_whole) behind_.erase(recipient);
}

void Queue::load_failed(const Load& load) {
  if (load.recipient) {
    to_load_.insert(*load.recipient);
  } else if (const auto found = lanes_.find(load.lane);
             found != lanes_.end() && found->second.number == load.front) {
    found->second.loading = false;
  }
}

std::optional<Candidate> Queue::take(std::span<const Lane> places, const MayTake& may_take) {
  LaneFront* best_front = nullptr;
  std::map<QueueKey, Candidate>::iterator best;
  each_at(lanes_, places, [&](LaneFront& front) {
    for (auto place = front.messages.begin(); place != front.messages.end();) {
      if (best_front != nullptr && !(place->first < best->first)) break;
      if (steps_aside(front, place)) continue;
      if (may_take(place->second)) {
        best_front = &front;
        best = place;
        break;
      }
      ++place;
    }
  });
  if (best_front == nullptr) return std::nullopt;
  Candidate taken = best->second;
  erase(*best_front, best);
  behind_[recipient_of(taken)].out = taken.id;
  return taken;
}

bool Queue::holds_before(std::span<const Lane> places, int priority) const {
  bool holds = false;
  each_at(lanes_, places, [&](const LaneFront& front) {
    holds = holds || (!front.messages.empty() && front.messages.begin()->first.priority > priority);
  });
  return holds;
}

/// Takes a message off the front that must not leave before another to its recipient has ended, and
/// moves `place` on.
bool Queue::steps_aside(LaneFront& front, std::map<QueueKey, Candidate>::iterator& place) {
  const auto found = behind_.find(recipient_of(place->second));
  if (found == behind_.end()) return false;
  Behind& behind = found->second;
  const bool dropped = behind.dropped_from && place->first.id >= *behind.dropped_from;
  if (!dropped && !behind.out) return false;
  const auto next = std::next(place);
  Candidate candidate = place->second;
  erase(front, place);
  place = next;
  if (!dropped) wait_behind(behind, std::move(candidate));
  return true;
}

void Queue::released(const Candidate& candidate) {
  const auto found = behind_.find(recipient_of(candidate));
  if (found == behind_.end()) return;
  Behind& behind = found->second;
  behind.out.reset();
  const auto waiting = std::exchange(behind.waiting, {});
  blocked_ -= waiting.size();
  if (behind.dropped_from) {  // older ones may be in the book alone: all come from there, in order
    if (!waiting.empty()) {
      behind.dropped_from = std::min(*behind.dropped_from, waiting.begin()->first);
    }
    to_load_.insert(found->first);
    return;
  }
  behind_.erase(found);
  for (const auto& [id, next] : waiting) arrived(next);
}

void Queue::remove(MessageId id) {
  const auto place = places_.find(static_cast<std::int64_t>(id));
  if (place != places_.end()) {
    LaneFront& front = lanes_[place->second.first];
    const auto message = front.messages.find(place->second.second);
    const auto recipient = recipient_of(message->second);
    erase(front, message);
    const auto behind = behind_.find(recipient);
    if (behind != behind_.end() && behind->second.dropped_from) to_load_.insert(recipient);
    return;
  }
  for (auto& [recipient, behind] : behind_) {
    if (behind.waiting.erase(id) != 0) {
      --blocked_;
      return;
    }
  }
}

void Queue::close_batch(BatchId batch) {
  for (auto& [lane, front] : lanes_) {
    for (auto place = front.messages.begin(); place != front.messages.end();) {
      const auto next = std::next(place);
      const bool is_bound = place->second.bound_sim.has_value();
      if (place->second.batch == batch && !is_bound) erase(front, place);
      place = next;
    }
  }
  for (auto& [recipient, behind] : behind_) {
    blocked_ -= std::erase_if(behind.waiting, [&](const auto& entry) {
      return entry.second.batch == batch && !entry.second.bound_sim;
    });
  }
  std::erase_if(lanes_, [&](const auto& entry) { return entry.first.batch == batch; });
}

void Queue::remove_recipient(std::string_view number,
                             const std::function<bool(MessageClass)>& covers) {
  for (auto& [lane, front] : lanes_) {
    for (auto place = front.messages.begin(); place != front.messages.end();) {
      const auto next = std::next(place);
      if (place->second.to == number && covers(place->second.message_class)) erase(front, place);
      place = next;
    }
  }
  for (auto& [recipient, behind] : behind_) {
    if (recipient.first != number) continue;
    blocked_ -= std::erase_if(
        behind.waiting, [&](const auto& entry) { return covers(entry.second.message_class); });
  }
}

}  // namespace bank::scheduler
