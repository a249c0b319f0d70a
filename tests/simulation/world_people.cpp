// What people do in a world: they write, one by one and many at once, and take it back.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "at/split.hpp"
#include "store/statement.hpp"
#include "tests/simulation/world.hpp"

namespace bank::simulation {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t numbers = 40;          // recipients; so few that they meet again
constexpr std::size_t most_lines = 30;       // of one piece of an upload
constexpr std::size_t most_of_batch = 1000;  // messages, of all its pieces

}  // namespace

void World::act() {
  if (chance_.in_thousand(shape_.trouble_permille)) return trouble();
  if (!program_) return;
  switch (chance_.below(28)) {
    case 0: return cancel();
    case 1: return suppress();
    case 2: return unsuppress();
    case 3: return chance_.one_in(4) ? requeue() : post();
    case 4: return chance_.one_in(4) ? upload() : post();
    case 5: return change_batch();
    case 7:
    case 8: return write_in();
    case 9: return chance_.one_in(8) ? call_in() : write_in();
    case 10: return chance_.one_in(2) ? act_on_modem() : ask_ussd();
    case 6: return shape_.floods && chance_.one_in(4) ? flood() : post();
    default: return post();
  }
}

/// Somebody writes to one of the SIMs, or many do at once.
void World::write_in() {
  const std::size_t slot = chance_.below(air_.size());
  const std::uint64_t many = chance_.one_in(10) ? 1 + chance_.below(40) : 1;
  for (std::uint64_t i = 0; i < many; ++i) {
    std::string text = fmt::format("({}) {}", ++tokens_, word_of_texts);
    // No two parts alike: one that is, under a reference that comes again, is taken as repeated.
    const std::string word = text;
    for (auto more = chance_.one_in(4) ? chance_.below(40) : 0; more > 0; --more) text += word;
    if (chance_.one_in(6)) text += "سلام";
    air_.deliver(slot, some_number(), text);
  }
}

void World::call_in() {
  const std::size_t slot = chance_.below(air_.size());
  air_.modem(slot).call(some_number(), timeline_.now());
  air_.settle(slot);
}

std::string World::some_number() {
  return fmt::format("+{}{:07}", number_begins, chance_.below(numbers));
}

/// Mostly one of the last: that is where something may be under way.
std::optional<scheduler::MessageId> World::some_message() {
  if (facts_.accepted.empty()) return std::nullopt;
  const auto back = std::min<std::uint64_t>(facts_.accepted.size(), chance_.one_in(4) ? 500 : 10);
  auto message = facts_.accepted.end();
  std::advance(message, -1 - static_cast<std::ptrdiff_t>(chance_.below(back)));
  return message->first;
}

/// One that may be requeued: also while a modem that was given up has its part yet.
std::optional<scheduler::MessageId> World::ended_message() {
  const auto id = book_->integer(
      "SELECT coalesce((SELECT id FROM message WHERE state IN ('uncertain', 'failed', 'expired') "
      "ORDER BY updated_at DESC, id DESC LIMIT 1), 0)");
  if (!facts_.accepted.contains(scheduler::MessageId{id})) return std::nullopt;
  return scheduler::MessageId{id};
}

std::string World::text_of(const std::string& token, int parts, bool ucs2) {
  // The last part is long enough for a word of its own.
  const std::size_t room = ucs2 ? 67 : 153;
  const std::size_t least = parts == 1 ? 10 : static_cast<std::size_t>(parts - 1) * room + 40;
  std::string text = ucs2 ? "ح" : "";
  std::size_t length = text.empty() ? 0 : 1;
  while (length < least) {
    const std::string word = fmt::format("<{}> {} ", token, word_of_texts);
    text += word;
    length += word.size();
  }
  return text;
}

