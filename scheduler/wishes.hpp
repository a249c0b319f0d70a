#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/keywords.hpp"

namespace bank::scheduler {

/// Nobody is answered by the program more often than this: two machines that answer each other
/// would never end.
inline constexpr std::size_t most_answers = 5;
inline constexpr std::chrono::minutes answers_within{10};

/// What the book knows of somebody who wrote.
struct Writer {
  bool is_person;            // has a number that can be written to; a name has none
  bool was_invited = false;  // the last message to him by that SIM, of the last 30
                             // days, told him the keyword
  std::optional<std::string> suppressed_for{};    // the reason of the suppression that stands
  std::optional<std::string> suppressed_scope{};  // and its scope
  bool is_held = false;                           // it is one that waits for a person to look at it
  bool left_topic = false;  // he opted out of the topic of the text; of any, where it has none
  std::size_t answers = 0;  // automatic ones within `answers_within`
};

/// What is done about it at once, before any other rule.
struct Deed {
  enum class Kind : std::uint8_t {
    nothing,
    suppress,  // a suppression "opt_out" of the scope
    hold,      // the same of "promotional", and a person looks at it
    lift,      // his own opt-out ends
    help       // he is told who we are
  } kind = Kind::nothing;
  std::string scope{};   // "all", "promotional", "topic:…"
  bool answers = false;  // by the text for it

  friend bool operator==(const Deed&, const Deed&) = default;
};

/// A suppression of messages about one thing.
inline constexpr std::string_view topic_scope = "topic:";
[[nodiscard]] inline std::string scope_of_topic(std::string_view topic) {
  return std::string(topic_scope) + std::string(topic);
}

/// `scope`: of an opt-out, "all" or "promotional". An opt-out is done as often as it is written and
/// answered once; nothing but the person's own wish to return ends it, and that wish ends no block
/// of an operator, no erasure and no invalid number.
[[nodiscard]] Deed deed_for(const Reading& reading, const Writer& writer, std::string_view scope);

/// Whether a text of ours told that this keyword, folded, is one: it stands in it as a word, or
/// among letters of another script ("لغو11", "回复R").
[[nodiscard]] bool invites(std::string_view our_text, std::string_view keyword);

/// Of the languages that have the keyword, that of the number's country, else English, else the
/// first; where there is none the country's, else English.
[[nodiscard]] std::string_view language_for(const Reading& reading, std::string_view country);

/// What the program answers, in a language of `first_keywords`; another: in English. `when` is the
/// time as the person reads it.
[[nodiscard]] std::string answer_to_opt_out(std::string_view language, std::string_view scope,
                                            std::string_view when);
[[nodiscard]] std::string answer_to_opt_in(std::string_view language);

}  // namespace bank::scheduler
