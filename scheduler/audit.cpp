#include "scheduler/audit.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <limits>

#include "at/utf.hpp"
#include "scheduler/book_rows.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {
namespace {

constexpr std::string_view columns =
    "SELECT id, at, by, action, object, detail, previous, hash FROM audit ";

AuditHash hash_in(std::span<const unsigned char> octets) {
  AuditHash hash{};
  std::copy_n(octets.begin(), std::min(octets.size(), hash.size()), hash.begin());
  return hash;
}

AuditRow row_of(const store::Row& row) {
  return {.id = row.integer(0),
          .at = rows::wall(row.integer(1)),
          .entry = {.by = row.text(2),
                    .action = row.text(3),
                    .object = row.text(4),
                    .detail = row.text(5)},
          .previous = hash_in(row.blob(6)),
          .hash = hash_in(row.blob(7))};
}

std::span<const unsigned char> octets_of(const AuditHash& hash) {
  return hash;
}

/// What is no UTF-8 is written as U+FFFD: what is exported is what was hashed.
std::string as_utf8(std::string_view text) {
  if (!at::first_not_utf8(text)) return std::string(text);
  std::string valid;
  while (!text.empty()) {
    const auto one = at::first_code_point(text);
    at::append_utf8(valid, one ? one->value : at::replacement_character);
    text.remove_prefix(one ? one->octets : 1);
  }
  return valid;
}

/// No longer than `most` octets.
std::string cut(std::string_view text, std::size_t most) {
  std::string whole = as_utf8(text);
  if (whole.size() <= most) return whole;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xC0U) == 0x80U) --end;
  whole.resize(end);
  return whole;
}

/// Where the chain begins: the last row that is gone, and its hash.
std::pair<std::int64_t, AuditHash> beginning(const store::Database& database) {
  std::pair<std::int64_t, AuditHash> first{};
  store::Statement(database, "SELECT through, hash FROM audit_checkpoint")
      .first_row([&](store::Row row) {
        first = {row.integer(0), hash_in(row.blob(1))};
      });
  return first;
}

}  // namespace

AuditHash audit_hash(const AuditRow& row) {
  std::string octets;
  const auto add = [&](std::string_view field) {
    octets += fmt::format("{}:{},", field.size(), field);
  };
  add(hex_of(row.previous));
  add(std::to_string(row.id));
  add(std::to_string(row.at.time_since_epoch().count()));
  add(row.entry.by);
  add(row.entry.action);
  add(row.entry.object);
  add(row.entry.detail);
  AuditHash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(octets.data()),
                     octets.size());
  return hash;
}

std::string hex_of(const AuditHash& hash) {
  std::array<char, 2 * std::tuple_size_v<AuditHash> + 1> text{};
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return text.data();
}

