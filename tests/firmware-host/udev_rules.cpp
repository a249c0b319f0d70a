#include "tests/firmware-host/udev_rules.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

namespace bank::host::test {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> own_keys{"ACTION", "SUBSYSTEM", "DEVPATH", "ENV", "ATTR", "TEST"};
const std::set<std::string> parents_keys{"SUBSYSTEMS", "ATTRS", "DRIVERS", "KERNELS"};
const std::set<std::string> doing_keys{"ENV", "ATTR", "SYMLINK", "GROUP", "MODE", "GOTO", "LABEL"};

std::optional<std::string> attribute(const fs::path& folder, const std::string& name) {
  std::ifstream file(folder / name);
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  return text;
}

std::string subsystem_of(const fs::path& folder) {
  if (fs::exists(folder / "idVendor") || fs::exists(folder / "bInterfaceNumber")) return "usb";
  if (fs::exists(folder / "port_number")) return "usb-serial";
  return folder.parent_path().filename() == "tty" ? "tty" : "";
}

bool fits(const std::string& patterns, const std::string& value) {
  std::size_t from = 0;
  while (true) {
    const auto bar = patterns.find('|', from);
    const std::string one = patterns.substr(from, bar == std::string::npos ? bar : bar - from);
    if (::fnmatch(one.c_str(), value.c_str(), 0) == 0) return true;
    if (bar == std::string::npos) return false;
    from = bar + 1;
  }
}

bool is_match(const std::string& op) {
  return op == "==" || op == "!=";
}

}  // namespace

struct UdevRules::Device {
  fs::path sys;
  std::string devpath, subsystem;
  Treated treated;

  [[nodiscard]] fs::path folder() const { return sys / devpath.substr(1); }
  [[nodiscard]] std::string property(const std::string& name) const {
    const auto found = treated.properties.find(name);
    return found != treated.properties.end() ? found->second : "";
  }
  /// A value with $env{…} and $attr{…} put in.
  [[nodiscard]] std::string filled(std::string value, const fs::path& parent) const {
    for (const std::string what : {"$env{", "$attr{"}) {
      for (auto at = value.find(what); at != std::string::npos; at = value.find(what)) {
        const auto end = value.find('}', at);
        REQUIRE(end != std::string::npos);
        const std::string name = value.substr(at + what.size(), end - at - what.size());
        std::string found = what == "$env{" ? property(name) : "";
        if (what == "$attr{") {
          const auto own = attribute(folder(), name);
          found = own ? *own : attribute(parent, name).value_or("");
        }
        value.replace(at, end + 1 - at, found);
      }
    }
    CHECK(value.find('$') == std::string::npos);
    return value;
  }
};

UdevRules::Rule UdevRules::parse(std::string_view line) {
  Rule rule;
  while (!line.empty()) {
    Token token;
    const auto key = line.find_first_of("{=!+:");
    REQUIRE(key != std::string_view::npos);
    token.key = line.substr(0, key);
    line.remove_prefix(key);
    if (line.front() == '{') {
      const auto end = line.find('}');
      REQUIRE(end != std::string_view::npos);
      token.of = line.substr(1, end - 1);
      line.remove_prefix(end + 1);
    }
    const auto quote = line.find('"');
    REQUIRE(quote != std::string_view::npos);
    token.op = line.substr(0, quote);
    const auto end = line.find('"', quote + 1);
    REQUIRE(end != std::string_view::npos);
    token.value = line.substr(quote + 1, end - quote - 1);
    line.remove_prefix(end + 1);
    const bool matches = is_match(token.op);
    if (matches) {
      CHECK((own_keys.contains(token.key) || parents_keys.contains(token.key)));
    } else {
      CHECK((token.op == "=" || token.op == "+="));
      CHECK(doing_keys.contains(token.key));
    }
    rule.push_back(std::move(token));
    if (line.empty()) break;
    REQUIRE(line.substr(0, 2) == ", ");
    line.remove_prefix(2);
  }
  return rule;
}

