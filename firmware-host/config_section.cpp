#include "firmware-host/config_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "firmware-host/log.hpp"

namespace bank::host {
namespace {

constexpr std::size_t longest_shown = 60;  // octets of a value in a message

int line_of_node(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, change}));
    }
  }
  return row.back();
}

const char* type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::date: return "a date";
    case toml::node_type::time: return "a time";
    case toml::node_type::date_time: return "a date and time";
    case toml::node_type::none: break;
  }
  return "nothing";
}

}  // namespace

std::string nearest(std::string_view written, const std::vector<std::string>& known) {
  constexpr std::size_t longest_word = 64;  // the work is the product of both lengths
  if (written.size() > longest_word) return {};
  std::string best;
  std::size_t least = std::max<std::size_t>(2, written.size() / 3) + 1;
  for (const std::string& word : known) {
    if (const std::size_t d = distance(written, word); d < least && d < word.size()) {
      least = d, best = word;
    }
  }
  return best;
}

std::string shown(std::string_view text) {
  std::string cut(text.substr(0, longest_shown));
  while (cut.size() < text.size() && !cut.empty() &&
         (static_cast<unsigned char>(text[cut.size()]) & 0xC0) == 0x80) {
    cut.pop_back();  // not inside a character
  }
  return '"' + log::escaped(cut) + (cut.size() < text.size() ? "…\"" : "\"");
}

std::string shown(const toml::node& node) {
  if (const auto* text = node.as_string()) return shown(text->get());
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* array = node.as_array(); array != nullptr && array->empty()) {
    return "an empty array";
  }
  return type_of(node);
}

const toml::node* Section::ask(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

bool Section::has(std::string_view key) {
  return ask(key) != nullptr;
}

int Section::line_of(std::string_view key) const {
  const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
  return node == nullptr ? line_ : line_of_node(*node);
}

std::string Section::path_of(std::string_view key) const {
  return where_.empty() ? std::string(key) : fmt::format("{}.{}", where_, key);
}

void Section::refuse(std::string_view key, std::string found, std::string remedy) {
  findings_.problem(line_of(key), path_of(key), std::move(found), std::move(remedy));
}

void Section::notice(std::string_view key, std::string text) {
  const bool written = table_ != nullptr && table_->contains(key);
  findings_.notice(written ? line_of(key) : 0, path_of(key), std::move(text));
}

void Section::wrong_type(std::string_view key, const toml::node& node, std::string_view remedy) {
  refuse(key, shown(node), std::string(remedy));
}

std::optional<std::string> Section::text(std::string_view key, std::string_view remedy) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) return text->get();
  wrong_type(key, *node, remedy);
  return std::nullopt;
}

std::optional<std::string> Section::secret(std::string_view key, std::string_view remedy) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) return text->get();
  refuse(key, type_of(*node), std::string(remedy));
  return std::nullopt;
}

std::optional<bool> Section::flag(std::string_view key) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* flag = node->as_boolean()) return flag->get();
  wrong_type(key, *node, "write true or false, without quotes");
  return std::nullopt;
}

std::optional<int> Section::whole(std::string_view key, Range allowed, std::string_view remedy) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  const auto* number = node->as_integer();
  if (number != nullptr && number->get() >= allowed.low && number->get() <= allowed.high) {
    return static_cast<int>(number->get());
  }
  wrong_type(key, *node, remedy);
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> Section::duration(std::string_view key, Span allowed,
                                                           std::string_view remedy) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) {
    const auto duration = parse_duration(text->get());
    if (duration && *duration >= allowed.low && *duration <= allowed.high) return duration;
  }
  wrong_type(key, *node, remedy);
  return std::nullopt;
}

std::optional<std::size_t> Section::choice(std::string_view key,
                                           std::initializer_list<std::string_view> words) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) {
    const auto* const word = std::find(words.begin(), words.end(), text->get());
    if (word != words.end()) return static_cast<std::size_t>(word - words.begin());
  }
  wrong_type(key, *node, fmt::format("write \"{}\"", fmt::join(words, "\" or \"")));
  return std::nullopt;
}

std::optional<std::vector<Section::Text>> Section::texts(std::string_view key,
                                                         std::string_view remedy, bool or_one) {
  const toml::node* node = ask(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string(); or_one && text != nullptr) {
    return std::vector<Text>{{text->get(), line_of_node(*node)}};
  }
  const auto* array = node->as_array();
  if (array == nullptr) {
    wrong_type(key, *node, remedy);
    return std::nullopt;
  }
  std::vector<Text> texts;
  for (const toml::node& item : *array) {
    if (const auto* text = item.as_string()) {
      texts.push_back({text->get(), line_of_node(item)});
    } else {
      findings_.problem(line_of_node(item), path_of(key), shown(item) + " in the array",
                        std::string(remedy));
    }
  }
  return texts;
}

Section Section::table(std::string_view key) {
  const toml::node* node = ask(key);
  const toml::table* table = node == nullptr ? nullptr : node->as_table();
  if (node != nullptr && table == nullptr) {
    wrong_type(key, *node, fmt::format("write a table: [{}]", path_of(key)));
  }
  return {table, path_of(key), line_of(key), findings_};
}

std::vector<Section> Section::tables(std::string_view key) {
  std::vector<Section> sections;
  const toml::node* node = ask(key);
  if (node == nullptr) return sections;
  const toml::array* array = node->as_array();
  const std::string remedy = fmt::format("write [[{}]] above each entry", key);
  if (array == nullptr) {
    wrong_type(key, *node, remedy);
    return sections;
  }
  for (const toml::node& item : *array) {
    if (const toml::table* entry = item.as_table()) {
      sections.emplace_back(entry, fmt::format("{}[{}]", path_of(key), sections.size() + 1),
                            line_of_node(item), findings_);
    } else {
      findings_.problem(line_of_node(item), path_of(key), shown(item), remedy);
    }
  }
  return sections;
}

void Section::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : *table_) {
    const std::string_view name = key.str();
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string meant = nearest(name, known_);
    std::string remedy = meant.empty()
                             ? fmt::format("write one of {}, or remove it", fmt::join(known_, ", "))
                             : fmt::format("did you mean {}? write that", meant);
    findings_.problem(static_cast<int>(key.source().begin.line),
                      path_of(log::escaped(name.substr(0, longest_shown))),
                      "a key that is not known", std::move(remedy));
  }
}

}  // namespace bank::host