std::optional<scheduler::NewMessage> World::some_text(const std::string& token) {
  scheduler::NewMessage message;
  const int parts = chance_.one_in(4) ? 2 + static_cast<int>(chance_.below(4)) : 1;
  message.text = text_of(token, parts, chance_.one_in(5));
  constexpr std::array classes{scheduler::MessageClass::transactional,
                               scheduler::MessageClass::promotional, scheduler::MessageClass::otp,
                               scheduler::MessageClass::service};
  message.message_class = classes[chance_.below(classes.size())];
  if (chance_.one_in(5)) message.priority = static_cast<int>(chance_.below(10));
  message.report = !chance_.one_in(3);
  const auto wall = machine_.now().wall;
  message.expires_at = wall + config_.sending.default_validity;
  if (chance_.one_in(10)) message.expires_at = wall + whole_ms(chance_.between(1s, 10min));
  if (chance_.one_in(10)) message.send_at = wall + whole_ms(chance_.between(0s, 10min));
  const auto split = at::split(message.text, message.encoding);
  message.parts = static_cast<int>(split->parts.size());
  if (const auto largest = program_->door().largest_message(message.pool, std::nullopt)) {
    if (message.parts > *largest) return std::nullopt;
  }
  return message;
}

void World::post() {
  const std::string token = fmt::format("{}", ++tokens_);
  auto message = some_text(token);
  if (!message) return;
  web::AcceptRequest request;
  request.to = {some_number()};
  request.key = key_;
  const AcceptedMessage accepted{token, request.to.front(), message->message_class, message->parts,
                                 false};
  request.prototype = std::move(*message);
  const auto rows = std::make_shared<std::vector<scheduler::Book::Accepted>>();
  request.render = [rows](const web::AcceptRequest&, auto given, auto) {
    rows->assign(given.begin(), given.end());
    return web::Rendered{202, {}};
  };
  program_->door().accept(
      std::move(request), [this, accepted, rows](const web::Outcome<web::Acceptance>& outcome) {
        if (!outcome) return;  // 503: nothing was promised
        (void)std::get<web::Accepted>(*outcome).later();
        auto answered = accepted;
        answered.suppressed = rows->front().state == scheduler::MessageState::suppressed;
        facts_.accepted.emplace(rows->front().id, std::move(answered));
        ++facts_.next;
      });
}

void World::flood() {
  for (auto more = chance_.below(5000); more > 0; --more) post();
}

struct World::Upload {
  std::shared_ptr<web::ReceivedBatch> into = std::make_shared<web::ReceivedBatch>();
  Timeline::Owner life;
  std::map<std::string, AcceptedMessage> lines{};  // by token
  std::uint64_t left;
  bool breaks_off;
};

void World::upload() {
  const auto size = 1 + chance_.below(chance_.one_in(4) ? most_of_batch : most_lines);
  upload_piece(std::make_shared<Upload>(
      Upload{.life = lives_, .left = size, .breaks_off = chance_.one_in(6)}));
}

/// The connection may break, and breaks with the program.
void World::upload_piece(const std::shared_ptr<Upload>& upload) {
  if (upload->life != lives_ || !program_) return;
  web::BatchPiece piece;
  piece.into = upload->into;
  piece.first = upload->lines.empty();
  piece.key = key_;
  piece.now = program_->door().now();
  for (auto lines = std::min<std::uint64_t>(upload->left, most_lines); lines > 0; --lines) {
    --upload->left;
    const std::string token = fmt::format("{}", ++tokens_);
    auto message = some_text(token);
    if (!message) continue;
    message->to = some_number();
    upload->lines.emplace(
        token, AcceptedMessage{token, message->to, message->message_class, message->parts, false});
    facts_.broken_off.insert(token);  // until its end is handed over
    piece.lines.push_back({static_cast<std::int64_t>(tokens_), std::move(*message)});
  }
  if (upload->left == 0 && !upload->breaks_off) return end_upload(upload, std::move(piece));
  program_->door().receive(std::move(piece), [this, upload](const auto& outcome) {
    if (outcome && upload->left > 0 && !(upload->breaks_off && chance_.one_in(3))) {
      return later(chance_.between(0us, 500ms), [this, upload] { upload_piece(upload); });
    }
    if (program_) program_->door().drop(upload->into);
  });
}

void World::end_upload(const std::shared_ptr<Upload>& upload, web::BatchPiece piece) {
  for (const auto& [token, line] : upload->lines) facts_.broken_off.erase(token);
  const auto batch = std::make_shared<std::optional<scheduler::BatchId>>();
  web::BatchEnd end;
  end.piece = std::move(piece);
  end.render = [batch](scheduler::BatchId id, const auto&) {
    *batch = id;
    return web::Rendered{202, {}};
  };
  program_->door().complete(std::move(end), [this, upload, batch](const auto& outcome) {
    if (!outcome) return;  // 503: nothing was promised
    auto& messages = facts_.batches[**batch];
    store::Statement rows(*book_,
                          "SELECT m.id, t.body FROM message m JOIN text t ON t.id = m.text "
                          "WHERE m.batch = ?");
    rows.each(
        [&](store::Row row) {
          const std::string text = row.text(1);
          const auto begin = text.find('<') + 1;
          const scheduler::MessageId id{row.integer(0)};
          facts_.accepted.emplace(id, upload->lines.at(text.substr(begin, text.find('>') - begin)));
          messages.push_back(id);
        },
        **batch);
    ++facts_.next;
  });
}

