#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "at/result.hpp"
#include "firmware-host/key_flaws.hpp"
#include "scheduler/book.hpp"
#include "scheduler/records.hpp"
#include "web/account_rows.hpp"
#include "web/key_door.hpp"

/// How `modembank key`, `user`, `backup` and `sim` talk to the running program: a UNIX stream
/// socket beside the database, mode 0600; one JSON object on a line as the request, one as the
/// answer, then the connection is closed. While the answer to a backup is being made, an empty line
/// every now and then says that somebody is there. Keys and links are made by the client: only
/// their hash travels, and of a password what is stored of it.
///
///   {"do":"key.create","name":"shop","scopes":["send"],"classes":["service"],"pools":[],"sims":[],
///    "networks":[],"per_minute":null,"per_hour":null,"per_day":1000,"hash":"64 hex"} → {"id":3}
///   {"do":"key.list","after":0} → {"keys":[{"id":3,"name":…,"scopes":[…],"classes":[…],…,
///    "created_at":"…","revoked_at":null,"last_used_at":"…"}],"more":false}
///   {"do":"key.revoke","id":3} → {"revoked":true}
///   {"do":"backup","to":"/absolute/path","force":false} → {"bytes":4096,"queued":1,"sending":0}
///   {"do":"sim.release","sims":["8998…"]} → {"released":1}; no SIM named: all
///   {"do":"user.add","name":"ali","role":"admin","password":"$argon2id$…"} → {"user":"ali"}
///   {"do":"user.link","name":"ali","hash":"64 hex"} → {"user":"ali"}
///   any → {"error":"what, where, what to do"}
namespace bank::host {

/// Longest request or answer, in octets with its line end.
inline constexpr std::size_t longest_admin_line = 1024 * 1024;
/// Connections at once; the next waits in the kernel's queue.
inline constexpr int most_admin_clients = 8;
/// A client that has not been answered in this time gives up; a server hangs up on one that has
/// not asked.
inline constexpr std::chrono::seconds admin_patience{10};
/// Between two empty lines.
inline constexpr std::chrono::seconds admin_sign_of_life{3};
/// A backup that takes longer is given up: so long the write-ahead log keeps all that is written.
inline constexpr std::chrono::minutes longest_backup{60};
/// Keys in one answer: each takes some 8 KiB of a line at the most.
inline constexpr std::size_t keys_in_answer = 100;
using KeyCreate = web::KeyWanted;
struct KeyList {
  scheduler::KeyId after{};
};
struct KeyRevoke {
  scheduler::KeyId id;
};
struct MakeBackup {
  std::string to;  // absolute path
  bool force;      // replaces what is there
};
struct ReleaseSims {
  std::vector<std::string> sims;  // ICCIDs or "imsi:…"; none: all
};
struct UserAdd {
  std::string name;
  web::Role role;
  std::string password;  // as web::hash_of_password makes it
};
struct UserLink {  // by which somebody chooses a new password
  std::string name;
  web::KeyHash hash{};  // of its token
};
using AdminRequest =
    std::variant<KeyCreate, KeyList, KeyRevoke, MakeBackup, ReleaseSims, UserAdd, UserLink>;

struct KeyCreated {
  scheduler::KeyId id;
};
struct KeysListed {
  std::vector<scheduler::ApiKey> keys;
  bool more = false;  // ask again, after the last of these
};
struct KeyRevoked {
  bool known;  // false: there is no such key, or it is revoked already
};
struct BackupMade {
  std::uint64_t bytes;
  std::int64_t queued, sending;  // messages in it; a restore makes them uncertain
};
struct SimsReleased {
  std::vector<scheduler::SimId>
      sims;  // for who asked within the program; only their number travels
  std::size_t count;
};
struct UserKnown {
  std::string name;  // as it is shown
};
struct AdminError {
  std::string detail;                  // what, where, what to do
  std::optional<web::KeyFlaw> flaw{};  // the same, for who asked within the program
};
using AdminAnswer = std::variant<KeyCreated, KeysListed, KeyRevoked, BackupMade, SimsReleased,
                                 UserKnown, AdminError>;

/// Does what is asked, on the book's own connection: on the store's thread inside a writer's job,
/// or offline under the database's lock; a backup is made elsewhere (firmware-host/backup.hpp).
/// `reader` may share the book's connection. What is changed is noted in the audit log.
struct AdminOffice {
  scheduler::Book& book;
  scheduler::BookReader& reader;
  scheduler::AuditLog& audit;
  web::AccountRows& accounts;
  const Configured& configured;
};
[[nodiscard]] AdminAnswer perform(const AdminRequest& request, const AdminOffice& office,
                                  const std::string& by, scheduler::WallTime now);
/// Notes a backup that was made.
void note_backup(scheduler::AuditLog& audit, const MakeBackup& wanted, const BackupMade& made,
                 const std::string& by, scheduler::WallTime now);

/// Who asks at the command line, for the audit log.
[[nodiscard]] std::string by_user(unsigned uid);

/// "<database>.sock"
[[nodiscard]] std::string admin_socket_path(std::string_view database);

/// Asks the running program; blocks, at most `admin_patience`, and as long as there are signs of
/// life.
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
  /// `by` is who asks: the user at the other end.
  using Handler = std::function<void(AdminRequest, std::string by, Answer)>;

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
