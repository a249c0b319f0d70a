#include "tests/program/steady_poster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/web/http_client.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr int connections = 2;

}  // namespace

SteadyPoster::SteadyPoster(std::vector<Message> messages, std::string key)
    : messages_(std::move(messages)),
      head_("Authorization: Bearer " + std::move(key) + "\r\nContent-Type: application/json\r\n") {
  for (int i = 0; i < connections; ++i) threads_.emplace_back([this] { run(); });
}

SteadyPoster::~SteadyPoster() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void SteadyPoster::go_on(const std::string& address, std::size_t allowed) {
  {
    const std::lock_guard lock(mutex_);
    address_ = address;
    ++life_;
    allowed_ = std::min(allowed, messages_.size());
  }
  changed_.notify_all();
}

bool SteadyPoster::is_done() {
  const std::lock_guard lock(mutex_);
  return answered_ == messages_.size();
}

std::vector<SteadyPoster::Message> SteadyPoster::messages() {
  const std::lock_guard lock(mutex_);
  return messages_;
}

void SteadyPoster::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ends_ || next_ < allowed_; });
    if (ends_) return;
    const std::size_t index = next_++;
    for (bool answered = false; !answered;) {
      const int life = life_;
      const std::string address = address_;
      lock.unlock();
      answered = post(index, address);
      lock.lock();
      if (answered) ++answered_;
      if (!answered) changed_.wait(lock, [&] { return ends_ || life_ != life; });
      if (ends_) return;
    }
  }
}

/// False when the program was gone before it answered.
bool SteadyPoster::post(std::size_t index, const std::string& address) {
  Message& message = messages_[index];  // no other thread touches this one
  const json body{{"to", message.to}, {"text", message.text}};
  int status = 0;
  json answer;
  bool replayed = false;
  try {
    web::test::HttpClient client(address);
    const std::string head = head_ + fmt::format("Idempotency-Key: message-{}\r\n", index);
    const auto got = client.post("/v1/messages", body.dump(), head)
                         ? client.answer()
                         : std::optional<web::test::HttpAnswer>{};
    if (got) {
      status = got->status;
      answer = json::parse(got->body, nullptr, false);
      replayed = got->headers.contains("idempotent-replayed");
    }
  } catch (const std::exception&) {
    status = 0;  // nobody listens, or it ended in the middle
  }
  const std::lock_guard lock(mutex_);
  ++message.attempts;
  message.status = status;
  message.replayed = replayed;
  if (status == 202) message.id = answer.value("id", "");
  return status != 0;
}

}  // namespace bank::program::test
