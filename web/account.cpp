#include "web/account.hpp"

#include <algorithm>

#include "scheduler/outside_name.hpp"
#include "web/token.hpp"

namespace bank::web {

namespace {

constexpr std::string_view account_prefix = "user_";
constexpr std::string_view session_prefix = "sess_";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

template <class Id>
std::optional<Id> id_in(std::string_view prefix, std::string_view text) {
  const auto id = scheduler::inside_of(prefix, text);
  return id ? std::optional(Id{*id}) : std::nullopt;
}

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::admin: return "admin";
    case Role::operator_: return "operator";
    case Role::technician: return "technician";
    case Role::viewer: break;
  }
  return "viewer";
}

std::optional<Role> role_named(std::string_view name) {
  const auto found =
      std::find_if(roles.begin(), roles.end(), [&](Role role) { return name_of(role) == name; });
  return found == roles.end() ? std::nullopt : std::optional(*found);
}

std::string outside(AccountId id) {
  return scheduler::outside_with(account_prefix, static_cast<std::int64_t>(id));
}

std::optional<AccountId> account_id(std::string_view text) {
  return id_in<AccountId>(account_prefix, text);
}

std::string outside(SessionId id) {
  return scheduler::outside_with(session_prefix, static_cast<std::int64_t>(id));
}

std::optional<SessionId> session_id(std::string_view text) {
  return id_in<SessionId>(session_prefix, text);
}

bool is_account_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_account_name && is_letter_or_digit(text.front()) &&
         is_letter_or_digit(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-' || c == '@';
         });
}

std::string small_letters(std::string_view text) {
  std::string letters(text);
  for (char& c : letters) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return letters;
}

std::string csrf_token_of(std::string_view session_token) {
  return signature_of("csrf", session_token);
}

}  // namespace bank::web
