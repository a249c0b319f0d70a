#include "firmware-host/conversation_calls.hpp"

#include <utility>

namespace bank::host {

std::optional<scheduler::ConversationView> ConversationCalls::find(ConversationId id) {
  return book_.query([&](store::Database& database) { return Conversations(database).find(id); });
}

std::vector<scheduler::ConversationView> ConversationCalls::list(
    const scheduler::ConversationFilter& filter, std::optional<Conversations::After> after,
    std::size_t limit) {
  return book_.query([&](store::Database& database) {
    return Conversations(database).list(filter, after, limit);
  });
}

web::ConversationDoor::Conversations::Items ConversationCalls::items(
    ConversationId id, std::optional<scheduler::BeforeItems> before, std::size_t limit) {
  return book_.query(
      [&](store::Database& database) { return Conversations(database).items(id, before, limit); });
}

std::vector<web::ConversationDoor::Conversations::Hit> ConversationCalls::search(
    std::string_view query, std::optional<scheduler::InboundId> before, std::size_t limit) {
  return book_.query([&](store::Database& database) {
    return Conversations(database).search(query, before, limit);
  });
}

void ConversationCalls::set_state(ConversationId id, std::string state, std::string by,
                                  web::Answered<bool> answered) {
  book_.write(
      [this, id, state = std::move(state), by = std::move(by)](scheduler::Book& book) {
        const bool is_there = Conversations(book.database()).set_state(id, state);
        if (is_there) {
          desk_.note({by, "conversation." + state, scheduler::outside(id)}, clock_.now().wall);
        }
        return is_there;
      },
      std::move(answered));
}

void ConversationCalls::read(ConversationId id, web::Answered<bool> answered) {
  book_.write([id](scheduler::Book& book) { return Conversations(book.database()).read(id); },
              std::move(answered));
}

void ConversationCalls::note(ConversationId id, std::string text, std::string by,
                             web::Answered<Conversations::Noted> answered) {
  book_.write(
      [this, id, text = std::move(text), by = std::move(by)](scheduler::Book& book) {
        const auto at = clock_.now().wall;
        const auto noted = Conversations(book.database()).note(id, text, by, at);
        if (noted == Conversations::Noted::noted) {
          desk_.note({by, "conversation.note", scheduler::outside(id)}, at);
        }
        return noted;
      },
      std::move(answered));
}

}  // namespace bank::host
