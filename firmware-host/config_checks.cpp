#include "firmware-host/config_checks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unicode/strenum.h>
#include <unicode/timezone.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "firmware-host/config_section.hpp"
#include "firmware-host/descriptor.hpp"
#include "firmware-host/log.hpp"
#include "scheduler/number.hpp"

namespace bank::host {
namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_country(std::string_view code) {
  return scheduler::is_country(code);
}

bool is_timezone(const std::string& name) {
  const std::unique_ptr<icu::TimeZone> zone(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  return zone != nullptr && *zone != icu::TimeZone::getUnknown();
}

std::string nearest_timezone(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> zones(icu::TimeZone::createTimeZoneIDEnumeration(
      UCAL_ZONE_TYPE_CANONICAL, nullptr, nullptr, status));
  std::vector<std::string> names;
  if (U_FAILURE(status) != 0 || zones == nullptr) return {};
  for (const char* zone = zones->next(nullptr, status); zone != nullptr;
       zone = zones->next(nullptr, status)) {
    names.emplace_back(zone);
  }
  return nearest(name, names);
}

bool is_iccid(std::string_view text) {
  return text.size() >= 18 && text.size() <= 20 && all_digits(text);
}

bool is_international_number(std::string_view text) {
  return text.size() >= 8 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
         all_digits(text.substr(1));
}

bool is_pin(std::string_view text) {
  return text.size() >= 4 && text.size() <= 8 && all_digits(text);
}

Result<std::string, PinFileTrouble> read_pin_file(const std::string& path) {
  // O_NONBLOCK: a pipe of that name must not hang the start.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) {
    return unexpected(PinFileTrouble{
        fmt::format("{}, which cannot be read ({})", shown(path), reason_of(errno)),
        "write the path of a file that this user may read, holding the PIN and nothing else"});
  }
  struct stat about {};
  if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return unexpected(PinFileTrouble{shown(path) + ", which is not a plain file",
                                     "write the path of a file that holds the PIN"});
  }
  if ((about.st_mode & S_IRWXO) != 0) {
    return unexpected(
        PinFileTrouble{fmt::format("{}, which everybody on this machine may open (mode {:04o})",
                                   shown(path), about.st_mode & 07777U),
                       "run chmod o= on it, or write another file"});
  }
  std::array<char, 64> text{};
  const ssize_t got = ::read(file.get(), text.data(), text.size());
  std::string pin(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!pin.empty() && (pin.back() == '\n' || pin.back() == '\r' || pin.back() == ' ')) {
    pin.pop_back();
  }
  if (!is_pin(pin)) {
    return unexpected(PinFileTrouble{shown(path) + ", whose content is no PIN",
                                     "write 4 to 8 digits into that file and nothing else"});
  }
  return pin;
}

}  // namespace bank::host
