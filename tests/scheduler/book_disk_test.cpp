// The book on a disk that fails at any of its calls, and then is well again.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <random>

#include "scheduler/book.hpp"
#include "scheduler/schema.hpp"
#include "store/inline_writer.hpp"
#include "store/migrations.hpp"
#include "store/statement.hpp"
#include "store/thread_writer.hpp"
#include "tests/store/failing_vfs.hpp"
#include "tests/store/temporary.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

using namespace std::chrono_literals;
using Kind = FailingVfs::Kind;
namespace fs = std::filesystem;

constexpr WallTime wall{std::chrono::hours{500'000}};
constexpr BootTime boot{10h};
constexpr std::string_view boot_id = "boot-1";

// --- a working day of the book, step by step ----------------------------------------------------

/// What one step tells the next.
struct Memory {
  SimId sim{};
  KeyId key{};
  std::vector<MessageId> singles;
  std::vector<MessageId> batch;
  MessageId two_parts{};
  SubmissionId submission{};
  std::optional<BatchId> upload;
  std::vector<Lane> opened;
};

using Step = std::function<void(Book&, Memory&)>;

Now at(int minute) {
  return {wall + std::chrono::minutes(minute), boot + std::chrono::minutes(minute)};
}

NewMessage to(std::string number, int parts = 1) {
  NewMessage message;
  message.to = std::move(number);
  message.text = "salam";
  message.expires_at = wall + 24h;
  message.parts = parts;
  return message;
}

std::vector<MessageId> ids_of(const std::vector<Book::Accepted>& accepted) {
  std::vector<MessageId> ids;
  for (const auto& one : accepted) ids.push_back(one.id);
  return ids;
}

void accept_batch(Book& book, Memory& memory) {
  const std::vector<NewMessage> messages{to("+1001"), to("+1002"), to("+1003"), to("+1004")};
  const Idempotent request{memory.key, "order-7", {}};
  memory.batch = ids_of(book.accept(messages, book.new_batch(memory.key, wall), memory.key, wall));
  book.remember_answer(request, 202, "{}", wall);
}

void begin(Book& book, Memory& memory, MessageId message, int part) {
  const auto begun = book.begin_sending({message, part, memory.sim, "slot-01"}, at(part));
  if (begun) memory.submission = begun->submission;
}

void end(Book& book, Memory& memory, PartEnd::Kind kind, const Sequel& sequel) {
  PartEnd how{.kind = kind};
  if (kind == PartEnd::Kind::sent) how.tp_mr = 7;
  if (kind != PartEnd::Kind::sent) how.error = Trouble{"no_result", "told nothing"};
  (void)book.end_part(memory.submission, how, sequel, at(4));
}

void receive_batch(Book& book, Memory& memory) {
  memory.upload.reset();
  memory.upload = book.receive_batch(memory.key, wall);
}

void receive(Book& book, Memory& memory) {
  const std::vector<Book::ReceivedLine> lines{{1, to("+1007")}, {2, to("+1008")}};
  if (memory.upload) (void)book.receive(*memory.upload, lines, memory.key, wall);
}

void reject(Book& book, Memory& memory) {
  const std::vector<Book::RejectedLine> lines{{4, "/to", "nobody", "no number"}};
  if (memory.upload) book.reject(*memory.upload, lines);
}

/// A part of a message of two, or one by itself.
Step hear(int number, int total) {
  return [number, total](Book& book, Memory& memory) {
    at::Deliver deliver;
    deliver.from = {"+989121234567", at::Address::Kind::international};
    deliver.timestamp = at::ServiceCentreTime{std::chrono::floor<std::chrono::seconds>(wall), 0min};
    if (total > 1) deliver.header.concat = at::Concat{7, 8, number, total};
    deliver.text = fmt::format("part {} of {}", number, total);
    const std::string pdu = at::encode_deliver(deliver).value();
    (void)book.hear({memory.sim, "slot-01", wall, pdu, at::decode_deliver(pdu).value()});
  };
}

void sweep(Book& book, Memory&) {
  (void)book.sweep(2, wall + 11min);
}

/// Everything that is over is old by then.
Step retain(std::size_t what) {
  return [what](Book& book, Memory&) {
    const Now late{wall + std::chrono::days{400}, boot + std::chrono::days{400}};
    (void)book.retain({24h, 24h}, {.what = what}, 100, late);
  };
}

const std::vector<Step>& steps() {
  using enum MessageState;
  static const std::vector<Step> all{
      [](Book& book, Memory& memory) {
        const std::array<unsigned char, 32> hash{1};
        memory.key = book.create_key("till", {"send"}, {"otp"}, hash, wall);
        memory.sim = book.configure_sim("8998110000000000001", "one", "", {"default"}, wall).id;
      },
      [](Book& book, Memory& memory) {
        memory.singles =
            ids_of(book.accept(std::vector{to("+1000"), to("+1005")}, {}, memory.key, wall));
      },
      accept_batch,
      [](Book& book, Memory& memory) {
        memory.two_parts = book.accept(std::vector{to("+1006", 2)}, {}, {}, wall).front().id;
      },
      [](Book& book, Memory& memory) {
        if (!memory.singles.empty()) begin(book, memory, memory.singles.front(), 1);
      },
      [](Book& book, Memory& memory) { end(book, memory, PartEnd::Kind::sent, {.state = sent}); },
      [](Book& book, Memory& memory) {
        (void)book.status_report({memory.sim, 7, "+1000", wall, 0}, at(5));
      },
      [](Book& book, Memory&) {
        (void)book.suppress({"+1003", wall, "all", "operator", ""}, 100);
      },
      [](Book& book, Memory& memory) {
        if (!memory.batch.empty()) (void)book.cancel(memory.batch.front(), wall + 6min);
      },
      [](Book& book, Memory& memory) { begin(book, memory, memory.two_parts, 1); },
      [](Book& book, Memory& memory) {
        end(book, memory, PartEnd::Kind::sent, {.state = sending});
      },
      [](Book& book, Memory& memory) { begin(book, memory, memory.two_parts, 2); },
      [](Book& book, Memory& memory) {
        end(book, memory, PartEnd::Kind::uncertain, {.state = uncertain});
      },
      [](Book& book, Memory& memory) {
        (void)book.requeue(memory.two_parts, wall + 24h, wall + 7min);
      },
      [](Book& book, Memory& memory) { begin(book, memory, memory.two_parts, 1); },
      [](Book& book, Memory&) { (void)book.recover(at(8)); },
      [](Book& book, Memory&) { (void)book.unsuppress("+1003", {wall + 9min}); },
      [](Book& book, Memory&) { (void)book.expire(wall + 25h, 2); },
      // An upload that comes whole.
      receive_batch,
      receive,
      [](Book& book, Memory& memory) {
        const std::vector<Book::ReceivedLine> lines{{3, to("+1009")}};
        if (memory.upload) (void)book.receive(*memory.upload, lines, memory.key, wall);
      },
      reject,
      [](Book& book, Memory& memory) {
        if (memory.upload) memory.opened = book.open_batch(*memory.upload, 10).lanes;
      },
      [](Book& book, Memory& memory) {
        if (memory.opened.empty()) return;
        const auto ready = book.ready(memory.opened.front(), std::nullopt, 1);
        if (!ready.empty()) begin(book, memory, ready.front().id, 1);
      },
      [](Book& book, Memory& memory) { end(book, memory, PartEnd::Kind::sent, {.state = sent}); },
      [](Book& book, Memory& memory) {
        if (memory.upload) (void)book.cancel_batch(*memory.upload, wall + 10min);
      },
      sweep,
      // One that its caller breaks off.
      receive_batch,
      receive,
      reject,
      [](Book& book, Memory& memory) {
        if (memory.upload) book.drop_batch(*memory.upload);
      },
      sweep,
      // One that the end of the program breaks off.
      receive_batch,
      receive,
      [](Book& book, Memory&) { (void)book.recover(at(12)); },
      sweep,
      [](Book& book, Memory&) { book.try_disk(); },
      // What SIMs receive.
      hear(1, 1),
      hear(2, 2),
      hear(1, 2),
      hear(1, 2),
      hear(1, 3),
      [](Book& book, Memory& memory) {
        (void)book.call({memory.sim, "slot-01", wall, "+1000"});
      },
      [](Book& book, Memory&) { (void)book.give_up_gaps(wall + 73h, 10); },
      // Long afterwards.
      retain(0),
      retain(1),
      retain(2),
      retain(3),
      retain(4),
      retain(5),
      retain(6),
      retain(7),
      sweep,
  };
  return all;
}

// --- what is in a book --------------------------------------------------------------------------

std::vector<std::string> tables_of(const store::Database& database) {
  std::vector<std::string> tables;
  store::Statement(database,
                   "SELECT name FROM sqlite_schema WHERE type = 'table' "
                   "AND name NOT LIKE 'sqlite%' "
                   "AND name NOT LIKE 'inbound!_words!_%' ESCAPE '!' ORDER BY name")  // of FTS5
      .each([&](store::Row row) { tables.push_back(row.text(0)); });
  return tables;
}

/// Every row of every table, but counts of nothing.
class Content {
 public:
  explicit Content(const store::Database& database) {
    for (const auto& table : tables_of(database)) {
      std::string columns;
      store::Statement(database,
                       "SELECT group_concat('quote(\"' || name || '\")', '||'',''||') "
                       "FROM pragma_table_info(?)")
          .first_row([&](store::Row row) { columns = row.text(0); }, table);
      const std::string_view which = table == "batch_count" ? " WHERE n <> 0" : "";
      tables_.emplace_back(table, store::Statement(database, fmt::format("SELECT {} FROM {}{}",
                                                                         columns, table, which)));
    }
  }
  [[nodiscard]] std::string text() {
    std::string content;
    for (auto& [table, rows] : tables_) {
      content += table + "\n";
      rows.each([&](store::Row row) { content += row.text(0) + "\n"; });
    }
    return content;
  }

 private:
  std::vector<std::pair<std::string, store::Statement>> tables_;
};

std::string content_of(const store::Database& database) {
  return Content(database).text();
}

/// Takes all rows out, so that the next working day begins as the first one did.
void empty(store::Database& database) {
  database.execute("PRAGMA foreign_keys = OFF");
  store::Transaction transaction(database);
  for (const auto& table : tables_of(database)) {
    const bool stays = table == "message_count" || table == "boot" ||
                       table == "audit_checkpoint" || table == "conversation_cursor";
    if (!stays) database.execute(fmt::format("DELETE FROM {}", table));
  }
  database.execute("DELETE FROM sqlite_sequence WHERE name <> 'lane'");
  database.execute("UPDATE sqlite_sequence SET seq = 1099511627776");  // as the schema begins it
  database.execute("UPDATE boot SET lowest_offset = 9223372036854775807, highest_offset = NULL");
  transaction.commit();
  database.execute("PRAGMA foreign_keys = ON");
}

using Answers = std::vector<bool>;  // of each step: whether it was answered well

bool is_sound(const store::Database& database) {
  constexpr std::string_view laws[] = {
      "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
      "SELECT count(*) FROM pragma_foreign_key_check",
      // Counts are exact, in all and by batch.
      "SELECT count(*) FROM message_count c WHERE n <> "
      "(SELECT count(*) FROM message m WHERE m.state = c.state)",
      // There what is deleted stays counted when it had ended.
      "SELECT count(*) FROM batch_count c JOIN (SELECT b.batch, b.state, "
      "(SELECT count(*) FROM message m WHERE m.state = b.state AND m.batch = b.batch) AS there "
      "FROM batch_count b) USING (batch, state) "
      "WHERE n < there OR (n > there AND state IN ('queued', 'sending'))",
      // Nobody has the text of another: those who share one are of one batch.
      "SELECT count(*) FROM message m JOIN message o ON o.text = m.text AND o.id <> m.id "
      "WHERE m.text <> 0 AND m.batch IS NOT o.batch",
      "SELECT count(*) FROM message m WHERE m.text <> 0 AND NOT EXISTS "
      "(SELECT 1 FROM text t WHERE t.id = m.text) AND NOT EXISTS "
      "(SELECT 1 FROM batch b WHERE b.id = m.batch AND b.state = 'dropped')",
      "SELECT count(*) FROM message m WHERE m.batch IS NOT NULL AND NOT EXISTS "
      "(SELECT 1 FROM batch_count c WHERE c.state = m.state AND c.batch = m.batch)",
      // What a SIM has in hand is what its messages have out.
      "SELECT count(*) FROM message m WHERE in_flight <> "
      "(SELECT count(*) FROM submission s WHERE s.message = m.id AND s.ended_at IS NULL)",
      // Of an upload that did not come whole nothing was begun.
      "SELECT count(*) FROM batch b JOIN message m ON m.batch = b.id "
      "WHERE (b.state = 'receiving' OR b.state = 'dropped') AND (m.state <> 'queued' OR EXISTS "
      "(SELECT 1 FROM submission s WHERE s.message = m.id))",
  };
  return std::all_of(std::begin(laws), std::end(laws),
                     [&](std::string_view broken) { return database.integer(broken) == 0; });
}

/// What a book holds that took those steps and no others.
const std::string& content_after(const Answers& answers) {
  static std::map<Answers, std::string> known;
  if (const auto found = known.find(answers); found != known.end()) return found->second;
  store::Database database = store::Database::in_memory();
  store::migrate(database, schema());
  Book book(database, std::string(boot_id));
  Memory memory;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) continue;
    store::Transaction transaction(database);
    steps()[i](book, memory);
    transaction.commit();
  }
  REQUIRE(is_sound(database));
  return known[answers] = content_of(database);
}

