#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "firmware-host/admin_address.hpp"
#include "firmware-host/admin_socket.hpp"

namespace bank::host {
namespace {

using Clock = std::chrono::steady_clock;

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

/// One connection of the client, blocking with a deadline over all it does.
class Call {
 public:
  explicit Call(std::string path) : path_(std::move(path)) {}
  ~Call() {
    if (socket_ >= 0) ::close(socket_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  Result<std::string, std::string> ask(std::string line) {
    line += '\n';
    return connect().and_then([&] { return send(line); }).and_then([&] { return receive(); });
  }

 private:
  using Step = Result<void, std::string>;

  [[nodiscard]] tl::unexpected<std::string> trouble(const std::string& why) const {
    return unexpected(fmt::format("{}: {}", path_, why));
  }

  Step connect() {
    const AdminAddress address(path_);
    if (address.error() != 0) return trouble(reason_of(address.error()));
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return trouble(reason_of(errno));
    if (::connect(socket_, address.get(), address.size()) == 0) return {};
    const int error = errno;
    if (error == EACCES || error == EPERM) {
      return trouble("no permission; run this as the user of the database, or as root");
    }
    if (error == ENOENT || error == ECONNREFUSED) {
      return trouble(
          "nobody listens; the program that holds the database is starting or stopping, "
          "try again");
    }
    return trouble(reason_of(error));
  }

  bool wait_for(short event) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    pollfd one{.fd = socket_, .events = event, .revents = 0};
    return left.count() > 0 && ::poll(&one, 1, static_cast<int>(left.count())) > 0;
  }

  Step send(std::string_view text) {
    while (!text.empty()) {
      if (!wait_for(POLLOUT)) return trouble("the running program does not take the request");
      const ssize_t put = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (put < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (put < 0) return trouble(reason_of(errno));
      text.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }

  Result<std::string, std::string> receive() {
    std::string line;
    std::array<char, 4096> piece{};
    while (line.size() <= longest_admin_line) {
      if (!wait_for(POLLIN)) {
        return trouble(
            fmt::format("no answer within {} s; whether it was done is not known, look before "
                        "you repeat it",
                        admin_patience.count()));
      }
      const ssize_t got = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (got < 0) return trouble(reason_of(errno));
      if (got == 0) {
        return trouble(
            "the running program hung up; whether it was done is not known, look before you "
            "repeat it");
      }
      line.append(piece.data(), static_cast<std::size_t>(got));
      if (line.find_first_not_of('\n') == std::string::npos) {  // a sign of life
        line.clear();
        deadline_ = Clock::now() + admin_patience;
      } else if (line.back() == '\n') {
        line.pop_back();
        return line;
      }
    }
    return trouble("an answer longer than any this version knows");
  }

  std::string path_;
  int socket_ = -1;
  Clock::time_point deadline_ = Clock::now() + admin_patience;
};

}  // namespace

std::string admin_socket_path(std::string_view database) {
  return std::string(database) + ".sock";
}

Result<AdminAnswer, std::string> ask_admin(const std::string& socket_path,
                                           const AdminRequest& request) {
  return Call(socket_path).ask(to_line(request)).and_then([](const std::string& line) {
    return answer_from(line);
  });
}

}  // namespace bank::host
