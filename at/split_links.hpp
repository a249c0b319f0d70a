#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace bank::at {

/// Where a link stands in a text, in octets; it goes on to the next blank.
struct Link {
  std::size_t begin;
  std::size_t end;

  friend bool operator==(const Link&, const Link&) = default;
};

/// The links of a text, in order: from http://, https:// or www. on in any case, or a host with a
/// path as in bit.ly/x.
[[nodiscard]] std::vector<Link> links_of(std::string_view utf8);

}  // namespace bank::at
