// The whole rack on a virtual clock, from a seed, with faults: what is promised is held against
// what was really so. MODEMBANK_SEEDS=N runs so many worlds from MODEMBANK_SEED on, MODEMBANK_LOG=1
// with the log, MODEMBANK_KEEP=1 tells where the database is, and leaves it there.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "tests/simulation/world.hpp"

namespace bank::simulation {
namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? otherwise : std::stoull(text);
}

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
  ~Folder() {
    if (number_of("MODEMBANK_KEEP", 0) == 0)
      std::filesystem::remove_all(path_);
    else
      std::cout << path_ << '\n';
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::vector<Breach> live(std::uint64_t seed) {
  const bool logs = number_of("MODEMBANK_LOG", 0) != 0;
  const Folder folder;
  World world(seed, folder.path(), logs ? World::Tells::all : World::Tells::nothing);
  auto breaches = world.live();
  std::cout << seed << ": " << world.story() << std::endl;
  return breaches;
}

}  // namespace

TEST_CASE("the promises are kept in every world", "[worlds]") {
  const auto first = number_of("MODEMBANK_SEED", 1);
  const auto seeds = number_of("MODEMBANK_SEEDS", 1);
  for (auto seed = first; seed < first + seeds; ++seed) {
    INFO("MODEMBANK_SEED=" << seed);
    for (const auto& [promise, what] : live(seed))
      FAIL_CHECK("promise " << promise << ": " << what);
  }
  SUCCEED("all kept");
}

TEST_CASE("a program that breaks this promise is found out", "[.broken]") {
  const auto broken = static_cast<int>(number_of("MODEMBANK_BROKEN", 0));
  const auto first = number_of("MODEMBANK_SEED", 1);
  bool is_found_out = false;
  constexpr std::uint64_t most_worlds = 40;
  for (auto seed = first; seed < first + most_worlds && !is_found_out; ++seed) {
    const auto breaches = live(seed);
    for (const auto& [promise, what] : breaches) std::cout << promise << ": " << what << '\n';
    is_found_out = std::any_of(breaches.begin(), breaches.end(),
                               [&](const Breach& breach) { return breach.promise == broken; });
  }
  CHECK(is_found_out);
}

}  // namespace bank::simulation
