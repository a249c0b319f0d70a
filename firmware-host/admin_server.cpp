#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <list>
#include <mutex>

#include "firmware-host/admin_address.hpp"
#include "firmware-host/admin_socket.hpp"
#include "firmware-host/descriptor.hpp"

namespace bank::host {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Protocol = asio::local::stream_protocol;

constexpr std::chrono::seconds pause_after_error{1};

Result<int, std::string> bound_socket(const std::string& path) {
  const auto trouble = [&](int error) {
    return unexpected(
        fmt::format("{}: the socket for administration cannot be made ({}); the "
                    "folder of the database must be writable",
                    path, reason_of(error)));
  };
  struct stat about {};
  if (::lstat(path.c_str(), &about) == 0) {
    if (!S_ISSOCK(about.st_mode)) {
      return unexpected(
          fmt::format("{}: a file that is not a socket stands where the socket for "
                      "administration belongs; move it away",
                      path));
    }
    ::unlink(path.c_str());  // left behind by a crash
  }
  const AdminAddress address(path);
  if (address.error() != 0) return trouble(address.error());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return trouble(errno);
  // The mode that bind gives the file is the socket's own: set before, there is no moment in which
  // others could connect.
  if (::fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0) return trouble(errno);
  if (::bind(socket.get(), address.get(), address.size()) != 0) return trouble(errno);
  if (::listen(socket.get(), most_admin_clients) != 0) return trouble(errno);
  return socket.release();
}

}  // namespace

struct AdminServer::State : std::enable_shared_from_this<AdminServer::State> {
  class Connection;

  State(asio::any_io_executor on, std::string at, Handler handler)
      : executor(std::move(on)),
        acceptor(executor),
        pause(executor),
        path(std::move(at)),
        handle(std::move(handler)) {}

  void accept();
  void close();

  asio::any_io_executor executor;
  Protocol::acceptor acceptor;
  asio::steady_timer pause;
  std::string path;
  Handler handle;
  std::list<std::weak_ptr<Connection>> connections;
  int clients = 0;
  bool accepting = false;
  bool closed = false;
};

/// One client: a line in, a line out. Lives as long as something is under way for it.
class AdminServer::State::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<State> state, Protocol::socket socket)
      : state_(std::move(state)), socket_(std::move(socket)), patience_(state_->executor) {
    ++state_->clients;
  }
  ~Connection() {
    --state_->clients;
    state_->accept();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() {
    hang_up_later();
    asio::async_read_until(socket_, asio::dynamic_buffer(line_, longest_admin_line), '\n',
                           [self = shared_from_this()](error_code error, std::size_t length) {
                             if (error) return self->close();
                             self->line_.resize(length - 1);
                             self->asked();
                           });
  }

  void close() {
    patience_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  /// Carries the connection to whoever answers and brings it back to its own thread, answered or
  /// not: the last owner of a socket must be the thread that runs it.
  class Reply {
   public:
    explicit Reply(std::shared_ptr<Connection> to)
        : executor_(to->state_->executor), to_(std::move(to)) {}
    ~Reply() {
      if (to_) asio::post(executor_, [to = std::move(to_)] { to->close(); });
    }
    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;

    void give(AdminAnswer answer) {
      std::shared_ptr<Connection> to;
      {
        const std::lock_guard lock(mutex_);
        to = std::move(to_);
        to_ = nullptr;
      }
      if (!to) return;  // the second answer to one question
      auto send = [to = std::move(to), line = to_line(answer)]() mutable {
        to->answer(std::move(line));
      };
      asio::post(executor_, std::move(send));
    }

   private:
    asio::any_io_executor executor_;
    std::mutex mutex_;
    std::shared_ptr<Connection> to_;
  };

  void asked() {
    auto request = request_from(line_);
    if (!request) return answer(to_line(AdminError{request.error()}));
    patience_.cancel();  // from here the handler has the word, and bounds of its own
    if (std::holds_alternative<MakeBackup>(*request)) give_signs_of_life();
    auto reply = std::make_shared<Reply>(shared_from_this());
    state_->handle(std::move(*request), by_user(peer()),
                   [reply](AdminAnswer given) { reply->give(std::move(given)); });
  }

  /// The user at the other end; nobody (65534) where the kernel does not say.
  [[nodiscard]] unsigned peer() {
    ucred credentials{.pid = 0, .uid = 65534, .gid = 65534};
    socklen_t size = sizeof credentials;
    (void)::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size);
    return credentials.uid;
  }

  /// An empty line every now and then. One octet at a time never waits: a client that does not read
  /// misses some.
  void give_signs_of_life() {
    patience_.expires_after(admin_sign_of_life);
    patience_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!self || error) return;
      (void)::send(self->socket_.native_handle(), "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
      self->give_signs_of_life();
    });
  }

  void answer(std::string line) {
    if (state_->closed) return close();
    line_ = std::move(line) + '\n';
    hang_up_later();
    asio::async_write(socket_, asio::buffer(line_),
                      [self = shared_from_this()](error_code, std::size_t) { self->close(); });
  }

  void hang_up_later() {
    patience_.expires_after(admin_patience);
    patience_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (self && !error) self->close();
    });
  }

  std::shared_ptr<State> state_;
  Protocol::socket socket_;
  asio::steady_timer patience_;
  std::string line_;
};

void AdminServer::State::accept() {
  if (closed || accepting || clients >= most_admin_clients) return;
  accepting = true;
  acceptor.async_accept([weak = weak_from_this()](error_code error, Protocol::socket socket) {
    const auto state = weak.lock();
    if (!state) return;
    state->accepting = false;
    if (state->closed) return;
    if (!error) {
      const auto connection = std::make_shared<Connection>(state, std::move(socket));
      state->connections.remove_if([](const auto& known) { return known.expired(); });
      state->connections.push_back(connection);
      connection->start();
    }
    if (!error) return state->accept();
    state->pause.expires_after(pause_after_error);  // out of descriptors lasts; do not spin
    state->pause.async_wait([weak](error_code) {
      if (const auto later = weak.lock()) later->accept();
    });
  });
}

void AdminServer::State::close() {
  closed = true;
  error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  for (const auto& weak : connections) {
    if (const auto connection = weak.lock()) connection->close();
  }
  ::unlink(path.c_str());
}

Result<std::unique_ptr<AdminServer>, std::string> AdminServer::listen(
    boost::asio::any_io_executor executor, const std::string& socket_path, Handler handle) {
  const auto socket = bound_socket(socket_path);
  if (!socket) return unexpected(socket.error());
  auto state = std::make_shared<State>(std::move(executor), socket_path, std::move(handle));
  state->acceptor.assign(Protocol(), *socket);
  state->accept();
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(state)));
}

AdminServer::AdminServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

AdminServer::~AdminServer() {
  state_->close();
}

}  // namespace bank::host
