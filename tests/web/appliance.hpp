#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tests/web/fake_door.hpp"
#include "tests/web/http_client.hpp"
#include "web/api.hpp"

namespace bank::web::test {

inline const std::string with_key = "Authorization: Bearer " + good_key + "\r\n";
inline const std::string as_json = with_key + "Content-Type: application/json\r\n";
inline const std::string one = R"({"to":"+989121234567","text":"hi"})";

/// The whole of web/ on a port of the loopback, over a door in memory.
class Appliance {
 public:
  explicit Appliance(ServerOptions options = {}) {
    options.listen = {"127.0.0.1:0"};
    server = std::move(Server::start(options, api.handler()).value());
    api.show_counts([this] { return server->counts(); });
  }
  [[nodiscard]] HttpClient connect() const { return HttpClient(server->addresses().front()); }
  /// For what is no HTTP.
  [[nodiscard]] HttpClient connect_plain() const {
    return HttpClient(server->addresses().front(), Recorded::no);
  }

  FakeDoor door;
  Api api{door};
  std::unique_ptr<Server> server;
};

}  // namespace bank::web::test
