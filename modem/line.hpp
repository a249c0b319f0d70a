#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "modem/dialogue_ring.hpp"
#include "modem/loop.hpp"
#include "modem/ports.hpp"
#include "modem/recovery.hpp"
#include "modem/session.hpp"

namespace bank::modem {

/// A modem at its port: opens it, moves bytes between it and the session, keeps the session's
/// deadlines, and opens it again whenever it was lost: at once when it appears, with growing pauses
/// when it is there and fails, for ever. All on the loop's thread.
class Line {
 public:
  struct Handlers {
    /// What the session tells, except what the line does itself (Write, ResetWritten, GiveUp).
    std::function<void(Line&, const Action&)> told;
    /// What can be done for it at all.
    std::function<Means(Line&)> means;
    /// A rung of the ladder is to be taken because of `why`; of those that disturb others (a reset
    /// and above) only when it says so, else the port is just opened again.
    std::function<bool(Line&, Rung rung, const std::string& why)> recovers;
    /// A reset, or more, was done: its pause was waited for, and nothing came between. `failure` is
    /// one line for a person when it could not be.
    std::function<void(Line&, Rung rung, const std::string& why, const std::string& failure)> done;
    /// Nothing has answered at its port, which may be another of the modem's.
    std::function<void(Line&)> unanswered;
    /// After each event, when all of its actions are done: look at the session again.
    std::function<void(Line&)> settled;
  };

  Line(Loop& loop, Ports& ports, std::string name, std::string path, int baud, Handlers handlers);
  ~Line();

  /// The port is there (again), at `path`. `listen`: see Session::opened; for the next opening
  /// alone.
  void appeared(std::string path, std::chrono::milliseconds listen = {});
  /// The port is gone.
  void vanished();
  /// Closes the port, and takes the next rung.
  void restart(const std::string& why);
  /// A person wants it: the maker's reset, at once.
  void reset(const std::string& why);
  /// The network took a part of it.
  void succeeded() { recovery_.succeeded(); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool present() const { return present_; }
  /// Also while it is closed.
  [[nodiscard]] const std::string& usb_path() const { return usb_path_; }
  [[nodiscard]] const Recovery& recovery() const { return recovery_; }
  [[nodiscard]] const Session& session() const { return session_; }
  /// Why it was lost, and after "; " what a person can do; kept until the modem is ready again.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  /// What was written to the modem and read from it last, for people.
  [[nodiscard]] const DialogueRing& dialogue() const { return dialogue_; }

  // The session's calls, with the time of now.
  void know(std::shared_ptr<const SimPlans> plans) { session_.know(std::move(plans)); }
  void submit(const Part& part);
  void commit(std::uint64_t token, std::string pdu);
  void withdraw(std::uint64_t token, std::string_view why);
  void enter_pin(std::string_view pin);
  void without_pin(std::string_view why);
  void check_sim();
  void booked(std::uint64_t token);
  void ask(Request request);
  void forget_request(std::uint64_t token);
  void not_booked(std::uint64_t token);

 private:
  static constexpr std::string_view default_reset = "AT+CFUN=1,1";
  void open();
  void opened(const std::string& path, Result<std::unique_ptr<Wire>, std::string> wire);
  void hear(std::string_view bytes);
  void lose(const std::string& why);
  enum class Lost { while_open, while_opening };
  void recover(const std::string& why, Lost lost = Lost::while_open, Rung from = Rung::reopen);
  void take(const Recovery::Step& step);
  void reset_usb(Rung rung);
  void perform(Actions actions);
  void arm();
  void due();

  Loop& loop_;
  Ports& ports_;
  std::string name_, path_;
  int baud_;
  Handlers handlers_;
  Session session_;
  DialogueRing dialogue_;
  std::unique_ptr<Wire> wire_;
  std::unique_ptr<Timer> deadline_;
  std::unique_ptr<Timer> pause_timer_;
  TimePoint armed_ = TimePoint::max();
  Recovery recovery_;
  std::string usb_path_;
  std::string reset_command_{default_reset};  // of the modem that was here last
  bool tries_other_ = false;                  // port, before this one is opened again
  bool resets_ = false;                       // when the port is open next
  bool starts_ = false;                       // it has appeared since it was open
  std::chrono::milliseconds listen_{0};
  std::string trouble_;
  std::string why_;  // the rung that was chosen last
  bool present_ = false;
  bool opening_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // for callbacks that come late
};

}  // namespace bank::modem
