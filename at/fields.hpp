#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// The parameters of an information line (V.250 §5.7, TS 27.007 §4) as views into it: nothing here
/// is copied, and nothing lives longer than the line.
namespace bank::at {

inline constexpr std::size_t most_fields = 16;  // of one line; the rest is not looked at

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

[[nodiscard]] constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/// Without blanks, tabs and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Without quotes and the blanks inside them; either quote may be missing, as modems cut texts.
[[nodiscard]] std::string_view unquoted(std::string_view text);

[[nodiscard]] constexpr bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
}

/// What stands after the prefix ("+CSQ:"), trimmed; nullopt when the line has another.
[[nodiscard]] std::optional<std::string_view> after(std::string_view prefix, std::string_view line);

/// Up to `most_fields` fields, trimmed, with their quotes; empty beyond the end.
class Fields {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view operator[](std::size_t index) const {
    return index < size_ ? fields_[index] : std::string_view{};
  }
  [[nodiscard]] const std::string_view* begin() const { return fields_.data(); }
  [[nodiscard]] const std::string_view* end() const { return fields_.data() + size_; }

  void add(std::string_view field) {
    if (size_ < most_fields) fields_[size_++] = trimmed(field);
  }

 private:
  std::array<std::string_view, most_fields> fields_{};
  std::size_t size_ = 0;
};

/// Between the commas that stand outside quotes. At least one field, which may be empty.
[[nodiscard]] Fields fields_of(std::string_view text);

/// Between all commas, for lines whose quoted values hold none: a quote too few does not swallow
/// what follows.
[[nodiscard]] Fields plain_fields_of(std::string_view text);

/// A whole decimal number from 0 to `highest`, quoted or not, leading zeros included.
[[nodiscard]] std::optional<int> number_in(std::string_view field, int highest = 99999);

/// The same with a sign in front, from -`highest` to `highest`.
[[nodiscard]] std::optional<int> signed_number_in(std::string_view field, int highest = 99999);

/// A hexadecimal number of at most 16 digits, quoted or not; what stands after a blank inside is
/// not looked at ("0 5" is 0). Nullopt where one quote is missing, because it was cut.
[[nodiscard]] std::optional<std::uint64_t> hex_number_in(std::string_view field);

/// The parameters of a test answer, each a list: "(0-2),(1),3" are "0-2", "1" and "3", without
/// their brackets. One more bracket around all of them is passed over (Wavecom).
[[nodiscard]] Fields lists_of(std::string_view text);

inline constexpr int highest_listed = 255;
inline constexpr std::size_t most_listed = 64;

/// The numbers of one such list, in order: "0-2,4" are 0, 1, 2 and 4. What is no number or range
/// up to `highest_listed` is passed over, as is everything beyond `most_listed`.
[[nodiscard]] std::vector<int> numbers_of(std::string_view list);

/// The words of one such list (letters, digits, '-' and '_'), whatever quotes are missing.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view list);

}  // namespace bank::at
