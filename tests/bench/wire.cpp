#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/raw_line.hpp"

// The limit "wire": the least any controller can do. One thread, one epoll; on every modem
// AT+CMGS, prompt, PDU, OK, and again. No queue, no disk, no parsing beyond what tells them apart.
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view pdu =  // "hellohello" to +989121234567
    "0001000C9189191232547600000AE8329BFD4697D9EC37";
static_assert(pdu.size() % 2 == 0);

struct Line {
  int fd = -1;
  enum class Step { settings, prompt, result } step = Step::settings;
  std::string seen;
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
};

struct Run {
  std::string command = fmt::format("AT+CMGS={}\r", pdu.size() / 2 - 1);
  std::string payload = std::string(pdu) + '\x1A';
  std::vector<Line> lines;
  bool measuring = false;
  bool ending = false;  // leave every modem idle
  std::uint64_t messages = 0;
  std::uint64_t errors = 0;
  std::vector<float> gaps_us;  // from the read that ended with OK to the next AT+CMGS written
};

constexpr std::size_t most_gaps = 4'000'000;

void write_all(const Line& line, std::string_view bytes) {
  bank::bench::write_all(line.fd, bytes);
}

void advance(Run& run, Line& line) {
  char buffer[4096];
  const auto got = ::read(line.fd, buffer, sizeof buffer);
  if (got <= 0) return;
  line.seen.append(buffer, static_cast<std::size_t>(got));
  if (line.step == Line::Step::prompt) {
    if (!line.seen.ends_with("> ")) return;
    line.seen.clear();
    if (run.ending) return write_all(line, "\x1B");
    line.step = Line::Step::result;
    return write_all(line, run.payload);
  }
  const bool ok = line.seen.ends_with("OK\r\n");
  const bool error =
      !ok && line.seen.find("ERROR") != std::string::npos && line.seen.ends_with('\n');
  if (!ok && !error) return;
  const auto heard = Clock::now();
  const bool counts = line.step == Line::Step::result && run.measuring;
  line.seen.clear();
  line.step = Line::Step::prompt;
  if (run.ending) return;
  write_all(line, run.command);
  if (!counts) return;
  (ok ? run.messages : run.errors) += 1;
  (ok ? line.sent : line.failed) += 1;
  if (run.gaps_us.size() < most_gaps) {
    run.gaps_us.push_back(std::chrono::duration<float, std::micro>(Clock::now() - heard).count());
  }
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

float quantile(std::vector<float>& values, double q) {
  if (values.empty()) return 0;
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void loop_until(Run& run, int epoll, Clock::time_point end) {
  epoll_event events[256];
  for (auto now = Clock::now(); now < end; now = Clock::now()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now);
    const int count = ::epoll_wait(epoll, events, 256, static_cast<int>(left.count()));
    for (int i = 0; i < count; ++i) advance(run, run.lines[events[i].data.u64]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0;
  const double warm_up = argc > 3 ? std::atof(argv[3]) : 1;
  if (argc < 3 || seconds <= 0 || warm_up < 0) {
    std::fprintf(stderr,
                 "usage: bench_wire DIR SECONDS [WARM_UP_SECONDS] [NETWORK_MS]\n"
                 "DIR holds slot-01 … of a rack; NETWORK_MS is the rack's, for the use\n");
    return 2;
  }
  const double network_ms = argc > 4 ? std::atof(argv[4]) : 0;

  const auto slots = bank::bench::slots_in(argv[1]);
  Run run;
  run.lines.resize(slots.size());
  run.gaps_us.reserve(most_gaps / 4);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    run.lines[i].fd = bank::bench::open_raw(slots[i]);
    if (run.lines[i].fd < 0) {
      std::perror(slots[i].c_str());
      return 1;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, run.lines[i].fd, &event);
    write_all(run.lines[i],
              "\x1B"
              "ATE0+CMGF=0\r");
  }
  if (run.lines.empty()) {
    std::fprintf(stderr, "bench_wire: no %s/slot-*: start a rack there first\n", argv[1]);
    return 1;
  }

  const auto duration = [](double s) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
  };
  loop_until(run, epoll, Clock::now() + duration(warm_up));
  run.measuring = true;
  const double cpu_before = cpu_seconds();
  const auto begin = Clock::now();
  loop_until(run, epoll, begin + duration(seconds));
  const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  const double cpu = cpu_seconds() - cpu_before;

  run.ending = true;
  loop_until(run, epoll, Clock::now() + duration(0.1 + network_ms / 1000));

  const auto messages = static_cast<double>(run.messages);
  const auto [least, most] =
      std::minmax_element(run.lines.begin(), run.lines.end(),
                          [](const Line& a, const Line& b) { return a.sent < b.sent; });
  const double capacity =
      network_ms > 0 ? elapsed * 1000 / network_ms * static_cast<double>(run.lines.size()) : 0;
  fmt::print(
      "{{\"bench\":\"wire\",\"modems\":{},\"seconds\":{:.2f},\"messages\":{},\"errors\":{},"
      "\"per_second\":{:.1f},\"cpu_s_per_1000\":{:.5f},\"per_modem_least\":{},"
      "\"per_modem_most\":{},\"use\":{},\"gap_us\":{{\"p50\":{:.1f},\"p99\":{:.1f},\"max\":{:.1f}}}"
      "}}\n",
      run.lines.size(), elapsed, run.messages, run.errors, messages / elapsed,
      messages > 0 ? cpu * 1000 / messages : 0, least->sent, most->sent,
      capacity > 0 ? fmt::format("{:.4f}", messages / capacity) : "null",
      quantile(run.gaps_us, 0.5), quantile(run.gaps_us, 0.99), quantile(run.gaps_us, 1.0));
  return run.messages > 0 ? 0 : 1;
}
