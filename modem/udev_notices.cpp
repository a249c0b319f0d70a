#include "modem/udev_notices.hpp"

#include <fcntl.h>
#include <libudev.h>

namespace bank::modem {

struct UdevNotices::Monitor {
  template <auto release>
  struct Release {
    template <class T>
    void operator()(T* object) const {
      release(object);
    }
  };
  std::unique_ptr<udev, Release<udev_unref>> context{udev_new()};
  std::unique_ptr<udev_monitor, Release<udev_monitor_unref>> socket{
      context ? udev_monitor_new_from_netlink(context.get(), "udev") : nullptr};
};

UdevNotices::UdevNotices() = default;
UdevNotices::~UdevNotices() = default;

int UdevNotices::listen() {
  auto monitor = std::make_unique<Monitor>();
  udev_monitor* const socket = monitor->socket.get();
  if (socket == nullptr ||
      udev_monitor_filter_add_match_subsystem_devtype(socket, "tty", nullptr) < 0 ||
      udev_monitor_enable_receiving(socket) < 0) {
    return -1;
  }
  monitor_ = std::move(monitor);
  return ::fcntl(udev_monitor_get_fd(socket), F_DUPFD_CLOEXEC, 0);
}

void UdevNotices::drain() {
  for (int i = 0; monitor_ && i < most_at_once; ++i) {
    udev_device* const device = udev_monitor_receive_device(monitor_->socket.get());
    if (device == nullptr) return;
    udev_device_unref(device);
  }
}

}  // namespace bank::modem
