#pragma once

#include <optional>
#include <set>
#include <string>

#include "scheduler/book.hpp"
#include "web/key_door.hpp"

namespace bank::host {

/// What the configuration names: it may be meant before the book knows it.
struct Configured {
  std::set<std::string> pools;
  std::set<std::string> sims;  // ICCIDs
};

/// What is wrong with a key that is asked for, in itself; nothing: it can be made. For the command
/// line, the API, and whoever writes to the admin socket.
[[nodiscard]] std::optional<web::KeyFlaw> flaw_of(const web::KeyWanted& wanted);
/// What is wrong with it here: a pool that no SIM is in, a SIM that was never seen.
[[nodiscard]] std::optional<web::KeyFlaw> flaw_here(const web::KeyWanted& wanted,
                                                    const Configured& configured,
                                                    scheduler::BookReader& reader);

/// As the command line tells it: "--pool: write …".
[[nodiscard]] std::string sentence_of(const web::KeyFlaw& flaw);

}  // namespace bank::host
