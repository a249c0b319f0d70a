#include "firmware-host/slot_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "modem/at_port.hpp"

namespace bank::host {
namespace {

using modem::UsbModem;

constexpr std::string_view head =
    "# The places of this rack: one line for each, with the number printed on it.\n"
    "# Written by `modembank slots --write`, which keeps the numbers that stand here and adds new\n"
    "# places. Numbers may be changed by hand. What is done with them: 70-modembank.rules.\n"
    "# After a change: udevadm control --reload && udevadm trigger -c add -s usb -s tty\n";

// The kinds of lines: a slot for all lines of a device, or for one line of a chip with several; and
// what takes AT commands there, of one model: none of its lines, and then the one that does. An
// older map has that for whatever is there. `read_line` finds in them what was put in.
constexpr std::string_view of_device =
    R"(DEVPATH=="*/{c}/usb*/*-{p}|*/{c}/usb*/*-{p}:?.*/tty*", ENV{{MODEMBANK_SLOT}}="{s}")";
constexpr std::string_view of_line =
    R"(DEVPATH=="*/{c}/usb*/*-{p}|*/{c}/usb*/*-{p}:?.{l}/tty*", ENV{{MODEMBANK_SLOT}}="{s}")";
constexpr std::string_view of_part =
    R"(DEVPATH=="*/{c}/usb*/*-{p}:?.{l}/tty*", ATTRS{{port_number}}=="{n}", )"
    R"(ENV{{MODEMBANK_SLOT}}="{s}")";
constexpr std::string_view of_none =
    R"(DEVPATH=="*/{c}/usb*/*-{p}:?.*/tty*", ATTRS{{idVendor}}=="{v:04x}", )"
    R"(ATTRS{{idProduct}}=="{d:04x}", ENV{{MODEMBANK_AT}}="0")";
constexpr std::string_view of_at =
    R"(DEVPATH=="*/{c}/usb*/*-{p}:?.{l}/tty*", ATTRS{{idVendor}}=="{v:04x}", )"
    R"(ATTRS{{idProduct}}=="{d:04x}", ENV{{MODEMBANK_AT}}="1")";
constexpr std::string_view of_at_of_any =
    R"(DEVPATH=="*/{c}/usb*/*-{p}:?.{l}/tty*", ENV{{MODEMBANK_AT}}="1")";
/// What a test of its power has shown: nothing that a rule does, but it stands beside its slot.
constexpr std::string_view of_power =
    R"(DEVPATH=="*/{c}/usb*/*-{p}", ENV{{MODEMBANK_POWER}}="{w}")";
constexpr std::string_view not_by_model = R"(, ENV{MODEMBANK_AT}="0")";

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 3 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}
std::optional<int> number_in(std::string_view text) {
  int number = 0;
  if (!is_number(text)) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// No character that means something in a rule (fnmatch(3), quotes).
bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':' ||
           c == '.' || c == '_' || c == '-' || c == '@' || c == ',';
  });
}
bool is_chain(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string line_of(const RackSlot& slot) {
  const auto name = slot_name(slot.number);
  const auto form = [&](std::string_view pattern) {
    return fmt::format(fmt::runtime(pattern), fmt::arg("c", slot.controller),
                       fmt::arg("p", slot.chain), fmt::arg("l", slot.line.value_or(0)),
                       fmt::arg("n", slot.part.value_or(0)), fmt::arg("s", name));
  };
  if (slot.part) return form(of_part);
  if (slot.line) return form(of_line);
  return form(of_device) + std::string(slot.at_line && !slot.at_model ? not_by_model : "");
}
std::string at_note_of(const RackSlot& slot, std::string_view pattern) {
  const UsbId model = slot.at_model.value_or(UsbId{});
  return fmt::format(fmt::runtime(pattern), fmt::arg("c", slot.controller),
                     fmt::arg("p", slot.chain), fmt::arg("l", slot.at_line.value_or(0)),
                     fmt::arg("v", model.vid), fmt::arg("d", model.pid));
}
std::string at_line_of(const RackSlot& slot) {
  return at_note_of(slot, slot.at_model ? of_at : of_at_of_any);
}

std::string power_line_of(const RackSlot& slot) {
  return fmt::format(fmt::runtime(of_power), fmt::arg("c", slot.controller),
                     fmt::arg("p", slot.chain), fmt::arg("w", text_of(*slot.power)));
}

/// What stands between two texts; `text` is then what follows. Nothing when they are not there.
std::optional<std::string_view> between(std::string_view& text, std::string_view before,
                                        std::string_view after) {
  const auto start = text.find(before);
  if (start == std::string_view::npos) return std::nullopt;
  text.remove_prefix(start + before.size());
  const auto end = text.find(after);
  if (end == std::string_view::npos) return std::nullopt;
  const auto found = text.substr(0, end);
  text.remove_prefix(end);
  return found;
}

std::optional<std::uint16_t> id_in(std::optional<std::string_view> text) {
  std::uint16_t id = 0;
  if (!text || text->size() != 4) return std::nullopt;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), id, 16);
  return read.ptr == text->data() + text->size() ? std::optional(id) : std::nullopt;
}

/// Whose lines a line of the map is about; nothing where it does not say it.
std::optional<UsbId> model_in(std::string_view text) {
  const auto vid = id_in(between(text, "ATTRS{idVendor}==\"", "\""));
  const auto pid = id_in(between(text, "ATTRS{idProduct}==\"", "\""));
  return vid && pid ? std::optional(UsbId{*vid, *pid}) : std::nullopt;
}

struct Line {
  enum class Kind { slot, no_at, at, power };  // all but the first have no number
  RackSlot slot;
  Kind kind = Kind::slot;
  bool awaits_at = false;
};

/// Takes the values out of a line and makes the line of them again: only if that gives the same is
/// it one of ours.
std::optional<Line> read_line(std::string_view text) {
  Line line;
  RackSlot& slot = line.slot;
  std::string_view rest = text;
  const auto controller = between(rest, "DEVPATH==\"*/", "/usb*/*-");
  if (!controller || !is_plain_name(*controller)) return std::nullopt;
  slot.controller = *controller;
  rest.remove_prefix(std::string_view("/usb*/*-").size());
  slot.chain = rest.substr(0, rest.find_first_of("|:\""));
  if (!is_chain(slot.chain)) return std::nullopt;
  const auto interface = between(rest, ":?.", "/tty*\"");  // "*" for all lines: no number
  const auto of_one_line = interface ? number_in(*interface) : std::nullopt;
  if (const auto part = between(rest, "ATTRS{port_number}==\"", "\"")) {
    slot.part = number_in(*part);
  }
  std::string_view behind = rest;
  if (const auto power = between(behind, "ENV{MODEMBANK_POWER}=\"", "\"")) {
    line.kind = Line::Kind::power;
    slot.power = read_power_note(*power);
    return slot.power && power_line_of(slot) == text ? std::optional(line) : std::nullopt;
  }
  slot.at_model = model_in(rest);
  if (text.ends_with("ENV{MODEMBANK_AT}=\"1\"")) {
    line.kind = Line::Kind::at;
    slot.at_line = of_one_line;
    return of_one_line && at_line_of(slot) == text ? std::optional(line) : std::nullopt;
  }
  if (slot.at_model) {
    line.kind = Line::Kind::no_at;
    line.awaits_at = true;
    return at_note_of(slot, of_none) == text ? std::optional(line) : std::nullopt;
  }
  slot.line = of_one_line;
  const auto number = between(rest, "ENV{MODEMBANK_SLOT}=\"slot-", "\"");
  slot.number = number ? number_in(*number).value_or(0) : 0;
  if (!slot.line && text.ends_with(not_by_model)) {
    line.awaits_at = true;
    text.remove_suffix(not_by_model.size());
  }
  if (slot.number < 1 || line_of(slot) != text) return std::nullopt;
  return line;
}

auto place_of(const RackSlot& slot) {
  return std::tie(slot.controller, slot.chain, slot.line, slot.part);
}

/// The place of a modem, without a number.
RackSlot unnumbered(const UsbModem& modem) {
  RackSlot slot;
  slot.controller = modem.controller;
  slot.chain = modem.chain();
  if (modem.usb_path == modem.device || modem.ports.empty()) return slot;
  const auto& port = modem.ports.front();
  slot.line = port.interface;
  const auto bridge = modem::serial_bridge(modem.vid, modem.pid, port.driver);
  if (bridge && bridge->many_lines) slot.part = port.number;
  return slot;
}

bool has_line(const UsbModem& modem, int interface) {
  return std::any_of(modem.ports.begin(), modem.ports.end(),
                     [&](const modem::UsbPort& port) { return port.interface == interface; });
}

/// What a person has written stays, also about a known model, unless it is about another than what
/// is there now. Notes without a model were made for unknown ones alone.
void note_at_line(RackSlot& slot, const UsbModem& modem) {
  const UsbId model{modem.vid, modem.pid};
  const bool is_known = modem::at_port_known_by(modem) != modem::AtPortKnownBy::nobody;
  const bool is_meant = slot.at_model ? *slot.at_model == model : !is_known;
  if (!slot.at_line || !is_meant || !has_line(modem, *slot.at_line)) {
    slot.at_line.reset();
    const auto order = modem::at_port_order(modem);
    if (!is_known && !order.empty()) slot.at_line = modem.ports[order.front()].interface;
  }
  slot.at_model = slot.at_line ? std::optional(model) : std::nullopt;
}

RackSlot* find(SlotMap& map, const RackSlot& place) {
  const auto found = std::find_if(map.begin(), map.end(), [&](const RackSlot& slot) {
    return place_of(slot) == place_of(place);
  });
  return found != map.end() ? &*found : nullptr;
}

std::string name_of(const UsbModem& modem) {
  std::string name = fmt::format("{} {}", modem.manufacturer, modem.product);
  std::replace(name.begin(), name.end(), '\\', '?');  // at a line's end it would join the next
  return name;
}

}  // namespace

