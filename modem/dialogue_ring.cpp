#include "modem/dialogue_ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "modem/dialogue_mask.hpp"

namespace bank::modem {
namespace {

/// What one side says, put together from pieces.
class Speech {
 public:
  Speech(Direction direction, bool is_cut)
      : direction_(direction),
        mask_(direction == Direction::to_modem ? DialogueMask::Of::host : DialogueMask::Of::modem),
        dropping_(is_cut),
        drops_(is_cut && direction == Direction::from_modem ? DialogueMask::longest_hidden : 0) {}

  void hear(TimePoint at, std::string_view octets, std::vector<DialogueLine>& lines) {
    for (const char c : octets) {
      if (drops_ > 0) --drops_;
      if (!ends_line(c)) {
        if (dropping_) continue;
        if (line_.empty()) begin(at, lines);
        line_ += c;
      } else if (dropping_) {
        dropping_ = drops_ > 0;
      } else if (!line_.empty() || c == '\x1A' || c == '\x1B') {
        if (line_.empty()) begin(at, lines);
        lines[place_].text = mask_.shown(line_, c);
        line_.clear();
      }
    }
  }

  /// A line that has not ended may be secret for reasons that are still to come.
  void end(std::vector<DialogueLine>& lines) {
    if (line_.empty()) return;
    const bool is_prompt = line_ == ">" || line_ == "> ";
    lines[place_].text =
        is_prompt ? ">" : fmt::format("<{} octets, and no end of the line>", line_.size());
  }

 private:
  [[nodiscard]] bool ends_line(char c) const {
    if (c == '\r' || c == '\n') return true;
    return direction_ == Direction::to_modem && (c == '\x1A' || c == '\x1B');
  }
  void begin(TimePoint at, std::vector<DialogueLine>& lines) {
    place_ = lines.size();
    lines.push_back({at, direction_, {}});
  }

  Direction direction_;
  DialogueMask mask_;
  std::string line_;
  std::size_t place_ = 0;  // of the line that is heard, among all
  bool dropping_;          // up to the end of a line
  std::size_t drops_;      // at least so many octets
};

}  // namespace

DialogueRing::DialogueRing(TimePoint since)
    : octets_(std::make_unique_for_overwrite<char[]>(capacity)), kept_since_(since) {}

void DialogueRing::put(std::size_t where, const char* octets, std::size_t size) {
  where %= capacity;
  const std::size_t head = std::min(size, capacity - where);
  std::memcpy(octets_.get() + where, octets, head);
  std::memcpy(octets_.get(), octets + head, size - head);
}

void DialogueRing::get(std::size_t where, char* octets, std::size_t size) const {
  where %= capacity;
  const std::size_t head = std::min(size, capacity - where);
  std::memcpy(octets, octets_.get() + where, head);
  std::memcpy(octets + head, octets_.get(), size - head);
}

void DialogueRing::put_mark(std::size_t where, const Mark& mark) {
  std::array<char, mark_size> image{};
  std::memcpy(image.data(), &mark.at, sizeof mark.at);
  std::memcpy(image.data() + sizeof mark.at, &mark.size, sizeof mark.size);
  image.back() = static_cast<char>(mark.direction);
  put(where, image.data(), image.size());
}

DialogueRing::Mark DialogueRing::mark_at(std::size_t where) const {
  std::array<char, mark_size> image{};
  get(where, image.data(), image.size());
  Mark mark{};
  std::memcpy(&mark.at, image.data(), sizeof mark.at);
  std::memcpy(&mark.size, image.data() + sizeof mark.at, sizeof mark.size);
  mark.direction = static_cast<Direction>(image.back());
  return mark;
}

/// The oldest pieces go.
void DialogueRing::make_room(std::size_t size) {
  while (capacity - size_ < size) {
    const std::size_t gone = mark_size + mark_at(first_).size;
    first_ = (first_ + gone) % capacity;
    size_ -= gone;
    is_cut_ = true;
    if (size_ > 0) kept_since_ = TimePoint(TimePoint::duration(mark_at(first_).at));
  }
}

/// With room for as much as it may become.
void DialogueRing::begin_piece(const Mark& mark) {
  make_room(mark_size + longest_piece);
  last_ = (first_ + size_) % capacity;
  newest_ = mark;
  put_mark(last_, newest_);
  size_ += mark_size;
}

void DialogueRing::record(TimePoint at, Direction direction, std::string_view octets) {
  while (!octets.empty()) {
    const bool goes_on = size_ > 0 && newest_.direction == direction &&
                         newest_.size < longest_piece &&
                         at - TimePoint(TimePoint::duration(newest_.at)) < one_piece;
    if (!goes_on) begin_piece({at.time_since_epoch().count(), 0, direction});
    const std::size_t size = std::min<std::size_t>(octets.size(), longest_piece - newest_.size);
    put(first_ + size_, octets.data(), size);
    size_ += size;
    newest_.size = static_cast<std::uint16_t>(newest_.size + size);
    put_mark(last_, newest_);
    octets.remove_prefix(size);
  }
}

std::vector<DialogueLine> DialogueRing::lines(TimePoint since, TimePoint until) const {
  std::vector<DialogueLine> lines;
  std::array<Speech, 2> both{Speech(Direction::to_modem, is_cut_),
                             Speech(Direction::from_modem, is_cut_)};
  std::string piece;
  for (std::size_t at = 0; at < size_;) {
    const Mark mark = mark_at(first_ + at);
    piece.resize(mark.size);
    get(first_ + at + mark_size, piece.data(), piece.size());
    both.at(static_cast<std::size_t>(mark.direction))
        .hear(TimePoint(TimePoint::duration(mark.at)), piece, lines);
    at += mark_size + mark.size;
  }
  for (Speech& speech : both) speech.end(lines);
  std::erase_if(lines,
                [&](const DialogueLine& line) { return line.at < since || line.at > until; });
  return lines;
}

}  // namespace bank::modem
