// A modem's line at a port that fails: what is done for it, and when.
#include "modem/line.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace bank;
using namespace bank::modem;
using namespace std::chrono_literals;

namespace {

/// Time that moves from event to event.
class HandLoop final : public Loop {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void post(std::function<void()> what) override { events_.emplace(now_, std::move(what)); }
  void after(std::chrono::milliseconds pause, std::function<void()> what) override {
    events_.emplace(now_ + pause, std::move(what));
  }
  [[nodiscard]] std::unique_ptr<Timer> timer() override;

  void run_for(std::chrono::milliseconds time) {
    const TimePoint end = now_ + time;
    while (!events_.empty() && events_.begin()->first <= end) {
      auto event = events_.extract(events_.begin());
      now_ = std::max(now_, event.key());
      event.mapped()();
    }
    now_ = end;
  }

 private:
  TimePoint now_{24h};
  std::multimap<TimePoint, std::function<void()>> events_;
};

class HandTimer final : public Timer {
 public:
  explicit HandTimer(HandLoop& loop) : loop_(loop) {}
  void wait_until(TimePoint when, std::function<void()> then) override {
    awaited_ = std::make_shared<std::function<void()>>(std::move(then));
    const auto pause = std::max(when - loop_.now(), TimePoint::duration::zero());
    loop_.after(std::chrono::ceil<std::chrono::milliseconds>(pause),
                [weak = std::weak_ptr(awaited_)] {
                  if (const auto due = weak.lock()) (*due)();
                });
  }
  void cancel() override { awaited_.reset(); }

 private:
  HandLoop& loop_;
  std::shared_ptr<std::function<void()>> awaited_;
};

std::unique_ptr<Timer> HandLoop::timer() {
  return std::make_unique<HandTimer>(*this);
}

/// A port that opens or does not, with a modem behind it that never says a word.
struct DeafPorts final : Ports {
  struct DeafWire final : Wire {
    explicit DeafWire(std::string& written) : written_(written) {}
    void read(BytesHandler, LostHandler on_lost) override { lost = std::move(on_lost); }
    bool write(std::string_view octets) override {
      written_ += octets;
      return true;
    }
    const std::string& usb_path() const override { return place_; }
    LostHandler lost;
    std::string& written_;
    std::string place_ = "1-1.4";
  };

  explicit DeafPorts(HandLoop& loop) : loop_(loop) {}
  void open(const std::string& path, int, Opened opened) override {
    loop_.post([this, path, opened] {
      if (!opens) return opened(unexpected(std::string("it is held; stop the other program")));
      ++openings;
      at = path;
      opened(std::make_unique<DeafWire>(written));
    });
  }
  void watch(std::vector<std::string>, PortNews) override {}
  void silent(const std::string&) override {}
  void reset_usb(const std::string&, UsbReset,
                 std::function<void(Result<void, std::string>)> done) override {
    loop_.post([done] { done({}); });
  }

  HandLoop& loop_;
  bool opens = true;
  int openings = 0;
  std::string at;  // the port that was opened last
  std::string written;
};

struct Rig {
  HandLoop loop;
  DeafPorts ports{loop};
  bool storm = false;
  std::map<Rung, std::vector<TimePoint>> taken;
  Line line{
      loop,
      ports,
      "slot-01",
      "/dev/ttyUSB0",
      115200,
      {[](Line&, const Action&) {}, [](Line&) { return Means{}; },
       [this](Line&, Rung rung, const std::string&) {
         if (storm && rung == Rung::reset) return false;
         taken[rung].push_back(loop.now());
         return true;
       },
       [](Line&, Rung, const std::string&, const std::string&) {}, [](Line&) {}, [](Line&) {}}};

  [[nodiscard]] bool was_reset() const { return ports.written.find("+CFUN=1,1") != npos; }
  static constexpr auto npos = std::string::npos;
};

}  // namespace

TEST_CASE("a person's restart whose port cannot be opened at once is done once it can be") {
  Rig rig;
  rig.line.appeared("/dev/ttyUSB0");
  rig.loop.run_for(1s);
  REQUIRE(rig.ports.openings == 1);
  REQUIRE_FALSE(rig.was_reset());

  rig.ports.opens = false;
  rig.line.reset("a person has it started anew");
  rig.loop.run_for(5s);
  CHECK_FALSE(rig.was_reset());
  rig.ports.opens = true;
  rig.loop.run_for(10s);
  CHECK(rig.was_reset());
}

TEST_CASE("a reset is made once, not at each opening after it") {
  Rig rig;
  rig.line.appeared("/dev/ttyUSB0");
  rig.loop.run_for(1s);
  rig.line.reset("a person has it started anew");
  rig.loop.run_for(3s);
  REQUIRE(rig.was_reset());
  rig.ports.written.clear();
  rig.line.restart("it hung up");
  rig.loop.run_for(3s);
  CHECK_FALSE(rig.was_reset());
}

TEST_CASE("resets that were put off in a storm are still there when it is over") {
  Rig rig;
  rig.storm = true;
  rig.line.appeared("/dev/ttyUSB0");
  rig.loop.run_for(20min);
  CHECK(rig.taken[Rung::reset].empty());
  rig.storm = false;
  rig.loop.run_for(30min);
  CHECK(rig.taken[Rung::reset].size() ==
        Recovery::most_an_hour[static_cast<std::size_t>(Rung::reset)]);
}

TEST_CASE("a port that is held by another program costs no reset") {
  Rig rig;
  rig.ports.opens = false;
  rig.line.appeared("/dev/ttyUSB0");
  rig.loop.run_for(20min);
  CHECK(rig.taken[Rung::reset].empty());
  rig.ports.opens = true;
  rig.loop.run_for(35min);
  CHECK(rig.taken[Rung::reset].size() ==
        Recovery::most_an_hour[static_cast<std::size_t>(Rung::reset)]);
}

TEST_CASE("a port that becomes another one while it is opened is not the one in use") {
  Rig rig;
  rig.line.appeared("/dev/ttyUSB0");  // it is being opened now
  rig.line.vanished();
  rig.line.appeared("/dev/ttyUSB1");
  rig.loop.run_for(1s);
  CHECK(rig.line.path() == "/dev/ttyUSB1");
  CHECK(rig.ports.at == "/dev/ttyUSB1");
}
