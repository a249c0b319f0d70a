#include "modem/port_watch.hpp"

#include <fmt/format.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstdint>
#include <set>
#include <system_error>
#include <utility>

#include "modem/port_groups.hpp"
#include "modem/port_set.hpp"
#include "modem/udev_notices.hpp"
#include "modem/usb.hpp"

namespace bank::modem {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// What a look has found.
struct Seen {
  Admitted admitted;
  bool is_news = false;
  std::vector<UsbModem> modems;  // only where they are needed
};

/// Pseudo-terminals are no business of sysfs.
bool any_on_usb(const PortSet& ports) {
  return std::any_of(ports.begin(), ports.end(),
                     [](const auto& port) { return port.second.device.starts_with("/dev/tty"); });
}

/// Reads /dev and sysfs: blocks.
Seen see(const std::vector<std::string>& paths, const PortSet& before, bool wants_modems) {
  Seen seen;
  seen.admitted = admit(before, look_for_ports(paths), PortWatch::most_ports);
  seen.is_news = !changes(before, seen.admitted.ports).empty();
  if ((seen.is_news || wants_modems) && any_on_usb(seen.admitted.ports)) {
    seen.modems = read_usb_modems("/sys");
  }
  return seen;
}

}  // namespace

/// inotify and udev only say "look now"; what there is to see is always found by looking, so a lost
/// or doubled notice does no harm and the sweep is the same act. inotify sees names come and go,
/// also of lines that udev knows nothing of; udev tells when a device is ready to be opened, also
/// where no inotify is to be had.
class PortWatch::State : public std::enable_shared_from_this<PortWatch::State> {
 public:
  State(asio::io_context& io, WorkerPool& pool, std::vector<std::string> paths, Handlers handlers)
      : pool_(pool),
        notices_(io),
        udev_(io),
        sweep_(io),
        settled_(io),
        paths_(std::move(paths)),
        groups_(without_wildcards(paths_)),
        handlers_(std::make_shared<const Handlers>(std::move(handlers))) {}

