#include "at/split_cuts.hpp"

#include <algorithm>
#include <utility>

#include "at/split.hpp"
#include "at/split_links.hpp"
#include "at/text.hpp"

namespace bank::at {
namespace {

using Cost = std::uint32_t;  // there are fewer cuts than a cluster costs
constexpr Cost cluster_cut = 1 << 16;
constexpr Cost link_cut = 1;

/// What it costs to cut at a place.
class Costs {
 public:
  explicit Costs(std::string_view utf8) : clusters_(utf8), links_(links_of(utf8)) {}

  [[nodiscard]] Cost at(std::size_t place) {
    return (clusters_.cut_by(place) ? cluster_cut : 0) + (cuts_link(place) ? link_cut : 0);
  }

 private:
  [[nodiscard]] bool cuts_link(std::size_t place) const {
    const auto next = std::partition_point(links_.begin(), links_.end(),
                                           [&](const Link& link) { return link.end <= place; });
    return next != links_.end() && next->begin < place;
  }

  Clusters clusters_;
  std::vector<Link> links_;
};

/// The earliest places for so many cuts: each part filled from the end of the text backwards.
Cuts fill_backwards(const Sizes& sizes, std::size_t capacity, std::size_t count) {
  Cuts cuts(count);
  std::size_t used = 0;
  std::size_t begin = sizes.size();  // of the part so far
  for (std::size_t at = sizes.size(); at-- > 0 && count > 0;) {
    if (used + sizes[at] > capacity) {
      cuts[--count] = begin;
      used = 0;
    }
    used += sizes[at];
    if (sizes[at] > 0) begin = at;
  }
  return cuts;
}

/// A place for a cut, and the least that this cut and all after it can cost.
struct Place {
  std::size_t at;
  Cost cost;
  std::size_t next;  // index of the following cut's place
};
using Places = std::vector<Place>;

/// The places for one cut, from the earliest to the latest, given those for the following one. Of
/// the following places those count that one part reaches; among the cheapest it takes the last.
Places places_between(std::size_t earliest, std::size_t latest, const Places& following,
                      const Sizes& sizes, std::size_t capacity, Costs& costs) {
  Places places;
  std::size_t used = 0;
  std::size_t reach = earliest;
  std::size_t reached = 0;
  std::size_t best = 0;
  for (std::size_t at = earliest; at <= latest; ++at) {
    if (sizes[at] == 0) continue;
    while (reach < sizes.size() && used + sizes[reach] <= capacity) used += sizes[reach++];
    for (; reached < following.size() && following[reached].at <= reach; ++reached) {
      if (following[reached].cost <= following[best].cost) best = reached;
    }
    places.push_back({at, costs.at(at) + (following.empty() ? 0 : following[best].cost), best});
    used -= sizes[at];
  }
  return places;
}

}  // namespace

Cuts fill(const Sizes& sizes, std::size_t capacity) {
  Cuts cuts;
  std::size_t used = 0;
  std::size_t at = 0;
  for (const std::uint8_t size : sizes) {
    if (used + size > capacity) {
      cuts.push_back(at);
      if (cuts.size() == most_parts) break;
      used = 0;
    }
    used += size;
    ++at;
  }
  return cuts;
}

// The n-th of the fewest cuts lies between where filling from the end and filling from the front
// put it, and any place there leads to as few. These spans do not overlap, so that all are looked
// at in the time of one reading of the text.
Cuts keep_whole(std::string_view utf8, const Sizes& sizes, std::size_t capacity, Cuts filled) {
  Costs costs(utf8);
  if (std::all_of(filled.begin(), filled.end(), [&](std::size_t at) { return costs.at(at) == 0; }))
    return filled;

  const Cuts earliest = fill_backwards(sizes, capacity, filled.size());
  std::vector<Places> places(filled.size() + 1);  // the last stays empty: nothing follows
  for (std::size_t n = filled.size(); n-- > 0;) {
    places[n] = places_between(earliest[n], filled[n], places[n + 1], sizes, capacity, costs);
  }
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < places[0].size(); ++i) {
    if (places[0][i].cost <= places[0][chosen].cost) chosen = i;
  }
  for (std::size_t n = 0; n < filled.size(); ++n) {
    filled[n] = places[n][chosen].at;
    chosen = places[n][chosen].next;
  }
  return filled;
}

}  // namespace bank::at
