// The message book: SIMs, by whatever of them is known.
#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

std::string select_where(std::string_view condition) {
  return std::string(rows::select_sim) + std::string(condition);
}

std::optional<std::string_view> or_null(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

template <class... Values>
std::optional<SimRow> one(store::Statement& statement, const Values&... values) {
  std::optional<SimRow> found;
  statement.first_row([&](store::Row row) { found = rows::sim_of(row); }, values...);
  return found;
}

}  // namespace

SimStatements::SimStatements(const store::Database& database)
    : by_iccid(database, select_where("WHERE s.iccid = ?")),
      by_imsi(database, select_where("WHERE s.imsi = ?")),
      by_id(database, select_where("WHERE s.id = ?")),
      all(database, select_where("ORDER BY s.id")),
      // One that a restored book has never seen may have sent all the same.
      create(database,
             "INSERT INTO sim (iccid, imsi, created_at, restoration) VALUES (?, ?, ?, "
             "(SELECT max(id) FROM restoration WHERE released = 0))"),
      // What is not known this time does not wipe what was known before.
      update(database,
             "UPDATE sim SET iccid = coalesce(?2, iccid), imsi = coalesce(?3, imsi), "
             "number = coalesce(?4, number), operator_name = coalesce(?5, operator_name), "
             "label = coalesce(?6, label) WHERE id = ?1"),
      drop_imsi(database, "UPDATE sim SET imsi = NULL WHERE id = ?"),
      clear_pools(database, "DELETE FROM pool_member WHERE sim = ?"),
      add_pool(database, "INSERT OR IGNORE INTO pool_member (sim, pool) VALUES (?, ?)"),
      merge_submissions(database, "UPDATE submission SET sim = ?2 WHERE sim = ?1"),
      merge_messages(database,
                     "UPDATE message SET via = iif(via = ?1, ?2, via), "
                     "wanted_sim = iif(wanted_sim = ?1, ?2, wanted_sim), "
                     "lane = iif(lane = -?1, -?2, lane), home = iif(home = -?1, -?2, home) "
                     "WHERE via = ?1 OR wanted_sim = ?1 OR lane = -?1"),
      // Two lanes of one batch become one, then the others change their SIM.
      merge_homes(database,
                  "UPDATE message SET lane = iif(lane = home, n.id, lane), home = n.id "
                  "FROM lane o JOIN lane n ON n.batch = o.batch AND n.sim = ?2 "
                  "WHERE o.sim = ?1 AND message.home = o.id"),
      drop_lanes(database,
                 "DELETE FROM lane WHERE sim = ?1 "
                 "AND batch IN (SELECT batch FROM lane WHERE sim = ?2)"),
      merge_lanes(database, "UPDATE lane SET sim = ?2 WHERE sim = ?1"),
      merge_reports(database, "UPDATE unmatched_report SET sim = ?2 WHERE sim = ?1"),
      merge_inbound(database, "UPDATE inbound SET sim = ?2 WHERE sim = ?1"),
      merge_parts(database, "UPDATE inbound_part SET sim = ?2 WHERE sim = ?1"),
      merge_restoration(database,
                        "UPDATE sim SET restoration = max(coalesce(restoration, f.id), f.id) "
                        "FROM (SELECT restoration AS id FROM sim WHERE id = ?1) f "
                        "WHERE sim.id = ?2 AND f.id IS NOT NULL"),
      merge_references(database,
                       "INSERT INTO concat_reference (sim, recipient, last) "
                       "SELECT ?2, recipient, last FROM concat_reference WHERE sim = ?1 "
                       "ON CONFLICT DO UPDATE SET last = max(last, excluded.last)"),
      drop_references(database, "DELETE FROM concat_reference WHERE sim = ?"),
      // What is set for one of two rows holds; of both, what is set for the one that stays.
      merge_settings(database, "UPDATE OR IGNORE sim_setting SET sim = ?2 WHERE sim = ?1"),
      drop_pools(database, "DELETE FROM pool_member WHERE sim = ?"),
      remove(database, "DELETE FROM sim WHERE id = ?"),
      pin_known(database,
                "SELECT entered, refused FROM pin_attempt WHERE subject = ? AND hash = ?"),
      pin_try(database,
              "INSERT INTO pin_attempt (subject, hash, tried_at) VALUES (?, ?, ?) "
              "ON CONFLICT DO UPDATE SET tried_at = excluded.tried_at, entered = entered + 1"),
      pin_accept(database,
                 "UPDATE pin_attempt SET entered = 0 WHERE rowid = (SELECT rowid FROM pin_attempt "
                 "WHERE subject = ? AND entered > 0 AND refused = 0 "
                 "ORDER BY tried_at DESC, rowid DESC LIMIT 1)"),
      pin_refuse(database,
                 "UPDATE pin_attempt SET refused = 1 WHERE rowid = (SELECT rowid FROM pin_attempt "
                 "WHERE subject = ? AND entered > 0 ORDER BY tried_at DESC, rowid DESC LIMIT 1)") {}

