#include "firmware-host/slow_thread.hpp"

namespace bank::host {

bool SlowThread::submit(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || jobs_.size() >= most_waiting) return false;
  jobs_.push_back(std::move(job));
  woken_.notify_one();
  return true;
}

std::size_t SlowThread::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

void SlowThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    woken_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void SlowThread::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (jobs_.empty()) {
      woken_.wait(lock);
      continue;
    }
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = {};
    lock.lock();
  }
}

}  // namespace bank::host
