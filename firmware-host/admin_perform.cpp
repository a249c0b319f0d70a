// What the admin socket can do to the book, and what it refuses.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "firmware-host/admin_socket.hpp"
#include "firmware-host/config_checks.hpp"

namespace bank::host {
namespace {

constexpr std::array<std::string_view, 3> scopes{"send", "read", "admin"};
constexpr std::array<std::string_view, 4> classes{"transactional", "promotional", "service", "otp"};

/// Nothing: some of the words there are, each once.
std::optional<std::string> flaw_of_words(std::string_view option,
                                         const std::vector<std::string>& words,
                                         std::span<const std::string_view> known) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (std::find(known.begin(), known.end(), *word) == known.end()) {
      return fmt::format("{}: not one of {}", option, fmt::join(known, ", "));
    }
    if (std::find(words.begin(), word, *word) != word) {
      return fmt::format("{}: {} stands there twice; write it once", option, *word);
    }
  }
  if (words.empty()) return fmt::format("{}: write one of {}", option, fmt::join(known, ", "));
  return std::nullopt;
}

std::optional<std::string> flaw_of_pools(const std::vector<std::string>& pools) {
  if (pools.size() > most_key_words) {
    return fmt::format("--pool: {} of them; write at most {}, or none for all pools", pools.size(),
                       most_key_words);
  }
  for (auto pool = pools.begin(); pool != pools.end(); ++pool) {
    if (!is_name(*pool)) {
      return "--pool: write 1 to 64 of letters, digits, '.', '_', '-', as pools of a [[sim]]";
    }
    if (std::find(pools.begin(), pool, *pool) != pool) {
      return fmt::format("--pool: {} stands there twice; write it once", *pool);
    }
  }
  return std::nullopt;
}

/// A pool that no SIM is in would make a key that can send nothing.
std::optional<std::string> unknown_pool(const std::vector<std::string>& wanted,
                                        std::set<std::string> known,
                                        scheduler::BookReader& reader) {
  if (wanted.empty()) return std::nullopt;
  known.insert("default");
  for (const auto& sim : reader.sims()) known.insert(sim.pools.begin(), sim.pools.end());
  for (const std::string& pool : wanted) {
    if (known.contains(pool)) continue;
    return fmt::format(
        "--pool: no SIM is in {}; write one of {}, or first name the pool in a [[sim]]", pool,
        fmt::join(known, ", "));
  }
  return std::nullopt;
}

AdminAnswer create(const KeyCreate& wanted, scheduler::Book& book, scheduler::BookReader& reader,
                   const std::set<std::string>& pools, scheduler::WallTime now) {
  if (auto flaw = flaw_of(wanted)) return AdminError{std::move(*flaw)};
  if (auto flaw = unknown_pool(wanted.pools, pools, reader)) return AdminError{std::move(*flaw)};
  return KeyCreated{
      book.create_key(wanted.name, wanted.scopes, wanted.classes, wanted.hash, now, wanted.pools)};
}

AdminAnswer release(const ReleaseSims& wanted, scheduler::Book& book) {
  auto sims = book.release_sims(wanted.sims);
  if (!sims) {
    return AdminError{
        "no SIM has one of these names, and none was released; GET /v1/sims lists "
        "those there are"};
  }
  const std::size_t count = sims->size();
  return SimsReleased{.sims = std::move(*sims), .count = count};
}

}  // namespace

std::optional<std::string> flaw_of(const KeyCreate& create) {
  if (create.name.empty() || !is_label(create.name)) {
    return "--name: write 1 to 128 octets on one line";
  }
  if (auto flaw = flaw_of_words("--scope", create.scopes, scopes)) return flaw;
  if (auto flaw = flaw_of_words("--class", create.classes, classes)) return flaw;
  return flaw_of_pools(create.pools);
}

AdminAnswer perform(const AdminRequest& request, scheduler::Book& book,
                    scheduler::BookReader& reader, const std::set<std::string>& pools,
                    scheduler::WallTime now) {
  if (const auto* wanted = std::get_if<KeyCreate>(&request)) {
    return create(*wanted, book, reader, pools, now);
  }
  if (std::holds_alternative<KeyList>(request)) return KeysListed{reader.keys()};
  if (const auto* revoke = std::get_if<KeyRevoke>(&request)) {
    return KeyRevoked{book.revoke_key(revoke->id, now)};
  }
  if (const auto* wanted = std::get_if<ReleaseSims>(&request)) return release(*wanted, book);
  return AdminError{"a backup is not made inside a transaction; please report this"};
}

}  // namespace bank::host
