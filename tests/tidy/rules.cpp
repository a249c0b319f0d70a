#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "tests/tidy/source.hpp"

namespace bank::tidy {
namespace {

using Words = std::vector<std::string_view>;

bool begins_with_one_of(std::string_view path, const Words& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return path.starts_with(beginning); });
}

// --- the house ----------------------------------------------------------------------------------

struct Room {
  std::string_view path;
  Words may_use;  // beginnings of what may be included
};
/// The arrows. A room may always use itself; the longest path that fits is a file's room.
const std::array rooms{
    Room{"at/", {}},
    Room{"modem/", {"at/"}},
    // It reads PDUs by itself, so as to be a judge of what at/ writes.
    Room{"modem/virtual/", {"at/result.hpp"}},
    Room{"store/", {}},
    Room{"scheduler/", {"at/", "store/"}},
    Room{"web/", {"at/", "store/", "scheduler/"}},
    Room{"firmware-host/", {"at/", "modem/", "modem/virtual/", "store/", "scheduler/", "web/"}},
    Room{"tests/",
         {"at/", "modem/", "modem/virtual/", "store/", "scheduler/", "web/", "firmware-host/"}},
};

const Room* room_of(std::string_view path) {
  const Room* found = nullptr;
  for (const Room& room : rooms) {
    if (!path.starts_with(room.path)) continue;
    if (found == nullptr || room.path.size() > found->path.size()) found = &room;
  }
  return found;
}

/// Whether one of the rooms' own files may include that file. A room inside a room (modem/virtual)
/// is meant only where it is named.
bool may_include(const Room& from, std::string_view included) {
  const Room* to = room_of(included);
  if (to == nullptr) return false;
  if (to == &from) return true;
  return std::any_of(from.may_use.begin(), from.may_use.end(), [&](std::string_view allowed) {
    return allowed == included || allowed == to->path;
  });
}

struct Foreign {
  std::string_view header;  // the beginning of its name
  Words homes;              // the only places that may include it
};
/// Each library has one room that speaks to it.
const std::array foreign_headers{
    Foreign{"sqlite3.h", {"store/", "tests/"}},
    Foreign{"microhttpd.h", {"web/", "tests/bench/"}},
    Foreign{"libserialport.h", {"modem/"}},
    Foreign{"libudev.h", {"modem/", "tests/"}},
    Foreign{"toml++/", {"firmware-host/"}},
    Foreign{"CLI/", {"firmware-host/", "tests/bench/"}},
    Foreign{"spdlog/", {"firmware-host/"}},
    Foreign{"boost/asio", {"modem/", "firmware-host/", "tests/"}},
    Foreign{"boost/beast", {"firmware-host/", "tests/"}},
    Foreign{"gammu", {"tests/"}},
    Foreign{"osmocom/", {"tests/bench/"}},
    Foreign{"unicode/", {"at/text.", "scheduler/", "firmware-host/", "tests/"}},
};

/// Rooms and files that decide and do nothing: no port, no thread, no file, no database's.
bool is_pure(std::string_view path) {
  return begins_with_one_of(path, {"at/", "scheduler/", "modem/session", "modem/profile",
                                   "modem/mailbox", "modem/at_port.", "modem/start_order."});
}
constexpr std::array<std::string_view, 13> doing_headers{
    "thread",    "mutex",   "condition_variable", "atomic",
    "future",    "fstream", "unistd.h",           "fcntl.h",
    "sys/",      "poll.h",  "filesystem",         "iostream",
    "boost/asio"};

/// Where the time is read. Everybody else is given it.
bool may_read_clock(std::string_view path) {
  return begins_with_one_of(path, {"tests/", "firmware-host/", "modem/asio_loop.", "modem/port",
                                   "modem/virtual/rack.", "web/server"});
}

bool may_sleep(std::string_view path) {
  return begins_with_one_of(path, {"tests/pty/", "tests/program/", "firmware-host/command_",
                                   "firmware-host/admin_access."});
}

// --- kinds of files -----------------------------------------------------------------------------

bool is_cpp(std::string_view path) {
  return path.ends_with(".cpp") || path.ends_with(".hpp");
}

bool is_script(std::string_view path) {
  return path.ends_with(".cmake") || path.ends_with("CMakeLists.txt") ||
         begins_with_one_of(path, {"script/", ".ci/"});
}

bool has_width(std::string_view path) {
  return is_cpp(path) || is_script(path);
}

std::size_t characters_of(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not inside a UTF-8 character
  }));
}

bool calls(std::string_view code, std::string_view function) {
  const auto at = find_word(code, function);
  return at != std::string_view::npos && code.substr(at + function.size()).starts_with('(');
}

