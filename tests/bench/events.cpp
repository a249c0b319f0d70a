#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/web/fake_door.hpp"
#include "web/api.hpp"

// The server of E4: the API over a door in memory, in which so many things happen a second, each
// told with the record of a message. The first line on standard output is its address and a key.
int main(int count, char** arguments) {
  using namespace bank::web;
  const int rate = count > 1 ? std::atoi(arguments[1]) : 500;
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  test::FakeDoor door;
  Api api(door);
  auto server = Server::start({.listen = {"127.0.0.1:0"}}, api.handler());
  if (!server) {
    std::fprintf(stderr, "bench_events: %s\n", server.error().c_str());
    return 1;
  }
  std::printf("%s %s\n", (*server)->addresses().front().c_str(), test::good_key.c_str());
  std::fflush(stdout);

  const std::string record =
      R"({"id":"msg_0000000000001","to":"+989121234567","text":"Your order is here. It waits for )"
      R"(you at the counter until eight.","class":"transactional","priority":5,"pool":"default",)"
      R"("state":"sent","parts":1,"parts_sent":1,"created_at":"2026-11-22T10:00:00.000Z",)"
      R"("updated_at":"2026-11-22T10:00:04.125Z","attempts":1,"sim":"8998110000000000001",)"
      R"("modem":"slot-01","from":"+989120000001","hold":null,"error":null,"reference":null})";
  const timespec step{0, 10'000'000};  // ns
  const auto began = std::chrono::steady_clock::now();
  std::int64_t told = 0;
  while (sigtimedwait(&stop, nullptr, &step) < 0) {
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    std::vector<Happening> happened;
    for (; told < since.count() * rate / 1000; ++told) {
      const auto now =
          std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
      happened.push_back({"message.sent", now, "+989121234567", record});
    }
    api.events().publish(std::move(happened));
  }
}
