#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "web/door.hpp"
#include "web/json_text.hpp"

namespace bank::web {

/// "auto", "gsm7", "ucs2", "plain"
[[nodiscard]] std::string_view name_of(at::Encoding encoding);
[[nodiscard]] std::optional<at::Encoding> encoding_named(std::string_view name);

/// A message as the API gives it back. `submissions` only when it is read singly.
void append_message(JsonText& json, const scheduler::MessageView& message,
                    const std::optional<Hold>& hold,
                    const std::vector<scheduler::SubmissionView>* submissions = nullptr);

}  // namespace bank::web
