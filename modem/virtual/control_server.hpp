#pragma once

#include <cstddef>
#include <list>
#include <string>

#include "modem/virtual/control.hpp"
#include "modem/virtual/terminal.hpp"

namespace bank::modem::virt {

inline constexpr std::size_t most_control_clients = 32;
inline constexpr std::size_t most_control_answer = 256 * 1024;  // octets a client did not read

/// The control language on a UNIX stream socket, driven by somebody's epoll: every descriptor is
/// added to it with its own number as data.
class ControlServer {
 public:
  /// Listens; replaces the socket of a rack that died, refuses that of one that lives.
  [[nodiscard]] static Result<ControlServer, std::string> listen(const std::string& path,
                                                                 int epoll);

  /// True when the descriptor was the server's; it is then served.
  bool serve(int fd, Switchboard& board);
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  struct Client {
    Handle socket;
    std::string input;
    std::string output;
    bool ends = false;  // after the output is written
  };
  void accept_one();
  [[nodiscard]] bool converse(Client& client, Switchboard& board);
  [[nodiscard]] bool flush(Client& client) const;

  std::string path_;
  int epoll_ = -1;
  Handle listener_;
  std::list<Client> clients_;
};

}  // namespace bank::modem::virt
