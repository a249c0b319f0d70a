#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/book.hpp"
#include "scheduler/schema.hpp"
#include "store/database.hpp"
#include "store/inline_writer.hpp"
#include "store/migrations.hpp"

namespace bank::scheduler {

using namespace std::chrono_literals;

/// A book in memory, with the clocks in the test's hand. Each call runs in a transaction of its
/// own, as it does in the program.
class BookFixture {
 public:
  BookFixture() : BookFixture(store::Database::in_memory()) {}
  explicit BookFixture(store::Database opened) : database(std::move(opened)) {
    store::migrate(database, schema());
    reboot("boot-1");
    reader.emplace(database);
    commit([&] {
      sim =
          book->configure_sim("8998110000000000001", "one", "+989120000001", {"default"}, wall).id;
      other = book->configure_sim("8998110000000000002", "two", "", {"default"}, wall).id;
    });
  }

  /// The program starts again, after a crash or not; with another id it is another boot.
  void reboot(std::string boot_id) { book.emplace(database, std::move(boot_id)); }

  template <class Work>
  void commit(Work work) {
    store::Transaction transaction(database);
    work();
    transaction.commit();
  }

  [[nodiscard]] Now now() const { return {wall, boot}; }
  void pass(std::chrono::milliseconds time) {
    wall += time;
    boot += time;
  }

  NewMessage to(std::string number, int parts = 1) const {
    NewMessage message;
    message.to = std::move(number);
    message.text = "salam";
    message.expires_at = wall + 24h;
    message.parts = parts;
    return message;
  }
  MessageId accept(const NewMessage& message) { return accept_all({message}).front().id; }
  std::vector<Book::Accepted> accept_all(const std::vector<NewMessage>& messages,
                                         std::optional<BatchId> batch = {}) {
    std::vector<Book::Accepted> accepted;
    commit([&] { accepted = book->accept(messages, batch, std::nullopt, wall); });
    return accepted;
  }

  tl::expected<Begun, Refusal> begin(MessageId message, int part = 1) {
    return begin(message, part, sim);
  }
  tl::expected<Begun, Refusal> begin(MessageId message, int part, SimId via) {
    tl::expected<Begun, Refusal> begun = tl::unexpected(Refusal::gone);
    commit([&] { begun = book->begin_sending({message, part, via, "slot-01"}, now()); });
    return begun;
  }
  std::optional<Settled> end(SubmissionId submission, const PartEnd& how, const Sequel& sequel) {
    std::optional<Settled> settled;
    commit([&] { settled = book->end_part(submission, how, sequel, now()); });
    return settled;
  }
  /// The part was taken by the network.
  std::optional<Settled> sent(SubmissionId submission, std::optional<int> tp_mr,
                              MessageState state = MessageState::sent) {
    return end(submission, {PartEnd::Kind::sent, tp_mr, {}, true}, {.state = state});
  }
  std::optional<Settled> uncertain(SubmissionId submission) {
    return end(
        submission, {PartEnd::Kind::uncertain, {}, Trouble{"no_result", ""}, true},
        {.state = MessageState::uncertain, .error = Trouble{"no_result", ""}, .attempt = true});
  }
  /// begin and end of a whole part, `tp_mr` as the modem told.
  SubmissionId send(MessageId message, int part, std::optional<int> tp_mr,
                    MessageState state = MessageState::sent) {
    const SubmissionId submission = begin(message, part).value().submission;
    sent(submission, tp_mr, state);
    return submission;
  }
  std::optional<Settled> report(int tp_mr, const std::string& recipient, int tp_status = 0,
                                std::optional<WallTime> scts = {}) {
    std::optional<Settled> settled;
    commit([&] {
      settled = book->status_report({sim, tp_mr, recipient, scts.value_or(wall), tp_status}, now());
    });
    return settled;
  }
  [[nodiscard]] MessageState state(MessageId message) {
    return reader->message(message).value().state;
  }
  [[nodiscard]] std::string outcome(MessageId message, std::size_t submission = 0) {
    return reader->submissions(message).at(submission).outcome;
  }
  [[nodiscard]] std::int64_t count(MessageState state) {
    for (const auto& [counted, n] : reader->counts()) {
      if (counted == state) return n;
    }
    return -1;
  }

  store::Database database;
  std::optional<Book> book;
  std::optional<BookReader> reader;
  WallTime wall{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};
  BootTime boot{10h};
  SimId sim{};
  SimId other{};
};

}  // namespace bank::scheduler
