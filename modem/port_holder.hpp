#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <optional>
#include <string>

namespace bank::modem {

struct PortHolder {
  pid_t pid;
  std::string program;  // as the kernel calls it, at most 15 octets; printable
};

/// Who has this device: the holder of the lock on it (flock), else a process that has it open
/// (another one rather than this one). Nothing when it cannot be seen: the files of other users'
/// processes are hidden from a plain user. Reads all of /proc: some milliseconds.
[[nodiscard]] std::optional<PortHolder> holder_of(const struct stat& device);

/// The holder of the lock alone: of a pseudo-terminal, which whoever made it has open, too.
[[nodiscard]] std::optional<PortHolder> lock_holder_of(const struct stat& device);

}  // namespace bank::modem
