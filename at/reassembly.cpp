#include "at/reassembly.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "at/split.hpp"
#include "at/user_data.hpp"

namespace bank::at {
namespace {

using std::chrono::seconds;

bool is_one_of_several(const Deliver& part) {
  const auto& concat = part.header.concat;
  return concat && concat->total > 1 && concat->total <= static_cast<int>(most_parts) &&
         concat->seq >= 1 && concat->seq <= concat->total;
}

// From here on, of parts that are one of several.

int number_of(const Piece& piece) {
  return piece.deliver.header.concat->seq;
}

bool have_one_key(const Piece& a, const Piece& b) {
  const Concat& one = *a.deliver.header.concat;
  const Concat& other = *b.deliver.header.concat;
  return a.sim == b.sim && one.ref == other.ref && one.bits == other.bits &&
         one.total == other.total && a.deliver.from == b.deliver.from;
}

bool have_one_content(const Deliver& a, const Deliver& b) {
  return a.alphabet == b.alphabet && a.text == b.text && a.data == b.data;
}

/// Between the service centre's times of two parts; between their arrivals where one has none.
seconds apart(const Piece& a, const Piece& b) {
  const auto& one = a.deliver.timestamp;
  const auto& other = b.deliver.timestamp;
  return std::chrono::abs(one && other ? one->instant - other->instant : a.heard - b.heard);
}

seconds apart(const Collected& message, const Piece& piece) {
  seconds nearest = seconds::max();
  for (const Piece& known : message.pieces) nearest = std::min(nearest, apart(known, piece));
  return nearest;
}

/// Where the part stands in the message, or should.
auto place_of(auto& pieces, const Piece& piece) {
  return std::lower_bound(pieces.begin(), pieces.end(), number_of(piece),
                          [](const Piece& known, int number) { return number_of(known) < number; });
}

const Piece* same_number(const Collected& message, const Piece& piece) {
  const auto place = place_of(message.pieces, piece);
  const bool there = place != message.pieces.end() && number_of(*place) == number_of(piece);
  return there ? &*place : nullptr;
}

}  // namespace

std::vector<int> Collected::gaps() const {
  std::vector<int> numbers;
  if (whole()) return numbers;
  auto next = pieces.begin();
  for (int number = 1; number <= total; ++number) {
    if (next != pieces.end() && number_of(*next) == number) {
      ++next;
    } else {
      numbers.push_back(number);
    }
  }
  return numbers;
}

namespace {

bool continues(const Deliver& before, const Deliver& after) {
  return before.alphabet == after.alphabet && before.header.shift == after.header.shift;
}

/// The text of parts that follow one another, read as one: bad splitters cut within an escape pair
/// or a surrogate pair.
std::string text_of_run(const Piece* first, const Piece* last) {
  std::string text;
  std::vector<std::uint8_t> data;
  bool is_all_there = true;
  for (const Piece* piece = first; piece != last; ++piece) {
    const Deliver& part = piece->deliver;
    text += part.text.value_or("");
    data.insert(data.end(), part.data.begin(), part.data.end());
    is_all_there = is_all_there && part.data.empty() == part.text.value_or("").empty();
  }
  if (!is_all_there) return text;  // whoever keeps them kept the texts alone
  return text_from(first->deliver.alphabet, first->deliver.header.shift, data).value_or(text);
}

}  // namespace

std::optional<std::string> text_of(const Collected& message, std::string_view gap) {
  std::string text;
  int expected = 1;
  const Piece* const end = message.pieces.data() + message.pieces.size();
  for (const Piece* first = message.pieces.data(); first != end;) {
    const int number = message.whole() ? expected : number_of(*first);
    if (number != expected) text += gap;
    expected = number + 1;
    const Piece* last = first + 1;
    while (last != end && continues(first->deliver, last->deliver) &&
           (message.whole() || number_of(*last) == expected)) {
      ++expected;
      ++last;
    }
    for (const Piece* piece = first; piece != last; ++piece) {
      if (!piece->deliver.text) return std::nullopt;
    }
    text += text_of_run(first, last);
    first = last;
  }
  if (expected <= message.total) text += gap;
  return text;
}

Reassembly::Heard Reassembly::hear(Piece piece) {
  Heard heard{std::nullopt, expire(piece.heard)};
  if (!is_one_of_several(piece.deliver)) {
    heard.out.push_back({1, {std::move(piece)}});
    return heard;
  }
  heard.duplicate_of = heard_before(piece);
  if (heard.duplicate_of) return heard;

  while (parts_ >= limits_.parts && !sets_.empty()) let_go_of_oldest(heard.out);
  auto set = nearest_to(piece);
  if (set == sets_.end()) {
    while (sets_.size() >= limits_.sets && !sets_.empty()) let_go_of_oldest(heard.out);
    set = sets_.insert(sets_.end(), Set{{piece.deliver.header.concat->total, {}}, piece.heard});
  }
  set->last_heard = piece.heard;
  sets_.splice(sets_.end(), sets_, set);
  auto& pieces = set->message.pieces;
  pieces.insert(place_of(pieces, piece), std::move(piece));
  ++parts_;
  if (set->message.whole()) heard.out.push_back(set->message);
  return heard;
}

std::vector<Collected> Reassembly::expire(std::chrono::sys_seconds now) {
  std::vector<Collected> out;
  for (auto set = sets_.begin(); set != sets_.end();) {
    set = now - set->last_heard >= limits_.life ? let_go(set, out) : std::next(set);
  }
  return out;
}

std::optional<std::int64_t> Reassembly::heard_before(const Piece& piece) const {
  for (const Set& set : sets_) {
    if (!have_one_key(set.message.pieces.front(), piece)) continue;
    const Piece* const known = same_number(set.message, piece);
    if (known != nullptr && have_one_content(known->deliver, piece.deliver) &&
        apart(*known, piece) <= limits_.spread) {
      return known->id;
    }
  }
  return std::nullopt;
}

/// The set that the part belongs to, if it has begun.
Reassembly::Sets::iterator Reassembly::nearest_to(const Piece& piece) {
  auto nearest = sets_.end();
  for (auto set = sets_.begin(); set != sets_.end(); ++set) {
    const bool fits = have_one_key(set->message.pieces.front(), piece) &&
                      same_number(set->message, piece) == nullptr &&
                      apart(set->message, piece) <= limits_.spread;
    if (fits &&
        (nearest == sets_.end() || apart(set->message, piece) < apart(nearest->message, piece))) {
      nearest = set;
    }
  }
  return nearest;
}

void Reassembly::let_go_of_oldest(std::vector<Collected>& out) {
  const auto whole =
      std::find_if(sets_.begin(), sets_.end(), [](const Set& set) { return set.message.whole(); });
  let_go(whole != sets_.end() ? whole : sets_.begin(), out);
}

Reassembly::Sets::iterator Reassembly::let_go(Sets::iterator set, std::vector<Collected>& out) {
  parts_ -= set->message.pieces.size();
  if (!set->message.whole()) out.push_back(std::move(set->message));
  return sets_.erase(set);
}

}  // namespace bank::at
