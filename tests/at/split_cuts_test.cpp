#include "at/split_cuts.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "at/split_links.hpp"
#include "at/text.hpp"
#include "at/utf.hpp"

using namespace bank::at;

namespace {

/// In UTF-16 units.
Sizes sizes_of(std::string_view utf8) {
  Sizes sizes(utf8.size(), 0);
  for (std::size_t at = 0; at < utf8.size();) {
    const auto c = first_code_point(utf8.substr(at)).value();
    sizes[at] = static_cast<std::uint8_t>(utf16_units(c.value));
    at += c.octets;
  }
  return sizes;
}

/// Parts, and the clusters and links that are cut.
struct Score {
  std::size_t parts = 0;
  int clusters = 0;
  int links = 0;
  friend auto operator<=>(const Score&, const Score&) = default;
};

Score cost_of(std::string_view utf8, std::size_t place) {
  const auto links = links_of(utf8);
  const bool in_link = std::any_of(links.begin(), links.end(), [&](const Link& link) {
    return link.begin < place && place < link.end;
  });
  return {1, Clusters(utf8).cut_by(place) ? 1 : 0, in_link ? 1 : 0};
}

/// The best there is, by trying all: parts first, then clusters, then links.
class BruteForce {
 public:
  BruteForce(std::string_view utf8, std::size_t capacity)
      : utf8_(utf8), sizes_(sizes_of(utf8)), capacity_(capacity) {}

  Score from(std::size_t begin) {
    if (const auto known = known_.find(begin); known != known_.end()) return known->second;
    std::optional<Score> best;
    std::size_t used = 0;
    for (std::size_t end = begin; end <= utf8_.size(); ++end) {
      if (end == utf8_.size()) {
        best = Score{1, 0, 0};
        break;
      }
      if (used + sizes_[end] > capacity_) break;
      used += sizes_[end];
      const std::size_t next = end + 1;
      if (next == utf8_.size() || sizes_[next] == 0) continue;
      const Score cost = cost_of(utf8_, next);
      const Score rest = from(next);
      const Score all{1 + rest.parts, cost.clusters + rest.clusters, cost.links + rest.links};
      if (!best || all < *best) best = all;
    }
    return known_[begin] = *best;
  }

 private:
  std::string_view utf8_;
  Sizes sizes_;
  std::size_t capacity_;
  std::map<std::size_t, Score> known_{};
};

Score score_of(std::string_view utf8, const Cuts& cuts) {
  Score score{cuts.size() + 1, 0, 0};
  for (const std::size_t cut : cuts) {
    const Score cost = cost_of(utf8, cut);
    score.clusters += cost.clusters;
    score.links += cost.links;
  }
  return score;
}

void check_parts_fit(const Sizes& sizes, const Cuts& cuts, std::size_t capacity) {
  std::size_t begin = 0;
  for (std::size_t n = 0; n <= cuts.size(); ++n) {
    const std::size_t end = n < cuts.size() ? cuts[n] : sizes.size();
    REQUIRE(begin < end);
    REQUIRE(sizes[begin] > 0);
    std::size_t used = 0;
    for (std::size_t at = begin; at < end; ++at) used += sizes[at];
    REQUIRE(used <= capacity);
    begin = end;
  }
}

Cuts cuts_of(std::string_view utf8, std::size_t capacity) {
  const Sizes sizes = sizes_of(utf8);
  return keep_whole(utf8, sizes, capacity, fill(sizes, capacity));
}

}  // namespace

TEST_CASE("parts are as few as can be, and of those the fewest clusters and links are cut") {
  std::mt19937 random(23);
  const std::string_view pieces[] = {
      "a",       " ",  "ب",   "e\u0301",      "😀",        "\r\n",   "🇮🇷", "bit.ly/x",
      "www.a.b", "नि", "क्षि", "\u1112\u1161", "👨\u200D👩", "\u0301", "語"};
  int cut_clusters = 0;
  int cut_links = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t i = 0, n = 1 + random() % 25; i < n; ++i) {
      text += pieces[random() % std::size(pieces)];
    }
    const std::size_t capacity = 2 + random() % 12;
    CAPTURE(round, text, capacity);
    const Cuts cuts = cuts_of(text, capacity);
    check_parts_fit(sizes_of(text), cuts, capacity);
    const Score score = score_of(text, cuts);
    REQUIRE(score == BruteForce(text, capacity).from(0));
    cut_clusters += score.clusters;
    cut_links += score.links;
  }
  CHECK(cut_clusters > 0);  // else the texts were too easy
  CHECK(cut_links > 0);
}

TEST_CASE("a part is filled before the next begins, where nothing speaks against it") {
  CHECK(cuts_of("abcdefgh", 3) == Cuts{3, 6});
  CHECK(cuts_of("abc", 3).empty());
  CHECK(cuts_of("ab\u0301cdef", 3) == Cuts{4, 7});    // b and its accent end a part
  CHECK(cuts_of("abc\u0301def", 3) == Cuts{2, 6});    // …or begin the next
  CHECK(cuts_of("abc\u0301defg", 3) == Cuts{2, 6});   // which still takes no more parts
  CHECK(cuts_of("abc\u0301defgh", 3) == Cuts{3, 7});  // here it would
  CHECK(cuts_of("ab bit.ly/x", 8) == Cuts{3});        // a link goes whole to the next part
  CHECK(cuts_of("a bit.ly/x", 4) == Cuts{2, 6});      // one that is longer is cut once
}

TEST_CASE("a long link is cut between clusters, a long cluster between characters") {
  const std::string link = "www.ae\u0301";
  CHECK(cuts_of(link, 6) == Cuts{5});
  const std::string marks = "a\u0301\u0302\u0303\u0304";
  CHECK(cuts_of(marks, 2) == Cuts{3, 7});
}

TEST_CASE("filling stops at one part too many") {
  CHECK(fill(Sizes(2 * 255, 1), 2).size() == 254);
  CHECK(fill(Sizes(2 * 255 + 1, 1), 2) == fill(Sizes(10'000, 1), 2));
  CHECK(fill(Sizes(10'000, 1), 2).size() == 255);
}
