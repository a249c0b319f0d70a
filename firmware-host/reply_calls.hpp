#pragma once

#include "firmware-host/book_calls.hpp"
#include "firmware-host/clocks.hpp"
#include "firmware-host/switchboard.hpp"
#include "scheduler/audit.hpp"
#include "web/reply_door.hpp"

namespace bank::host {

/// Suppressions are told to the rack before they are committed; what an operator edits after it.
class ReplyCalls final : public web::ReplyDoor {
 public:
  ReplyCalls(modem::Loop& loop, const Clock& clock, Desk& desk, BookCalls& book,
             Switchboard& switchboard)
      : loop_(loop), clock_(clock), desk_(desk), book_(book), switchboard_(switchboard) {}

  std::vector<scheduler::SuppressionEvent> history(std::string_view number,
                                                   std::optional<std::int64_t> before,
                                                   std::size_t limit) override;
  std::vector<scheduler::Suppression> suppressions(const scheduler::AfterSuppression& after,
                                                   std::size_t limit, bool is_held) override;
  std::optional<scheduler::Suppression> topic_suppression(std::string_view number,
                                                          std::string_view topic) override;
  std::vector<scheduler::ReplyLists::KnownKeyword> keywords() override;
  std::vector<scheduler::AutoAnswer> answers() override;
  void suppress(std::vector<scheduler::Suppression> suppressions,
                web::Answered<std::monostate> answered) override;
  void lift(std::string number, std::string scope, scheduler::Lifting lifting,
            web::Answered<bool> answered) override;
  void decide(std::string number, bool is_opt_out, std::string by,
              web::Answered<bool> answered) override;
  void put(scheduler::Keyword keyword, std::string by, web::Answered<bool> answered) override;
  void put(scheduler::AutoAnswer answer, std::string by, web::Answered<bool> answered) override;
  void remove_keyword(std::string words, scheduler::Wish wish, std::string language, std::string by,
                      web::Answered<bool> answered) override;
  void remove_answer(std::string name, std::string by, web::Answered<bool> answered) override;

 private:
  /// `change(ReplyLists&)` says whether something changed.
  template <class Change>
  void edit(Change change, scheduler::AuditEntry entry, web::Answered<bool> answered);
  struct Import;
  void suppress_next(const std::shared_ptr<Import>& import);

  modem::Loop& loop_;
  const Clock& clock_;
  Desk& desk_;
  BookCalls& book_;
  Switchboard& switchboard_;
};

}  // namespace bank::host
