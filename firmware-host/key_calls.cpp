#include "firmware-host/key_calls.hpp"

#include "firmware-host/clocks.hpp"

namespace bank::host {
namespace {

web::Unavailable why(const AdminAnswer& answer) {
  const auto* error = std::get_if<AdminError>(&answer);
  return {error != nullptr ? error->detail : "the program is stopping", std::chrono::seconds{5}};
}

scheduler::ApiKey key_of(const web::KeyWanted& wanted, scheduler::KeyId id) {
  return {.id = id,
          .name = wanted.name,
          .scopes = wanted.scopes,
          .classes = wanted.classes,
          .created_at = now().wall,
          .revoked_at = std::nullopt,
          .pools = wanted.pools,
          .sims = wanted.sims,
          .networks = wanted.networks,
          .limits = wanted.limits};
}

}  // namespace

std::vector<scheduler::ApiKey> KeyCalls::keys(scheduler::KeyId after, std::size_t limit) {
  return book_.read([&](scheduler::BookReader& reader) { return reader.keys(after, limit); });
}

void KeyCalls::create(web::KeyWanted wanted, std::string by,
                      web::Answered<std::variant<scheduler::ApiKey, web::KeyFlaw>> answered) {
  ask_(wanted, std::move(by), [wanted, answered = std::move(answered)](const AdminAnswer& answer) {
    if (const auto* made = std::get_if<KeyCreated>(&answer)) {
      return answered(key_of(wanted, made->id));
    }
    const auto* error = std::get_if<AdminError>(&answer);
    if (error != nullptr && error->flaw) return answered(*error->flaw);
    answered(unexpected(why(answer)));
  });
}

void KeyCalls::revoke(scheduler::KeyId id, std::string by, web::Answered<bool> answered) {
  ask_(KeyRevoke{id}, std::move(by), [answered = std::move(answered)](const AdminAnswer& answer) {
    if (const auto* revoked = std::get_if<KeyRevoked>(&answer)) return answered(revoked->known);
    answered(unexpected(why(answer)));
  });
}

}  // namespace bank::host
