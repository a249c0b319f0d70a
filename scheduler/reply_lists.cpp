#include "scheduler/reply_lists.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "scheduler/book_rows.hpp"
#include "scheduler/fold.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {
namespace {

using store::Row;
using store::Statement;

std::string lines_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

std::vector<std::string> lines_in(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

AutoAnswer::Match match_named(std::string_view name) {
  using enum AutoAnswer::Match;
  for (const auto match : {exact, prefix}) {
    if (name_of(match) == name) return match;
  }
  return any;
}

}  // namespace

std::vector<ReplyLists::KnownKeyword> ReplyLists::known_keywords() const {
  using Key = std::tuple<std::string, std::string, Wish>;  // language, folded words
  std::map<Key, KnownKeyword> known;
  for (auto& keyword : first_keywords()) {
    Key key{keyword.language, fold(keyword.words), keyword.wish};
    // A phrase that is a keyword, too, is looked for as both.
    if (keyword.is_phrase) std::get<1>(key) += '*';
    known.emplace(std::move(key), KnownKeyword{std::move(keyword), true});
  }
  Statement(database_,
            "SELECT language, words, wish, written, is_phrase, topic, removed FROM keyword_edit")
      .each([&](Row row) {
        const auto wish = wish_named(row.view(2));
        if (!wish) return;
        const Key key{row.text(0), row.text(1), *wish};
        const Key phrase{row.text(0), row.text(1) + '*', *wish};
        known.erase(key);
        known.erase(phrase);
        if (row.flag(6)) return;
        known.insert_or_assign(
            row.flag(4) ? phrase : key,
            KnownKeyword{{row.text(0), *wish, row.text(3), row.flag(4), row.text(5)}, false});
      });
  std::vector<KnownKeyword> list;
  list.reserve(known.size());
  for (auto& [key, keyword] : known) list.push_back(std::move(keyword));
  return list;
}

std::vector<Keyword> ReplyLists::keywords() const {
  std::vector<Keyword> keywords;
  for (auto& known : known_keywords()) keywords.push_back(std::move(known.keyword));
  return keywords;
}

bool ReplyLists::put(const Keyword& keyword) {
  if (database_.integer("SELECT count(*) FROM keyword_edit") >=
      static_cast<std::int64_t>(most_edits)) {
    return false;
  }
  Statement(database_,
            "INSERT OR REPLACE INTO keyword_edit (words, wish, language, written, is_phrase, "
            "topic, removed) VALUES (?, ?, ?, ?, ?, ?, 0)")
      .run(fold(keyword.words), name_of(keyword.wish), keyword.language, keyword.words,
           keyword.is_phrase, keyword.topic);
  return true;
}

bool ReplyLists::remove(std::string_view words, Wish wish, std::string_view language) {
  const std::string folded = fold(words);
  bool is_removed = false;
  for (const auto& [keyword, is_first] : known_keywords()) {
    if (keyword.wish != wish || fold(keyword.words) != folded) continue;
    if (!language.empty() && keyword.language != language) continue;
    is_removed = true;
    Statement(database_,
              "INSERT OR REPLACE INTO keyword_edit (words, wish, language, written, is_phrase, "
              "topic, removed) VALUES (?, ?, ?, ?, 0, '', 1)")
        .run(folded, name_of(wish), keyword.language, keyword.words);
  }
  // What the program does not begin with needs no note that it is gone.
  std::vector<std::string> first;
  for (const auto& keyword : first_keywords()) {
    if (keyword.wish == wish && fold(keyword.words) == folded) first.push_back(keyword.language);
  }
  std::vector<std::string> gone;
  Statement(database_,
            "SELECT language FROM keyword_edit WHERE words = ? AND wish = ? AND removed = 1")
      .each(
          [&](Row row) {
            auto of = row.text(0);
            if (std::find(first.begin(), first.end(), of) == first.end()) {
              gone.push_back(std::move(of));
            }
          },
          folded, name_of(wish));
  for (const auto& of : gone) {
    Statement(database_, "DELETE FROM keyword_edit WHERE words = ? AND wish = ? AND language = ?")
        .run(folded, name_of(wish), of);
  }
  return is_removed;
}

std::vector<AutoAnswer> ReplyLists::answers() const {
  std::vector<AutoAnswer> answers;
  Statement(database_,
            "SELECT name, place, enabled, match, keywords, sims, days, from_minute, to_minute, "
            "outside, text FROM auto_answer ORDER BY name")
      .each([&](Row row) {
        answers.push_back({.name = row.text(0),
                           .place = row.small(1),
                           .is_enabled = row.flag(2),
                           .match = match_named(row.view(3)),
                           .keywords = lines_in(row.view(4)),
                           .sims = rows::words_of(row.view(5)),
                           .days = static_cast<unsigned>(row.small(6)),
                           .from = row.small(7),
                           .to = row.small(8),
                           .outside = row.flag(9),
                           .text = row.text(10)});
      });
  return answers;
}

bool ReplyLists::put(const AutoAnswer& answer) {
  const bool is_known = Statement(database_, "SELECT 1 FROM auto_answer WHERE name = ?")
                            .first_row([](Row) {}, answer.name);
  const bool is_full = database_.integer("SELECT count(*) FROM auto_answer") >=
                       static_cast<std::int64_t>(AutoAnswer::most);
  if (!is_known && is_full) return false;
  Statement(database_,
            "INSERT OR REPLACE INTO auto_answer (name, place, enabled, match, keywords, sims, "
            "days, from_minute, to_minute, outside, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(answer.name, answer.place, answer.is_enabled, name_of(answer.match),
           lines_of(answer.keywords), rows::joined(answer.sims), answer.days, answer.from,
           answer.to, answer.outside, answer.text);
  return true;
}

bool ReplyLists::remove_answer(std::string_view name) {
  return Statement(database_, "DELETE FROM auto_answer WHERE name = ?").run(name) > 0;
}

}  // namespace bank::scheduler