std::string slot_name(int number) {
  return fmt::format("slot-{:02}", number);
}

Result<SlotMap, SlotMapError> read_slot_map(std::string_view text) {
  SlotMap map;
  std::set<int> numbers;
  bool awaits_at = false;  // for the slot read last
  const auto refused = [](int line, std::string what) {
    return unexpected(SlotMapError{line, std::move(what)});
  };
  for (int count = 1; !text.empty(); ++count) {
    const auto end = text.find('\n');
    std::string_view row = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!row.empty() && (row.back() == ' ' || row.back() == '\r')) row.remove_suffix(1);
    if (row.empty() || row.front() == '#') continue;
    auto line = read_line(row);
    if (!line) {
      return refused(count, "is no line of a slot map; put rules of your own into another file");
    }
    const RackSlot& read = line->slot;
    if (line->kind == Line::Kind::power) {
      const bool is_of_last = !map.empty() && !map.back().power && !map.back().line &&
                              map.back().controller == read.controller &&
                              map.back().chain == read.chain;
      if (!is_of_last) {
        return refused(count, "tells the power of no slot; write it under its slot's line");
      }
      map.back().power = read.power;
      continue;
    }
    if (line->kind != Line::Kind::slot) {
      RackSlot* const slot = map.empty() ? nullptr : &map.back();
      const bool is_first = line->kind == Line::Kind::no_at;
      const bool is_next =
          slot != nullptr && awaits_at != is_first && !(is_first && (slot->line || slot->at_line));
      if (!is_next || slot->controller != read.controller || slot->chain != read.chain ||
          (!is_first && slot->at_model != read.at_model)) {
        return refused(count,
                       "tells the AT line of no slot; write it under its slot's line, behind the "
                       "one of the same model that ends in ENV{MODEMBANK_AT}=\"0\"");
      }
      slot->at_line = read.at_line;
      slot->at_model = read.at_model;
      awaits_at = line->awaits_at;
      continue;
    }
    if (!numbers.insert(read.number).second) {
      return refused(count,
                     fmt::format("{} stands there twice; give one of the two places another number",
                                 slot_name(read.number)));
    }
    if (find(map, read) != nullptr) {
      return refused(count, "is a place that has a slot already; take one out");
    }
    awaits_at = line->awaits_at;
    map.push_back(std::move(line->slot));
  }
  std::sort(map.begin(), map.end(),
            [](const RackSlot& a, const RackSlot& b) { return a.number < b.number; });
  return map;
}

