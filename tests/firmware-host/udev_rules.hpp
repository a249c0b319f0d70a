#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bank::host::test {

/// What udev does with a device after all rules.
struct Treated {
  std::map<std::string, std::string> properties;  // ENV
  std::map<std::string, std::string> written;     // ATTR{…}=
  std::vector<std::string> links;
  std::string group, mode;
};

/// As much of udev(7) as our rules use, which is all that it understands: a key or an operator that
/// it does not know is a failed test, and so is a GOTO without its LABEL.
class UdevRules {
 public:
  /// Adds the rules of a file; `name` is for complaints.
  void add(const std::string& name, std::string_view text);

  /// The device at `devpath` ("/devices/…") of this sysfs has been added.
  [[nodiscard]] Treated added(const std::filesystem::path& sys, const std::string& devpath,
                              const std::string& subsystem, const std::string& devtype = "") const;

  [[nodiscard]] std::size_t count() const { return rules_.size(); }

 private:
  struct Token {
    std::string key, of, op, value;  // ATTRS, idVendor, ==, 2c7c
  };
  using Rule = std::vector<Token>;
  struct Device;

  static Rule parse(std::string_view line);
  static bool holds(const Rule& rule, Device& device, std::filesystem::path& parent);
  static void perform(const Rule& rule, Device& device, const std::filesystem::path& parent);
  [[nodiscard]] std::size_t behind(const std::string& label, std::size_t from) const;

  std::vector<Rule> rules_;
};

}  // namespace bank::host::test
