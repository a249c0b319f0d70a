#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

/// What Unicode says about characters, asked of ICU. No other file here knows that library.
namespace bank::at {

/// The extended grapheme clusters of a text (UAX #29): what a reader takes for one character. They
/// are looked for only around the places that are asked about.
class Clusters {
 public:
  /// `utf8` is well-formed and outlives this.
  explicit Clusters(std::string_view utf8);
  ~Clusters();
  Clusters(const Clusters&) = delete;
  Clusters& operator=(const Clusters&) = delete;

  /// Whether a cluster lies on both sides of a place: the beginning of any character but the first.
  [[nodiscard]] bool cut_by(std::size_t place);

 private:
  struct Boundaries;
  std::string_view utf8_;
  std::unique_ptr<Boundaries> boundaries_{};
  std::size_t begin_ = 0;  // the cluster last found to be cut
  std::size_t end_ = 0;
};

/// Blanks of all widths and line ends (White_Space).
[[nodiscard]] bool is_blank(char32_t c);

/// Marks that stand on the letter before them (canonical combining class other than 0).
[[nodiscard]] bool is_mark(char32_t c);

[[nodiscard]] bool is_latin(char32_t c);

/// How a character differs from what its compatibility decomposition (UnicodeData.txt) writes in
/// its place. `none` where it has none, and for signs in circles: ① is no 1.
enum class Likeness { none, superscript, subscript, fraction, other };
[[nodiscard]] Likeness likeness_of(char32_t c);

/// Normalization forms (UAX #15). Empty where ICU fails.
[[nodiscard]] std::u32string nfc(std::u32string_view text);
[[nodiscard]] std::u32string nfd(std::u32string_view text);
[[nodiscard]] std::u32string nfkd(std::u32string_view text);

}  // namespace bank::at
