#pragma once

#include <optional>
#include <string>

#include "at/result.hpp"
#include "firmware-host/slot_map.hpp"

namespace bank::host {

/// Why a map's file could not be read.
struct SlotMapTrouble {
  int exit_code;       // exit_usage when the file is no map, exit_failed when it cannot be read
  std::string detail;  // one line for a person: what, where, and what to do
};

/// The map in a file, an empty one when there is no such file.
[[nodiscard]] Result<SlotMap, SlotMapTrouble> load_slot_map(const std::string& path);

/// Writes the file whole or not at all, for udev reads it whenever it changes. What went wrong, in
/// one line for a person; nothing when all is well.
[[nodiscard]] std::optional<std::string> save_slot_map(const std::string& path,
                                                       const std::string& text);

}  // namespace bank::host
