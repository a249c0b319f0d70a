// E3: deliveries a second to one endpoint of this machine, and the order of each conversation.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "store/thread_writer.hpp"
#include "web/webhook_sender.hpp"

namespace {

using namespace bank;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// One thread and one epoll: takes each POST, notes its conversation and number, answers 204.
class Endpoint {
 public:
  explicit Endpoint(int conversations) : next_(static_cast<std::size_t>(conversations)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port = ntohs(at.sin_port);
    epoll_ = ::epoll_create1(0);
    watch(listener_);
    thread_ = std::thread([this] { run(); });
  }
  ~Endpoint() {
    stopping_ = true;
    thread_.join();
    for (const auto& [fd, text] : texts_) ::close(fd);
    ::close(epoll_);
    ::close(listener_);
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  int port = 0;
  std::atomic<long> taken{0};
  std::atomic<long> out_of_order{0};

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
  void run() {
    std::array<epoll_event, 64> events{};
    while (!stopping_) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 50);
      for (int i = 0; i < count; ++i) {
        const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
        fd == listener_ ? welcome() : read(fd);
      }
    }
  }
  void welcome() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    texts_[fd];
    watch(fd);
  }
  void read(int fd) {
    std::array<char, 8192> piece{};
    const auto count = ::recv(fd, piece.data(), piece.size(), 0);
    if (count <= 0) {
      ::close(fd);
      texts_.erase(fd);
      return;
    }
    auto& text = texts_[fd];
    text.append(piece.data(), static_cast<std::size_t>(count));
    const auto head = text.find("\r\n\r\n");
    if (head == std::string::npos || text.back() != '}' || text.find("}}", head) == text.npos) {
      return;
    }
    note(std::string_view(text).substr(head));
    text.clear();
    static constexpr std::string_view answer = "HTTP/1.1 204 No Content\r\n\r\n";
    (void)!::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  static std::size_t number_after(std::string_view body, std::string_view name) {
    const auto at = body.find(name) + name.size();
    std::size_t number = 0;
    std::from_chars(body.data() + at, body.data() + body.size(), number);
    return number;
  }
  void note(std::string_view body) {
    auto& expected = next_.at(number_after(body, "\"c\":"));
    if (number_after(body, "\"n\":") != expected) ++out_of_order;
    ++expected;
    ++taken;
  }

  int listener_ = -1, epoll_ = -1;
  std::map<int, std::string> texts_;
  std::vector<std::size_t> next_;  // of each conversation
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

web::WallTime now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

/// bench_webhooks FILE CONVERSATIONS EACH: a line "per_second out_of_order booked_per_second".
int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "bench_webhooks FILE CONVERSATIONS EACH\n");
    return 2;
  }
  const std::filesystem::path file = argv[1];
  const int conversations = std::stoi(argv[2]);
  const int each = std::stoi(argv[3]);
  const long all = long{conversations} * each;
  Endpoint endpoint(conversations);
  auto database = store::Database::open(file, store::Database::Mode::read_write);
  store::migrate(database, scheduler::schema());
  web::WebhookRows rows(database);
  {
    store::Transaction transaction(database);
    rows.create(
        {fmt::format("http://127.0.0.1:{}/", endpoint.port), {}, {}, std::string(32, 's'), ""},
        now());
    transaction.commit();
    rows.publish(rows.all());
  }
  store::ThreadWriter writer(database);
  std::mutex mutex;
  std::condition_variable committed;
  writer.after_rounds([&] { committed.notify_all(); });
  web::WebhookSender sender(file, writer, rows, {.addresses = {.allow_private = true}, .now = now});
  const auto began = Clock::now();
  std::atomic<long> booked{0};
  for (int n = 0; n < each; ++n) {
    // As the book would: some that happened in one round, and a wake after its commit.
    for (int from = 0; from < conversations; from += 50) {
      std::vector<web::Happening> some;
      for (int c = from; c < std::min(from + 50, conversations); ++c) {
        some.push_back(
            {"message.sent", now(), std::to_string(c),
             fmt::format(R"({{"id":"msg_0000000000001","to":"+989121234567","c":{},"n":{}}})", c,
                         n)});
      }
      const auto count = static_cast<long>(some.size());
      while (!writer.submit({[&rows, some] { rows.enqueue(some); },
                             [&, count](const std::optional<store::Failure>& failure) {
                               if (!failure) booked += count;
                               sender.wake();
                             }})) {
        std::this_thread::yield();
      }
    }
  }
  while (booked < all) std::this_thread::yield();
  const std::chrono::duration<double> to_book = Clock::now() - began;
  // To the commit of the last result, not to its arrival.
  auto reading = store::Database::open(file, store::Database::Mode::read_only);
  while (reading.integer("SELECT sum(delivered) FROM webhook") < all) {
    if (Clock::now() - began > 120s) {
      fmt::print(stderr, "bench_webhooks: {} of {} are delivered\n", endpoint.taken.load(), all);
      return 1;
    }
    std::unique_lock lock(mutex);
    committed.wait_for(lock, 1ms);
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  sender.stop();
  writer.stop();
  fmt::print("{:.1f} {} {:.1f}\n", static_cast<double>(all) / took.count(),
             endpoint.out_of_order.load(), static_cast<double>(all) / to_book.count());
}
