#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "at/reassembly.hpp"

namespace {

using namespace bank::at;
using std::chrono::seconds;

void require(bool law) {
  if (!law) std::abort();
}

constexpr std::size_t octets_of_a_part = 8;
constexpr std::chrono::sys_seconds start{seconds{1'700'000'000}};

/// Few values of each, so that keys, numbers, contents and times meet.
Piece piece_from(const std::uint8_t* data, std::int64_t id, std::chrono::sys_seconds heard) {
  Deliver deliver;
  deliver.from.digits_or_text = std::string(1, static_cast<char>('a' + data[0] % 2));
  if (data[1] % 16 != 0) {
    deliver.header.concat = Concat{data[1] % 4, data[1] % 8 < 4 ? 8 : 16, data[2] % 7, data[3] % 7};
  }
  if (data[4] % 4 != 0) {
    deliver.timestamp = ServiceCentreTime{start + seconds{data[5] * 600}, {}};
  }
  if (data[4] % 8 < 6) {
    deliver.text = std::string(1, static_cast<char>('A' + data[6] % 3));
  } else {
    deliver.data = {data[6]};
  }
  return {id, data[0] / 2 % 2, heard, std::move(deliver)};
}

/// What was heard, and what became of it.
class Ledger {
 public:
  void hear(const Piece& piece) { heard_.emplace(piece.id, piece); }
  void duplicate(std::int64_t id, std::int64_t of) {
    settle(id);
    require(of < id);
    const Deliver& one = heard_.at(id).deliver;
    const Deliver& other = heard_.at(of).deliver;
    require(one.header.concat == other.header.concat && one.from == other.from &&
            one.text == other.text);
    require(one.data == other.data && heard_.at(id).sim == heard_.at(of).sim);
  }
  void came_out(const std::vector<Collected>& messages) {
    for (const auto& message : messages) check(message);
  }
  [[nodiscard]] bool all_settled() const { return settled_.size() == heard_.size(); }

 private:
  void settle(std::int64_t id) { require(heard_.contains(id) && ++settled_[id] == 1); }

  void check(const Collected& message) {
    const auto gaps = message.gaps();
    require(!message.pieces.empty() && message.whole() == gaps.empty());
    require(message.pieces.size() + gaps.size() == static_cast<std::size_t>(message.total));
    std::string text;
    bool binary = false;
    const Piece& first = message.pieces.front();
    int before = 0;
    for (const auto& piece : message.pieces) {
      settle(piece.id);
      const Deliver& heard = heard_.at(piece.id).deliver;
      require(piece.deliver.text == heard.text &&
              piece.deliver.header.concat == heard.header.concat);
      binary = binary || !heard.text;
      text += heard.text.value_or("");
      if (message.total == 1) continue;
      require(heard.header.concat->total == message.total && heard.header.concat->seq > before);
      require(heard.header.concat->ref == first.deliver.header.concat->ref &&
              heard.header.concat->bits == first.deliver.header.concat->bits &&
              heard.from == first.deliver.from && piece.sim == first.sim);
      before = heard.header.concat->seq;
    }
    require(text_of(message, "") == (binary ? std::nullopt : std::optional(text)));
  }

  std::map<std::int64_t, Piece> heard_;
  std::map<std::int64_t, int> settled_;
};

}  // namespace

/// Any parts at any times, within any bounds: each comes out once in a message of its own kind, or
/// is a duplicate of one that was heard before; nothing else comes out; the bounds hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ReassemblyLimits limits{.sets = 1U + data[0] % 8, .parts = 1U + data[1] % 16};
  Reassembly reassembly(limits);
  Ledger ledger;
  auto now = start;
  std::int64_t id = 0;
  for (std::size_t at = 2; at + octets_of_a_part <= size; at += octets_of_a_part) {
    const std::uint8_t step = data[at + 7];
    now += seconds{step < 240 ? step * 60 : (step - 250) * 20'000};  // also far, also back
    const Piece piece = piece_from(data + at, id++, now);
    ledger.hear(piece);
    const auto heard = reassembly.hear(piece);
    if (heard.duplicate_of) ledger.duplicate(piece.id, *heard.duplicate_of);
    ledger.came_out(heard.out);
    require(reassembly.sets() <= limits.sets && reassembly.parts() <= limits.parts);
    if (step % 16 == 1) ledger.came_out(reassembly.expire(now));
  }
  ledger.came_out(reassembly.expire(now + seconds{1'000'000'000}));
  require(ledger.all_settled() && reassembly.sets() == 0 && reassembly.parts() == 0);
  return 0;
}