// --- living through it --------------------------------------------------------------------------

/// The step, in a transaction of its own; whether it was answered well.
bool take(store::Writer& writer, Book& book, const Step& step, Memory& memory) {
  Memory told;
  std::promise<bool> answer;
  const bool taken = writer.submit(
      {[&] {
         told = memory;
         step(book, told);
       },
       [&](const std::optional<store::Failure>& failure) { answer.set_value(!failure); }});
  if (!taken || !answer.get_future().get()) return false;
  memory = told;
  return true;
}

Answers take_all(store::Writer& writer, Book& book, const std::function<void()>& between) {
  Memory memory;
  Answers answers;
  for (const Step& step : steps()) {
    answers.push_back(take(writer, book, step, memory));
    between();
  }
  return answers;
}

store::Database reopened(const fs::path& path) {
  return store::Database::open(path, store::Database::Mode::read_write);
}

struct Case {
  const char* name;
  Kind kind;
  bool lasts;
  int each;  // of the calls, to keep the whole short
};
/// MODEMBANK_EVERY_CALL in the environment: at every call, which takes ten times as long.
bool is_at_every_call() {
  return std::getenv("MODEMBANK_EVERY_CALL") != nullptr;  // NOLINT(concurrency-mt-unsafe)
}
int step_of(int each) {
  return is_at_every_call() ? 1 : each;
}

