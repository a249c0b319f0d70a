#pragma once

#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace bank::store {

/// One program per database: an flock on `<database>.lock`, which holds the pid of its holder. The
/// kernel lets go of it when the process ends, however it ends; the file stays.
class Lock {
 public:
  struct Refused {
    int pid;             // of the holder; 0 when it is not known, or the file could not be made
    bool held;           // another program has it; else the file itself is the trouble
    std::string detail;  // what, where and what to do
  };

  [[nodiscard]] static tl::expected<Lock, Refused> take(const std::filesystem::path& database);
  [[nodiscard]] static std::filesystem::path path_for(const std::filesystem::path& database);

  Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Lock& operator=(Lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Lock();

 private:
  explicit Lock(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace bank::store
