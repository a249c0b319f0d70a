// What is wrong with an API key that somebody wants.
#include "firmware-host/key_flaws.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "firmware-host/config_checks.hpp"
#include "web/address_range.hpp"

namespace bank::host {
namespace {

using web::KeyFlaw;
using Flaw = std::optional<KeyFlaw>;

constexpr std::array<std::string_view, 3> scopes{"send", "read", "admin"};
constexpr std::array<std::string_view, 4> classes{"transactional", "promotional", "service", "otp"};

Flaw flaw_of_repeated(const std::string& field, const std::vector<std::string>& words) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (std::find(words.begin(), word, *word) == word) continue;
    return KeyFlaw{field, fmt::format("{} stands there twice; write it once", *word)};
  }
  return std::nullopt;
}

/// Nothing: some of the words there are, each once.
Flaw flaw_of_words(const std::string& field, const std::vector<std::string>& words,
                   std::span<const std::string_view> known) {
  for (const std::string& word : words) {
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    return KeyFlaw{field, fmt::format("not one of {}", fmt::join(known, ", "))};
  }
  if (words.empty()) return KeyFlaw{field, fmt::format("write one of {}", fmt::join(known, ", "))};
  return flaw_of_repeated(field, words);
}

/// Of words that may be left out; `flaw_of_one` says what is wrong with one.
Flaw flaw_of_any(const std::string& field, std::string_view none_means,
                 const std::vector<std::string>& words,
                 std::optional<std::string> (*flaw_of_one)(const std::string&)) {
  if (words.size() > web::most_key_words) {
    return KeyFlaw{field, fmt::format("{} of them; write at most {}, or none for {}", words.size(),
                                      web::most_key_words, none_means)};
  }
  for (const std::string& word : words) {
    if (auto flaw = flaw_of_one(word)) return KeyFlaw{field, std::move(*flaw)};
  }
  return flaw_of_repeated(field, words);
}

std::optional<std::string> flaw_of_pool(const std::string& pool) {
  if (is_name(pool)) return std::nullopt;
  return "write 1 to 64 of letters, digits, '.', '_', '-', as pools of a SIM";
}

bool is_imsi(std::string_view text) {
  constexpr std::size_t shortest = 6, longest = 15;  // digits; TS 23.003 §2.2
  return text.size() >= shortest && text.size() <= longest &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::string> flaw_of_sim(const std::string& sim) {
  constexpr std::string_view by_imsi = "imsi:";
  const std::string_view name = sim;
  if (is_iccid(name) || (name.starts_with(by_imsi) && is_imsi(name.substr(by_imsi.size())))) {
    return std::nullopt;
  }
  return "write an ICCID of 18 to 20 digits, or imsi: and the IMSI, as GET /v1/sims has it";
}

std::optional<std::string> flaw_of_network(const std::string& network) {
  const auto range = web::AddressRange::read(network);
  return range ? std::nullopt : std::optional(range.error());
}

Flaw flaw_of_limits(const scheduler::KeyLimits& limits) {
  const std::pair<const char*, std::optional<std::int64_t>> all[] = {
      {"per_minute", limits.per_minute},
      {"per_hour", limits.per_hour},
      {"per_day", limits.per_day}};
  for (const auto& [field, limit] : all) {
    if (!limit || (*limit >= 1 && *limit <= web::most_key_limit)) continue;
    return KeyFlaw{field, fmt::format("write a number of messages from 1 to {}, or leave it out",
                                      web::most_key_limit)};
  }
  return std::nullopt;
}

/// A pool that no SIM is in would make a key that can send nothing.
Flaw unknown_pool(const std::vector<std::string>& wanted, std::set<std::string> known,
                  scheduler::BookReader& reader) {
  if (wanted.empty()) return std::nullopt;
  known.insert("default");
  for (const auto& sim : reader.sims()) known.insert(sim.pools.begin(), sim.pools.end());
  for (const std::string& pool : wanted) {
    if (known.contains(pool)) continue;
    return KeyFlaw{"pools", fmt::format("no SIM is in {}; write one of {}, or first put a SIM into "
                                        "that pool",
                                        pool, fmt::join(known, ", "))};
  }
  return std::nullopt;
}

/// The same of a SIM that was never seen here: a digit is soon mistyped.
Flaw unknown_sim(const std::vector<std::string>& wanted, const std::set<std::string>& known,
                 scheduler::BookReader& reader) {
  if (wanted.empty()) return std::nullopt;
  const auto sims = reader.sims();
  for (const std::string& name : wanted) {
    const bool is_seen = std::any_of(sims.begin(), sims.end(), [&](const auto& sim) {
      return sim.outside() == name || "imsi:" + sim.imsi == name;
    });
    if (is_seen || known.contains(name)) continue;
    return KeyFlaw{"sims",
                   fmt::format("{} was never seen here and stands in no [[sim]]; write one of GET "
                               "/v1/sims, or first plug it in",
                               name)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<KeyFlaw> flaw_of(const web::KeyWanted& wanted) {
  if (wanted.name.empty() || !is_label(wanted.name)) {
    return KeyFlaw{"name", "write 1 to 128 octets on one line"};
  }
  if (auto flaw = flaw_of_words("scopes", wanted.scopes, scopes)) return flaw;
  if (auto flaw = flaw_of_words("classes", wanted.classes, classes)) return flaw;
  if (auto flaw = flaw_of_any("pools", "all pools", wanted.pools, flaw_of_pool)) return flaw;
  if (auto flaw = flaw_of_any("sims", "all SIMs", wanted.sims, flaw_of_sim)) return flaw;
  if (auto flaw =
          flaw_of_any("networks", "use from everywhere", wanted.networks, flaw_of_network)) {
    return flaw;
  }
  return flaw_of_limits(wanted.limits);
}

std::optional<KeyFlaw> flaw_here(const web::KeyWanted& wanted, const Configured& configured,
                                 scheduler::BookReader& reader) {
  if (auto flaw = unknown_pool(wanted.pools, configured.pools, reader)) return flaw;
  return unknown_sim(wanted.sims, configured.sims, reader);
}

std::string sentence_of(const KeyFlaw& flaw) {
  std::string option = flaw.field;
  std::replace(option.begin(), option.end(), '_', '-');
  // A list is given word by word, by an option in the singular.
  if (option == "classes") option = "class";
  if (option.ends_with('s') && option != "class") option.pop_back();
  return fmt::format("--{}: {}", option, flaw.detail);
}

}  // namespace bank::host
