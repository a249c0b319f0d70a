#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scheduler/inbound.hpp"
#include "scheduler/message.hpp"
#include "scheduler/replies.hpp"
#include "store/database.hpp"

namespace bank::scheduler {

enum class ConversationId : std::int64_t {};  // outside: "con_…"
[[nodiscard]] std::string outside(ConversationId id);
[[nodiscard]] std::optional<ConversationId> conversation_id(std::string_view outside);

/// What was said with one party: all that it wrote to any SIM, and all that we wrote to it.
struct ConversationView {
  ConversationId id;
  std::string party;    // E.164, a short code or a name
  std::string kind;     // number, code, name: to a name nobody can answer
  std::string state;    // open, done
  std::int64_t unread;  // that it wrote since somebody has read
  WallTime last_at;     // when it wrote last
  std::string sim;      // the SIM that it wrote to last, as the API names it; may be empty
  std::optional<std::string> last_text;  // what; nothing: no text, or retention dropped it
};

/// One line of a conversation.
struct ConversationItem {
  struct In {
    InboundId id;
    std::optional<MessageId> answers;  // our last message to it before, of 72 hours; by that SIM
  };
  struct Note {
    std::int64_t id;
    std::string by, text;
  };
  WallTime at;
  std::variant<In, MessageId, Note> what;
};

/// Where a list of items goes on: before these.
struct BeforeItems {
  std::int64_t inbound, message, note;
};

struct ConversationFilter {
  std::optional<std::string> state{};
  bool is_unread = false;
};

/// Conversations as rows beside the book. What changes belongs in a job of its writer. Each call
/// may throw store::DatabaseError.
class Conversations {
 public:
  static constexpr std::size_t most_notes = 1'000;    // of a conversation
  static constexpr std::size_t longest_note = 4'000;  // octets
  static constexpr std::size_t most_words = 8;        // of a search; more are passed over
  static constexpr std::chrono::hours answered_within{72};

  explicit Conversations(store::Database& database) : database_(database) {}

  // --- changing ---------------------------------------------------------------------------------
  /// What came in joins its conversation, in order, at most `limit`; how many it looked at. A text
  /// opens one that was done.
  std::size_t adopt(const ReplyRules& rules, std::size_t limit);
  /// False: there is none.
  bool set_state(ConversationId id, std::string_view state);
  bool read(ConversationId id);
  enum class Noted { noted, unknown, full };
  Noted note(ConversationId id, std::string_view text, std::string_view by, WallTime now);

  // --- reading ----------------------------------------------------------------------------------
  [[nodiscard]] std::optional<ConversationView> find(ConversationId id) const;
  [[nodiscard]] std::optional<ConversationView> with(std::string_view party) const;
  struct After {
    WallTime last_at;
    ConversationId id;
  };
  /// Who wrote last first, strictly after `after`.
  [[nodiscard]] std::vector<ConversationView> list(const ConversationFilter& filter,
                                                   std::optional<After> after,
                                                   std::size_t limit) const;
  /// The newest first. The first `limit`, and where they go on.
  struct Items {
    std::vector<ConversationItem> items;
    std::optional<BeforeItems> next;
  };
  [[nodiscard]] Items items(ConversationId id, std::optional<BeforeItems> before,
                            std::size_t limit) const;
  struct Hit {
    InboundId inbound;
    ConversationId conversation;
  };
  /// Texts that hold all of these words, the last of them at least its beginning; newest first,
  /// strictly before `before`. Nothing in `query` is anything but words.
  [[nodiscard]] std::vector<Hit> search(std::string_view query, std::optional<InboundId> before,
                                        std::size_t limit) const;

 private:
  store::Database& database_;
};

/// A folded text in words that a search finds: in scripts without spaces each letter is one.
[[nodiscard]] std::string search_words(std::string_view folded);

}  // namespace bank::scheduler
