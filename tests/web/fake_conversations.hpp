#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "web/conversation_door.hpp"

namespace bank::web::test {

/// Conversations that a test writes down.
class FakeConversations : public ConversationDoor {
 public:
  std::vector<scheduler::ConversationView> all;  // who wrote last first
  std::vector<scheduler::ConversationItem> lines;
  std::vector<Conversations::Hit> hits;
  std::vector<std::string> notes, queries;
  bool full = false;
  const std::optional<Unavailable>* broken = nullptr;

  std::optional<scheduler::ConversationView> find(ConversationId id) override {
    auto* one = at(id);
    return one == nullptr ? std::nullopt : std::optional(*one);
  }
  std::vector<scheduler::ConversationView> list(const scheduler::ConversationFilter& filter,
                                                std::optional<Conversations::After> after,
                                                std::size_t limit) override {
    std::vector<scheduler::ConversationView> found;
    for (const auto& one : all) {
      if (after && std::pair(one.last_at, one.id) >= std::pair(after->last_at, after->id)) continue;
      if (filter.state && one.state != *filter.state) continue;
      if (filter.is_unread && one.unread == 0) continue;
      if (found.size() < limit) found.push_back(one);
    }
    return found;
  }
  Conversations::Items items(ConversationId /*id*/, std::optional<scheduler::BeforeItems> before,
                             std::size_t limit) override {
    Conversations::Items page;
    const auto from = before ? static_cast<std::size_t>(before->note) : 0;
    for (std::size_t i = from; i < lines.size() && page.items.size() < limit; ++i) {
      page.items.push_back(lines[i]);
    }
    const auto next = from + page.items.size();
    if (next < lines.size()) page.next = {1, 1, static_cast<std::int64_t>(next)};
    return page;
  }
  std::vector<Conversations::Hit> search(std::string_view query,
                                         std::optional<scheduler::InboundId> before,
                                         std::size_t limit) override {
    queries.emplace_back(query);
    std::vector<Conversations::Hit> found;
    for (const auto& hit : hits) {
      if (found.size() < limit && (!before || hit.inbound < *before)) found.push_back(hit);
    }
    return found;
  }
  void set_state(ConversationId id, std::string state, std::string /*by*/,
                 Answered<bool> answered) override {
    change(id, answered, [&](auto& one) { one.state = state; });
  }
  void read(ConversationId id, Answered<bool> answered) override {
    change(id, answered, [](auto& one) { one.unread = 0; });
  }
  void note(ConversationId id, std::string text, std::string by,
            Answered<Conversations::Noted> answered) override {
    using Noted = Conversations::Noted;
    if (broken != nullptr && *broken) return answered(unexpected(**broken));
    if (at(id) == nullptr) return answered(Noted::unknown);
    if (full) return answered(Noted::full);
    notes.push_back(by + ": " + text);
    answered(Noted::noted);
  }

 private:
  scheduler::ConversationView* at(ConversationId id) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id; });
    return found == all.end() ? nullptr : &*found;
  }
  template <class Change>
  void change(ConversationId id, const Answered<bool>& answered, Change change) {
    if (broken != nullptr && *broken) return answered(unexpected(**broken));
    auto* one = at(id);
    if (one != nullptr) change(*one);
    answered(one != nullptr);
  }
};

}  // namespace bank::web::test
