#include "modem/virtual/record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

namespace bank::modem::virt {

Result<void, std::string> Record::open(const std::string& path) {
  flush();
  Handle file;
  if (!path.empty()) {
    file = Handle(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file) return unexpected(system_error("cannot write the record", path));
  }
  file_ = std::move(file);
  path_ = path;
  error_.clear();
  lines_ = 0;
  return {};
}

void Record::add(std::string_view slot, const Submission& submission,
                 std::chrono::system_clock::time_point at, TimePoint now) {
  if (!file_) return;
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  fmt::format_to(std::back_inserter(buffer_), "{}.{:06}\t{}\t{}\t{}\t{}\n", micros / 1'000'000,
                 micros % 1'000'000, slot, submission.iccid, submission.mr, submission.pdu);
  ++lines_;
  if (flush_at_ == TimePoint::max()) flush_at_ = now + record_lag;
  if (buffer_.size() >= record_batch) flush();
}

void Record::flush() {
  flush_at_ = TimePoint::max();
  for (std::size_t at = 0; file_ && at < buffer_.size();) {
    const auto written = ::write(file_.get(), buffer_.data() + at, buffer_.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      error_ = system_error("cannot write the record", path_);
      file_ = Handle();
    } else {
      at += static_cast<std::size_t>(written);
    }
  }
  buffer_.clear();
}

}  // namespace bank::modem::virt
