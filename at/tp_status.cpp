#include "at/tp_status.hpp"

#include <algorithm>
#include <iterator>

namespace bank::at {
namespace {

constexpr bool covers_every_octet() {
  int next = 0;
  for (const auto& row : status_table) {
    if (row.first != next || row.last < row.first) return false;
    next = row.last + 1;
  }
  return next == 0x100;
}
static_assert(covers_every_octet());

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::delivered: return "delivered";
    case Outcome::temporary: return "temporary";
    case Outcome::permanent: return "permanent";
  }
  return "permanent";
}

const StatusRow& status_row(int tp_status) {
  const auto* const row =
      std::find_if(std::begin(status_table), std::end(status_table),
                   [&](const StatusRow& r) { return r.first <= tp_status && tp_status <= r.last; });
  return row != std::end(status_table) ? *row : *std::prev(std::end(status_table));
}

Outcome outcome(int tp_status) {
  return status_row(tp_status).outcome;
}

std::string_view meaning(int tp_status) {
  return status_row(tp_status).meaning;
}

}  // namespace bank::at
