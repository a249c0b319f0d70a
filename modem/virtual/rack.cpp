#include "modem/virtual/rack.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "modem/virtual/control.hpp"
#include "modem/virtual/control_server.hpp"
#include "modem/virtual/record.hpp"
#include "modem/virtual/terminal.hpp"

namespace bank::modem::virt {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t read_size = 4096;  // what a pty hands over at once
constexpr int events_a_round = 256;
constexpr std::uint64_t modem_tag = std::uint64_t{1} << 32;  // events of modems; others carry fds

struct Slot {
  std::string name;
  std::string link;
  Modem modem;
  std::optional<Terminal> terminal = {};  // absent while unplugged
  std::optional<Sim> drawer = {};
  TimePoint scheduled = TimePoint::max();
  bool waits_for_room = false;  // the host does not read
};

}  // namespace

class Rack::Impl final : public Switchboard {
 public:
  static Result<std::unique_ptr<Impl>, std::string> open(RackOptions options);
  ~Impl() override;
  Result<void, std::string> run();
  void stop() noexcept { ::eventfd_write(wake_.get(), 1); }
  [[nodiscard]] const std::string& control_path() const noexcept { return control_->path(); }

  // Switchboard
  [[nodiscard]] std::size_t size() const override { return slots_.size(); }
  [[nodiscard]] const std::string& name(std::size_t i) const override { return slots_[i].name; }
  [[nodiscard]] Modem& modem(std::size_t i) override { return slots_[i].modem; }
  [[nodiscard]] bool plugged(std::size_t i) const override {
    return slots_[i].terminal.has_value();
  }
  [[nodiscard]] Result<void, std::string> unplug(std::size_t i) override;
  [[nodiscard]] Result<void, std::string> replug(std::size_t i) override;
  [[nodiscard]] std::optional<Sim>& drawer(std::size_t i) override { return slots_[i].drawer; }
  [[nodiscard]] Record& record() override { return record_; }
  [[nodiscard]] TimePoint now() const override { return now_; }

 private:
  explicit Impl(RackOptions options) : options_(std::move(options)) {}
  Result<void, std::string> set_up();
  void add_slot(unsigned index);
  Result<void, std::string> plug_in(std::size_t i);
  void watch(int operation, std::size_t i, bool room);
  void hear(std::size_t i);
  void settle(std::size_t i);
  struct Passing {
    std::string from, to, submit;
  };
  void pass_on(const Passing& one);
  void speak(std::size_t i);
  void settle_all();
  void do_due();
  void arm_timer();

  RackOptions options_;
  Handle epoll_;
  Handle wake_;
  Handle timer_;
  TimePoint armed_ = TimePoint::max();
  TimePoint now_ = std::chrono::steady_clock::now();
  std::chrono::system_clock::time_point wall_origin_ = std::chrono::system_clock::now();
  TimePoint clock_origin_ = now_;
  std::vector<Slot> slots_;
  std::vector<Passing> under_way_;                      // from SIM to SIM, of one event
  std::set<std::pair<TimePoint, std::size_t>> alarms_;  // one a slot that waits for something
  std::optional<ControlServer> control_;
  Record record_;
};

Result<std::unique_ptr<Rack::Impl>, std::string> Rack::Impl::open(RackOptions options) {
  std::unique_ptr<Impl> impl(new Impl(std::move(options)));
  const auto done = impl->set_up();
  if (!done) return unexpected(done.error());
  return impl;
}

