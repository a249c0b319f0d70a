#include "tests/simulation/program.hpp"

#include "firmware-host/health.hpp"

namespace bank::simulation {

using namespace std::chrono_literals;

namespace {

/// Of a large rack all that is shown is most of the work.
std::chrono::milliseconds shows_every(std::size_t modems) {
  constexpr std::size_t many = 50;
  return modems < many ? host::Switchboard::show_interval : 10s;
}

}  // namespace

scheduler::Now Machine::now() const {
  const auto passed =
      std::chrono::floor<std::chrono::milliseconds>(timeline_.now().time_since_epoch());
  return {origin_ + passed + wall_off_,
          std::chrono::floor<std::chrono::milliseconds>(timeline_.now() - booted_) + 10s};
}

void Machine::reboot() {
  ++boots_;
  booted_ = timeline_.now();
}

Program::Program(Timeline& timeline, Timeline::Owner owner, const Machine& machine, Air& air,
                 const Disk& disk, const host::Config& config, Chance chance)
    : timeline_(timeline),
      owner_(owner),
      loop_(timeline, owner),
      ports_(air.ports_for(owner)),
      database_(store::Database::open(config.store.path, store::Database::Mode::read_write)),
      book_(database_, machine.boot_id()),
      records_(database_),
      writer_(loop_, database_, disk, chance),
      desk_(loop_, writer_, book_, &records_),
      switchboard_(loop_, machine, *ports_, desk_, config, shows_every(air.size())),
      readers_(config.store.path),
      calls_(desk_, writer_, book_, readers_),
      door_(
          loop_, machine, desk_, calls_, [] { return store::ThreadWriter::Figures{}; },
          switchboard_, config),
      alarms_(machine, desk_, config,
              {.rack = [this] { return switchboard_.snapshot(); },
               .disk = [this] { return door_.disk_state(); },
               .space = [] { return host::DiskSpace{}; },
               .queued =
                   [this](std::vector<scheduler::Candidate> queued) {
                     switchboard_.arrived(std::move(queued));
                   },
               .mail =
                   [this](host::Mail mail, const std::function<void(std::string)>& done) {
                     mails.push_back(std::move(mail));
                     loop_.post([done] { done({}); });
                   },
               .tell = [this](const web::Happening& one) { happenings.push_back(one); }}) {
  desk_.on_failure = [this](const store::Failure& failure) { door_.disk_failed(failure); };
  switchboard_.start();
  beat();
}

void Program::beat() {
  door_.beat();
  alarms_.beat();
  loop_.after(host::store_beat, [this] { beat(); });
}

Program::~Program() {
  timeline_.drop(owner_);
}

}  // namespace bank::simulation
