#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "at/result.hpp"

namespace bank::web {

/// Turns text in any of the encodings that spreadsheets write into UTF-8, as it comes.
///
/// Without a name the text is UTF-8, or UTF-16 when its first octets say so (byte order mark, or
/// zeros in every second octet). UTF-8 is passed on unchecked: whoever reads it knows the line.
class Charset {
 public:
  /// `name` as in the `charset` of a Content-Type; empty: not told.
  ///
  /// Errors  one line that names the encodings there are.
  [[nodiscard]] static Result<Charset, std::string> named(std::string_view name);
  Charset(Charset&&) noexcept;
  Charset& operator=(Charset&&) noexcept;
  ~Charset();

  /// Appends what these octets are to `text`.
  ///
  /// Errors  one line: which octet is not in that encoding, or which byte order mark contradicts
  /// it.
  [[nodiscard]] Result<void, std::string> decode(std::string_view octets, std::string& text);
  /// Nothing comes any more; appends what was held back until what follows was known.
  ///
  /// Errors  as `decode`, or one line: the text ends within a character.
  [[nodiscard]] Result<void, std::string> finish(std::string& text);
  /// Whether the name was not told and the text is taken for UTF-8.
  [[nodiscard]] bool is_guess() const;

 private:
  struct State;
  explicit Charset(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// "utf-8" of `text/csv; charset="utf-8"`, in small letters; empty when there is none.
[[nodiscard]] std::string charset_of(std::string_view content_type);

}  // namespace bank::web