  void start() {
    if (started_) return;
    started_ = true;
    if (const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC); fd >= 0) {
      notices_.assign(fd);
      watch_directories();
      await_notice();
    } else {
      report_trouble(
          fmt::format("inotify is not available ({}), ports are looked for every {} s only; "
                      "raise fs.inotify.max_user_instances",
                      std::system_category().message(errno), sweep_interval.count() / 1000));
    }
    if (const int fd = udev_notices_.listen(); fd >= 0) {  // else the others see all that it tells
      udev_.assign(fd);
      await_udev();
    }
    asio::post(sweep_.get_executor(), [self = shared_from_this()] { self->sweep(); });
  }

  void silent(const std::string& place) {
    asio::post(sweep_.get_executor(), [self = shared_from_this(), place] {
      if (!self->stopped_) self->tell(self->groups_.silent(place));
    });
  }

  void stop() {
    stopped_ = true;
    error_code ignored;
    notices_.close(ignored);
    udev_.close(ignored);
    sweep_.cancel();
    settled_.cancel();
  }

 private:
  static constexpr std::uint32_t interesting = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                               IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

  void await_notice() {
    notices_.async_read_some(asio::buffer(notice_),
                             [self = shared_from_this()](error_code error, std::size_t) {
                               if (error || self->stopped_) return;
                               self->look_soon();
                               self->await_notice();
                             });
  }

  void await_udev() {
    udev_.async_wait(asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](error_code error) {
                       if (error || self->stopped_) return;
                       self->udev_notices_.drain();
                       self->look_soon();
                       self->await_udev();
                     });
  }

  /// One look for a burst of changes; the first of them starts the wait, so none waits longer.
  void look_soon() {
    if (std::exchange(look_is_due_, true)) return;
    settled_.expires_after(settle);
    settled_.async_wait([self = shared_from_this()](error_code error) {
      if (error || self->stopped_) return;
      self->look_is_due_ = false;
      self->look();
    });
  }

  void sweep() {
    if (stopped_) return;
    look();
    if (stopped_) return;
    sweep_.expires_after(sweep_interval);
    sweep_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->sweep();
    });
  }

  /// One at a time: what is asked for meanwhile is one look more, after it.
  void look() {
    watch_directories();  // first: what comes between this and the look is noticed again
    if (std::exchange(is_looking_, true)) {
      looks_again_ = true;
      return;
    }
    // The pool's thread keeps nothing of this: it ends where it began.
    const bool is_taken = pool_.try_post(
        [self = shared_from_this(), before = ports_, waits = groups_.waits()]() mutable {
          auto seen = see(self->paths_, *before, waits);
          auto executor = self->sweep_.get_executor();
          asio::post(executor, [self = std::move(self), seen = std::move(seen)]() mutable {
            self->looked(std::move(seen));
          });
        });
    if (!is_taken) is_looking_ = false;  // the next sweep tries again
  }

  void looked(Seen seen) {
    is_looking_ = false;
    if (stopped_) return;
    ports_ = std::make_shared<const PortSet>(std::move(seen.admitted.ports));
    if (seen.admitted.refused > 0 && refused_ == 0) {
      report_trouble(
          fmt::format("{} ports match [discovery] paths, {} more than a rack may have; "
                      "those are left out: narrow the patterns",
                      most_ports + seen.admitted.refused, seen.admitted.refused));
    }
    refused_ = seen.admitted.refused;
    if (seen.is_news || groups_.waits()) {
      tell(groups_.update(*ports_, seen.modems, std::chrono::steady_clock::now()));
    }
    if (!stopped_ && std::exchange(looks_again_, false)) look();
  }

  void tell(const std::vector<PortGroups::Change>& changes) {
    const auto handlers = handlers_;  // a handler may end the watch
    for (const auto& change : changes) {
      if (stopped_) return;
      switch (change.kind) {
        case PortGroups::Change::Kind::gone: handlers->gone(change.found.place); break;
        case PortGroups::Change::Kind::appeared: handlers->appeared(change.found); break;
      }
    }
  }

  /// Adding a watch that is there gives the same number again; a directory made anew gets another.
  void watch_directories() {
    if (!notices_.is_open()) return;
    std::set<int> watches;
    for (const std::string& directory : directories_to_watch(paths_)) {
      const int watch =
          ::inotify_add_watch(notices_.native_handle(), directory.c_str(), interesting);
      if (watch >= 0) watches.insert(watch);  // else the sweep sees it
    }
    for (const int watch : watches_) {
      if (!watches.contains(watch)) ::inotify_rm_watch(notices_.native_handle(), watch);
    }
    watches_ = std::move(watches);
  }

  /// What a person has written down whole is a modem of its own.
  static std::vector<std::string> without_wildcards(const std::vector<std::string>& paths) {
    std::vector<std::string> whole;
    for (const auto& path : paths) {
      if (path.find_first_of("*?[") == std::string::npos) whole.push_back(path);
    }
    return whole;
  }

  void report_trouble(std::string what) {
    if (!handlers_->trouble) return;
    asio::post(sweep_.get_executor(), [self = shared_from_this(), what = std::move(what)] {
      if (!self->stopped_) self->handlers_->trouble(what);
    });
  }

  WorkerPool& pool_;
  UdevNotices udev_notices_;
  asio::posix::stream_descriptor notices_;  // inotify's
  asio::posix::stream_descriptor udev_;
  asio::steady_timer sweep_;
  asio::steady_timer settled_;
  const std::vector<std::string> paths_;  // read on the pool, too
  PortGroups groups_;
  std::shared_ptr<const Handlers> handlers_;
  std::shared_ptr<const PortSet> ports_ = std::make_shared<const PortSet>();
  std::set<int> watches_;
  std::size_t refused_ = 0;
  bool started_ = false;
  bool stopped_ = false;
  bool look_is_due_ = false;
  bool is_looking_ = false;
  bool looks_again_ = false;
  std::array<char, 4096> notice_{};
};

PortWatch::PortWatch(asio::io_context& io, WorkerPool& pool, std::vector<std::string> paths,
                     Handlers handlers)
    : state_(std::make_shared<State>(io, pool, std::move(paths), std::move(handlers))) {}

PortWatch::PortWatch(PortWatch&&) noexcept = default;

PortWatch& PortWatch::operator=(PortWatch&& other) noexcept {
  if (this == &other) return *this;
  stop();
  state_ = std::move(other.state_);
  return *this;
}

PortWatch::~PortWatch() {
  stop();
}

void PortWatch::start() {
  state_->start();
}
void PortWatch::silent(const std::string& place) {
  state_->silent(place);
}
void PortWatch::stop() {
  if (state_) state_->stop();
}

}  // namespace bank::modem
