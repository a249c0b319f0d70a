#include "modem/virtual/control_server.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "modem/virtual/rack.hpp"

namespace bank::modem::virt {
namespace {

std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<Handle, std::string> connect_to(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return unexpected(fmt::format("{}: the path is over 107 octets", path));
  Handle socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return unexpected(system_error("no rack answers at", path));
  }
  return socket;
}

void watch(int epoll, int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = static_cast<std::uint64_t>(fd);
  ::epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

Result<ControlServer, std::string> ControlServer::listen(const std::string& path, int epoll) {
  const auto address = address_of(path);
  if (!address) {
    return unexpected(fmt::format("{}: a socket's path has at most 107 octets: shorten it", path));
  }
  if (connect_to(path)) {
    return unexpected(
        fmt::format("{}: a rack runs there already: end it or take another directory", path));
  }
  ::unlink(path.c_str());
  ControlServer server;
  server.path_ = path;
  server.epoll_ = epoll;
  server.listener_ = Handle(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!server.listener_ ||
      ::bind(server.listener_.get(), reinterpret_cast<const sockaddr*>(&*address),
             sizeof *address) != 0 ||
      ::listen(server.listener_.get(), 16) != 0) {
    return unexpected(system_error("cannot listen at", path));
  }
  watch(epoll, EPOLL_CTL_ADD, server.listener_.get(), EPOLLIN);
  return server;
}

void ControlServer::accept_one() {
  Handle socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket || clients_.size() == most_control_clients) return;
  watch(epoll_, EPOLL_CTL_ADD, socket.get(), EPOLLIN);
  clients_.push_back({std::move(socket), {}, {}});
}

bool ControlServer::serve(int fd, Switchboard& board) {
  if (fd == listener_.get()) {
    accept_one();
    return true;
  }
  const auto client = std::find_if(clients_.begin(), clients_.end(),
                                   [&](const Client& c) { return c.socket.get() == fd; });
  if (client == clients_.end()) return false;
  if (!converse(*client, board)) clients_.erase(client);
  return true;
}

bool ControlServer::converse(Client& client, Switchboard& board) {
  char buffer[4096];
  const auto got = ::recv(client.socket.get(), buffer, sizeof buffer, 0);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
    client.ends = true;  // what it asked last is still answered
  } else if (got > 0 && !client.ends) {
    client.input.append(buffer, static_cast<std::size_t>(got));
  }
  std::size_t end = 0;
  while (!client.ends && (end = client.input.find('\n')) != std::string::npos) {
    client.output += obey(board, std::string_view(client.input).substr(0, end)) + "\n";
    client.input.erase(0, end + 1);
  }
  if (client.input.size() > most_control_line) {
    client.output += fmt::format("error a line of over {} octets: write less\n", most_control_line);
    client.input.clear();
    client.ends = true;
  }
  if (client.output.size() > most_control_answer) return false;
  if (!flush(client)) return false;
  if (client.output.empty()) return !client.ends;
  // With its input closed only room for the output is of interest.
  watch(epoll_, EPOLL_CTL_MOD, client.socket.get(), EPOLLOUT | (client.ends ? 0U : EPOLLIN));
  return true;
}

bool ControlServer::flush(Client& client) const {
  while (!client.output.empty()) {
    const auto sent = ::send(client.socket.get(), client.output.data(), client.output.size(),
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return errno == EAGAIN;
    client.output.erase(0, static_cast<std::size_t>(sent));
  }
  watch(epoll_, EPOLL_CTL_MOD, client.socket.get(), EPOLLIN);
  return true;
}

Result<std::string, std::string> ask_rack(const std::string& control_path, std::string_view line) {
  auto socket = connect_to(control_path);
  if (!socket) return unexpected(socket.error());
  const std::string question = std::string(line) + "\n";
  if (::send(socket->get(), question.data(), question.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(question.size())) {
    return unexpected(system_error("cannot write to", control_path));
  }
  std::string answer;
  while (answer.find('\n') == std::string::npos) {
    pollfd readable{socket->get(), POLLIN, 0};
    char buffer[4096];
    if (::poll(&readable, 1, 5000) <= 0) {
      return unexpected(fmt::format("{}: no answer within 5 s", control_path));
    }
    const auto got = ::recv(socket->get(), buffer, sizeof buffer, 0);
    if (got <= 0) return unexpected(fmt::format("{}: closed without an answer", control_path));
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  answer.resize(answer.find('\n'));
  return answer;
}

}  // namespace bank::modem::virt
