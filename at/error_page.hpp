#pragma once

#include <string>

namespace bank::at {

/// docs/errors.md: every error code and TP-ST in the words of the tables, for whoever runs the
/// modems. Markdown.
[[nodiscard]] std::string error_page();

}  // namespace bank::at
