#include "web/accept.hpp"

#include <algorithm>
#include <string>

#include "at/fields.hpp"
#include "web/media_type.hpp"

namespace bank::web {

namespace {

/// Takes what is before the next `mark` off the front.
std::string_view next_of(std::string_view& rest, char mark) {
  const auto end = std::min(rest.find(mark), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return at::trimmed(part);
}

/// Whether its parameters say "not at all": q=0, q=0.0, …
bool is_excluded(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto parameter = next_of(parameters, ';');
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    const auto weight = parameter.substr(2);
    return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

/// 3: this very type, 2: its kind ("text/*"), 1: anything, 0: another one.
int nearness(const std::string& range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*" || range == "*") return 1;  // "*" alone: old Java
  return range.ends_with("/*") &&
                 type.starts_with(std::string_view(range).substr(0, range.size() - 1))
             ? 2
             : 0;
}

}  // namespace

bool accepts(std::string_view accept, std::string_view type) {
  int nearest = 0;
  bool taken = true;
  while (!accept.empty()) {
    auto element = next_of(accept, ',');
    const auto range = media_type(next_of(element, ';'));
    if (range != "*" && range.find('/') == std::string::npos) continue;
    const int near = nearness(range, type);
    if (near == 0 && nearest == 0) taken = false;
    if (near <= nearest) continue;
    nearest = near;
    taken = !is_excluded(element);
  }
  return taken;
}

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  bool is_named = false, taken = accept_encoding.empty();
  while (!accept_encoding.empty()) {
    auto element = next_of(accept_encoding, ',');
    const auto name = media_type(next_of(element, ';'));
    if (name != coding && (name != "*" || is_named)) continue;
    is_named = name == coding;
    taken = !is_excluded(element);
  }
  return taken;
}

}  // namespace bank::web