Result<SlotMap, std::string> with_numbers(SlotMap map, const std::vector<UsbModem>& modems) {
  std::set<int> taken;
  for (const RackSlot& slot : map) taken.insert(slot.number);
  std::vector<std::pair<RackSlot, std::string>> seen;
  int next = 1;
  for (const UsbModem& modem : modems) {
    RackSlot place = unnumbered(modem);
    if (!is_plain_name(place.controller)) {
      return unexpected(
          fmt::format("{} hangs on a controller without a usable name ('{}'); plug "
                      "the modem in elsewhere",
                      modem.usb_path, place.controller));
    }
    for (const auto& [other, usb_path] : seen) {
      if (place_of(other) != place_of(place)) continue;
      return unexpected(fmt::format(
          "{} and {} are the same port number of one controller at two speeds, and no rule can "
          "tell them apart; plug one of them in elsewhere",
          usb_path, modem.usb_path));
    }
    seen.emplace_back(place, modem.usb_path);
    RackSlot* slot = find(map, place);
    if (slot == nullptr) {
      while (taken.contains(next)) ++next;
      if (next > highest_slot) {
        return unexpected(
            fmt::format("{} would be slot {}, and there are {} at most; take the "
                        "places that are gone out of the map",
                        modem.usb_path, next, highest_slot));
      }
      taken.insert(next);
      place.number = next;
      map.push_back(std::move(place));
      slot = &map.back();
    }
    note_at_line(*slot, modem);
  }
  std::sort(map.begin(), map.end(),
            [](const RackSlot& a, const RackSlot& b) { return a.number < b.number; });
  return map;
}

