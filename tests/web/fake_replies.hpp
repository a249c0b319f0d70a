#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "web/reply_door.hpp"

namespace bank::web::test {

/// Suppressions and lists as the book has them, in a database in memory; no rack.
class FakeReplies : public ReplyDoor {
  struct House {
    store::Database database = store::Database::in_memory();
    bool is_migrated = (store::migrate(database, scheduler::schema()), true);
    scheduler::Book book{database, "boot"};
    scheduler::BookReader reader{database};
  };

  template <class What>
  auto with(What what) {
    const std::lock_guard lock(mutex_);
    if (!house_) house_ = std::make_unique<House>();
    return what(*house_);
  }
  void change(std::function<bool(House&)> what, Answered<bool> answered) {
    later([this, what = std::move(what), answered = std::move(answered)] {
      if (broken != nullptr && *broken) return answered(unexpected(**broken));
      answered(with(what));
    });
  }

  std::mutex mutex_;
  std::unique_ptr<House> house_;

 public:
  std::function<void(std::function<void()>)> later = [](const std::function<void()>& what) {
    what();
  };
  const std::optional<Unavailable>* broken = nullptr;
  bool full = false;  // nothing more can be kept
  std::function<void(const std::string&)> asked = [](const std::string&) {};  // by whom

  std::optional<scheduler::Suppression> find(std::string_view number) {
    return with([&](House& house) { return house.reader.suppression(number); });
  }
  void keep(const scheduler::Suppression& one) {
    with([&](House& house) { return house.book.suppress(one, 10); });
  }

  std::vector<scheduler::SuppressionEvent> history(std::string_view number,
                                                   std::optional<std::int64_t> before,
                                                   std::size_t limit) override {
    return with([&](House& house) {
      return scheduler::suppression_history(house.database, number, before, limit);
    });
  }
  std::vector<scheduler::Suppression> suppressions(const scheduler::AfterSuppression& after,
                                                   std::size_t limit, bool is_held) override {
    return with([&](House& house) {
      return scheduler::all_suppressions(house.database, after, limit, is_held);
    });
  }
  std::optional<scheduler::Suppression> topic_suppression(std::string_view number,
                                                          std::string_view topic) override {
    return with(
        [&](House& house) { return scheduler::topic_suppression(house.database, number, topic); });
  }
  std::vector<scheduler::ReplyLists::KnownKeyword> keywords() override {
    return with(
        [](House& house) { return scheduler::ReplyLists(house.database).known_keywords(); });
  }
  std::vector<scheduler::AutoAnswer> answers() override {
    return with([](House& house) { return scheduler::ReplyLists(house.database).answers(); });
  }

  void suppress(std::vector<scheduler::Suppression> suppressions,
                Answered<std::monostate> answered) override {
    later([this, suppressions = std::move(suppressions), answered = std::move(answered)] {
      if (broken != nullptr && *broken) return answered(unexpected(**broken));
      for (const auto& one : suppressions) keep(one);
      if (!suppressions.empty()) asked(suppressions.front().by);
      answered(std::monostate{});
    });
  }
  void lift(std::string number, std::string scope, scheduler::Lifting lifting,
            Answered<bool> answered) override {
    asked(lifting.by);
    change([number = std::move(number), scope = std::move(scope), lifting = std::move(lifting)](
               House& house) { return house.book.unsuppress(number, lifting, scope); },
           std::move(answered));
  }
  void decide(std::string number, bool is_opt_out, std::string by,
              Answered<bool> answered) override {
    asked(by);
    change(
        [number = std::move(number), is_opt_out, by = std::move(by)](House& house) {
          const scheduler::ReplyRules rules({"all", "IR", {"IR"}, "Asia/Tehran"});
          return house.book.decide(number, is_opt_out, rules, {{}, "api", by}, 10).has_value();
        },
        std::move(answered));
  }
  void put(scheduler::Keyword keyword, std::string by, Answered<bool> answered) override {
    asked(by);
    change(
        [this, keyword = std::move(keyword)](House& house) {
          return !full && scheduler::ReplyLists(house.database).put(keyword);
        },
        std::move(answered));
  }
  void put(scheduler::AutoAnswer answer, std::string by, Answered<bool> answered) override {
    asked(by);
    change([this, answer = std::move(answer)](
               House& house) { return !full && scheduler::ReplyLists(house.database).put(answer); },
           std::move(answered));
  }
  void remove_keyword(std::string words, scheduler::Wish wish, std::string language, std::string by,
                      Answered<bool> answered) override {
    asked(by);
    change(
        [words = std::move(words), wish, language = std::move(language)](House& house) {
          return scheduler::ReplyLists(house.database).remove(words, wish, language);
        },
        std::move(answered));
  }
  void remove_answer(std::string name, std::string by, Answered<bool> answered) override {
    asked(by);
    change([name = std::move(name)](
               House& house) { return scheduler::ReplyLists(house.database).remove_answer(name); },
           std::move(answered));
  }
};

}  // namespace bank::web::test
