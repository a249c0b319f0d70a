#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bank::modem {

/// Makes lines of a dialogue fit for people's eyes: PINs and PUKs, PDUs and texts, USSD texts and
/// names are hidden, numbers are masked as in logs (`at::masked_number`), and what is no printable
/// character of ASCII is written as "\xff". In doubt it hides: a technician misses a word sooner
/// than a person their secret. One for each direction; lines come in order.
class DialogueMask {
 public:
  enum class Of { host, modem };  // whose lines

  /// Octets of a shown line, what is cut off included.
  static constexpr std::size_t longest_shown = 256;
  /// A text over several lines (of +CUSD, or of a message in text mode) is hidden to its end, which
  /// is found within so many octets: the longest, 160 characters, has 480 in UTF-8.
  static constexpr std::size_t longest_hidden = 512;

  explicit DialogueMask(Of whose) : whose_(whose) {}

  /// `line` is a whole one, without its end, which is `end`: <CR>, <LF>, or Ctrl-Z or ESC of the
  /// host's.
  [[nodiscard]] std::string shown(std::string_view line, char end);

 private:
  enum class Hides { nothing, quoted, payload };

  [[nodiscard]] std::string hidden_or_shown(std::string_view line, char end);
  [[nodiscard]] bool goes_on_hiding(std::string_view line, std::string_view read);
  void hide_what_follows(Hides what);

  Of whose_;
  Hides hides_ = Hides::nothing;
  std::size_t left_ = 0;  // octets that may still be hidden
};

}  // namespace bank::modem
