// `modembank send --csv` at servers that answer oddly, and in the hands of who interrupts it.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;

/// Takes one connection, reads what comes first, says what it is told and hangs up.
class OddServer {
 public:
  OddServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&at), length) != 0 || ::listen(fd_, 1) != 0 ||
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &length) != 0) {
      throw std::runtime_error("cannot listen");
    }
    url = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  ~OddServer() {
    if (client_ >= 0) ::close(client_);
    ::close(fd_);
  }
  OddServer(const OddServer&) = delete;
  OddServer& operator=(const OddServer&) = delete;

  void accept() {
    client_ = ::accept(fd_, nullptr, nullptr);
    std::string said(65'536, '\0');
    REQUIRE(::recv(client_, said.data(), said.size(), 0) > 0);
  }
  void say(const std::string& answer) const {
    REQUIRE(::send(client_, answer.data(), answer.size(), MSG_NOSIGNAL) > 0);
    ::shutdown(client_, SHUT_WR);
  }

  std::string url;

 private:
  int fd_;
  int client_ = -1;
};

std::vector<std::string> send(const std::string& url, const std::string& file) {
  return {program(), "send", "--url", url, "--key", "mb_x", "--csv", file};
}

}  // namespace

TEST_CASE("who cannot know whether a file was accepted is told how to repeat it", "[send]") {
  const Folder folder;
  const auto file = folder.write("list.csv", "to,text\n+989120000001,x\n");
  OddServer server;
  Child child(send(server.url, file), folder / "send");
  server.accept();
  SECTION("interrupted") {
    const int signal = GENERATE(SIGINT, SIGTERM);
    child.signal(signal);
    CHECK(child.wait() == 128 + signal);
    CHECK_THAT(child.err(), Contains("interrupted") && Contains("--idempotency-key"));
  }
  SECTION("refused by what stands between") {
    server.say("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    CHECK(child.wait() == 1);
    CHECK_THAT(child.err(), Contains("502") && Contains("--idempotency-key"));
  }
  SECTION("answered with nothing") {
    server.say("\r\n");
    CHECK(child.wait() == 1);
    CHECK_THAT(child.err(), Contains("is not known") && Contains("--idempotency-key"));
  }
}

TEST_CASE("an answer that comes behind interim ones is the answer", "[send]") {
  const Folder folder;
  const auto file = folder.write("list.csv", "to,text\n+989120000001,x\n");
  OddServer server;
  Child child(send(server.url, file), folder / "send");
  server.accept();
  const std::string body = R"({"batch":"bat_1","accepted":1,"rejected_count":0,"rejected":[]})";
  server.say(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
      "HTTP/1.1 202 Accepted\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  CHECK(child.wait() == 0);
  CHECK_THAT(child.out(), Contains("bat_1 1 accepted, 0 rejected"));
}

TEST_CASE("what cannot be sent is said without advice to repeat it", "[send]") {
  const Folder folder;
  const auto file = folder.write("list.csv", "to,text\n");
  const auto refused = [&](const std::string& what) {
    const Ran ran = run(send("http://127.0.0.1:1", what), folder / "send");
    CHECK(ran.status == 1);
    CHECK_THAT(ran.err, !Contains("idempotency-key"));
    return ran.err;
  };
  CHECK_THAT(refused(file), Contains("nothing was sent"));
  CHECK_THAT(refused(folder / "none.csv"), Contains("give a file on disk"));
  CHECK_THAT(refused(folder / ""), Contains("a folder, a pipe or a device"));
  CHECK_THAT(refused("/dev/null"), Contains("a folder, a pipe or a device"));
  auto with_class = send("http://127.0.0.1:1", file);
  with_class.insert(with_class.end(), {"--class", "promotional"});
  const Ran ran = run(with_class, folder / "send");
  CHECK(ran.status == 2);
  CHECK_THAT(ran.err, Contains("--class") && Contains("--csv"));
  auto with_charset = send("http://127.0.0.1:1", folder.write("list.ndjson", "{}\n"));
  with_charset.insert(with_charset.end(), {"--charset", "windows-1256"});
  CHECK(run(with_charset, folder / "send").status == 2);
}

}  // namespace bank::program::test
