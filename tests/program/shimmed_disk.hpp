#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/program/harness.hpp"

namespace bank::program::test {

/// A disk that does what the test says: tests/program/shim/disk.cpp, loaded into the program.
class ShimmedDisk {
 public:
  /// For files that begin so.
  explicit ShimmedDisk(const Folder& folder, const std::string& files = "modembank.db")
      : files_(folder / files), control_(folder / "disk") {
    be("");
  }
  void be(const std::string& mood) const {
    const std::string next = control_ + ".next";
    std::ofstream(next) << mood;
    std::filesystem::rename(next, control_);
  }
  [[nodiscard]] std::vector<std::string> command() const {
    const char* const options = std::getenv("ASAN_OPTIONS");  // NOLINT(concurrency-mt-unsafe)
    return {"env", fmt::format("ASAN_OPTIONS={}:verify_asan_link_order=0", options ? options : ""),
            "MODEMBANK_DISK=" + files_, "MODEMBANK_DISK_CONTROL=" + control_,
            fmt::format("LD_PRELOAD={}", MODEMBANK_DISK_SHIM)};
  }

 private:
  std::string files_;
  std::string control_;
};

}  // namespace bank::program::test
