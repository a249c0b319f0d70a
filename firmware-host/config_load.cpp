#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "firmware-host/config_reader.hpp"
#include "firmware-host/log.hpp"

namespace bank::host {
std::string ConfigProblem::sentence(std::string_view filename) const {
  const std::string place = line > 0 ? fmt::format("{}:{}", filename, line) : std::string(filename);
  return where.empty() ? fmt::format("{}: found {}; {}", place, found, remedy)
                       : fmt::format("{}: {}: found {}; {}", place, where, found, remedy);
}

std::string ConfigNotice::sentence(std::string_view filename) const {
  const std::string place = line > 0 ? fmt::format("{}:{}", filename, line) : std::string(filename);
  return fmt::format("{}: {}: {}", place, where, text);
}

namespace {

using Loaded = Result<Config, std::vector<ConfigProblem>>;

/// `for_all` says that everybody on this machine may read the file.
Loaded load(std::string_view text, std::string_view filename, bool for_all) {
  if (text.size() > longest_config) {
    return unexpected(
        std::vector<ConfigProblem>{{0, "", fmt::format("more than {} octets", longest_config),
                                    "write fewer; is this the right file?"}});
  }
  Findings findings;
  try {
    const toml::table root = toml::parse(text, filename);
    auto config =
        read_config(root, {std::filesystem::path(filename).parent_path(), for_all}, findings);
    if (!findings.clean()) return unexpected(std::move(findings).problems());
    config.notices = std::move(findings).notices();
    return config;
  } catch (const toml::parse_error& error) {
    return unexpected(std::vector<ConfigProblem>{
        {static_cast<int>(error.source().begin.line), "",
         fmt::format("what is not TOML ({})", log::escaped(error.description())),
         "write it as https://toml.io says; the rest is looked at once this is mended"}});
  }
}

}  // namespace

Loaded load_config(std::string_view text, std::string_view filename) {
  return load(text, filename, false);
}

Loaded load_config_file(const std::string& filename) {
  const auto unreadable = [&](std::string_view why) {
    return unexpected(
        std::vector<ConfigProblem>{{0, "", fmt::format("a file that cannot be read ({})", why),
                                    "write the path of a TOML file that this user may read"}});
  };
  struct stat about {};
  if (::stat(filename.c_str(), &about) != 0) {
    return unreadable(std::generic_category().message(errno));
  }
  if (S_ISDIR(about.st_mode)) return unreadable("it is a folder");
  std::ifstream file(filename, std::ios::binary);
  if (!file) return unreadable(std::generic_category().message(errno));
  std::string text;
  std::array<char, 64 * 1024> piece{};
  while (text.size() <= longest_config &&
         (file.read(piece.data(), piece.size()), file.gcount() > 0)) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  return load(text, filename, (about.st_mode & S_IROTH) != 0);
}

LimitsConfig over(const LimitsConfig& own, const LimitsConfig& general) {
  const auto first = [](const auto& mine, const auto& all) { return mine ? mine : all; };
  return {.per_minute = first(own.per_minute, general.per_minute),
          .per_hour = first(own.per_hour, general.per_hour),
          .per_day = first(own.per_day, general.per_day),
          .per_month = first(own.per_month, general.per_month),
          .min_interval = first(own.min_interval, general.min_interval)};
}

LimitsConfig limits_of(const Config& config, const SimConfig& sim) {
  return over(sim.limits, config.limits);
}

const BalanceConfig* balance_of(const Config& config, std::string_view iccid,
                                std::string_view operator_name) {
  const auto same = [](char a, char b) {
    const auto small = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return small(a) == small(b);
  };
  const auto found = std::find_if(
      config.balances.begin(), config.balances.end(), [&](const BalanceConfig& balance) {
        const auto& sims = balance.sims;
        if (std::find(sims.begin(), sims.end(), iccid) != sims.end()) return true;
        return !balance.operator_name.empty() &&
               std::equal(operator_name.begin(), operator_name.end(), balance.operator_name.begin(),
                          balance.operator_name.end(), same);
      });
  return found == config.balances.end() ? nullptr : &*found;
}

std::vector<std::string> countries_of(const Config& config) {
  if (!config.sending.countries.empty()) return config.sending.countries;
  return {config.region.country};
}

}  // namespace bank::host
