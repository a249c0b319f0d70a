#include "web/charset.hpp"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace bank::web {

namespace {

constexpr std::string_view bom_utf8 = "\xEF\xBB\xBF";
constexpr std::size_t enough_to_tell = 4;  // octets

/// Names that mean UTF-8 or a part of it.
constexpr std::array<std::string_view, 4> plain{"utf-8", "utf8", "us-ascii", "ascii"};

/// What iconv is asked for; nothing else reaches it.
constexpr std::array<std::string_view, 14> converted{
    "utf-16",       "utf-16le",     "utf-16be",     "windows-1250", "windows-1251",
    "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
    "windows-1257", "windows-1258", "iso-8859-1",   "iso-8859-6"};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The encoding whose byte order mark a text begins with; empty: none.
std::string_view marked(std::string_view start) {
  if (start.starts_with(bom_utf8)) return "utf-8";
  if (start.starts_with("\xFF\xFE")) return "utf-16le";
  if (start.starts_with("\xFE\xFF")) return "utf-16be";
  return {};
}

/// Whether a text in the encoding of that name may begin with that mark.
bool may_begin_with(std::string_view mark, std::string_view name) {
  if (mark.empty() || name.empty()) return true;
  return mark == "utf-8" ? is_among(plain, name) : name == mark || name == "utf-16";
}

/// UTF-16 by its byte order mark, or because no text has zeros in UTF-8; empty: UTF-8.
std::string_view told_by(std::string_view start) {
  const auto mark = marked(start);
  if (mark == "utf-8" || start.size() < 2) return {};
  if (!mark.empty()) return mark;
  if (start[0] != 0 && start[1] == 0) return "utf-16le";
  if (start[0] == 0 && start[1] != 0) return "utf-16be";
  return {};
}

}  // namespace

struct Charset::State {
  ~State() {
    if (converter != no_converter) iconv_close(converter);
  }
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static inline const iconv_t no_converter = reinterpret_cast<iconv_t>(-1);

  Result<void, std::string> open(std::string_view which) {
    encoding = which;
    converter = iconv_open("UTF-8", encoding.c_str());
    if (converter != no_converter) return {};
    return unexpected(fmt::format("this machine cannot read {}; save the file as UTF-8", encoding));
  }
  Result<void, std::string> begin(std::string& text);
  Result<void, std::string> convert(std::string_view octets, std::string& text);
  void add(std::string_view made, std::string& text);
  void flush(std::string& text);

  std::string name;      // as told
  std::string encoding;  // that is converted; empty: UTF-8
  iconv_t converter = no_converter;
  bool begun = false;     // the first octets were looked at
  bool bom_done = false;  // the first character was looked at
  std::string held;       // the first octets, or a character that is not complete
  std::size_t at = 0;     // octets converted
};

/// Looks at the first octets, which are held.
Result<void, std::string> Charset::State::begin(std::string& text) {
  begun = true;
  const auto start = std::exchange(held, {});
  if (const auto mark = marked(start); !may_begin_with(mark, name)) {
    return unexpected(
        fmt::format("the text begins with the byte order mark of {}, which {} does not have; leave "
                    "charset out, or name what it is",
                    mark, name));
  }
  if (const auto utf16 = name.empty() ? told_by(start) : std::string_view(); !utf16.empty()) {
    if (auto opened = open(utf16); !opened) return opened;
  }
  if (!encoding.empty()) return convert(start, text);
  add(start, text);
  return {};
}

void Charset::State::add(std::string_view made, std::string& text) {
  if (!bom_done && !made.empty()) {
    bom_done = true;
    if (made.starts_with(bom_utf8)) made.remove_prefix(bom_utf8.size());
  }
  text += made;
}

/// What iconv holds back: of windows-1255 and windows-1258 a letter that a mark could follow.
void Charset::State::flush(std::string& text) {
  std::array<char, 64> out{};
  char* to = out.data();
  std::size_t room = out.size();
  iconv(converter, nullptr, nullptr, &to, &room);
  add({out.data(), out.size() - room}, text);
}

Result<void, std::string> Charset::State::convert(std::string_view octets, std::string& text) {
  held += octets;
  std::array<char, 4096> out{};
  char* from = held.data();
  std::size_t left = held.size();
  while (left > 0) {
    char* to = out.data();
    std::size_t room = out.size();
    const auto before = left;
    const auto done = iconv(converter, &from, &left, &to, &room);
    const int why = errno;
    add({out.data(), out.size() - room}, text);
    at += before - left;
    if (done != static_cast<std::size_t>(-1) || why == E2BIG) continue;
    if (why == EINVAL) break;  // the rest of a character is to come
    return unexpected(fmt::format("octet {} is no {}; save the file as UTF-8", at, encoding));
  }
  held.erase(0, held.size() - left);
  return {};
}

Charset::Charset(std::unique_ptr<State> state) : state_(std::move(state)) {}
Charset::Charset(Charset&&) noexcept = default;
Charset& Charset::operator=(Charset&&) noexcept = default;
Charset::~Charset() = default;

Result<Charset, std::string> Charset::named(std::string_view name) {
  auto state = std::make_unique<State>();
  state->name = name;
  if (is_among(converted, name)) {
    if (auto opened = state->open(name); !opened) return unexpected(std::move(opened.error()));
  } else if (!name.empty() && !is_among(plain, name)) {
    return unexpected(
        fmt::format("the encoding {} is not known; save the file as UTF-8, or name "
                    "one of utf-8, {}",
                    name.substr(0, 40), fmt::join(converted, ", ")));
  }
  return Charset(std::move(state));
}

Result<void, std::string> Charset::decode(std::string_view octets, std::string& text) {
  auto& s = *state_;
  if (!s.begun) {
    s.held += octets;
    return s.held.size() < enough_to_tell ? Result<void, std::string>() : s.begin(text);
  }
  if (!s.encoding.empty()) return s.convert(octets, text);
  text += octets;
  return {};
}

Result<void, std::string> Charset::finish(std::string& text) {
  auto& s = *state_;
  if (!s.begun) {
    if (auto begun = s.begin(text); !begun) return begun;
  }
  if (s.encoding.empty()) return {};
  s.flush(text);
  if (s.held.empty()) return {};
  return unexpected(fmt::format("the text ends within a character of {}", s.encoding));
}

bool Charset::is_guess() const {
  return state_->name.empty() && state_->encoding.empty();
}

std::string charset_of(std::string_view content_type) {
  std::string small(content_type);
  std::transform(small.begin(), small.end(), small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  constexpr std::string_view key = "charset=";
  const auto found = small.find(key);
  if (found == std::string::npos) return {};
  std::string_view value = std::string_view(small).substr(found + key.size());
  if (value.starts_with('"')) {
    value.remove_prefix(1);
    return std::string(value.substr(0, value.find('"')));
  }
  return std::string(value.substr(0, value.find_first_of("; \t")));
}

}  // namespace bank::web
