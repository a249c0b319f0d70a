#include "scheduler/book_insert.hpp"

#include "scheduler/book_rows.hpp"

namespace bank::scheduler {
namespace {

std::optional<std::string_view> topic_of(const NewMessage& message) {
  if (message.topic.empty()) return std::nullopt;
  return message.topic;
}

}  // namespace

BookInsert::BookInsert(DoorStatements& door, BatchStatements& batches, const Common& common)
    : door_(door), batches_(batches), common_(common) {
  if (!common_.batch) return;
  door_.last_text.first_row(
      [&](store::Row row) {
        text_row_ = row.integer(0);
        text_ = row.text(1);
      },
      common_.batch);
}

bool BookInsert::is_suppressed(const NewMessage& message) {
  return door_.is_suppressed.first_row([](store::Row) {}, message.to,
                                       name_of(message.message_class), topic_of(message));
}

MessageId BookInsert::insert(const NewMessage& m, bool suppressed) {
  const std::int64_t pool = pool_named(m.pool);
  door_.message.run(m.to, text_row(m.text), name_of(m.message_class), m.priority, pool, m.sim,
                    m.send_at, m.expires_at, m.report, rows::name_of(m.encoding), m.flash,
                    m.reference, m.parts, common_.batch, common_.key, common_.now, suppressed,
                    home_of(pool, m.sim), topic_of(m));
  return MessageId{door_.message.last_row_id()};
}

std::int64_t BookInsert::pool_named(const std::string& name) {
  if (pool_ != 0 && name == pool_name_) return pool_;
  if (!door_.pool.first_row([&](store::Row row) { pool_ = row.integer(0); }, name)) {
    door_.new_pool.run(name);
    pool_ = door_.new_pool.last_row_id();
  }
  pool_name_ = name;
  return pool_;
}

std::optional<std::int64_t> BookInsert::home_of(std::int64_t pool, std::optional<SimId> sim) {
  if (!common_.own_lane) return std::nullopt;
  const std::pair place(pool, sim);
  if (place_ != place) {
    lane_ = lane_of_batch(batches_, *common_.batch, pool, sim);
    place_ = place;
  }
  return lane_;
}

/// A text that the messages of a batch share is one row.
std::int64_t BookInsert::text_row(const std::string& text) {
  if (common_.batch && text_row_ != 0 && text == text_) return text_row_;
  door_.text.run(text);
  text_row_ = door_.text.last_row_id();
  if (common_.batch) text_ = text;
  return text_row_;
}

std::int64_t lane_of_batch(BatchStatements& statements, BatchId batch, std::int64_t pool,
                           std::optional<SimId> sim) {
  std::int64_t lane = 0;
  const auto read = [&](store::Row row) { lane = row.integer(0); };
  if (statements.find_lane.first_row(read, batch, pool, sim)) return lane;
  statements.new_lane.run(batch, pool, sim);
  return statements.new_lane.last_row_id();
}

}  // namespace bank::scheduler