Result<void, std::string> Rack::Impl::set_up() {
  if (options_.modems < 1 || options_.modems > most_modems) {
    return unexpected(fmt::format("{} modems: write 1 to {}", options_.modems, most_modems));
  }
  if (options_.storage < 1 || options_.storage > most_storage) {
    return unexpected(fmt::format("storage {}: write 1 to {}", options_.storage, most_storage));
  }
  if (options_.dir.empty()) return unexpected(std::string("no directory: name one for the links"));
  std::error_code problem;
  std::filesystem::create_directories(options_.dir, problem);
  if (problem) {
    return unexpected(fmt::format("cannot make {}: {}", options_.dir, problem.message()));
  }
  auto done = allow_files(2 * options_.modems + 128);
  if (!done) return done;

  epoll_ = Handle(::epoll_create1(EPOLL_CLOEXEC));
  wake_ = Handle(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  timer_ = Handle(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!epoll_ || !wake_ || !timer_) return unexpected(system_error("cannot wait for", "events"));
  for (const int fd : {wake_.get(), timer_.get()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<std::uint64_t>(fd);
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }
  // First, because it refuses a directory where another rack lives.
  auto control = ControlServer::listen(
      options_.control.empty() ? options_.dir + "/control" : options_.control, epoll_.get());
  if (!control) return unexpected(control.error());
  control_ = std::move(*control);
  if (!options_.record.empty()) {
    done = record_.open(options_.record);
    if (!done) return done;
  }
  slots_.reserve(options_.modems);
  for (unsigned index = 0; index < options_.modems; ++index) {
    add_slot(index);
    done = plug_in(index);
    if (!done) return done;
  }
  return {};
}

void Rack::Impl::add_slot(unsigned index) {
  ModemOptions modem;
  modem.latency = options_.latency;
  modem.jitter = options_.jitter;
  modem.report_delay = options_.report_delay;
  modem.boot = options_.boot;
  modem.imei = imei_of(index);
  modem.clock_origin = clock_origin_;
  modem.wall_origin = std::chrono::floor<std::chrono::seconds>(wall_origin_);
  std::string name = fmt::format("slot-{:02}", index + 1);
  std::string link = options_.dir + "/" + name;
  // Spread, so that neighbours with seeds 1 and 2 do not share their draws.
  const std::uint64_t seed = (options_.seed + index + 1) * 0x9E3779B97F4A7C15U;
  slots_.push_back({std::move(name), std::move(link),
                    Modem(std::move(modem), sim_of(index, options_.pin, options_.storage), seed)});
}

Rack::Impl::~Impl() {
  record_.flush();
  for (const Slot& slot : slots_) {
    if (slot.terminal) ::unlink(slot.link.c_str());
  }
  if (control_) ::unlink(control_->path().c_str());
}

Result<void, std::string> Rack::Impl::plug_in(std::size_t i) {
  auto terminal = open_terminal();
  if (!terminal) return unexpected(terminal.error());
  Slot& slot = slots_[i];
  slot.terminal = std::move(*terminal);
  slot.waits_for_room = false;
  watch(EPOLL_CTL_ADD, i, false);
  // Last: who sees the link finds a terminal that works.
  return point_link(slot.link, slot.terminal->path);
}

void Rack::Impl::watch(int operation, std::size_t i, bool room) {
  epoll_event event{};
  event.events = EPOLLIN | (room ? EPOLLOUT : 0U);
  event.data.u64 = modem_tag | i;
  ::epoll_ctl(epoll_.get(), operation, slots_[i].terminal->master.get(), &event);
}

Result<void, std::string> Rack::Impl::unplug(std::size_t i) {
  Slot& slot = slots_[i];
  ::unlink(slot.link.c_str());
  slot.modem.due(now_);
  slot.modem.power_off();
  slot.terminal.reset();  // closing the master hangs the host up, and leaves the epoll set
  return {};
}

Result<void, std::string> Rack::Impl::replug(std::size_t i) {
  auto done = plug_in(i);
  if (done) slots_[i].modem.restart(now_);
  return done;
}

void Rack::Impl::hear(std::size_t i) {
  Slot& slot = slots_[i];
  if (!slot.terminal) return;
  char buffer[read_size];
  const auto got = ::read(slot.terminal->master.get(), buffer, sizeof buffer);
  if (got > 0) slot.modem.receive({buffer, static_cast<std::size_t>(got)}, now_);
}

/// Carries out what a modem wants after anything happened to it.
void Rack::Impl::settle(std::size_t i) {
  Slot& slot = slots_[i];
  if (slot.modem.has_submissions()) {
    slot.modem.drain_submissions([&](const Submission& submission) {
      const auto at =
          wall_origin_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                             submission.at - clock_origin_);
      record_.add(slot.name, submission, at, now_);
      if (!options_.connected || !slot.modem.sim()) return;
      if (auto to = recipient_of(submission.pdu)) {
        under_way_.push_back({slot.modem.sim()->number, std::move(*to), submission.pdu});
      }
    });
    for (const Passing& one : std::exchange(under_way_, {})) pass_on(one);
  }
  if (!slot.waits_for_room) speak(i);
  const TimePoint next = slot.modem.deadline();
  if (next == slot.scheduled) return;
  if (slot.scheduled != TimePoint::max()) alarms_.erase({slot.scheduled, i});
  if (next != TimePoint::max()) alarms_.emplace(next, i);
  slot.scheduled = next;
}

/// To a SIM of this rack, wherever it is plugged; others are somewhere in the world.
void Rack::Impl::pass_on(const Passing& one) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& sim = slots_[i].modem.sim();
    if (!sim || sim->number != one.to) continue;
    if (slots_[i].modem.relay(one.from, one.submit, now_)) settle(i);
    return;
  }
}

