#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "at/result.hpp"
#include "scheduler/message.hpp"
#include "web/http.hpp"

namespace bank::web {

/// RFC 3986 §2.1; nothing when a percent sign is not followed by two hex digits. '+' stays '+':
/// numbers and time offsets begin with it, and nothing here holds a space.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// What stands after '?', checked against what the call knows: every name is known, none comes
/// twice, and all is well-formed.
class Query {
 public:
  /// Errors  the 400 to answer with.
  [[nodiscard]] static Result<Query, Response> read(std::string_view query,
                                                    std::initializer_list<std::string_view> known);
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

/// Which page of a list: `?limit=` and `?after=`.
struct Page {
  static constexpr std::size_t usual = 100;
  static constexpr std::size_t most = 1000;
  std::size_t limit = usual;
  std::optional<std::string> after;  // the key of the last item seen, out of the cursor
};

/// The key of an item in the list, out of the id by which the caller knows it; nothing: no id.
using KeyOfId = std::optional<std::string> (*)(std::string_view id);

/// `list` is a letter that names the list a cursor belongs to. With `key_of_id` the id of an item
/// stands for the cursor behind it.
///
/// Errors  the 400 to answer with.
[[nodiscard]] Result<Page, Response> read_page(const Query& query, char list,
                                               KeyOfId key_of_id = nullptr);

/// The last of a page that was seen, in a list in order of a number from 1.
///
/// Errors  the 400 to answer with.
[[nodiscard]] Result<std::optional<std::int64_t>, Response> number_after(const Page& page);

/// Opaque to the caller: base64url of version, list and key.
[[nodiscard]] std::string cursor(char list, std::string_view key);

/// A moment in the query; nothing when the parameter is not there.
///
/// Errors  the 400 to answer with.
[[nodiscard]] Result<std::optional<scheduler::WallTime>, Response> time_in(const Query& query,
                                                                           std::string_view name);

/// 400 about one parameter of the query.
[[nodiscard]] Response bad_query(std::string_view name, std::string_view detail);

}  // namespace bank::web
