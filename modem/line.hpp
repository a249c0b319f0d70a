#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "modem/loop.hpp"
#include "modem/ports.hpp"
#include "modem/session.hpp"

namespace bank::modem {

/// A modem at its port: opens it, moves bytes between it and the session, keeps the session's
/// deadlines, and opens it again whenever it was lost: at once when it appears, with growing pauses
/// when it is there and fails, for ever. All on the loop's thread.
class Line {
 public:
  struct Handlers {
    /// What the session tells, except what the line does itself (Write, GiveUp).
    std::function<void(Line&, const Action&)> told;
    /// After each event, when all of its actions are done: look at the session again.
    std::function<void(Line&)> settled;
  };

  static constexpr std::chrono::milliseconds shortest_pause{1000};
  static constexpr std::chrono::milliseconds longest_pause{60'000};

  Line(Loop& loop, Ports& ports, std::string name, std::string path, int baud, Handlers handlers);
  ~Line();

  /// The port is there (again). `listen`: see Session::opened; for the next opening alone.
  void appeared(std::chrono::milliseconds listen = {});
  /// The port is gone.
  void vanished();
  /// Closes the port, and opens it again after a pause.
  void restart(const std::string& why);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool present() const { return present_; }
  [[nodiscard]] std::string usb_path() const { return wire_ ? wire_->usb_path() : ""; }
  [[nodiscard]] const Session& session() const { return session_; }
  /// Why it was lost, and after "; " what a person can do; kept until the modem is ready again.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  // The session's calls, with the time of now.
  void submit(const Part& part);
  void commit(std::uint64_t token, std::string pdu);
  void withdraw(std::uint64_t token, std::string_view why);
  void enter_pin(std::string_view pin);
  void without_pin(std::string_view why);
  void booked(std::uint64_t token);
  void ask(Request request);
  void not_booked(std::uint64_t token);

 private:
  void open();
  void opened(Result<std::unique_ptr<Wire>, std::string> wire);
  void lose(const std::string& why);
  void rest(const std::string& why);
  void perform(Actions actions);
  void arm();
  void due();

  Loop& loop_;
  Ports& ports_;
  std::string name_, path_;
  int baud_;
  Handlers handlers_;
  Session session_;
  std::unique_ptr<Wire> wire_;
  std::unique_ptr<Timer> deadline_;
  std::unique_ptr<Timer> pause_timer_;
  TimePoint armed_ = TimePoint::max();
  std::chrono::milliseconds pause_ = shortest_pause;
  std::chrono::milliseconds listen_{0};
  std::string trouble_;
  bool present_ = false;
  bool opening_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // for callbacks that come late
};

}  // namespace bank::modem
