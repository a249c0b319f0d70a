#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware-host/alarm_watch.hpp"
#include "firmware-host/api_door.hpp"
#include "firmware-host/clocks.hpp"
#include "scheduler/book.hpp"
#include "store/database.hpp"
#include "tests/simulation/air.hpp"
#include "tests/simulation/timeline.hpp"
#include "tests/simulation/virtual_writer.hpp"

namespace bank::simulation {

/// Both clocks of the simulated machine. The wall clock can be set; the other begins at each boot.
class Machine final : public host::Clock {
 public:
  /// `origin`: the right time at the timeline's beginning.
  Machine(const Timeline& timeline, scheduler::WallTime origin)
      : timeline_(timeline), origin_(origin), booted_(timeline.now()) {}

  [[nodiscard]] scheduler::Now now() const override;
  [[nodiscard]] std::string boot_id() const { return "boot-" + std::to_string(boots_); }
  void set_wall(std::chrono::milliseconds off) { wall_off_ = off; }
  [[nodiscard]] std::chrono::milliseconds wall_off() const { return wall_off_; }
  void reboot();

 private:
  const Timeline& timeline_;
  scheduler::WallTime origin_;
  TimePoint booted_;
  int boots_ = 1;
  std::chrono::milliseconds wall_off_{0};
};

/// One life of the program: all of it but HTTP, threads and serial ports, which the simulation
/// stands for. Destroyed, it has crashed there.
class Program {
 public:
  Program(Timeline& timeline, Timeline::Owner owner, const Machine& machine, Air& air,
          const Disk& disk, const host::Config& config, Chance chance);
  ~Program();

  [[nodiscard]] web::Door& door() { return door_; }
  [[nodiscard]] host::ApiDoor& api() { return door_; }
  /// What was told of alarms, and mailed, in this life.
  std::vector<web::Happening> happenings;
  std::vector<host::Mail> mails;
  [[nodiscard]] const host::Switchboard& switchboard() const { return switchboard_; }

 private:
  void beat();

  Timeline& timeline_;
  Timeline::Owner owner_;
  VirtualLoop loop_;
  std::unique_ptr<modem::Ports> ports_;
  store::Database database_;
  scheduler::Book book_;
  scheduler::Records records_;
  VirtualWriter writer_;
  host::Desk desk_;
  host::Switchboard switchboard_;
  host::Readers readers_;
  host::BookCalls calls_;
  host::ApiDoor door_;
  host::AlarmWatch alarms_;
};

}  // namespace bank::simulation
