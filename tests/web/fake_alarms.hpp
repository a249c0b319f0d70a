#pragma once

#include <algorithm>

#include "web/alarm_door.hpp"

namespace bank::web::test {

/// Alarms in memory, in the order of their ids.
class FakeAlarms : public AlarmDoor {
 public:
  static bool fits(const scheduler::AlarmView& alarm, const scheduler::AlarmFilter& filter) {
    using State = scheduler::AlarmFilter::State;
    if (filter.kind && *filter.kind != alarm.kind) return false;
    return filter.state == State::all ||
           (filter.state == State::cleared) == alarm.cleared_at.has_value();
  }
  std::vector<scheduler::AlarmView> page(const scheduler::AlarmFilter& filter,
                                         std::optional<scheduler::AlarmId> before,
                                         std::size_t limit) override {
    std::vector<scheduler::AlarmView> found;
    for (auto one = rows.rbegin(); one != rows.rend() && found.size() < limit; ++one) {
      if (before && one->id >= *before) continue;
      if (fits(*one, filter)) found.push_back(*one);
    }
    return found;
  }
  std::optional<scheduler::AlarmView> find(scheduler::AlarmId id) override {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.id == id; });
    return found == rows.end() ? std::nullopt : std::optional(*found);
  }
  std::array<std::int64_t, scheduler::alarm_kinds> open() override {
    std::array<std::int64_t, scheduler::alarm_kinds> counts{};
    for (const auto& one : rows) {
      if (!one.cleared_at) ++counts.at(static_cast<std::size_t>(one.kind));
    }
    return counts;
  }
  void acknowledge(scheduler::AlarmId id, std::string by,
                   Answered<std::optional<scheduler::AlarmView>> answered) override {
    if (broken != nullptr && *broken) {
      return answered(unexpected(**broken));
    }
    for (auto& one : rows) {
      if (one.id != id || one.acknowledged_at || one.cleared_at) continue;
      one.acknowledged_at = one.raised_at;
      one.acknowledged_by = std::move(by);
    }
    answered(find(id));
  }

  std::vector<scheduler::AlarmView> rows;
  const std::optional<Unavailable>* broken = nullptr;
};

}  // namespace bank::web::test