constexpr Case cases[] = {
    {"a call fails once", Kind::io, false, 7},
    {"calls fail from one on", Kind::io, true, 29},
    {"a write is torn", Kind::torn, false, 13},
    {"writes are torn from one on", Kind::torn, true, 31},
    {"the disk is full once", Kind::full, false, 17},
    {"the disk stays full", Kind::full, true, 23},
    {"a lock is held once", Kind::busy, false, 7},
    {"locks are held from one on", Kind::busy, true, 7},
};

/// A program's life with its book on a disk that fails now and then.
struct Life {
  explicit Life(const fs::path& file) : path(file), database(reopened(file)) {
    store::migrate(database, schema());
    book.emplace(database, std::string(boot_id));
    content.emplace(database);
    writer = std::make_unique<store::InlineWriter>(database);
  }
  /// A working day on an empty book, with a checkpoint now and then.
  Answers day(std::int64_t failing_call, Kind kind, bool lasts) {
    empty(database);
    disk.fail_at(failing_call, kind, lasts);
    const auto answers = take_all(*writer, *book, [&, step = 0]() mutable {
      if (!checkpoints_here || ++step % 4 != 0) return;
      (void)sqlite3_wal_checkpoint_v2(database.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                      nullptr, nullptr);
    });
    calls = disk.calls();
    failed = disk.failed();
    disk.heal();
    return answers;
  }

