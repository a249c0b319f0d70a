#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"
#include "firmware-host/power_note.hpp"
#include "modem/usb.hpp"

namespace bank::host {

/// A model, as its USB device tells it.
struct UsbId {
  std::uint16_t vid = 0;
  std::uint16_t pid = 0;

  friend bool operator==(const UsbId&, const UsbId&) = default;
};

/// A place of the rack that has a number. It is told by what does not change over a restart: the
/// controller and the port at each hub on the way; buses are numbered as they come.
struct RackSlot {
  int number = 0;              // 1 to highest_slot: /dev/modembank/slot-07
  std::string controller;      // "0000:00:14.0"
  std::string chain;           // "1.4.2"
  std::optional<int> line;     // interface of a chip with several serial lines; else all are meant
  std::optional<int> part;     // … and which of several on that interface
  std::optional<int> at_line;  // interface for AT commands, where udev's rules do not know it
  /// Whose line that is. An older map does not say it: see `with_numbers`.
  std::optional<UsbId> at_model;
  std::optional<PowerNote>
      power;  // whether its port of the hub switches the power; nothing: untried

  friend bool operator==(const RackSlot&, const RackSlot&) = default;
};
using SlotMap = std::vector<RackSlot>;  // by number

inline constexpr int highest_slot = 999;
inline constexpr std::size_t largest_slot_map = 1U << 20U;  // octets of its file

/// Where a text is not a map of slots.
struct SlotMapError {
  int line;          // from 1
  std::string what;  // and what to do
};

/// Reads the rules file that `text_of` wrote. Comments and empty lines may be added; anything else
/// is refused, so that nothing that a person wrote is lost when it is written again.
[[nodiscard]] Result<SlotMap, SlotMapError> read_slot_map(std::string_view text);

/// The map with a number for each of these modems: what has one keeps it, the others get the lowest
/// free ones in the order of the bus. For a model whose line for AT commands is not known, the
/// first that is to be tried is noted. A note about another model than what is there now goes; one
/// that tells no model is taken for what is there, if that is of no known model and has such a
/// line. Error: one line for a person, when a place cannot be told from another, has a name that no
/// rule can hold, or there are more than highest_slot.
[[nodiscard]] Result<SlotMap, std::string> with_numbers(SlotMap map,
                                                        const std::vector<modem::UsbModem>& modems);

/// The slot of a modem; nothing when it has none.
[[nodiscard]] std::optional<int> slot_of(const SlotMap& map, const modem::UsbModem& modem);

/// Index of the port that takes AT commands at a modem of the rack: as the map has it noted, else
/// as it is known, else the first to be tried. Nothing when none may be written to.
[[nodiscard]] std::optional<std::size_t> at_port_of(const SlotMap& map,
                                                    const modem::UsbModem& modem);

/// "slot-07"
[[nodiscard]] std::string slot_name(int number);

/// The map as rules for udev, a line a slot, with what is plugged in there now as a comment.
[[nodiscard]] std::string text_of(const SlotMap& map, const std::vector<modem::UsbModem>& modems);

}  // namespace bank::host
