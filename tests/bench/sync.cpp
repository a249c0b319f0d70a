#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

// The limit "sync": how often a second this disk takes one small write for good. Over pages that
// are there already, as a database's log is: a file that grows would sync its size as well, and
// make the limit lower than what a writer can reach.
namespace {

using Clock = std::chrono::steady_clock;

constexpr off_t page = 4096;
constexpr off_t pages = 1024;

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0;
  if (seconds <= 0) {
    std::fprintf(stderr, "usage: bench_sync DIR SECONDS\n");
    return 2;
  }
  const std::string path = std::string(argv[1]) + "/sync.bench";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::array<char, page> full{};
  bool well = file >= 0;
  for (off_t i = 0; well && i < pages; ++i) {
    well = ::pwrite(file, full.data(), full.size(), i * page) == page;
  }
  well = well && ::fsync(file) == 0;

  std::vector<double> took_us;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration<double>(seconds);
  auto before = begin;
  for (off_t i = 0; well && before < end; ++i) {
    full.fill(static_cast<char>(i));
    constexpr std::size_t small = 256;
    well = ::pwrite(file, full.data(), small, i % pages * page) == small && ::fdatasync(file) == 0;
    const auto now = Clock::now();
    took_us.push_back(std::chrono::duration<double, std::micro>(now - before).count());
    before = now;
  }
  if (!well) std::perror(path.c_str());
  ::unlink(path.c_str());
  if (!well || took_us.empty()) return 1;

  const double elapsed = std::chrono::duration<double>(before - begin).count();
  const auto middle = took_us.begin() + static_cast<std::ptrdiff_t>(took_us.size() / 2);
  std::nth_element(took_us.begin(), middle, took_us.end());
  fmt::print("{{\"bench\":\"sync\",\"seconds\":{:.2f},\"per_second\":{:.1f},\"p50_us\":{:.1f}}}\n",
             elapsed, static_cast<double>(took_us.size()) / elapsed, *middle);
}
