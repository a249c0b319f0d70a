#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "modem/virtual/modem.hpp"
#include "modem/virtual/terminal.hpp"

namespace bank::modem::virt {

inline constexpr milliseconds record_lag{40};  // a line waits at most this long for its batch
inline constexpr std::size_t record_batch = 256 * 1024;  // octets; then it is written at once

/// What the virtual network took, a line a submission:
/// UNIX time with microseconds, slot, ICCID, TP-MR, PDU in hex as the host sent it; tab-separated.
class Record {
 public:
  /// Appends to the file; "" ends recording.
  [[nodiscard]] Result<void, std::string> open(const std::string& path);

  void add(std::string_view slot, const Submission& submission,
           std::chrono::system_clock::time_point at, TimePoint now);
  /// Writes what waits. A failing disk is told once, by `error`, and ends the recording.
  void flush();
  /// When `flush` wants to be called.
  [[nodiscard]] TimePoint deadline() const noexcept { return flush_at_; }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  Handle file_;
  std::string path_;
  std::string buffer_;
  std::string error_;
  std::uint64_t lines_ = 0;
  TimePoint flush_at_ = TimePoint::max();
};

}  // namespace bank::modem::virt