void World::change_batch() {
  if (facts_.batches.empty()) return;
  auto batch = facts_.batches.end();
  std::advance(batch, -1 - static_cast<std::ptrdiff_t>(
                               chance_.below(std::min<std::size_t>(facts_.batches.size(), 3))));
  constexpr std::array actions{web::BatchAction::pause, web::BatchAction::resume,
                               web::BatchAction::cancel};
  change_batch(batch->first, actions[chance_.below(actions.size())]);
}

void World::change_batch(scheduler::BatchId id, web::BatchAction action) {
  const auto asked = facts_.next++;
  note(fmt::format("batch {} is to {}", static_cast<std::int64_t>(id),
                   action == web::BatchAction::pause    ? "pause"
                   : action == web::BatchAction::resume ? "go on"
                                                        : "end"));
  if (action == web::BatchAction::resume) {
    facts_.resumed[id] = asked;
    for (auto& pause : facts_.pauses) {
      if (pause.batch == id && !pause.resumed) pause.resumed = asked;
    }
  }
  program_->door().change(id, action, "people", [this, id, action, asked](const auto& outcome) {
    if (!outcome || *outcome != scheduler::Book::BatchChange::done) return;
    if (action == web::BatchAction::cancel) {
      for (const auto message : facts_.batches.at(id)) {
        facts_.cancelled.emplace(message, facts_.next++);
      }
    }
    if (action != web::BatchAction::pause) return;
    BatchPause pause{id, facts_.next++, {}};
    const auto resumed = facts_.resumed.find(id);
    if (resumed != facts_.resumed.end() && asked < resumed->second) pause.resumed = resumed->second;
    facts_.pauses.push_back(pause);
  });
}

void World::resume_all() {
  for (const auto& [id, messages] : facts_.batches) change_batch(id, web::BatchAction::resume);
}

void World::cancel() {
  const auto id = some_message();
  if (!id) return;
  program_->door().cancel(*id, "people", [this, id = *id](auto outcome) {
    if (!outcome || *outcome != scheduler::Book::CancelResult::cancelled) return;
    facts_.cancelled.emplace(id, facts_.next++);
  });
}

void World::suppress() {
  constexpr std::array reasons{"opt_out", "opt_out", "operator", "invalid_number", "erasure"};
  const std::string reason = reasons[chance_.below(reasons.size())];
  const std::string scope = reason == "opt_out" && chance_.one_in(2) ? "promotional" : "all";
  const Silence silence{some_number(), scope, reason, 0, {}};
  const auto asked = facts_.next++;
  program_->door().replies().suppress(
      {{silence.number, machine_.now().wall, scope, reason, "the simulation", "api", "people"}},
      [this, silence, asked](const auto& outcome) {
        if (!outcome) return;
        auto answered = silence;
        answered.answered = facts_.next++;
        const auto lift = lifts_.find(silence.number);
        if (lift != lifts_.end() && asked < lift->second) {
          answered.lifted = lift->second;
        }
        facts_.silences.push_back(std::move(answered));
      });
}

void World::unsuppress() {
  if (facts_.silences.empty()) return;
  const std::string number = chance_.one_of(facts_.silences).number;
  const auto order = facts_.next++;
  lifts_[number] = order;
  for (auto& silence : facts_.silences) {
    if (silence.number == number && !silence.lifted) silence.lifted = order;
  }
  program_->door().replies().lift(number, "all", {{}, "api", "people"}, [](const auto&) {});
}

void World::requeue() {
  const auto id = chance_.one_in(2) ? ended_message() : some_message();
  if (!id) return;
  facts_.requeued.insert(*id);
  note(scheduler::outside(*id) + " is to be sent again");
  program_->door().requeue(*id, "people", [](const auto&) {});
}

}  // namespace bank::simulation
