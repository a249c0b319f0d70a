#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "modem/port_set.hpp"
#include "modem/port_watch.hpp"
#include "tests/pty/pty_pair.hpp"

using bank::modem::PortWatch;
using bank::test::Folder;
using bank::test::PtyPair;
using bank::test::run_until;
using Events = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

struct Watched {
  boost::asio::io_context io;
  Events events;
  PortWatch watch;

  explicit Watched(std::vector<std::string> paths)
      : watch(io, std::move(paths),
              {.appeared = [this](const bank::modem::PortFound& found) { note("+", found.path); },
               .gone = [this](const std::string& path) { note("-", path); },
               .trouble = [this](const std::string& what) { note("!", what); }}) {
    watch.start();
    CHECK(events.empty());  // never from within the call
  }
  void note(const char* mark, const std::string& path) {
    events.push_back(mark + fs::path(path).filename().string());
  }
  bool saw(const Events& expected) {
    const bool seen = run_until(io, [&] { return events.size() >= expected.size(); });
    CHECK(events == expected);
    events.clear();
    return seen;
  }
};

}  // namespace

TEST_CASE("what is there at the start appears, in order") {
  const Folder folder;
  const PtyPair one, two;
  fs::create_symlink(two.slave(), folder / "slot-02");
  fs::create_symlink(one.slave(), folder / "slot-01");
  Watched watched({(folder / "slot-*").string()});
  CHECK(watched.saw({"+slot-01", "+slot-02"}));
}

TEST_CASE("a port that comes, moves to another device and goes is told each time") {
  const Folder folder;
  const PtyPair one, two;
  Watched watched({(folder / "*").string()});
  fs::create_symlink(one.slave(), folder / "slot-01");
  CHECK(watched.saw({"+slot-01"}));
  fs::create_symlink(two.slave(), folder / ".new");  // as udev does it: a new link, then a rename
  fs::rename(folder / ".new", folder / "slot-01");
  CHECK(watched.saw({"-slot-01", "+slot-01"}));
  fs::remove(folder / "slot-01");
  CHECK(watched.saw({"-slot-01"}));
}

TEST_CASE("a link renewed to the same device is no event") {
  const Folder folder;
  const PtyPair one, two;
  fs::create_symlink(one.slave(), folder / "slot-01");
  Watched watched({(folder / "*").string()});
  CHECK(watched.saw({"+slot-01"}));
  fs::create_symlink(one.slave(), folder / ".new");
  fs::rename(folder / ".new", folder / "slot-01");
  fs::create_symlink(two.slave(), folder / "slot-02");
  CHECK(watched.saw({"+slot-02"}));
}

TEST_CASE("a directory that does not exist yet is waited for, and again after it was removed") {
  const Folder folder;
  const PtyPair pty;
  const fs::path rack = folder / "dev" / "modembank";
  Watched watched({(rack / "*").string()});
  run_until(watched.io, [i = 0]() mutable { return ++i > 5; });
  for (int round = 0; round < 2; ++round) {
    fs::create_directories(rack);
    fs::create_symlink(pty.slave(), rack / "slot-01");
    CHECK(watched.saw({"+slot-01"}));
    fs::remove_all(folder / "dev");
    CHECK(watched.saw({"-slot-01"}));
  }
}

TEST_CASE("a fixed device that a pattern finds too is one port") {
  const Folder folder;
  const PtyPair pty, other;
  fs::create_symlink(pty.slave(), folder / "slot-01");
  Watched watched({(folder / "*").string(), (folder / "slot-01").string()});
  CHECK(watched.saw({"+slot-01"}));
  fs::create_symlink(other.slave(), folder / "slot-02");
  CHECK(watched.saw({"+slot-02"}));
}

TEST_CASE("a link that leads nowhere is not there, and a directory is no port") {
  const Folder folder;
  const PtyPair pty;
  fs::create_directory(folder / "below");
  fs::create_symlink(folder / "nowhere", folder / "slot-01");
  fs::create_symlink(pty.slave(), folder / "slot-02");
  Watched watched({(folder / "*").string()});
  CHECK(watched.saw({"+slot-02"}));
}

TEST_CASE("more ports than a rack may have are left out and said once") {
  const Folder folder;
  for (std::size_t i = 0; i < PortWatch::most_ports + 2; ++i) {
    std::ofstream(folder / fmt::format("p{:04}", i)) << "";
  }
  Watched watched({(folder / "p*").string()});
  CHECK(run_until(watched.io, [&] { return watched.events.size() > PortWatch::most_ports; }));
  fs::remove(folder / "p0000");
  CHECK(run_until(watched.io, [&] { return watched.events.size() > PortWatch::most_ports + 2; }));
  const auto troubles = std::count_if(watched.events.begin(), watched.events.end(),
                                      [](const std::string& e) { return e.starts_with('!'); });
  CHECK(troubles == 1);
  CHECK(std::count(watched.events.begin(), watched.events.end(), "-p0000") == 1);
  CHECK(std::count(watched.events.begin(), watched.events.end(), "+p1024") == 1);
}

TEST_CASE("nothing is told after the watch was stopped, also from within its own callback") {
  const Folder folder;
  const PtyPair one, two;
  fs::create_symlink(one.slave(), folder / "slot-01");
  fs::create_symlink(two.slave(), folder / "slot-02");
  boost::asio::io_context io;
  int told = 0;
  std::optional<PortWatch> watch;
  watch.emplace(io, std::vector{(folder / "*").string()},
                PortWatch::Handlers{.appeared =
                                        [&](const bank::modem::PortFound&) {
                                          ++told;
                                          watch.reset();
                                        },
                                    .gone = [&](const std::string&) { ++told; },
                                    .trouble = {}});
  watch->start();
  io.run_for(std::chrono::milliseconds(200));
  CHECK(told == 1);
}
