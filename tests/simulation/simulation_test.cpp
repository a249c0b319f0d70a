// The whole rack on a virtual clock, from a seed, with faults: what is promised is held against
// what was really so. MODEMBANK_SEED=N runs that world alone, MODEMBANK_LOG=1 with the log.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "firmware-host/log.hpp"
#include "tests/simulation/world.hpp"

namespace bank::simulation {
namespace {

/// In memory where there is such a file system: what a crash leaves is what was committed, and the
/// disk's own slowness is simulated.
class Folder {
 public:
  Folder() {
    const std::filesystem::path shm = "/dev/shm";
    const auto base =
        std::filesystem::is_directory(shm) ? shm : std::filesystem::temp_directory_path();
    std::string name = (base / "modembank-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the simulation");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? otherwise : std::stoull(text);
}

void run(std::uint64_t seed, bool tells) {
  const Folder folder;
  World world(seed, folder.path());
  const auto breaches = world.live();
  if (tells) std::cout << seed << ": " << world.story() << '\n';
  INFO("MODEMBANK_SEED=" << seed << ": " << world.story());
  for (const auto& breach : breaches) FAIL_CHECK(breach);
  CHECK(breaches.empty());
}

}  // namespace

TEST_CASE("the promises are kept in every world") {
  using host::log::Level;
  host::log::open(number_of("MODEMBANK_LOG", 0) != 0 ? Level::debug : Level::none);
  const auto one = number_of("MODEMBANK_SEED", 0);
  if (one != 0) return run(one, true);
  for (const std::uint64_t seed : {3, 5, 9, 10, 12, 13}) run(seed, true);
}

}  // namespace bank::simulation
