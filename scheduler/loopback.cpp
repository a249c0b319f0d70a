#include "scheduler/loopback.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "scheduler/outside_name.hpp"

namespace bank::scheduler {
namespace {

constexpr std::string_view text_begins = "modembank loop-back ";
constexpr std::size_t token_width = 13;

constexpr std::array states{
    std::pair{Loopback::State::open, std::string_view("open")},
    std::pair{Loopback::State::arrived, std::string_view("arrived")},
    std::pair{Loopback::State::not_sent, std::string_view("not_sent")},
    std::pair{Loopback::State::undelivered, std::string_view("undelivered")},
    std::pair{Loopback::State::missing, std::string_view("missing")}};

/// The finaliser of splitmix64: neighbours give numbers that have nothing in common.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

bool is_after(const std::optional<WallTime>& proof, WallTime when) {
  return proof && *proof > when;
}

}  // namespace

std::string_view name_of(Proof::By by) {
  switch (by) {
    case Proof::By::sent: return "sent";
    case Proof::By::delivered: return "delivered";
    case Proof::By::loopback: return "loopback";
  }
  return {};
}

std::string_view name_of(Loopback::State state) {
  const auto* const found = std::ranges::find(states, state, &decltype(states)::value_type::first);
  return found == states.end() ? std::string_view{} : found->second;
}

std::optional<Loopback::State> loopback_state_named(std::string_view name) {
  const auto* const found = std::ranges::find(states, name, &decltype(states)::value_type::second);
  return found == states.end() ? std::nullopt : std::optional(found->first);
}

void Proofs::add(const Proof& proof) {
  auto& of_kind = proof.by == Proof::By::sent        ? sent
                  : proof.by == Proof::By::delivered ? delivered
                                                     : loopback;
  of_kind = std::max(of_kind, std::optional(proof.at));
}

std::optional<Proof> Proofs::last() const {
  std::optional<Proof> found;
  const auto see = [&](const std::optional<WallTime>& at, Proof::By by) {
    if (at && (!found || *at >= found->at)) found = Proof{*at, by};
  };
  see(sent, Proof::By::sent);
  see(delivered, Proof::By::delivered);
  see(loopback, Proof::By::loopback);
  return found;
}

std::string loopback_token(SimId sim, WallTime at) {
  constexpr auto golden = 0x9E3779B97F4A7C15;
  const auto seed = static_cast<std::uint64_t>(sim) * golden +
                    static_cast<std::uint64_t>(at.time_since_epoch().count());
  return outside_with({}, static_cast<std::int64_t>(mixed(seed)));
}

std::string loopback_text(std::string_view token) {
  return std::string(text_begins) + std::string(token);
}

std::optional<std::string_view> loopback_token_in(std::string_view text) {
  if (text.size() != text_begins.size() + token_width || !text.starts_with(text_begins)) {
    return std::nullopt;
  }
  return text.substr(text_begins.size());
}

Loopback::State fate_of(MessageState message, WallTime since, WallTime now) {
  using State = Loopback::State;
  switch (message) {
    case MessageState::queued:
    case MessageState::sending: return State::open;
    case MessageState::failed:
    case MessageState::expired:
    case MessageState::cancelled:
    case MessageState::suppressed: return State::not_sent;
    case MessageState::undelivered: return State::undelivered;
    case MessageState::sent:
    case MessageState::delivered:
    case MessageState::uncertain: break;
  }
  return now >= since + loopback_patience ? State::missing : State::open;
}

bool is_in_force(const Loopback& loopback, const Proofs& proofs) {
  const bool arrives_since =
      is_after(proofs.delivered, loopback.asked_at) || is_after(proofs.loopback, loopback.asked_at);
  switch (loopback.state) {
    case Loopback::State::open:
    case Loopback::State::arrived: return false;
    case Loopback::State::not_sent:
      return !arrives_since && !is_after(proofs.sent, loopback.asked_at);
    case Loopback::State::undelivered:
    case Loopback::State::missing: return !arrives_since;
  }
  return false;
}

bool loopback_is_due(const SimActivity& activity, const Proofs& proofs,
                     const std::optional<Loopback>& last, std::chrono::milliseconds every,
                     WallTime now) {
  if (activity.is_in_flight || (activity.asked && activity.asked->is_open)) return false;
  if (last && last->state == Loopback::State::open) return false;
  if (activity.last_use && now < *activity.last_use + work_rests) return false;
  WallTime since = activity.known_since;
  if (const auto proof = proofs.last()) since = std::max(since, proof->at);
  if (last) since = std::max(since, last->asked_at);
  return now >= since + every;
}

}  // namespace bank::scheduler
