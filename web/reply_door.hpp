#pragma once

#include "scheduler/reply_lists.hpp"
#include "scheduler/suppressions.hpp"
#include "web/door.hpp"

namespace bank::web {

/// Who is not to be written to, and what the program does by itself about what people write. As
/// Door: called from the server's threads, several at once, and returns at once.
class ReplyDoor {
 public:
  virtual ~ReplyDoor() = default;

  virtual std::vector<scheduler::SuppressionEvent> history(std::string_view number,
                                                           std::optional<std::int64_t> before,
                                                           std::size_t limit) = 0;
  virtual std::vector<scheduler::Suppression> suppressions(const scheduler::AfterSuppression& after,
                                                           std::size_t limit, bool is_held) = 0;
  virtual std::optional<scheduler::Suppression> topic_suppression(std::string_view number,
                                                                  std::string_view topic) = 0;
  virtual std::vector<scheduler::ReplyLists::KnownKeyword> keywords() = 0;
  virtual std::vector<scheduler::AutoAnswer> answers() = 0;

  /// Answers once nothing can be sent to any of these that its suppression covers.
  virtual void suppress(std::vector<scheduler::Suppression> suppressions,
                        Answered<std::monostate> answered) = 0;
  /// `scope`: "topic:…", or else of what is no topic. False: there was none.
  virtual void lift(std::string number, std::string scope, scheduler::Lifting lifting,
                    Answered<bool> answered) = 0;
  /// A person has looked at one that is held. False: it is not.
  virtual void decide(std::string number, bool is_opt_out, std::string by,
                      Answered<bool> answered) = 0;
  /// In force for what comes in from then on. False: there are too many.
  virtual void put(scheduler::Keyword keyword, std::string by, Answered<bool> answered) = 0;
  virtual void put(scheduler::AutoAnswer answer, std::string by, Answered<bool> answered) = 0;
  /// False: there was none.
  virtual void remove_keyword(std::string words, scheduler::Wish wish, std::string language,
                              std::string by, Answered<bool> answered) = 0;
  virtual void remove_answer(std::string name, std::string by, Answered<bool> answered) = 0;
};

}  // namespace bank::web
