#include "modem/port_holder.hpp"

#include <fmt/format.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace bank::modem {
namespace {

namespace fs = std::filesystem;

std::string program_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/comm", pid));
  std::string name;
  std::getline(file, name);
  // A process chooses its name itself, and this one goes into logs.
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return name.empty() ? "unknown" : name;
}

std::optional<pid_t> number_in(std::string_view text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return std::nullopt;
  return pid;
}

/// A line of /proc/locks: "1: FLOCK  ADVISORY  WRITE 612 00:05:96 0 EOF" (proc(5)); the device is
/// that of the file system, in hexadecimal, the inode in decimal.
std::optional<pid_t> lock_holder(const struct stat& device) {
  const std::string wanted =
      fmt::format("{:02x}:{:02x}:{}", major(device.st_dev), minor(device.st_dev), device.st_ino);
  std::ifstream locks("/proc/locks");
  std::string number, type, mode, access, pid, place, rest;
  while (locks >> number >> type >> mode >> access >> pid >> place && std::getline(locks, rest)) {
    if (type == "FLOCK" && place == wanted) return number_in(pid);  // "-1": in another namespace
  }
  return std::nullopt;
}

bool has_open(const fs::path& process, const struct stat& device) {
  std::error_code error;
  for (fs::directory_iterator file(process / "fd", error), end; !error && file != end;
       file.increment(error)) {
    struct stat found {};
    if (::stat(file->path().c_str(), &found) != 0) continue;
    if (S_ISCHR(found.st_mode) && found.st_rdev == device.st_rdev &&
        found.st_dev == device.st_dev && found.st_ino == device.st_ino) {
      return true;
    }
  }
  return false;
}

std::optional<pid_t> opener(const struct stat& device) {
  std::optional<pid_t> self;
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    const auto pid = number_in(entry->path().filename().native());
    if (!pid || !has_open(entry->path(), device)) continue;
    if (*pid != ::getpid()) return pid;
    self = pid;  // perhaps only the attempt that failed
  }
  return self;
}

}  // namespace

std::optional<PortHolder> lock_holder_of(const struct stat& device) {
  const auto pid = lock_holder(device);
  return pid ? std::optional(PortHolder{*pid, program_of(*pid)}) : std::nullopt;
}

std::optional<PortHolder> holder_of(const struct stat& device) {
  auto pid = lock_holder(device);
  if (!pid) pid = opener(device);
  if (!pid) return std::nullopt;
  return PortHolder{*pid, program_of(*pid)};
}

}  // namespace bank::modem
