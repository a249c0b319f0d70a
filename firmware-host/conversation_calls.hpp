#pragma once

#include "firmware-host/book_calls.hpp"
#include "firmware-host/clocks.hpp"
#include "web/conversation_door.hpp"

namespace bank::host {

class ConversationCalls final : public web::ConversationDoor {
 public:
  ConversationCalls(const Clock& clock, Desk& desk, BookCalls& book)
      : clock_(clock), desk_(desk), book_(book) {}

  std::optional<scheduler::ConversationView> find(ConversationId id) override;
  std::vector<scheduler::ConversationView> list(const scheduler::ConversationFilter& filter,
                                                std::optional<Conversations::After> after,
                                                std::size_t limit) override;
  Conversations::Items items(ConversationId id, std::optional<scheduler::BeforeItems> before,
                             std::size_t limit) override;
  std::vector<Conversations::Hit> search(std::string_view query,
                                         std::optional<scheduler::InboundId> before,
                                         std::size_t limit) override;
  void set_state(ConversationId id, std::string state, std::string by,
                 web::Answered<bool> answered) override;
  void read(ConversationId id, web::Answered<bool> answered) override;
  void note(ConversationId id, std::string text, std::string by,
            web::Answered<Conversations::Noted> answered) override;

 private:
  const Clock& clock_;
  Desk& desk_;
  BookCalls& book_;
};

}  // namespace bank::host
