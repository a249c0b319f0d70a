#pragma once

#include "scheduler/conversations.hpp"
#include "web/door.hpp"

namespace bank::web {

/// People who wrote, and what was said. As Door: called from the server's threads, several at once,
/// and returns at once.
class ConversationDoor {
 public:
  using Conversations = scheduler::Conversations;
  using ConversationId = scheduler::ConversationId;
  virtual ~ConversationDoor() = default;

  virtual std::optional<scheduler::ConversationView> find(ConversationId id) = 0;
  virtual std::vector<scheduler::ConversationView> list(const scheduler::ConversationFilter& filter,
                                                        std::optional<Conversations::After> after,
                                                        std::size_t limit) = 0;
  virtual Conversations::Items items(ConversationId id,
                                     std::optional<scheduler::BeforeItems> before,
                                     std::size_t limit) = 0;
  virtual std::vector<Conversations::Hit> search(std::string_view query,
                                                 std::optional<scheduler::InboundId> before,
                                                 std::size_t limit) = 0;

  /// `state`: open, done. False: there is none.
  virtual void set_state(ConversationId id, std::string state, std::string by,
                         Answered<bool> answered) = 0;
  virtual void read(ConversationId id, Answered<bool> answered) = 0;
  virtual void note(ConversationId id, std::string text, std::string by,
                    Answered<Conversations::Noted> answered) = 0;
};

}  // namespace bank::web
