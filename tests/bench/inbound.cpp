#include <sys/epoll.h>

#include <charconv>
#include <deque>

#include "tests/bench/raw_line.hpp"

// The limit "read and delete": the least any controller can do with what comes in. One thread, one
// epoll; each +CMTI is followed by AT+CMGR and AT+CMGD of its place. Nothing is kept.
namespace {

struct Line {
  int fd = -1;
  enum class Step { settings, idle, read, erase } step = Step::settings;
  std::string seen{};
  std::deque<int> places{};  // announced and not read; the first is in hand
};

constexpr std::string_view settings =  // PDU mode is all that virtual modems have
    "\x1B"
    "ATE0+CNMI=2,1,0,0,0\r";

void next(Line& line) {
  line.step = Line::Step::idle;
  if (line.places.empty()) return;
  line.step = Line::Step::read;
  bank::bench::write_all(line.fd, "AT+CMGR=" + std::to_string(line.places.front()) + "\r");
}

void ended(Line& line) {
  switch (line.step) {
    case Line::Step::settings: return next(line);
    case Line::Step::idle: return;
    case Line::Step::read:
      line.step = Line::Step::erase;
      return bank::bench::write_all(line.fd,
                                    "AT+CMGD=" + std::to_string(line.places.front()) + "\r");
    case Line::Step::erase: line.places.pop_front(); return next(line);
  }
}

void hear(Line& line, std::string_view text) {
  constexpr std::string_view notice = "+CMTI: \"SM\",";
  if (text.starts_with(notice)) {
    int place = 0;
    std::from_chars(text.data() + notice.size(), text.data() + text.size(), place);
    line.places.push_back(place);
    if (line.step == Line::Step::idle) next(line);
  } else if (text == "OK") {
    ended(line);
  } else if (text.find("ERROR") != std::string_view::npos) {
    std::fprintf(stderr, "bench_inbound: a modem answers %.*s\n", static_cast<int>(text.size()),
                 text.data());
    std::exit(1);
  }
}

void advance(Line& line) {
  char buffer[16384];
  const auto got = ::read(line.fd, buffer, sizeof buffer);
  if (got <= 0) return;
  line.seen.append(buffer, static_cast<std::size_t>(got));
  std::size_t from = 0;
  for (auto end = line.seen.find("\r\n"); end != std::string::npos;
       end = line.seen.find("\r\n", from)) {
    hear(line, std::string_view(line.seen).substr(from, end - from));
    from = end + 2;
  }
  line.seen.erase(0, from);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr,
                 "usage: bench_inbound DIR\n"
                 "DIR holds slot-01 … of a rack; says \"ready\", and ends when it is killed\n");
    return 2;
  }
  std::vector<Line> lines;
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  for (const auto& path : bank::bench::slots_in(argv[1])) {
    lines.push_back({.fd = bank::bench::open_raw(path)});
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = lines.size() - 1;
    if (lines.back().fd < 0 || ::epoll_ctl(epoll, EPOLL_CTL_ADD, lines.back().fd, &event) != 0) {
      std::perror(path.c_str());
      return 1;
    }
    bank::bench::write_all(lines.back().fd, settings);
  }
  if (lines.empty()) {
    std::fprintf(stderr, "bench_inbound: no %s/slot-*: start a rack there first\n", argv[1]);
    return 1;
  }
  std::size_t settled = 0;
  for (;;) {
    epoll_event events[256];
    const int count = ::epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      Line& line = lines[events[i].data.u64];
      const bool was_set = line.step != Line::Step::settings;
      advance(line);
      if (was_set || line.step == Line::Step::settings) continue;
      if (++settled < lines.size()) continue;
      std::puts("ready");
      std::fflush(stdout);
    }
  }
}