SimRow Book::sim_seen(std::string_view iccid, std::string_view imsi, std::string_view number,
                      std::string_view operator_name, WallTime now) {
  SimStatements& s = statements_->sims;
  std::optional<SimRow> card = iccid.empty() ? std::nullopt : one(s.by_iccid, iccid);
  const std::optional<SimRow> subscriber = imsi.empty() ? std::nullopt : one(s.by_imsi, imsi);
  if (subscriber && (!card || card->id != subscriber->id)) {
    if (!iccid.empty() && !subscriber->iccid.empty() && subscriber->iccid != iccid) {
      s.drop_imsi.run(subscriber->id);  // a new card for the same subscription
    } else if (card) {
      merge(subscriber->id, card->id);  // known by both names until now
    } else {
      card = subscriber;
    }
  }
  SimId id{};
  if (card) {
    id = card->id;
  } else {
    s.create.run(or_null(iccid), or_null(imsi), now);
    id = SimId{s.create.last_row_id()};
  }
  s.update.run(id, or_null(iccid), or_null(imsi), or_null(number), or_null(operator_name), nullptr);
  return one(s.by_id, id).value();
}

/// Everything of one row goes to the other. It walks through all messages, which happens once in
/// the life of a SIM that was used before its ICCID could be read.
void Book::merge(SimId from, SimId into) {
  SimStatements& s = statements_->sims;
  s.merge_submissions.run(from, into);
  s.merge_messages.run(from, into);
  s.merge_homes.run(from, into);
  s.drop_lanes.run(from, into);
  s.merge_lanes.run(from, into);
  s.merge_reports.run(from, into);
  s.merge_inbound.run(from, into);
  s.merge_parts.run(from, into);
  s.merge_restoration.run(from, into);
  s.merge_references.run(from, into);
  s.drop_references.run(from);
  s.merge_settings.run(from, into);
  s.drop_pools.run(from);
  s.remove.run(from);
}

SimRow Book::configure_sim(std::string_view iccid, std::string_view label, std::string_view number,
                           const std::vector<std::string>& pools, WallTime now) {
  SimStatements& s = statements_->sims;
  const std::optional<SimRow> card = one(s.by_iccid, iccid);
  SimId id{};
  if (card) {
    id = card->id;
  } else {
    s.create.run(iccid, nullptr, now);
    id = SimId{s.create.last_row_id()};
  }
  s.update.run(id, nullptr, nullptr, or_null(number), nullptr, nullptr);
  describe_sim(id, label, pools);
  return one(s.by_id, id).value();
}

void Book::describe_sim(SimId id, std::string_view label, const std::vector<std::string>& pools) {
  SimStatements& s = statements_->sims;
  s.update.run(id, nullptr, nullptr, nullptr, nullptr, label);
  s.clear_pools.run(id);
  for (const std::string& pool : pools) s.add_pool.run(id, pool);
}

std::vector<SimRow> Book::sims() {
  std::vector<SimRow> found;
  statements_->sims.all.each([&](store::Row row) { found.push_back(rows::sim_of(row)); });
  return found;
}

PinTry Book::try_pin(std::string_view sim_or_slot, std::span<const unsigned char, 32> pin_hash,
                     WallTime now) {
  SimStatements& s = statements_->sims;
  const std::span<const unsigned char> hash(pin_hash);
  constexpr int most_unanswered = 2;  // of three tries one is left to a person
  auto verdict = PinTry::allowed;
  s.pin_known.first_row(
      [&](store::Row row) {
        if (row.small(0) >= most_unanswered) verdict = PinTry::unanswered;
        if (row.flag(1)) verdict = PinTry::refused;
      },
      sim_or_slot, hash);
  if (verdict == PinTry::allowed) s.pin_try.run(sim_or_slot, hash, now);
  return verdict;
}

void Book::pin_accepted(std::string_view sim_or_slot) {
  statements_->sims.pin_accept.run(sim_or_slot);
}

void Book::pin_refused(std::string_view sim_or_slot) {
  statements_->sims.pin_refuse.run(sim_or_slot);
}

}  // namespace bank::scheduler