  FailingVfs disk;
  fs::path path;
  store::Database database;
  std::optional<Book> book;
  std::optional<Content> content;
  std::unique_ptr<store::Writer> writer;
  bool checkpoints_here = true;
  std::int64_t calls = 0;  // of the last day
  std::int64_t failed = 0;
};

}  // namespace

TEST_CASE("wherever the disk fails, a step answered well is in the book whole, and no other is") {
  const TemporaryFolder folder;
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Answers last;
      {
        Life life(folder / "book.db");
        int days = 0;
        std::int64_t failed_calls = 0;
        int failed_days = 0;
        int unharmed_days = 0;
        for (std::int64_t call = 1;; call += step_of(c.each)) {
          last = life.day(call, c.kind, c.lasts);
          CAPTURE(call);
          REQUIRE(life.content->text() == content_after(last));
          failed_calls += life.failed;
          const bool is_whole = std::find(last.begin(), last.end(), false) == last.end();
          if (life.failed > 0) ++(is_whole ? unharmed_days : failed_days);
          if (call > life.calls) break;
          if (++days % 16 == 0) REQUIRE(is_sound(life.database));
        }
        if (is_at_every_call()) {
          WARN(c.name << ": " << failed_calls << " calls failed on " << days << " days");
        }
        // Only a lock is asked for again.
        CHECK((failed_days > unharmed_days) == (c.kind != Kind::busy || c.lasts));
      }
      const store::Database database = reopened(folder / "book.db");
      CHECK(content_of(database) == content_after(last));
      CHECK(std::find(last.begin(), last.end(), false) == last.end());
      CHECK(is_sound(database));
    }
  }
}

