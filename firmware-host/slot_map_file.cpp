#include "firmware-host/slot_map_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "firmware-host/commands.hpp"

namespace bank::host {

namespace fs = std::filesystem;

Result<SlotMap, SlotMapTrouble> load_slot_map(const std::string& path) {
  std::error_code error;
  const auto kind = fs::status(path, error).type();
  if (kind == fs::file_type::not_found) return SlotMap{};
  if (kind != fs::file_type::regular) {
    return unexpected(SlotMapTrouble{exit_usage, path +
                                                     ": is no file; write the map's name, such as "
                                                     "/etc/udev/rules.d/60-modembank-slots.rules"});
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(largest_slot_map + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return unexpected(SlotMapTrouble{exit_failed, path + ": cannot be read; run this as root"});
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > largest_slot_map) {
    return unexpected(SlotMapTrouble{
        exit_usage, fmt::format("{}: has more than {} octets and is no slot map; name another file",
                                path, largest_slot_map)});
  }
  auto map = read_slot_map(text);
  if (map) return std::move(*map);
  return unexpected(SlotMapTrouble{
      exit_usage, fmt::format("{}:{}: {}", path, map.error().line, map.error().what)});
}

std::optional<std::string> save_slot_map(const std::string& path, const std::string& text) {
  const std::string beside = fmt::format("{}.{}.new", path, ::getpid());  // no ".rules": not read
  std::error_code error;
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) error = std::error_code(errno, std::system_category());
  }
  if (!error) fs::permissions(beside, fs::perms{0644}, error);
  if (!error) fs::rename(beside, path, error);
  if (!error) return std::nullopt;
  std::error_code ignored;
  fs::remove(beside, ignored);
  return fmt::format("{}: cannot be written ({}); run this as root, or write elsewhere and move it",
                     path, error.message());
}

}  // namespace bank::host
