#include "web/event_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "web/json_text.hpp"

namespace bank::web {

namespace {

constexpr int retry_ms = 2000;  // so long a client waits before it connects again

// What a client takes from the ring at a time: it keeps no more than this, and one event, alive
// when the ring drops them.
constexpr std::size_t most_taken = 64;
constexpr std::size_t most_octets_taken = 64 * 1024;

bool is_type(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
         });
}

/// About the stream, not of the ring.
std::string notice(std::string_view type, std::string_view reason, std::string_view detail) {
  JsonText json;
  json.open('{').member("type", type).member("reason", reason).member("detail", detail).close('}');
  return fmt::format("event: {}\ndata: {}\n\n", type, json.take());
}

}  // namespace

Result<EventFilter, std::string> EventFilter::read(std::string_view types) {
  EventFilter filter;
  for (bool more = true; more;) {
    const auto comma = types.find(',');
    auto type = types.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) types.remove_prefix(comma + 1);
    const bool is_prefix = type.ends_with(".*");
    if (is_prefix) type.remove_suffix(2);
    if (!is_type(type) || type.size() > longest_type) {
      return unexpected(
          std::string("write types with commas between them, as message.sent, or message.* for all "
                      "that begin with message."));
    }
    if (filter.exact_.size() + filter.prefixes_.size() == most_types) {
      return unexpected(
          fmt::format("at most {} types; write message.* for all of messages, or "
                      "leave it out for all there are",
                      most_types));
    }
    if (is_prefix) {
      filter.prefixes_.push_back(std::string(type) + ".");
    } else {
      filter.exact_.emplace_back(type);
    }
  }
  return filter;
}

bool EventFilter::wants(std::string_view type) const {
  if (exact_.empty() && prefixes_.empty()) return true;
  return std::find(exact_.begin(), exact_.end(), type) != exact_.end() ||
         std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const std::string& prefix) { return type.starts_with(prefix); });
}

EventStream::EventStream(const EventRing& ring, EventFilter filter, std::string_view after,
                         Pace pace, Ends ends)
    : ring_(ring),
      filter_(std::move(filter)),
      pace_(pace),
      ends_(std::move(ends)),
      cursor_((ring.join(), ring.next())) {
  words_ = fmt::format("retry: {}\n", retry_ms);
  if (after.empty()) {
    words_ += fmt::format("id: {}\n\n", ring_.id_before(cursor_));
    return;
  }
  if (const auto known = ring_.behind(after)) {
    cursor_ = *known;
    words_ += "\n";
    return;
  }
  words_ += fmt::format("id: {}\n", ring_.id_before(cursor_));
  words_ += notice("reset", "unknown_id",
                   "what happened since that event is not known here; read the lists again "
                   "(/v1/messages, /v1/inbox, /v1/modems), and go on with what is told from now "
                   "on");
}

/// Takes events until there is one to tell.
void EventStream::look() {
  if (has_words() || ending_ || next_ < events_.size()) return;
  events_.clear();
  next_ = 0;
  while (events_.empty()) {
    if (!ring_.take(cursor_, taken_, most_taken, most_octets_taken)) {
      return end({"too_slow",
                  "events came faster than they were read, and some are lost; read the lists again "
                  "(/v1/messages, /v1/inbox, /v1/modems) and connect anew without Last-Event-ID"});
    }
    if (taken_.empty()) return;
    std::copy_if(taken_.begin(), taken_.end(), std::back_inserter(events_),
                 [&](const EventPtr& event) { return filter_.wants(event->type()); });
    taken_.clear();
  }
}

void EventStream::end(const Ending& ending) {
  words_ += notice("dropped", ending.reason, ending.detail);
  ending_ = true;
}

void EventStream::check(Time now) {
  if (!check_at_) check_at_ = now + pace_.check_every;
  if (ending_ || now < *check_at_) return;
  check_at_ = now + pace_.check_every;
  const auto ending = ends_();
  if (!ending) return;
  events_.resize(told_ > 0 ? next_ + 1 : next_);  // what is half told is told to its end
  end(*ending);
}

bool EventStream::is_due(Time now) {
  look();
  return has_words() || next_ < events_.size() || !comment_at_ || now >= *comment_at_ ||
         !check_at_ || now >= *check_at_;
}

std::optional<std::size_t> EventStream::give(std::span<char> room, Time now) {
  check(now);
  look();
  if (!ending_ && !has_words() && next_ == events_.size() && comment_at_ && now >= *comment_at_) {
    words_ = fmt::format(": nothing new\nid: {}\n\n", ring_.id_before(cursor_));
  }
  std::size_t given = 0;
  const auto tell = [&](std::string_view text, std::size_t& told) {
    const auto count = std::min(text.size() - told, room.size() - given);
    std::memcpy(room.data() + given, text.data() + told, count);
    told += count;
    given += count;
    return told == text.size();
  };
  while (given < room.size()) {
    if (has_words() && told_ == 0) {
      if (!tell(words_, said_)) break;
      words_.clear();
      said_ = 0;
    }
    look();
    if (has_words() && told_ == 0) continue;
    if (next_ == events_.size()) break;
    if (!tell(events_[next_]->frame(), told_)) break;
    events_[next_].reset();
    ++next_;
    told_ = 0;
  }
  if (given == 0 && ending_) return std::nullopt;
  if (given > 0 || !comment_at_) comment_at_ = now + pace_.silence;
  return given;
}

}  // namespace bank::web