struct AuditLog::Statements {
  explicit Statements(store::Database& on)
      : database(on),
        last(on,
             "SELECT id, hash FROM audit UNION ALL SELECT through, hash FROM audit_checkpoint "
             "ORDER BY 1 DESC LIMIT 1"),
        counted(on, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'"),
        add(on,
            "INSERT INTO audit (id, at, by, action, object, detail, previous, hash) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
        oldest(on, "SELECT id, at, hash FROM audit ORDER BY id LIMIT ?"),
        move_on(on, "UPDATE audit_checkpoint SET through = ?, hash = ?"),
        drop(on, "DELETE FROM audit WHERE id <= ?") {}
  store::Database& database;
  store::Statement last, counted, add, oldest, move_on, drop;
};

AuditLog::AuditLog(store::Database& database)
    : statements_(std::make_unique<Statements>(database)) {}
AuditLog::~AuditLog() = default;

/// Nothing of the chain is remembered between calls: a transaction that is rolled back takes its
/// rows along.
void AuditLog::note(const AuditEntry& entry, WallTime now) {
  Statements& s = *statements_;
  AuditRow row{
      .id = 0,
      .at = now,
      .entry = {.by = cut(entry.by, longest_word),
                .action = cut(entry.action, longest_word),
                .object = cut(entry.object, longest_word),
                .detail = entry.detail.size() <= longest_detail ? as_utf8(entry.detail) : "{}"},
      .previous = {},
      .hash = {}};
  s.last.first_row([&](store::Row last) {
    row.id = last.integer(0);
    row.previous = hash_in(last.blob(1));
  });
  // An id that was taken once is not taken again, also where the last rows were taken away.
  s.counted.first_row([&](store::Row last) { row.id = std::max(row.id, last.integer(0)); });
  ++row.id;
  row.hash = audit_hash(row);
  s.add.run(row.id, row.at, row.entry.by, row.entry.action, row.entry.object, row.entry.detail,
            octets_of(row.previous), octets_of(row.hash));
}

std::size_t AuditLog::prune(WallTime before, std::size_t limit) {
  Statements& s = *statements_;
  std::int64_t through = 0;
  AuditHash hash{};
  bool is_old = true;
  s.oldest.each(
      [&](store::Row row) {
        is_old = is_old && rows::wall(row.integer(1)) < before;
        if (!is_old) return;
        through = row.integer(0);
        hash = hash_in(row.blob(2));
      },
      limit);
  if (through == 0) return 0;
  s.move_on.run(through, octets_of(hash));
  return static_cast<std::size_t>(s.drop.run(through));
}

std::vector<AuditRow> audit_page(const store::Database& database, const AuditFilter& filter,
                                 std::optional<std::int64_t> before, std::size_t limit) {
  constexpr std::int64_t after_all = std::numeric_limits<std::int64_t>::max();
  std::vector<AuditRow> found;
  std::string sql = std::string(columns) + "WHERE id < ?1";
  if (filter.by) sql += " AND by = ?2";
  if (filter.action) sql += " AND action = ?3";
  store::Statement(database, sql + " ORDER BY id DESC LIMIT ?4")
      .each([&](store::Row row) { found.push_back(row_of(row)); }, before.value_or(after_all),
            filter.by, filter.action, limit);
  return found;
}

std::vector<AuditRow> audit_after(const store::Database& database, std::int64_t after,
                                  std::size_t limit) {
  std::vector<AuditRow> found;
  store::Statement(database, std::string(columns) + "WHERE id > ? ORDER BY id LIMIT ?")
      .each([&](store::Row row) { found.push_back(row_of(row)); }, after, limit);
  return found;
}

AuditWalk audit_walk(const store::Database& database, std::int64_t after, std::size_t limit) {
  AuditWalk walk;
  const auto [through, checkpoint] = beginning(database);
  std::int64_t last = std::max(after, through);
  walk.last = checkpoint;
  if (after > through) {
    store::Statement(database, "SELECT hash FROM audit WHERE id = ?")
        .first_row([&](store::Row row) { walk.last = hash_in(row.blob(0)); }, after);
  }
  const auto broken = [&](std::int64_t id, std::string why) {
    walk.first_broken = id;
    walk.why = std::move(why);
  };
  store::Statement(database, std::string(columns) + "WHERE id > ? ORDER BY id LIMIT ?")
      .each(
          [&](store::Row one) {
            if (walk.first_broken) return;
            const AuditRow row = row_of(one);
            ++walk.entries;
            if (row.id != last + 1) return broken(last + 1, "it is gone");
            if (row.previous != walk.last) {
              return broken(row.id, "the row before it is not the one that it was written after");
            }
            if (audit_hash(row) != row.hash) return broken(row.id, "it is not as it was written");
            last = row.id;
            walk.last = row.hash;
          },
          last, limit);
  if (walk.first_broken) return walk;
  if (static_cast<std::size_t>(walk.entries) == limit) {
    walk.next = last;
    return walk;
  }
  std::int64_t counted = 0;
  store::Statement(database, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
      .first_row([&](store::Row row) { counted = row.integer(0); });
  if (counted > last) broken(last + 1, "it and all after it are gone");
  return walk;
}

}  // namespace bank::scheduler