struct Include {
  std::string name;
  bool quoted;
};
std::optional<Include> include_of(std::string_view code) {
  if (!code.starts_with("#include ")) return std::nullopt;
  const auto open = code.find_first_of("\"<");
  if (open == std::string_view::npos) return std::nullopt;
  const bool quoted = code[open] == '"';
  const auto close = code.find(quoted ? '"' : '>', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  return Include{std::string(code.substr(open + 1, close - open - 1)), quoted};
}

// --- the rules ----------------------------------------------------------------------------------

class Checker {
 public:
  Checker(std::string_view path, std::string_view text) : path_(path), text_(text) {}

  std::vector<Complaint> check() {
    const auto lines = lines_of(text_);
    for (line_ = 1; line_ <= static_cast<int>(lines.size()); ++line_) {
      check_any(lines[static_cast<std::size_t>(line_) - 1]);
    }
    if ((is_cpp(path_) || is_script(path_)) && lines.size() > most_lines) {
      line_ = static_cast<int>(most_lines) + 1;
      complain("a file of " + std::to_string(lines.size()) + " lines; divide it at " +
               std::to_string(most_lines));
    }
    if (is_cpp(path_)) check_cpp();
    return std::move(complaints_);
  }

 private:
  void complain(std::string what) {
    complaints_.push_back({std::string(path_), line_, std::move(what)});
  }

  void check_any(std::string_view line) {
    if (has_width(path_) && characters_of(line) > longest_line) {
      complain("a line of " + std::to_string(characters_of(line)) + " characters; at most " +
               std::to_string(longest_line));
    }
    check_machine(line);
    if (!is_cpp(path_)) check_promise(line);
  }

  /// A path that exists on the machine of whoever wrote it.
  void check_machine(std::string_view line) {
    for (const std::string_view folder : {"home", "work", "root"}) {
      const std::string path = "/" + std::string(folder) + "/";
      for (auto at = line.find(path); at != std::string_view::npos; at = line.find(path, at + 1)) {
        const char before = at == 0 ? ' ' : line[at - 1];
        const bool inside = before == '.' || before == '/' || before == '-' || before == '_' ||
                            before == '}' || before == '>' || (before >= '0' && before <= '9') ||
                            (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z');
        if (!inside) complain("the path " + path + "… of one machine; write one that all have");
      }
    }
  }

  /// Something to do later has a number under which it is found again.
  void check_promise(std::string_view line) {
    for (const std::string_view word : {"TODO", "FIXME", "XXX"}) {
      for (auto at = find_word(line, word); at != std::string_view::npos;
           at = find_word(line, word, at + 1)) {
        std::string_view rest = line.substr(at + word.size());
        while (!rest.empty() && (rest.front() == ' ' || rest.front() == '(')) rest.remove_prefix(1);
        const bool numbered = rest.size() > 1 && rest[0] == '#' && rest[1] >= '0' && rest[1] <= '9';
        if (!numbered)
          complain(std::string(word) + " without an issue; write " + std::string(word) + "(#12)");
      }
    }
  }

  void check_cpp() {
    bool once = false;
    const auto lines = lines_of_cpp(text_);
    for (line_ = 1; line_ <= static_cast<int>(lines.size()); ++line_) {
      const auto& [code, comment] = lines[static_cast<std::size_t>(line_) - 1];
      check_promise(comment);
      if (code.starts_with("#pragma once")) once = true;
      if (const auto include = include_of(code)) {
        include->quoted ? check_own(include->name) : check_foreign(include->name);
      } else if (!code.starts_with('#')) {
        check_calls(code);
      }
    }
    line_ = 1;
    if (path_.ends_with(".hpp") && !once) complain("a header without #pragma once");
  }

  void check_own(const std::string& name) {
    const Room* from = room_of(path_);
    if (from == nullptr) return complain("C++ outside the rooms");
    if (room_of(name) == nullptr) {
      complain("\"" + name + "\" is not written from the root, or is in no room");
    } else if (!may_include(*from, name)) {
      complain(std::string(from->path) + " may not use \"" + name +
               "\": the arrows of ARCHITECTURE.md point the other way");
    }
  }

  void check_foreign(const std::string& name) {
    if (room_of(name) != nullptr) {
      complain("<" + name + "> is ours: write it in quotes");
    }
    for (const Foreign& foreign : foreign_headers) {
      if (name.starts_with(foreign.header) && !begins_with_one_of(path_, foreign.homes)) {
        complain("<" + name + "> belongs to " + std::string(*foreign.homes.begin()) + " alone");
      }
    }
    if (!is_pure(path_)) return;
    for (const std::string_view doing : doing_headers) {
      const bool fits =
          doing.ends_with('/') || doing == "boost/asio" ? name.starts_with(doing) : name == doing;
      if (fits) complain("<" + name + "> where things are decided, not done");
    }
  }

  void check_calls(std::string_view code) {
    for (const std::string_view word :
         {"sleep_for", "sleep_until", "usleep", "nanosleep", "sleep"}) {
      if (calls(code, word) && !may_sleep(path_)) {
        complain(std::string(word) + ": wait for what is expected to happen, not for time to pass");
      }
    }
    if (may_read_clock(path_)) return;
    for (const std::string_view call : {"clock::now", "Clock::now"}) {
      if (code.find(call) != std::string_view::npos) complain_of_clock(call);
    }
    for (const std::string_view word : {"clock_gettime", "gettimeofday", "timespec_get"}) {
      if (calls(code, word)) complain_of_clock(word);
    }
  }
  void complain_of_clock(std::string_view call) {
    complain(std::string(call) + ": nothing here knows the time; take it as an argument");
  }

  std::string_view path_;
  std::string_view text_;
  int line_ = 0;
  std::vector<Complaint> complaints_;
};

}  // namespace

std::string Complaint::sentence() const {
  return file + ":" + std::to_string(line) + ": " + what;
}

bool is_subject(std::string_view path) {
  if (begins_with_one_of(path,
                         {"build/", ".git/", ".cache/", "tests/data/", "tests/fuzz/corpus/"})) {
    return false;
  }
  return is_cpp(path) || is_script(path) || path.ends_with(".inc") || path.ends_with(".md") ||
         path.ends_with(".html") || path.ends_with(".css") || path.ends_with(".js");
}

std::vector<Complaint> check(std::string_view path, std::string_view text) {
  return Checker(path, text).check();
}

}  // namespace bank::tidy
