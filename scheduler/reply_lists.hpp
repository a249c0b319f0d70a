#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/auto_answers.hpp"
#include "scheduler/keywords.hpp"
#include "store/database.hpp"

namespace bank::scheduler {

/// What an operator edits about replies: the keywords that the program begins with, and answers
/// that go out by themselves. Rows beside the book: changes belong in a job of its writer. Each
/// call may throw store::DatabaseError.
class ReplyLists {
 public:
  static constexpr std::size_t most_edits = 5'000;     // of keywords
  static constexpr std::size_t longest_words = 100;    // octets, as written
  static constexpr std::size_t longest_language = 35;  // octets (RFC 5646 §4.4.1)
  static constexpr std::size_t longest_topic = 64;     // octets

  explicit ReplyLists(store::Database& database) : database_(database) {}

  struct KnownKeyword {
    Keyword keyword;
    bool is_first;  // the program begins with it, and nobody has changed it
  };
  /// Those in force, by language.
  [[nodiscard]] std::vector<KnownKeyword> known_keywords() const;
  [[nodiscard]] std::vector<Keyword> keywords() const;
  /// In the place of the same words for the same wish and language. False: there are too many.
  bool put(const Keyword& keyword);
  /// Those words for that wish; of one language, or of all. False: there were none.
  bool remove(std::string_view words, Wish wish, std::string_view language);

  /// By name.
  [[nodiscard]] std::vector<AutoAnswer> answers() const;
  /// In the place of the one of that name. False: there are too many.
  bool put(const AutoAnswer& answer);
  bool remove_answer(std::string_view name);

 private:
  store::Database& database_;
};

}  // namespace bank::scheduler
