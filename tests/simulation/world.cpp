#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "firmware-host/log.hpp"
#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "store/statement.hpp"

namespace bank::simulation {

using namespace std::chrono_literals;
using modem::virt::Fault;
using modem::virt::FaultKind;

namespace {

constexpr std::size_t most_breaches = 20;  // shown of one world
constexpr auto well_for = 3h;              // at most: longer than any rest, any pause and retry
constexpr auto well_at_least = 10min;
constexpr auto default_life = 24h;
constexpr std::uint64_t large_every = 250;  // worlds
constexpr auto watch_pause = 1min;

}  // namespace

Shape shape_of(std::uint64_t seed) {
  Chance chance(seed ^ 0x5EEDULL);
  Shape shape{};
  shape.modems = 1 + static_cast<unsigned>(chance.below(12));
  shape.lasts = whole_ms(chance.between(5min, 60min));
  shape.act = whole_ms(chance.between(50ms, 4s));
  constexpr std::array<std::uint64_t, 4> lives{0, 300, 3000, 30'000};
  shape.steps_a_life = lives[chance.below(lives.size())];
  // Most worlds have room in their plans: there nothing may wait in the end.
  if (chance.one_in(2)) {
    shape.plan.per_minute = 2 + static_cast<int>(chance.below(30));
    if (chance.one_in(2)) shape.plan.per_hour = 20 + static_cast<int>(chance.below(300));
    if (chance.one_in(3)) shape.plan.per_day = 20 + static_cast<int>(chance.below(500));
  }
  shape.modem.latency = whole_ms(chance.between(20ms, 5s));
  shape.modem.jitter = shape.modem.latency / 2;
  shape.modem.prompt_delay = whole_ms(chance.between(0ms, 200ms));
  shape.modem.report_delay = whole_ms(chance.between(0ms, 10s));
  shape.modem.boot = whole_ms(chance.between(0ms, 20s));
  // Later than any build: a clock behind the program's own date is taken as wrong.
  shape.origin = std::chrono::sys_days{std::chrono::year{2040} / 3 / 1};
  if (chance.one_in(3)) {  // it is about to be April
    shape.origin += std::chrono::days{30} -
                    std::chrono::floor<std::chrono::seconds>(chance.between(0min, 60min));
    if (shape.plan.per_minute) shape.plan.per_month = 20 + static_cast<int>(chance.below(500));
  }
  shape.modem.wall_origin = std::chrono::floor<std::chrono::seconds>(shape.origin);
  shape.resends = chance.one_in(4);
  if (chance.one_in(4)) shape.pin = "58214703";
  shape.trouble_permille = static_cast<unsigned>(chance.below(200));
  shape.is_read = chance.one_in(8);
  if (seed % large_every == 0) {  // a rack of hundreds, for days
    shape.modems = 100 + static_cast<unsigned>(chance.below(200));
    shape.lasts = whole_ms(chance.between(12h, 48h));
    shape.act = whole_ms(chance.between(5s, 60s));
    shape.steps_a_life *= 100;
    shape.is_read = false;
  }
  // Where more comes in than a plan lets out.
  shape.floods = shape.plan.per_minute && chance.one_in(6);
  shape_modems(shape, chance);
  return shape;
}

World::World(std::uint64_t seed, const std::filesystem::path& folder, Tells tells)
    : chance_(seed),
      shape_(shape_of(seed)),
      machine_(timeline_, shape_.origin),
      air_(timeline_, facts_, {shape_.modems, shape_.modem, shape_.pin, shape_.report_places},
           chance_.branch()) {
  open_log(tells);
  config_.store.path = (folder / "world.db").string();
  config_.limits = {
      shape_.plan.per_minute, shape_.plan.per_hour, shape_.plan.per_day, shape_.plan.per_month, {}};
  config_.region.timezone = "UTC";
  config_.sending.default_validity = default_life;
  if (shape_.resends) {
    config_.sending.on_uncertain = host::SendingConfig::OnUncertain::resend;
  }
  config_.discovery.paths = {"/dev/modembank/*"};
  for (unsigned i = 0; !shape_.pin.empty() && i < shape_.modems; ++i) {
    host::SimConfig sim;
    sim.iccid = modem::virt::sim_of(i).iccid;
    sim.pin = shape_.pin;
    sim.limits = config_.limits;
    config_.sims.push_back(std::move(sim));
  }
  set_up_modems();
  auto database = store::Database::open(config_.store.path, store::Database::Mode::read_write);
  store::migrate(database, scheduler::schema());
  scheduler::Book book(database, machine_.boot_id());
  store::Transaction transaction(database);
  key_ = book.create_key("people", {"admin"}, {"transactional", "promotional", "otp", "service"},
                         std::array<unsigned char, 32>{}, machine_.now().wall);
  transaction.commit();
  book_.emplace(store::Database::open(config_.store.path, store::Database::Mode::read_only));
}

World::~World() {
  host::log::open(host::log::Level::none);
}

void World::open_log(Tells tells) {
  using host::log::Level;
  if (tells == Tells::nothing && !shape_.is_read) return host::log::open(Level::none);
  host::log::open(Level::debug, [this, tells](std::string_view line) {
    if (tells == Tells::all) std::cerr << line << '\n';
    if (facts_.logged.size() < most_breaches && tells_too_much(line, shape_.pin)) {
      facts_.logged.emplace_back(line);
    }
  });
}

std::vector<Breach> World::live() {
  const TimePoint end = timeline_.now() + shape_.lasts;
  start_program();
  act_later();
  watch();
  while (timeline_.now() < end && breaches_.empty()) {
    if (shape_.steps_a_life == 0) {
      timeline_.run_until(end);
      break;
    }
    // Lives of all lengths, the short ones as often: a crash hits a start as well.
    const std::uint64_t most = 1 + chance_.below(shape_.steps_a_life);
    timeline_.run_steps(1 + chance_.below(most), end);
    crash();
    if (chance_.one_in(2)) timeline_.run_until(timeline_.now() + chance_.between(0s, 20s));
    start_program();
    check_doubts();
  }
  heal();
  const TimePoint latest = timeline_.now() + well_for;
  do {
    timeline_.run_until(timeline_.now() + well_at_least);
    help();
  } while (timeline_.now() < latest &&
           ((has_room() && !nothing_is_stuck(facts_, program_->door()).empty()) ||
            !what_did_not_come_in().empty() || !modems_are_settled()));
  check_book();
  return breaches_;
}

std::string World::story() const {
  return fmt::format("{} modems, {} s, {} messages, {} parts taken, {} crashes, {} steps",
                     shape_.modems, std::chrono::floor<std::chrono::seconds>(shape_.lasts).count(),
                     facts_.accepted.size(), facts_.taken.size(), facts_.crashes,
                     timeline_.steps());
}

void World::start_program() {
  facts_.lives.push_back({timeline_.now()});
  program_ = std::make_unique<Program>(timeline_, ++lives_, machine_, air_, disk_, config_,
                                       chance_.branch());
}

/// For whoever reads the log of one world.
void World::note(const std::string& what) const {
  host::log::debug(
      "world", {{"at", std::chrono::duration<double>(timeline_.now().time_since_epoch()).count()},
                {"what", what}});
}

void World::crash() {
  note("crash");
  program_.reset();
  facts_.lives.back().until = timeline_.now();
  ++facts_.crashes;
  store::Statement begun(*book_, "SELECT message FROM submission WHERE ended_at IS NULL");
  begun.each([&](store::Row row) {
    facts_.left_begun.emplace(scheduler::MessageId{row.integer(0)}, facts_.next++);
  });
  last_begun_ = book_->integer("SELECT coalesce(max(id), 0) FROM submission");
  // The machine goes with it, now and then; not while its clock is set wrong, for nobody can tell
  // then how long it was off, nor before the program has seen it set right.
  const bool is_right = machine_.wall_off() == 0ms &&
                        (facts_.clock.empty() || timeline_.now() - facts_.clock.back().at > 10s);
  if (chance_.one_in(8) && is_right) machine_.reboot();
}

/// Promise 4: of what a crash left, at most one part of each modem is in doubt.
void World::check_doubts() {
  const auto left_over = [this] {
    return book_->integer(fmt::format(
        "SELECT count(*) FROM submission WHERE ended_at IS NULL AND id <= {}", last_begun_));
  };
  do {  // a disk that takes no writes puts that off
    timeline_.run_until(timeline_.now() + 1s);
  } while (left_over() > 0);
  store::Statement left(*book_,
                        "SELECT modem, count(*) FROM submission WHERE error_code = 'crash' "
                        "GROUP BY modem");
  left.each([&](store::Row row) {
    const std::string modem = row.text(0);
    const auto before = std::exchange(doubts_[modem], row.integer(1));
    if (row.integer(1) <= before + 1) return;
    found(4, {fmt::format("{} has {} parts in doubt after crash {}", modem, row.integer(1) - before,
                          facts_.crashes)});
  });
}

void World::later(std::chrono::microseconds pause, std::function<void()> what) {
  timeline_.at(timeline_.now() + pause, Timeline::world, std::move(what));
}

/// Promise 7: what the program holds, whatever waits in the book. Promise 9: what it shows.
void World::watch() {
  later(watch_pause, [this] {
    if (program_ && breaches_.empty()) {
      found(7, what_is_held_is_bounded(facts_, *program_));
      found(9, modems_watch_.look(facts_, air_, *program_, timeline_.now()));
    }
    watch();
  });
}

void World::act_later() {
  later(chance_.between(0us, 2 * shape_.act), [this] {
    if (!troubled_) return;
    act();
    act_later();
  });
}

// --- what goes wrong ----------------------------------------------------------------------------

void World::trouble() {
  const std::size_t slot = chance_.below(air_.size());
  switch (chance_.below(13)) {
    case 10: return lose_hub(slot);
    case 11:
    case 12: return hang(slot);
    case 0:
      note(Air::name_of(slot) + " is unplugged");
      air_.unplug(slot);
      return later(chance_.between(0s, 90s), [this, slot] { air_.plug_in(slot); });
    case 1:
      if (shape_.pin.empty()) {
        const std::size_t other = chance_.below(air_.size());
        note(fmt::format("the SIMs of {} and {} are swapped", Air::name_of(slot),
                         Air::name_of(other)));
        air_.swap_sims(slot, other, chance_.between(2s, 20s));
      }
      return;
    case 2: set_disk(true); return later(chance_.between(0s, 30s), [this] { set_disk(false); });
    case 3:
      disk_.slow_permille = 200;
      return later(chance_.between(0s, 60s), [this] { disk_.slow_permille = 0; });
    case 4:
      air_.set_line({static_cast<unsigned>(chance_.below(30)),
                     static_cast<unsigned>(chance_.below(30)),
                     static_cast<unsigned>(chance_.below(30)), chance_.between(0us, 300ms)});
      return later(chance_.between(0s, 60s), [this] { air_.set_line({}); });
    case 5: {
      // Stamps that a clock wrote while it ran ahead hold the rack until it comes there again
      // (DESIGN "Clocks"): only where the end does not ask whether all has left.
      const auto ahead = shape_.plan.per_minute ? 24h : 0h;
      set_clock(whole_ms(chance_.between(0s, ahead + 24h)) - 24h);
      return later(chance_.between(0s, 5min), [this] { set_clock(0ms); });
    }
    default: return trouble_at(slot);
  }
}

void World::trouble_at(std::size_t slot) {
  auto& modem = air_.modem(slot);
  const auto now = timeline_.now();
  constexpr std::array codes{21, 27, 28, 38, 41, 42, 47, 302, 304, 310, 330, 331, 332, 500, 512};
  const auto inject = [&](Fault fault) {
    fault.count = 1 + static_cast<std::uint32_t>(chance_.below(4));
    (void)modem.inject(fault);
  };
  switch (chance_.below(20)) {
    case 0: inject({FaultKind::refuse, modem::virt::ErrorForm::cms, chance_.one_of(codes)}); break;
    case 1: inject({FaultKind::lost_result}); break;
    case 2:
      inject({.kind = FaultKind::late_result, .time = whole_ms(chance_.between(1s, 130s))});
      break;
    case 3: inject({FaultKind::garbage}); break;
    case 4: inject({FaultKind::no_prompt}); break;
    case 5: inject({.kind = FaultKind::slow, .time = whole_ms(chance_.between(10s, 110s))}); break;
    case 6: inject({FaultKind::restart_before}); break;
    case 7: inject({FaultKind::restart_after}); break;
    case 8: inject({FaultKind::report_lost}); break;
    case 9: inject({FaultKind::report_twice}); break;
    case 10:
      inject({.kind = FaultKind::report_late, .time = whole_ms(chance_.between(1s, 20min))});
      break;
    case 11: inject({FaultKind::report_early}); break;
    case 12: inject({FaultKind::notice_lost}); break;
    case 13: inject({FaultKind::notice_twice}); break;
    case 14: inject({FaultKind::list_silent}); break;
    case 15: inject({FaultKind::read_silent}); break;
    case 16: inject({FaultKind::erase_silent}); break;
    case 17: modem.silence(now + chance_.between(1s, chance_.one_in(4) ? 1h : 3min)); break;
    default: modem.restart(now); break;
  }
  air_.settle(slot);
}

void World::set_clock(std::chrono::milliseconds off) {
  // Nobody can tell one that ran ahead from the machine's start on from one that is right.
  const bool is_noted =
      book_->integer(
          fmt::format("SELECT count(*) FROM boot WHERE uuid = '{}' AND highest_offset IS NOT NULL",
                      machine_.boot_id())) > 0;
  if (off > 0ms && !is_noted) return;
  note(fmt::format("the clock is set to {} s", off / 1s));
  machine_.set_wall(off);
  facts_.clock.push_back({timeline_.now(), off});
}

void World::heal() {
  troubled_ = false;
  set_disk(false);
  disk_ = {};
  set_clock(0ms);
  if (!program_) start_program();
  air_.heal();
  resume_all();
  resume_modems();
  top_up();
}

/// A person does what the program asks for: it enters no PIN a third time when the answers to two
/// were lost, as by a crash each.
void World::help() {
  const auto modems = program_->door().modems();
  for (std::size_t slot = 0; slot < air_.size(); ++slot) {
    const bool is_asked = std::any_of(modems.begin(), modems.end(), [&](const auto& modem) {
      return modem.name == Air::name_of(slot) &&
             modem.verdict.because.find("entered twice") != std::string::npos;
    });
    if (is_asked) air_.switch_pin_off(slot);
  }
  top_up();  // SIMs that were on their way, too
  if (!modems_are_settled()) resume_modems();
}

/// What lies on SIMs that the program can read.
Breaches World::what_did_not_come_in() {
  Breaches breaches;
  // What is sent to the end has reports to the end, and these are found in their time.
  const bool reports_go_on =
      !has_room() && shape_.modem.reports == modem::virt::ReportsGo::unannounced;
  if (reports_go_on) return breaches;
  for (const auto& sim : program_->door().sims()) {
    const auto left = air_.left_on(sim.iccid.value_or(""));
    if (!sim.modem || sim.state == "locked" || left == 0) continue;
    breaches.push_back(fmt::format("{} texts or reports lie on SIM {} in {}, which is {}", left,
                                   sim.outside(), *sim.modem, sim.state));
  }
  return breaches;
}

void World::check_book() {
  scheduler::BookReader book(*book_);
  found(5, what_did_not_come_in());
  found(5, inbound_is_there_once(
               facts_, book, [this](const std::string& iccid) { return air_.left_on(iccid) > 0; }));
  found(1, nothing_accepted_is_lost(facts_, book));
  found(2, nobody_silenced_is_written_to(facts_));
  found(2, no_batch_is_sent_that_is_held(facts_));
  found(3, no_limit_is_exceeded(facts_, shape_.plan));
  found(3, no_month_is_exceeded(facts_, shape_.plan, shape_.origin));
  found(4, nothing_is_sent_twice(facts_, shape_.resends));
  found(4, the_book_says_what_was(facts_, book, shape_.resends));
  if (has_room()) found(6, nothing_is_stuck(facts_, program_->door()));
  found(8, facts_.logged);
  check_modems();
}

void World::found(int promise, const Breaches& breaches) {
  for (const auto& what : breaches) {
    if (breaches_.size() < most_breaches) breaches_.push_back({promise, what});
  }
}

}  // namespace bank::simulation
