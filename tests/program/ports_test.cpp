// A port that is no modem harms only itself, and its verdict says what to do about it.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;
using nlohmann::json;

/// A pseudo-terminal with no modem behind it: silent, or saying octets by chance whatever it is
/// told, with an OK now and then.
class Stranger {
 public:
  explicit Stranger(bool babbles)
      : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    REQUIRE(master_ >= 0);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    std::array<char, 64> name{};
    REQUIRE(::ptsname_r(master_, name.data(), name.size()) == 0);
    port_ = name.data();
    if (babbles) thread_ = std::thread([this] { babble(); });
  }
  ~Stranger() {
    ends_ = true;
    if (thread_.joinable()) thread_.join();
    ::close(master_);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  [[nodiscard]] const std::string& port() const { return port_; }

 private:
  void babble() const {
    std::mt19937 random(7);
    std::array<char, 4096> heard{};
    while (!ends_) {
      std::string octets;
      for (int i = 0; i < 40; ++i) octets += static_cast<char>(random() & 0xFFU);
      octets += random() % 4 == 0 ? "\r\nOK\r\n" : "\r\n";
      (void)!::read(master_, heard.data(), heard.size());
      (void)!::write(master_, octets.data(), octets.size());  // nobody reads: it is lost
      std::this_thread::sleep_for(20ms);
    }
  }

  int master_;
  std::string port_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

std::string configured(const std::string& name, const std::string& device) {
  return fmt::format("[[modem]]\nname = \"{}\"\ndevice = \"{}\"\n", name, device);
}

/// Waits for the verdict of a modem that is not well: "because / do_next".
std::string verdict_of(const Api& api, const std::string& name) {
  json modem;
  (void)holds_within(patience, [&] {
    modem = api.modem(name);
    return !modem.is_null() && modem.at("verdict").at("level") == "bad";
  });
  INFO(modem);
  REQUIRE_FALSE(modem.is_null());
  const json& verdict = modem.at("verdict");
  CHECK(verdict.at("level") == "bad");
  CHECK_FALSE(verdict.at("do_next").get<std::string>().empty());
  CHECK(modem.at("state") != "ready");
  return verdict.at("because").get<std::string>() + " / " +
         verdict.at("do_next").get<std::string>();
}

}  // namespace

TEST_CASE("ports that are missing, busy, not a tty or not a modem say so, and the others send",
          "[ports]") {
  const Folder folder;
  const Rack rack(folder, 3, {"--latency-ms", "20", "--report-delay-ms", "20"});
  const Stranger silent(false);
  const Stranger babbler(true);
  const std::string file = folder.write("file", "no tty");
  auto holder = std::make_unique<Child>(
      std::vector<std::string>{"flock", rack.port(3), "sleep", "600"}, folder / "holder");
  const auto config = write_config(
      folder,
      {.more = configured("missing", folder / "nothing") + configured("held", rack.port(3)) +
               configured("file", file) + configured("null", "/dev/null") +
               configured("silent", silent.port()) + configured("babbler", babbler.port())});
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));

  CHECK_THAT(verdict_of(api, "missing"),
             Contains(folder / "nothing") && Contains("plug the modem in"));
  CHECK(api.modem("missing").at("state") == "absent");
  CHECK_THAT(verdict_of(api, "held"), Contains(fmt::format("flock (pid {})", holder->pid())) &&
                                          Contains("stop that program"));
  CHECK_THAT(verdict_of(api, "file"), Contains(file) && Contains("not a serial line"));
  CHECK_THAT(verdict_of(api, "null"), Contains("/dev/null") && Contains("not a serial line"));
  CHECK_THAT(verdict_of(api, "silent"), Contains("does not answer") && Contains("AT port"));
  CHECK_THAT(verdict_of(api, "babbler"), Contains("does not answer") && Contains("AT port"));

  for (int i = 0; i < 20; ++i) {
    (void)api.post({{"to", fmt::format("+98912{:07}", i)}, {"text", "past the broken ones"}});
  }
  CHECK(api.wait_for_count("delivered", 20));
  CHECK(api.modem("slot-01").at("verdict").at("level") == "good");
  CHECK(api.modem("slot-02").at("verdict").at("level") == "good");

  // Its sleep holds the port too; flock ends with it.
  REQUIRE(run({"pkill", "-P", std::to_string(holder->pid())}, folder / "pkill").status == 0);
  holder.reset();
  CHECK(api.wait_until_ready({"held"}, 2 * patience));
}

}  // namespace bank::program::test
