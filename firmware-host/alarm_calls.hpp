#pragma once

#include "firmware-host/book_calls.hpp"
#include "firmware-host/clocks.hpp"
#include "web/alarm_door.hpp"

namespace bank::host {

class AlarmCalls final : public web::AlarmDoor {
 public:
  AlarmCalls(const Clock& clock, Desk& desk, BookCalls& book)
      : clock_(clock), desk_(desk), book_(book) {}

  std::vector<scheduler::AlarmView> page(const scheduler::AlarmFilter& filter,
                                         std::optional<scheduler::AlarmId> before,
                                         std::size_t limit) override {
    return book_.query([&](const store::Database& database) {
      return scheduler::AlarmBook(database).page(filter, before, limit);
    });
  }
  std::optional<scheduler::AlarmView> find(scheduler::AlarmId id) override {
    return book_.query(
        [&](const store::Database& database) { return scheduler::AlarmBook(database).find(id); });
  }
  std::array<std::int64_t, scheduler::alarm_kinds> open() override {
    return book_.query(
        [](const store::Database& database) { return scheduler::AlarmBook(database).open(); });
  }
  void acknowledge(scheduler::AlarmId id, std::string by,
                   web::Answered<std::optional<scheduler::AlarmView>> answered) override {
    book_.write(
        [this, id, by = std::move(by)](scheduler::Book& book) {
          scheduler::AlarmBook alarms(book.database());
          const auto at = clock_.now().wall;
          const auto before = alarms.find(id);
          auto now = alarms.acknowledge(id, by, at);
          if (now && now->acknowledged_at && !before->acknowledged_at) {
            desk_.note({by, "alarm.acknowledge", scheduler::outside(id)}, at);
          }
          return now;
        },
        std::move(answered));
  }

 private:
  const Clock& clock_;
  Desk& desk_;
  BookCalls& book_;
};

}  // namespace bank::host
