#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/dialogue.hpp"

namespace bank::modem {

using at::TimePoint;

enum class Direction : std::uint8_t { to_modem, from_modem };

/// A line of the dialogue as people may see it (DialogueMask).
struct DialogueLine {
  TimePoint at;  // of its first octet
  Direction direction;
  std::string text;  // printable ASCII, at most DialogueMask::longest_shown octets
};

/// The last of what was said at one port, both ways, as it was written and read. Recording is on
/// the way of every octet, and so only copies; all else is done by who reads.
///
/// Where the oldest octets are gone, a line may have lost its beginning, and with it what tells
/// that it is secret: of what is left nothing is shown up to the next end of a line, and of the
/// modem's nothing within the length of a text of several lines.
class DialogueRing {
 public:
  static constexpr std::size_t capacity = std::size_t{16} * 1024;  // octets, with what marks them
  /// What comes within this time the same way is recorded as one piece, at the time of its first
  /// octet.
  static constexpr std::chrono::milliseconds one_piece{10};
  static constexpr std::size_t longest_piece = 1024;  // octets

  explicit DialogueRing(TimePoint since);

  void record(TimePoint at, Direction direction, std::string_view octets);

  /// Lines whose first octet came within [since, until], in the order of these.
  [[nodiscard]] std::vector<DialogueLine> lines(TimePoint since, TimePoint until) const;
  /// All that was said from here on is still there.
  [[nodiscard]] TimePoint kept_since() const { return kept_since_; }

 private:
  struct Mark {
    TimePoint::rep at;
    std::uint16_t size;
    Direction direction;
  };
  static constexpr std::size_t mark_size = sizeof(TimePoint::rep) + sizeof(std::uint16_t) + 1;

  void begin_piece(const Mark& mark);
  void make_room(std::size_t size);
  void put(std::size_t where, const char* octets, std::size_t size);
  void get(std::size_t where, char* octets, std::size_t size) const;
  void put_mark(std::size_t where, const Mark& mark);
  [[nodiscard]] Mark mark_at(std::size_t where) const;

  std::unique_ptr<char[]> octets_;
  std::size_t first_ = 0;  // where the oldest piece begins
  std::size_t size_ = 0;   // of all pieces
  std::size_t last_ = 0;   // where the newest one begins
  Mark newest_{};
  bool is_cut_ = false;  // something is gone
  TimePoint kept_since_;
};

}  // namespace bank::modem
