#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/deliver.hpp"

namespace bank::at {

/// One received part, as whoever keeps it knows it.
struct Piece {
  std::int64_t id;                 // the keeper's own name for it
  std::int64_t sim;                // that received it
  std::chrono::sys_seconds heard;  // when
  Deliver deliver;
};

/// A message as far as it came.
struct Collected {
  int total;
  std::vector<Piece> pieces;  // those that came, by their number

  [[nodiscard]] bool whole() const { return pieces.size() == static_cast<std::size_t>(total); }
  [[nodiscard]] std::vector<int> gaps() const;  // the numbers of those that did not, from 1
};

/// The texts in order, with `gap` once for each run of parts that did not come; null where a part
/// is binary.
[[nodiscard]] std::optional<std::string> text_of(const Collected& message, std::string_view gap);

struct ReassemblyLimits {
  std::size_t sets = 1024;                             // begun and remembered ones; at least 1
  std::size_t parts = 4096;                            // in all of them; at least 1
  std::chrono::seconds life{std::chrono::hours{72}};   // of a set after its last new part
  std::chrono::seconds spread{std::chrono::hours{6}};  // of the times of one message's parts
};

/// Puts concatenated messages together (TS 23.040 §9.2.3.24.1). Each part that is heard comes out
/// in exactly one message, or is told to be a duplicate.
///
/// Parts belong together by SIM, sender, reference and its width, and total; references are used
/// again, so the parts' times (TP-SCTS, or when they were heard where one has none) must also lie
/// within `spread`. Of several sets that a part could be of, the one nearest in time has it, at a
/// tie the one that has waited longest.
///
///   same number and content     a duplicate, also of a message that is whole already
///   same number, other content  another message's: a set of its own
///   no new part for `life`      comes out with its gaps; a late part then begins a new set
///   no room                     whole messages are forgotten (their duplicates are news then), or
///                               else the set longest without a new part comes out with its gaps
class Reassembly {
 public:
  explicit Reassembly(ReassemblyLimits limits = {}) : limits_(limits) {}

  struct Heard {
    std::optional<std::int64_t> duplicate_of;  // the id of the part that was heard before
    std::vector<Collected> out;                // also others', whose time had come
  };
  /// A part without a sensible concatenation is a message by itself. After a restart the parts
  /// that had not come out are heard again, in their order.
  [[nodiscard]] Heard hear(Piece piece);

  /// What is not expected to become whole any more; to be asked now and then.
  [[nodiscard]] std::vector<Collected> expire(std::chrono::sys_seconds now);

  [[nodiscard]] std::size_t sets() const noexcept { return sets_.size(); }
  [[nodiscard]] std::size_t parts() const noexcept { return parts_; }

 private:
  struct Set {
    Collected message;  // never empty; one that is whole has come out and is remembered
    std::chrono::sys_seconds last_heard;
  };
  using Sets = std::list<Set>;

  [[nodiscard]] std::optional<std::int64_t> heard_before(const Piece& piece) const;
  [[nodiscard]] Sets::iterator nearest_to(const Piece& piece);
  void let_go_of_oldest(std::vector<Collected>& out);
  Sets::iterator let_go(Sets::iterator set, std::vector<Collected>& out);

  ReassemblyLimits limits_;
  Sets sets_;  // longest without a new part first
  std::size_t parts_ = 0;
};

}  // namespace bank::at
