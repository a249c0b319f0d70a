#include "firmware-host/admin_address.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace bank::host {

AdminAddress::AdminAddress(const std::string& path) {
  address_.sun_family = AF_UNIX;
  std::string reachable = path;
  if (path.size() >= sizeof address_.sun_path) {
    const std::filesystem::path whole(path);
    folder_ = ::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0) {
      error_ = errno;
      return;
    }
    reachable = "/proc/self/fd/" + std::to_string(folder_) + "/" + whole.filename().string();
  }
  if (reachable.size() >= sizeof address_.sun_path) {
    error_ = ENAMETOOLONG;
    return;
  }
  std::copy(reachable.begin(), reachable.end(), address_.sun_path);
}

AdminAddress::~AdminAddress() {
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace bank::host
