#include "firmware-host/reply_calls.hpp"

#include <algorithm>
#include <utility>

namespace bank::host {
namespace {

constexpr std::size_t suppressed_at_once = 100;  // numbers: the rack looks for each in its hands

web::Unavailable no_writes() {
  return {"the database takes no writes; try again", std::chrono::seconds{5}};
}

}  // namespace

// --- reading ------------------------------------------------------------------------------------

std::vector<scheduler::SuppressionEvent> ReplyCalls::history(std::string_view number,
                                                             std::optional<std::int64_t> before,
                                                             std::size_t limit) {
  return book_.query([&](store::Database& database) {
    return scheduler::suppression_history(database, number, before, limit);
  });
}

std::vector<scheduler::Suppression> ReplyCalls::suppressions(
    const scheduler::AfterSuppression& after, std::size_t limit, bool is_held) {
  return book_.query([&](store::Database& database) {
    return scheduler::all_suppressions(database, after, limit, is_held);
  });
}

std::optional<scheduler::Suppression> ReplyCalls::topic_suppression(std::string_view number,
                                                                    std::string_view topic) {
  return book_.query([&](store::Database& database) {
    return scheduler::topic_suppression(database, number, topic);
  });
}

std::vector<scheduler::ReplyLists::KnownKeyword> ReplyCalls::keywords() {
  return book_.query(
      [](store::Database& database) { return scheduler::ReplyLists(database).known_keywords(); });
}

std::vector<scheduler::AutoAnswer> ReplyCalls::answers() {
  return book_.query(
      [](store::Database& database) { return scheduler::ReplyLists(database).answers(); });
}

// --- changing -----------------------------------------------------------------------------------

struct ReplyCalls::Import {
  std::vector<scheduler::Suppression> suppressions;
  std::size_t done = 0;
  web::Answered<std::monostate> answered;
};

void ReplyCalls::suppress(std::vector<scheduler::Suppression> suppressions,
                          web::Answered<std::monostate> answered) {
  auto import = std::make_shared<Import>(Import{std::move(suppressions), 0, std::move(answered)});
  loop_.post([this, import] { suppress_next(import); });
}

void ReplyCalls::suppress_next(const std::shared_ptr<Import>& import) {
  const auto& all = import->suppressions;
  if (import->done == all.size()) return import->answered(std::monostate{});
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(import->done);
  const auto count = std::min(all.size() - import->done, suppressed_at_once);
  switchboard_.suppress({begin, begin + static_cast<std::ptrdiff_t>(count)},
                        [this, import, count](bool done) {
                          if (!done) return import->answered(unexpected(no_writes()));
                          import->done += count;
                          suppress_next(import);
                        });
}

void ReplyCalls::lift(std::string number, std::string scope, scheduler::Lifting lifting,
                      web::Answered<bool> answered) {
  book_.write(
      [this, number = std::move(number), scope = std::move(scope),
       lifting = std::move(lifting)](scheduler::Book& book) mutable {
        lifting.at = clock_.now().wall;
        const bool was_there = book.unsuppress(number, lifting, scope);
        if (was_there) desk_.note({lifting.by, "suppression.delete", number}, lifting.at);
        return was_there;
      },
      std::move(answered));
}

void ReplyCalls::decide(std::string number, bool is_opt_out, std::string by,
                        web::Answered<bool> answered) {
  loop_.post([this, number = std::move(number), is_opt_out, by = std::move(by),
              answered = std::move(answered)] {
    switchboard_.decide(number, is_opt_out, {clock_.now().wall, "api", by},
                        [answered](std::optional<bool> was_held) {
                          if (!was_held) return answered(unexpected(no_writes()));
                          answered(*was_held);
                        });
  });
}

template <class Change>
void ReplyCalls::edit(Change change, scheduler::AuditEntry entry, web::Answered<bool> answered) {
  struct Edited {
    bool is_done = false;
    std::vector<scheduler::Keyword> keywords{};
    std::vector<scheduler::AutoAnswer> answers{};
  };
  book_.write(
      [this, change = std::move(change), entry = std::move(entry)](scheduler::Book& book) {
        scheduler::ReplyLists lists(book.database());
        Edited edited;
        edited.is_done = change(lists);
        if (!edited.is_done) return edited;
        desk_.note(entry, clock_.now().wall);
        edited.keywords = lists.keywords();
        edited.answers = lists.answers();
        return edited;
      },
      [this, answered = std::move(answered)](web::Outcome<Edited> edited) {
        if (!edited) return answered(unexpected(edited.error()));
        if (!edited->is_done) return answered(false);
        desk_.tell([this, answered, edited = std::move(*edited)]() mutable {
          switchboard_.use_replies(edited.keywords, std::move(edited.answers));
          answered(true);
        });
      });
}

void ReplyCalls::put(scheduler::Keyword keyword, std::string by, web::Answered<bool> answered) {
  scheduler::AuditEntry entry{std::move(by), "keyword.put", keyword.words};
  edit([keyword = std::move(keyword)](scheduler::ReplyLists& lists) { return lists.put(keyword); },
       std::move(entry), std::move(answered));
}

void ReplyCalls::put(scheduler::AutoAnswer answer, std::string by, web::Answered<bool> answered) {
  scheduler::AuditEntry entry{std::move(by), "answer.put", answer.name};
  edit([answer = std::move(answer)](scheduler::ReplyLists& lists) { return lists.put(answer); },
       std::move(entry), std::move(answered));
}

void ReplyCalls::remove_keyword(std::string words, scheduler::Wish wish, std::string language,
                                std::string by, web::Answered<bool> answered) {
  scheduler::AuditEntry entry{std::move(by), "keyword.delete", words};
  edit([words = std::move(words), wish, language = std::move(language)](
           scheduler::ReplyLists& lists) { return lists.remove(words, wish, language); },
       std::move(entry), std::move(answered));
}

void ReplyCalls::remove_answer(std::string name, std::string by, web::Answered<bool> answered) {
  scheduler::AuditEntry entry{std::move(by), "answer.delete", name};
  edit([name = std::move(name)](scheduler::ReplyLists& lists) { return lists.remove_answer(name); },
       std::move(entry), std::move(answered));
}

}  // namespace bank::host
