#include "modem/worker_pool.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace bank::modem {

WorkerPool::WorkerPool(std::size_t most_threads)
    : most_threads_(std::max<std::size_t>(most_threads, 1)) {}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::try_post(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() >= most_waiting) return false;
    add_locked(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::post(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    add_locked(std::move(job));
  }
  wake_.notify_one();
}

std::size_t WorkerPool::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.size();
}

void WorkerPool::add_locked(Job job) {
  waiting_.push_back(std::move(job));
  if (waiting_.size() > idle_ && threads_.size() < most_threads_) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) throw;  // else those that are there do it, later
    }
  }
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;  // stopping, and all is done
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds ends here, not under the lock
    lock.lock();
  }
}

}  // namespace bank::modem
