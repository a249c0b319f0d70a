#include "web/connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

namespace bank::web {

Connection::Connection(MHD_Connection* connection) {
  const auto* socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (socket != nullptr) fd = socket->connect_fd;
  const auto* client = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (client == nullptr || client->client_addr == nullptr) return;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (client->client_addr->sa_family == AF_INET) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(client->client_addr);
    inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
    peer_is_loopback = (ntohl(address->sin_addr.s_addr) >> 24U) == 127;
  } else if (client->client_addr->sa_family == AF_INET6) {
    const auto* address = reinterpret_cast<const sockaddr_in6*>(client->client_addr);
    inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size());
    peer_is_loopback = IN6_IS_ADDR_LOOPBACK(&address->sin6_addr);
  }
  peer = text.data();
}

void Connection::begin(std::string_view uri) {
  const auto mark = uri.find('?');
  query = mark == std::string_view::npos ? std::string_view() : uri.substr(mark + 1);
  accept.clear();
  head_only = false;
  changes = false;
  admitted = false;
  counted = false;
  refusal.reset();
  call = nullptr;
  upload_until_ms = 0;
  told = false;
  body = {};
  drained = 0;
  pending.reset();
}

}  // namespace bank::web