TEST_CASE("the same with the writer's thread, and checkpoints aside") {
  constexpr store::LogLimits small{.begin_at = 64 << 10, .pause_at = 256 << 10, .retry = 1ms};
  const TemporaryFolder folder;
  for (const Case& c : cases) {
    Life life(folder / "book.db");
    life.writer = std::make_unique<store::ThreadWriter>(life.database, small);
    life.checkpoints_here = false;
    // Which call is the writer's and which the checkpoint's is not the same on any two days.
    for (std::int64_t call = 1; call < 400; call += step_of(67)) {
      const auto answers = life.day(call, c.kind, c.lasts);
      CAPTURE(c.name, call);
      REQUIRE(life.content->text() == content_after(answers));
    }
    const auto whole = life.day(0, c.kind, c.lasts);
    CHECK(std::find(whole.begin(), whole.end(), false) == whole.end());
    CHECK(is_sound(life.database));
  }
}

TEST_CASE("wherever the power goes, what was answered well is in the book, and it is sound") {
  const TemporaryFolder folder;
  std::mt19937 random(20'261'122);
  Life life(folder / "book.db");
  for (std::int64_t call = 1;; call += step_of(23)) {
    const fs::path image = folder / "image.db";
    for (const char* const suffix : {"", "-wal", "-shm"}) fs::remove(image.string() + suffix);
    Answers answers = life.day(call, Kind::power_cut, true);
    life.disk.image(life.path, image, random);
    const store::Database left = reopened(image);
    CAPTURE(call);
    REQUIRE(is_sound(left));
    // The step that the cut came into may be there or not: its caller was told that it failed. No
    // later one can be.
    const std::string content = content_of(left);
    const bool without = content == content_after(answers);
    const auto cut = std::find(answers.begin(), answers.end(), false);
    if (cut != answers.end()) {
      *cut = true;
      std::fill(cut + 1, answers.end(), false);
    }
    REQUIRE((without || content == content_after(answers)));
    if (call > life.calls) break;
  }
}

TEST_CASE("wherever the disk fails while a book is opened, its owner is told, and may try again") {
  const TemporaryFolder folder;
  const fs::path path = folder / "new.db";
  for (const Case& c : cases) {
    if (c.kind == Kind::torn) continue;  // as io
    DYNAMIC_SECTION(c.name) {
      FailingVfs disk;
      const auto open = [&] {
        store::Database database = reopened(path);
        store::migrate(database, schema());
        const Book book(database, std::string(boot_id));
        return content_of(database);
      };
      for (std::int64_t call = 1;; call += step_of(c.each + 2)) {
        for (const char* const suffix : {"", "-wal", "-shm"}) fs::remove(path.string() + suffix);
        CAPTURE(call);
        disk.fail_at(call, c.kind, c.lasts);
        try {
          (void)open();
        } catch (const store::DatabaseError& error) {
          INFO(error.what());
          REQUIRE(std::string(error.what()).find(path.string()) != std::string::npos);
          REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
          REQUIRE(error.code() != 0);
        }
        const std::int64_t calls = disk.calls();
        disk.heal();
        REQUIRE(open() == content_after({}));
        if (call > calls) break;
      }
    }
  }
}
