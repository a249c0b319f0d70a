#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "at/result.hpp"
#include "scheduler/book.hpp"

/// How `modembank key` talks to the running program: a UNIX stream socket beside the database,
/// mode 0600; one JSON object on a line as the request, one as the answer, then the connection is
/// closed. Keys are made by the client: only their hash travels.
///
///   {"do":"key.create","name":"shop","scopes":["send"],"classes":["service"],"hash":"64 hex"}
///   {"do":"key.list"}
///   {"do":"key.revoke","id":3}
///   {"id":3} · {"keys":[{"id":3,"name":…,"scopes":[…],"classes":[…],"created_at":"…",
///   "revoked_at":null}]} · {"revoked":true} · {"error":"what, where, what to do"}
namespace bank::host {

/// Longest request or answer, in octets with its line end.
inline constexpr std::size_t longest_admin_line = 1024 * 1024;
/// Connections at once; the next waits in the kernel's queue.
inline constexpr int most_admin_clients = 8;
/// A client that has not been answered in this time gives up; a server hangs up on one that has
/// not asked.
inline constexpr std::chrono::seconds admin_patience{10};

struct KeyCreate {
  std::string name;
  std::vector<std::string> scopes;
  std::vector<std::string> classes;
  std::array<unsigned char, 32> hash;  // SHA-256 of the key's text
};
struct KeyList {};
struct KeyRevoke {
  scheduler::KeyId id;
};
using AdminRequest = std::variant<KeyCreate, KeyList, KeyRevoke>;

struct KeyCreated {
  scheduler::KeyId id;
};
struct KeysListed {
  std::vector<scheduler::ApiKey> keys;
};
struct KeyRevoked {
  bool known;  // false: there is no such key, or it is revoked already
};
struct AdminError {
  std::string detail;  // what, where, what to do
};
using AdminAnswer = std::variant<KeyCreated, KeysListed, KeyRevoked, AdminError>;

/// Does what is asked, on the book's own connection: on the store's thread inside a writer's job,
/// or offline under the database's lock. `reader` may share the book's connection.
[[nodiscard]] AdminAnswer perform(const AdminRequest& request, scheduler::Book& book,
                                  scheduler::BookReader& reader, scheduler::WallTime now);

/// "<database>.sock"
[[nodiscard]] std::string admin_socket_path(std::string_view database);

/// Asks the running program; blocks, at most `admin_patience`.
///
/// Errors  the sentence for the person at the terminal: nobody listens, no permission, too late.
[[nodiscard]] Result<AdminAnswer, std::string> ask_admin(const std::string& socket_path,
                                                         const AdminRequest& request);

/// The answering side. `handle` is called on the executor's thread and must not block; it hands its
/// answer, once, to the function it is given, which may be called from any thread, also later.
/// A handler that drops that function unanswered makes the client time out, nothing worse.
class AdminServer {
 public:
  using Answer = std::function<void(AdminAnswer)>;
  using Handler = std::function<void(AdminRequest, Answer)>;

  /// Listens at once; a socket left behind by a crash is replaced (the database's lock says that no
  /// one else is there). The executor must be single-threaded.
  [[nodiscard]] static Result<std::unique_ptr<AdminServer>, std::string> listen(
      boost::asio::any_io_executor executor, const std::string& socket_path, Handler handle);
  /// Closes everything and removes the socket. On the executor's thread, or when it has stopped.
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

 private:
  struct State;
  explicit AdminServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// The lines on the wire, for both sides and the tests; without the line end.
[[nodiscard]] std::string to_line(const AdminRequest& request);
[[nodiscard]] std::string to_line(const AdminAnswer& answer);
[[nodiscard]] Result<AdminRequest, std::string> request_from(std::string_view line);
[[nodiscard]] Result<AdminAnswer, std::string> answer_from(std::string_view line);

}  // namespace bank::host
