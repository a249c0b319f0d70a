#pragma once

#include "web/account.hpp"
#include "web/handlers.hpp"
#include "web/json_text.hpp"

namespace bank::web {

/// {"id","name","role","enabled","has_password","second_factor","created_at","created_by"}
void append_account(JsonText& json, const Account& account);

/// 409: there are as many as there may be.
[[nodiscard]] Response too_many_users();

/// The open sessions of one, newest first; which of them asks is marked.
[[nodiscard]] Response sessions_page(Exchange& exchange, AccountId account);
/// 204, or 404.
Answer close_session_of(Exchange& exchange, AccountId account, std::string_view id);

}  // namespace bank::web
