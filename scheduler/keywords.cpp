#include "scheduler/keywords.hpp"

#include <algorithm>
#include <array>

#include "scheduler/fold.hpp"

namespace bank::scheduler {
namespace {

constexpr std::size_t most_words = 5;         // of a text that only begins with a keyword
constexpr std::size_t longest_unspaced = 30;  // octets of the same, in a script without spaces

constexpr std::pair<Wish, std::string_view> wishes[] = {{Wish::opt_out, "opt_out"},
                                                        {Wish::opt_in, "opt_in"},
                                                        {Wish::help, "help"},
                                                        {Wish::command, "command"}};

/// One letter or up to two digits: people write them for many reasons.
bool needs_invitation(std::string_view keyword) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_number = std::all_of(keyword.begin(), keyword.end(), is_digit);
  return keyword.size() == 1 || (is_number && keyword.size() <= 2);
}

bool has_words(std::string_view folded, std::string_view words) {
  if (is_unspaced(words)) return folded.find(words) != std::string_view::npos;
  const std::string all = ' ' + std::string(folded) + ' ';
  return all.find(' ' + std::string(words) + ' ') != std::string::npos;
}

/// A text of such signs and nothing that could be read.
bool is_stop_sign(std::string_view text) {
  constexpr std::array<std::string_view, 4> signs = {"🛑", "🚫", "⛔", "✋"};
  return std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) {
    return text.find(sign) != std::string_view::npos;
  });
}

void add(std::vector<std::string>& languages, const std::string& language) {
  const bool is_known = std::find(languages.begin(), languages.end(), language) != languages.end();
  if (!is_known) languages.push_back(language);
}

}  // namespace

std::string_view name_of(Wish wish) {
  for (const auto& [known, name] : wishes) {
    if (known == wish) return name;
  }
  return "";
}

std::optional<Wish> wish_named(std::string_view name) {
  for (const auto& [wish, known] : wishes) {
    if (known == name) return wish;
  }
  return std::nullopt;
}

Keywords::Keywords(std::span<const Keyword> keywords) {
  for (const auto& keyword : keywords) {
    const std::string words = fold(keyword.words);
    if (words.empty()) continue;
    if (keyword.is_phrase || keyword.wish == Wish::command) {
      auto& list = keyword.is_phrase ? phrases_ : commands_;
      list.emplace_back(words, Known{keyword.wish, {keyword.language}, keyword.topic});
      continue;
    }
    longest_ = std::max(longest_, words.size());
    for (const auto& form : {words, without_spaces(words)}) {
      const auto [place, is_new] = known_.try_emplace(form, Known{keyword.wish, {}, keyword.topic});
      Known& known = place->second;
      // A word of two meanings counts as the one that harms nobody.
      if (!is_new && keyword.wish < known.wish) known = {keyword.wish, {}, keyword.topic};
      if (keyword.wish != known.wish) continue;
      if (keyword.topic.empty()) known.topic.clear();
      add(known.languages, keyword.language);
    }
  }
}

const Keywords::Known* Keywords::find(std::string_view folded, std::string& as) const {
  if (folded.empty()) return nullptr;
  for (auto form : {std::string(folded), without_spaces(folded)}) {
    const auto found = known_.find(form);
    if (found == known_.end()) continue;
    as = std::move(form);
    return &found->second;
  }
  return nullptr;
}

Reading Keywords::read(std::string_view text) const {
  using Tier = Reading::Tier;
  const std::string folded = fold(text);
  for (const auto& [words, known] : commands_) {
    if (folded == words || folded.starts_with(words + ' ')) return {};
  }
  std::string keyword;
  for (const auto& part : {text, first_line_of(text)}) {
    const bool is_whole = part.size() == text.size();
    const Known* const known = find(is_whole ? folded : fold(part), keyword);
    if (known == nullptr) continue;
    const Tier tier = needs_invitation(keyword) ? Tier::invited : Tier::sure;
    return {tier, known->wish, std::move(keyword), known->languages, known->topic};
  }
  if (folded.empty() && is_stop_sign(text)) return {Tier::uncertain, Wish::opt_out, "", {}};
  if (auto begun = by_beginning(folded); begun.tier != Tier::none) return begun;
  return by_phrase(folded);
}

/// A few words, the first of which mean it.
Reading Keywords::by_beginning(std::string_view folded) const {
  const auto spaces = static_cast<std::size_t>(std::count(folded.begin(), folded.end(), ' '));
  if (spaces >= most_words) return {};
  const std::size_t most = std::min(folded.size(), longest_);
  for (std::size_t end = most; end > 0; --end) {
    const std::string_view begun = folded.substr(0, end);
    const bool is_word = end == folded.size() || folded[end] == ' ';
    if (!is_word && !(is_unspaced(begun) && folded.size() <= longest_unspaced)) continue;
    const auto found = known_.find(std::string(begun));
    if (found == known_.end() || found->second.wish != Wish::opt_out) continue;
    if (needs_invitation(begun)) continue;
    return {Reading::Tier::uncertain, Wish::opt_out, std::string(begun), found->second.languages,
            found->second.topic};
  }
  return {};
}

Reading Keywords::by_phrase(std::string_view folded) const {
  for (const auto& [words, known] : phrases_) {
    if (!has_words(folded, words)) continue;
    return {Reading::Tier::uncertain, known.wish, words, known.languages, known.topic};
  }
  return {};
}

}  // namespace bank::scheduler