std::optional<int> slot_of(const SlotMap& map, const UsbModem& modem) {
  const RackSlot place = unnumbered(modem);
  for (const RackSlot& slot : map) {
    if (place_of(slot) == place_of(place)) return slot.number;
  }
  return std::nullopt;
}

std::optional<std::size_t> at_port_of(const SlotMap& map, const UsbModem& modem) {
  const RackSlot place = unnumbered(modem);
  const auto slot = std::find_if(map.begin(), map.end(), [&](const RackSlot& one) {
    return place_of(one) == place_of(place);
  });
  if (slot != map.end() && slot->at_line) {
    for (std::size_t i = 0; i < modem.ports.size(); ++i) {
      if (modem.ports[i].interface == *slot->at_line) return i;
    }
  }
  const auto order = modem::at_port_order(modem);
  return order.empty() ? std::nullopt : std::optional(order.front());
}

std::string text_of(const SlotMap& map, const std::vector<UsbModem>& modems) {
  std::string text(head);
  for (const RackSlot& slot : map) {
    const auto there = std::find_if(modems.begin(), modems.end(), [&](const UsbModem& modem) {
      return place_of(slot) == place_of(unnumbered(modem));
    });
    text +=
        there == modems.end()
            ? fmt::format("\n# {}: nothing there when this was written\n", slot_name(slot.number))
            : fmt::format("\n# {}: {:04x}:{:04x} {}\n", slot_name(slot.number), there->vid,
                          there->pid, name_of(*there));
    text += line_of(slot) + "\n";
    if (slot.power) text += power_line_of(slot) + "\n";
    if (!slot.at_line) continue;
    text +=
        "# Its model is not known: the first line is taken. If `modembank probe` gets no "
        "answer\n# there, write the number of another behind \":?.\".\n";
    if (slot.at_model) text += at_note_of(slot, of_none) + "\n";
    text += at_line_of(slot) + "\n";
  }
  return text;
}

}  // namespace bank::host