void UdevRules::add(const std::string& name, std::string_view text) {
  const std::size_t first = rules_.size();
  while (!text.empty()) {
    const auto end = text.find('\n');
    REQUIRE(end != std::string_view::npos);  // udev wants the last line ended, too
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    INFO(name << ": " << line);
    CHECK(line.size() < 16384);  // what udev reads of a line
    CHECK_FALSE(line.ends_with('\\'));
    if (!line.empty() && line.front() != '#') rules_.push_back(parse(line));
  }
  for (std::size_t i = first; i < rules_.size(); ++i) {
    for (const Token& token : rules_[i]) {
      if (token.key == "GOTO") CHECK(behind(token.value, i) > i);
    }
  }
}

std::size_t UdevRules::behind(const std::string& label, std::size_t from) const {
  for (std::size_t i = from + 1; i < rules_.size(); ++i) {
    for (const Token& token : rules_[i]) {
      if (token.key == "LABEL" && token.value == label) return i + 1;
    }
  }
  FAIL("GOTO " << label << " leads nowhere");
  return from;
}

/// Whether all that a rule asks for is so. What it asks of parents must hold for one of them, the
/// device itself included; that one is `parent` then.
bool UdevRules::holds(const Rule& rule, Device& device, fs::path& parent) {
  const auto wanted = [](const Token& token, const std::string& value) {
    return fits(token.value, value) == (token.op == "==");
  };
  bool asks_parents = false;
  for (const Token& token : rule) {
    if (!is_match(token.op)) continue;
    bool so = true;
    if (token.key == "ACTION") so = wanted(token, "add");
    if (token.key == "SUBSYSTEM") so = wanted(token, device.subsystem);
    if (token.key == "DEVPATH") so = wanted(token, device.devpath);
    if (token.key == "ENV") so = wanted(token, device.property(token.of));
    if (token.key == "ATTR") so = wanted(token, attribute(device.folder(), token.of).value_or(""));
    if (token.key == "TEST") so = fs::exists(device.folder() / token.value) == (token.op == "==");
    if (!so) return false;
    asks_parents = asks_parents || parents_keys.contains(token.key);
  }
  if (!asks_parents) return true;
  for (parent = device.folder(); parent != device.sys; parent = parent.parent_path()) {
    const bool fitting = std::all_of(rule.begin(), rule.end(), [&](const Token& token) {
      if (token.key == "SUBSYSTEMS") return wanted(token, subsystem_of(parent));
      if (token.key == "KERNELS") return wanted(token, parent.filename().string());
      if (token.key == "DRIVERS") {
        std::error_code none;
        return wanted(token, fs::read_symlink(parent / "driver", none).filename().string());
      }
      if (token.key != "ATTRS") return true;
      const auto value = attribute(parent, token.of);
      return value && wanted(token, *value);
    });
    if (fitting) return true;
  }
  return false;
}

void UdevRules::perform(const Rule& rule, Device& device, const fs::path& parent) {
  for (const Token& token : rule) {
    if (is_match(token.op)) continue;
    const std::string value = device.filled(token.value, parent);
    if (token.key == "ENV") device.treated.properties[token.of] = value;
    if (token.key == "ATTR") device.treated.written[token.of] = value;
    if (token.key == "SYMLINK") device.treated.links.push_back(value);
    if (token.key == "GROUP") device.treated.group = value;
    if (token.key == "MODE") device.treated.mode = value;
  }
}

Treated UdevRules::added(const fs::path& sys, const std::string& devpath,
                         const std::string& subsystem, const std::string& devtype) const {
  Device device{sys, devpath, subsystem, {}};
  if (!devtype.empty()) device.treated.properties["DEVTYPE"] = devtype;
  REQUIRE(fs::is_directory(device.folder()));
  for (std::size_t i = 0; i < rules_.size();) {
    fs::path parent;
    std::size_t next = i + 1;
    if (holds(rules_[i], device, parent)) {
      perform(rules_[i], device, parent);
      for (const Token& token : rules_[i]) {
        if (token.key == "GOTO") next = behind(token.value, i);
      }
    }
    i = next;
  }
  return device.treated;
}

}  // namespace bank::host::test
