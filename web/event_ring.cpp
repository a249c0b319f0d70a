#include "web/event_ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "web/json_text.hpp"

namespace bank::web {

namespace {

constexpr std::size_t digits = 16;            // of each half of an id, in hex
constexpr std::size_t length_of_id = 33;      // and what is between them
constexpr std::size_t around_an_event = 512;  // octets of it beside its type and data

std::string id_of(std::uint64_t epoch, std::uint64_t number) {
  return fmt::format("{:016x}-{:016x}", epoch, number);
}

std::optional<std::uint64_t> read_half(std::string_view text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

/// A line end within what is one line would end it, and begin whatever stands behind it. In JSON
/// it can only stand where a space can.
void keep_on_one_line(std::string& text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
}

}  // namespace

Event::Event(std::uint64_t epoch, Happening happening)
    : epoch_(epoch), octets_(0), happening_(std::move(happening)) {
  happening_.conversation = {};
  if (happening_.data.empty() || happening_.data.size() > EventRing::most_data) {
    happening_.data = "null";
  }
  octets_ = 2 * happening_.type.size() + happening_.data.size() + around_an_event;
}

const std::string& Event::frame() const {
  std::call_once(written_, [this] {
    keep_on_one_line(happening_.type);
    keep_on_one_line(happening_.data);
    JsonText json;
    json.open('{').member("type", happening_.type).member("at", happening_.at);
    json.key("data").written(happening_.data).close('}');
    frame_ = fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id_of(epoch_, number_), happening_.type,
                         json.take());
    happening_.data = {};
  });
  return frame_;
}

EventRing::EventRing(std::uint64_t epoch, Limits limits) : epoch_(epoch), limits_(limits) {}

bool EventRing::is_followed() const {
  if (followers_ > 0) return true;
  const auto left_at = left_at_.load();
  return left_at != 0 && next_ - left_at < limits_.events;
}

void EventRing::join() const {
  const std::lock_guard lock(mutex_);
  if (left_at_ != 0 && !is_followed()) {
    events_.clear();
    octets_ = 0;
    ++next_;  // what was the last before the gap is not the one before what comes
  }
  ++followers_;
}

void EventRing::leave() const {
  const std::lock_guard lock(mutex_);
  left_at_ = next_.load();
  --followers_;
}

void EventRing::publish(std::vector<Happening> happenings) {
  std::vector<std::shared_ptr<Event>> made;
  made.reserve(happenings.size());
  for (auto& one : happenings) made.push_back(std::make_shared<Event>(epoch_, std::move(one)));
  std::vector<EventPtr> gone;  // freed without the mutex
  gone.reserve(made.size());
  const std::lock_guard lock(mutex_);
  for (const auto& event : made) {
    event->number_ = next_;
    events_.push_back(event);
    octets_ += event->octets();
    ++next_;
    while (events_.size() > limits_.events || octets_ > limits_.octets) {
      octets_ -= events_.front()->octets();
      gone.push_back(std::move(events_.front()));
      events_.pop_front();
    }
  }
}

std::optional<std::uint64_t> EventRing::behind(std::string_view id) const {
  if (id.size() != length_of_id || id[digits] != '-') return std::nullopt;
  const auto epoch = read_half(id.substr(0, digits));
  const auto number = read_half(id.substr(digits + 1));
  if (!epoch || !number || *epoch != epoch_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (*number >= next_ || *number + 1 < next_ - events_.size()) return std::nullopt;
  return *number + 1;
}

std::string EventRing::id_before(std::uint64_t number) const {
  return id_of(epoch_, number - 1);
}

bool EventRing::take(std::uint64_t& cursor, std::vector<EventPtr>& events, std::size_t most_events,
                     std::size_t most_octets) const {
  if (cursor >= next_) return true;
  const std::lock_guard lock(mutex_);
  const auto first = next_ - events_.size();
  if (cursor < first) return false;
  std::size_t octets = 0;
  while (cursor < next_ && most_events-- > 0 && octets < most_octets) {
    const auto& event = events_[static_cast<std::size_t>(cursor - first)];
    octets += event->octets();
    events.push_back(event);
    ++cursor;
  }
  return true;
}

std::vector<QueueFill> EventRing::queues() const {
  const std::lock_guard lock(mutex_);
  return {{"live_events", events_.size(), limits_.events},
          {"live_event_octets", octets_, limits_.octets}};
}

}  // namespace bank::web
