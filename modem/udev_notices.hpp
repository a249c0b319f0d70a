#pragma once

#include <memory>

namespace bank::modem {

/// Tells that udev has finished with a serial line that came, went or changed: its group and mode
/// are set then, and its links made. Which line it was is not told: whoever hears it looks.
class UdevNotices {
 public:
  static constexpr int most_at_once = 4096;  // notices that one `drain` takes

  UdevNotices();
  ~UdevNotices();
  UdevNotices(const UdevNotices&) = delete;
  UdevNotices& operator=(const UdevNotices&) = delete;

  /// A descriptor of the caller's own that is readable when there are notices; -1 where udev cannot
  /// be heard (no netlink socket is to be had). Nothing ever comes where no udev runs, or in a
  /// network namespace of its own.
  [[nodiscard]] int listen();
  /// Takes what is there; does not block.
  void drain();

 private:
  struct Monitor;
  std::unique_ptr<Monitor> monitor_;
};

}  // namespace bank::modem
