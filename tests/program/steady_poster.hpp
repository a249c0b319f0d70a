#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace bank::program::test {

/// A client as it should be: posts its messages over two connections, and what was not answered
/// again with the same Idempotency-Key, whatever happens to the program in between.
class SteadyPoster {
 public:
  struct Message {
    std::string to;
    std::string text;
    int parts = 0;
    std::string id{};  // once it was accepted
    int status = 0;    // of the answer
    int attempts = 0;  // how often it had to be posted
    bool replayed = false;
  };

  SteadyPoster(std::vector<Message> messages, std::string key);
  ~SteadyPoster();  // what is not posted stays so
  SteadyPoster(const SteadyPoster&) = delete;
  SteadyPoster& operator=(const SteadyPoster&) = delete;

  /// The program lives here now, and so many of the messages may be posted in all.
  void go_on(const std::string& address, std::size_t allowed);
  /// Whether all of them were answered.
  [[nodiscard]] bool is_done();
  /// As they are now.
  [[nodiscard]] std::vector<Message> messages();

 private:
  void run();
  [[nodiscard]] bool post(std::size_t index, const std::string& address);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Message> messages_;
  std::string head_;
  std::string address_;
  int life_ = 0;  // of the program
  std::size_t allowed_ = 0;
  std::size_t next_ = 0;
  std::size_t answered_ = 0;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bank::program::test
