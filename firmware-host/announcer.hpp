#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "firmware-host/book_calls.hpp"
#include "firmware-host/clocks.hpp"
#include "scheduler/book_listener.hpp"
#include "web/happening.hpp"

namespace bank::host {

/// Makes of what the book and the rack do what others are told of it.
class Announcer final : public scheduler::BookListener {
 public:
  /// Who is told. Webhooks are rows, written in the transaction in which it happened; whoever
  /// listens now is told after it.
  struct To {
    std::function<bool()> is_any_webhook;                                   // any thread
    std::function<bool(std::string_view type)> webhooks_want;               // any thread
    std::function<void(std::span<const web::Happening>)> enqueue_webhooks;  // in the writer's job
    std::function<void()> wake_webhooks;                                    // after its commit
    std::function<bool()> is_anyone_live;                                   // any thread
    std::function<void(std::vector<web::Happening>)> publish;               // any thread
  };
  /// `book` is read on the writer's own connection. All outlive this.
  Announcer(const Clock& clock, scheduler::Book& book, BookCalls& calls, To to);
  ~Announcer() override;
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

  /// What is not of the book: of modems, SIMs, alarms. From any thread.
  void announce(web::Happening happening);

  // scheduler::BookListener
  [[nodiscard]] bool is_listening() const noexcept override;
  void changed(const std::vector<scheduler::BookChange>& changes) override;
  void begun() noexcept override;
  void committed() noexcept override;

 private:
  [[nodiscard]] std::optional<web::Happening> of(const scheduler::BookChange& change);

  const Clock& clock_;
  scheduler::Book& book_;
  BookCalls& calls_;
  To to_;
  scheduler::BookReader reader_;         // on the writer's connection
  std::vector<web::Happening> pending_;  // of the transaction that is under way
};

/// "modem.changed": one line of what happened to it, as GET /v1/modems/{name}/events has it.
[[nodiscard]] web::Happening happening_of(const scheduler::ModemEvent& event);
/// "sim.changed": its state, and the modem that it is in.
[[nodiscard]] web::Happening happening_of(const web::SimView& sim, scheduler::WallTime at);

}  // namespace bank::host