void Rack::Impl::speak(std::size_t i) {
  Slot& slot = slots_[i];
  while (slot.terminal && !slot.modem.output().empty()) {
    const auto output = slot.modem.output();
    const auto written = ::write(slot.terminal->master.get(), output.data(), output.size());
    if (written > 0) {
      slot.modem.consume(static_cast<std::size_t>(written));
    } else if (written < 0 && errno == EINTR) {
      continue;
    } else {
      slot.waits_for_room = true;
      watch(EPOLL_CTL_MOD, i, true);
      return;
    }
  }
}

void Rack::Impl::settle_all() {
  for (std::size_t i = 0; i < slots_.size(); ++i) settle(i);
}

void Rack::Impl::do_due() {
  while (!alarms_.empty() && alarms_.begin()->first <= now_) {
    const std::size_t i = alarms_.begin()->second;
    slots_[i].modem.due(now_);
    settle(i);
  }
  if (record_.deadline() <= now_) record_.flush();
}

void Rack::Impl::arm_timer() {
  TimePoint next = record_.deadline();
  if (!alarms_.empty()) next = std::min(next, alarms_.begin()->first);
  // A timer that is armed too early wakes once for nothing, which is cheaper than arming it for
  // every message.
  if (armed_ <= next && armed_ > now_) return;
  armed_ = next;
  itimerspec when{};
  if (next != TimePoint::max()) {
    const auto since = std::max<nanoseconds>(next.time_since_epoch(), nanoseconds{1});
    when.it_value.tv_sec = since.count() / 1'000'000'000;
    when.it_value.tv_nsec = since.count() % 1'000'000'000;
  }
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

Result<void, std::string> Rack::Impl::run() {
  epoll_event events[events_a_round];
  for (;;) {
    arm_timer();
    const int count = ::epoll_wait(epoll_.get(), events, events_a_round, -1);
    if (count < 0 && errno != EINTR) return unexpected(system_error("cannot wait for", "events"));
    now_ = std::chrono::steady_clock::now();
    for (int k = 0; k < count; ++k) {
      const std::uint64_t tag = events[k].data.u64;
      if ((tag & modem_tag) != 0) {
        const std::size_t i = tag & ~modem_tag;
        if ((events[k].events & EPOLLOUT) != 0 && slots_[i].terminal) {
          slots_[i].waits_for_room = false;
          watch(EPOLL_CTL_MOD, i, false);
        }
        if ((events[k].events & EPOLLIN) != 0) hear(i);
        settle(i);
        continue;
      }
      const int fd = static_cast<int>(tag);
      if (fd == wake_.get()) {
        record_.flush();
        return {};
      }
      if (fd == timer_.get()) {
        std::uint64_t ticks = 0;
        if (::read(fd, &ticks, sizeof ticks) > 0) armed_ = TimePoint::max();
      } else if (control_->serve(fd, *this)) {
        settle_all();
      }
    }
    do_due();
  }
}

Rack::Rack(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rack::~Rack() = default;

Result<std::unique_ptr<Rack>, std::string> Rack::open(RackOptions options) {
  auto impl = Impl::open(std::move(options));
  if (!impl) return unexpected(impl.error());
  return std::unique_ptr<Rack>(new Rack(std::move(*impl)));
}

Result<void, std::string> Rack::run() {
  return impl_->run();
}
void Rack::stop() noexcept {
  impl_->stop();
}
const std::string& Rack::control_path() const noexcept {
  return impl_->control_path();
}

}  // namespace bank::modem::virt
