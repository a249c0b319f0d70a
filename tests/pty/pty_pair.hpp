#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace bank::test {

/// A pseudo-terminal whose master side the test holds: the modem's end of the wire.
class PtyPair {
 public:
  PtyPair() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    REQUIRE(master_ >= 0);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    char name[64] = {};
    REQUIRE(::ptsname_r(master_, name, sizeof name) == 0);
    slave_ = name;
  }
  PtyPair(const PtyPair&) = delete;
  PtyPair& operator=(const PtyPair&) = delete;
  ~PtyPair() { hang_up(); }

  [[nodiscard]] const std::string& slave() const { return slave_; }
  void hang_up() {
    if (master_ >= 0) ::close(std::exchange(master_, -1));
  }
  void say(std::string_view octets) const {
    REQUIRE(::write(master_, octets.data(), octets.size()) == static_cast<ssize_t>(octets.size()));
  }
  /// What has arrived by now.
  [[nodiscard]] std::string hear() const {
    char octets[4096];
    std::string heard;
    for (ssize_t size = 0; (size = ::read(master_, octets, sizeof octets)) > 0;) {
      heard.append(octets, static_cast<std::size_t>(size));
    }
    return heard;
  }

 private:
  int master_;
  std::string slave_;
};

/// A directory of the test's own, gone at its end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "modembank-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// Runs the loop until the condition holds; false when it does not within a second.
template <class Condition>
bool run_until(boost::asio::io_context& io, Condition holds) {
  using namespace std::chrono_literals;
  const auto end = std::chrono::steady_clock::now() + 1s;
  bool held = holds();  // asked once a turn: a condition may take what it asks for
  while (!held && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(2ms);
    held = holds();
  }
  return held;
}

}  // namespace bank::test
