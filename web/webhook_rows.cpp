#include "web/webhook_rows.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <map>

#include "store/statement.hpp"
#include "web/json_text.hpp"
#include "web/time_text.hpp"
#include "web/webhook_columns.hpp"

namespace bank::web {

namespace {

using store::Row;
using store::Statement;

constexpr std::size_t replay_step = 500;  // deliveries
constexpr std::string_view too_many =
    "too many wait: the oldest of the subscription with the most was given up";

std::span<const unsigned char> octets_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

std::string body_of(const Happening& happening) {
  JsonText json;
  json.open('{').member("type", happening.type).member("timestamp", happening.at);
  auto body = json.key("data").take();
  body += happening.data.empty() ? "{}" : happening.data;
  body += '}';
  return body;
}

/// What happenings are about, read once for all filters, and not without one.
class Facts {
 public:
  explicit Facts(std::span<const Happening> happenings)
      : happenings_(happenings), read_(happenings.size()) {}

  const nlohmann::json& of(std::size_t index) {
    auto& data = read_[index];
    if (!data) data = nlohmann::json::parse(happenings_[index].data, nullptr, false);
    return *data;
  }

 private:
  std::span<const Happening> happenings_;
  std::vector<std::optional<nlohmann::json>> read_;
};

std::int64_t fresh_salt() {
  return randombytes_uniform(delivery_salts);
}

}  // namespace

/// A line is looked for by its own index: without statistics SQLite would take another, and walk
/// through all that waits.
struct WebhookRows::Statements {
  explicit Statements(const store::Database& db)
      : all(db, all_webhooks),
        count(db, "SELECT count(*) FROM webhook WHERE deleted = 0 OR ?"),
        create(db,
               "INSERT INTO webhook (url, events, filter, secret, created_at, created_by) "
               "VALUES (?, ?, ?, ?, ?, ?)"),
        change(db,
               "UPDATE webhook SET url = coalesce(?2, url), events = coalesce(?3, events), "
               "enabled = coalesce(?4, enabled), filter = coalesce(?5, filter), "
               "disabled_because = CASE WHEN ?4 IS NULL THEN disabled_because ELSE '' END, "
               "revision = revision + 1 WHERE id = ?1 AND deleted = 0"),
        disable(db,
                "UPDATE webhook SET enabled = 0, disabled_because = ?2, revision = revision + 1 "
                "WHERE id = ?1 AND enabled = 1"),
        mark_deleted(db,
                     "UPDATE webhook SET deleted = 1, enabled = 0 WHERE id = ? AND deleted = 0"),
        renew(db,
              "UPDATE webhook SET old_secret = secret, old_secret_until = ?3, secret = ?2 "
              "WHERE id = ?1 AND deleted = 0"),
        forget_secrets(db,
                       "UPDATE webhook SET old_secret = NULL "
                       "WHERE old_secret IS NOT NULL AND old_secret_until < ?"),
        // It fails to find one that was deleted or disabled in the same round.
        add_pending(db,
                    "UPDATE webhook SET pending = pending + ?2 "
                    "WHERE id = ?1 AND enabled = 1 AND deleted = 0 RETURNING pending"),
        move(db,
             "UPDATE webhook SET pending = pending + ?2, delivered = delivered + ?3, "
             "dead = dead + ?4 WHERE id = ?1"),
        insert(db,
               "INSERT INTO webhook_delivery "
               "(webhook, type, conversation, body, salt, created_at, state, due_at) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', CASE WHEN EXISTS (SELECT 1 "
               "FROM webhook_delivery INDEXED BY webhook_delivery_line WHERE webhook = ?1 "
               "AND conversation = ?3 AND state = 'pending') THEN NULL ELSE ?6 END)"),
        total_pending(db, "SELECT sum(pending) FROM webhook"),
        most_pending(db, "SELECT id FROM webhook ORDER BY pending DESC LIMIT 1"),
        oldest(db,
               "SELECT id, conversation FROM webhook_delivery WHERE webhook = ? AND state = ? "
               "ORDER BY id LIMIT ?"),
        add_attempt(db,
                    "INSERT OR REPLACE INTO webhook_attempt "
                    "(delivery, number, at, took, status, error, answer) "
                    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 "
                    "WHERE EXISTS (SELECT 1 FROM webhook_delivery WHERE id = ?1)"),
        drop_attempts(db, "DELETE FROM webhook_attempt WHERE delivery = ? AND number <= ?"),
        again(db,
              "UPDATE webhook_delivery SET attempts = ?2, due_at = ?3, error = ?4 "
              "WHERE id = ?1 AND state = 'pending'"),
        start_over(db, "UPDATE webhook_delivery SET replayed_after = attempts WHERE id = ?"),
        end(db,
            "UPDATE webhook_delivery SET state = ?2, due_at = NULL, ended_at = ?3, error = ?4 "
            "WHERE id = ?1 AND state = 'pending'"),
        count_attempts(db, "UPDATE webhook_delivery SET attempts = ?2 WHERE id = ?1"),
        next(db,
             "UPDATE webhook_delivery SET due_at = ?3 WHERE id = (SELECT id "
             "FROM webhook_delivery INDEXED BY webhook_delivery_line "
             "WHERE webhook = ?1 AND conversation = ?2 AND state = 'pending' ORDER BY id LIMIT 1) "
             "AND due_at IS NULL"),
        find(db, "SELECT webhook, conversation, state, due_at FROM webhook_delivery WHERE id = ?"),
        salted(db, "SELECT 1 FROM webhook_delivery WHERE id = ? AND webhook = ? AND salt = ?"),
        hurry(db, "UPDATE webhook_delivery SET due_at = ? WHERE id = ? AND due_at IS NOT NULL"),
        put_back(db,
                 "UPDATE webhook_delivery SET state = 'pending', replayed_after = attempts, "
                 "ended_at = NULL, due_at = CASE WHEN EXISTS (SELECT 1 "
                 "FROM webhook_delivery INDEXED BY webhook_delivery_line WHERE webhook = ?2 "
                 "AND conversation = ?3 AND state = 'pending') THEN NULL "
                 "ELSE ?4 END WHERE id = ?1"),
        replay_to(db,
                  "UPDATE webhook SET replay_to = (SELECT max(id) FROM webhook_delivery "
                  "WHERE webhook = ?1 AND state = 'dead') WHERE id = ?1 AND deleted = 0 "
                  "RETURNING dead"),
        replaying(db, "SELECT id, replay_to FROM webhook WHERE replay_to IS NOT NULL LIMIT 1"),
        to_replay(db,
                  "SELECT id FROM webhook_delivery WHERE webhook = ? AND state = 'dead' "
                  "AND id <= ? ORDER BY id LIMIT ?"),
        replayed(db, "UPDATE webhook SET replay_to = NULL WHERE id = ?"),
        deleted(db, "SELECT id FROM webhook WHERE deleted = 1 LIMIT 1"),
        drop_some(db,
                  "DELETE FROM webhook_delivery WHERE id IN "
                  "(SELECT id FROM webhook_delivery WHERE webhook = ? LIMIT ?)"),
        drop_webhook(db, "DELETE FROM webhook WHERE id = ?"),
        sums(db, "SELECT sum(delivered), sum(dead) FROM webhook"),
        fills(db, "SELECT id, delivered, dead FROM webhook"),
        ages(
            db,
            "SELECT id, created_at, ended_at FROM webhook_delivery WHERE webhook = ? AND state = ? "
            "ORDER BY id LIMIT ?"),
        drop(db, "DELETE FROM webhook_delivery WHERE id = ?"),
        ahead(db,
              "UPDATE webhook_delivery SET due_at = ?2 WHERE id IN (SELECT id FROM "
              "webhook_delivery WHERE webhook = ?1 AND due_at > ?3 LIMIT ?4)") {}

  Statement all, count, create, change, disable, mark_deleted, renew, forget_secrets, add_pending,
      move, insert, total_pending, most_pending, oldest, add_attempt, drop_attempts, again,
      start_over, end, count_attempts, next, find, salted, hurry, put_back, replay_to, replaying,
      to_replay, replayed, deleted, drop_some, drop_webhook, sums, fills, ages, drop, ahead;
};

WebhookRows::WebhookRows(store::Database& database)
    : sql_(std::make_unique<Statements>(database)), known_(all()) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium has no source of randomness");
}
WebhookRows::~WebhookRows() = default;

std::shared_ptr<const Webhooks> WebhookRows::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

void WebhookRows::publish(std::shared_ptr<const Webhooks> webhooks) {
  const std::lock_guard lock(mutex_);
  known_ = std::move(webhooks);
}

bool WebhookRows::wants(std::string_view type) const {
  const auto webhooks = known();
  return std::any_of(webhooks->begin(), webhooks->end(),
                     [&](const Webhook& one) { return one.wants(type); });
}

bool WebhookRows::is_any() const {
  const auto webhooks = known();
  return std::any_of(webhooks->begin(), webhooks->end(),
                     [](const Webhook& one) { return one.enabled; });
}

std::shared_ptr<const Webhooks> WebhookRows::all() {
  auto webhooks = std::make_shared<Webhooks>();
  sql_->all.each([&](const Row& row) { webhooks->push_back(webhook_of(row)); });
  return webhooks;
}

// --- producing ----------------------------------------------------------------------------------

DeliveryName WebhookRows::insert(WebhookId webhook, const Happening& happening) {
  const auto salt = fresh_salt();
  sql_->insert.run(webhook, happening.type, happening.conversation, body_of(happening), salt,
                   happening.at);
  return {DeliveryId{sql_->insert.last_row_id()}, salt};
}

void WebhookRows::enqueue(std::span<const Happening> happenings) {
  constexpr auto share = most_pending_deliveries / static_cast<std::int64_t>(most_webhooks);
  const auto webhooks = known();
  Facts facts(happenings);
  bool many = false;
  for (const auto& webhook : *webhooks) {
    std::vector<const Happening*> wanted;
    for (std::size_t i = 0; i < happenings.size(); ++i) {
      if (!webhook.wants(happenings[i].type)) continue;
      if (webhook.filter.is_empty() || webhook.filter.fits(facts.of(i))) {
        wanted.push_back(&happenings[i]);
      }
    }
    if (wanted.empty()) continue;
    const bool there = sql_->add_pending.first_row(
        [&](const Row& row) { many = many || row.integer(0) > share; }, webhook.id, wanted.size());
    if (!there) continue;
    for (const auto* happening : wanted) insert(webhook.id, *happening);
  }
  if (many) end_oldest_beyond_bound(happenings.front().at);
}

void WebhookRows::end_oldest_beyond_bound(WallTime now) {
  std::int64_t beyond = 0;
  sql_->total_pending.first_row(
      [&](const Row& row) { beyond = row.integer(0) - most_pending_deliveries; });
  if (beyond <= 0) return;
  WebhookId webhook{};
  sql_->most_pending.first_row([&](const Row& row) { webhook = WebhookId{row.integer(0)}; });
  std::vector<std::pair<DeliveryId, Waiting>> oldest;
  sql_->oldest.each(
      [&](const Row& row) {
        oldest.push_back({DeliveryId{row.integer(0)}, {webhook, row.text(1)}});
      },
      webhook, name_of(DeliveryState::pending), beyond);
  for (const auto& [id, of] : oldest) end(id, of, DeliveryState::dead, std::string(too_many), now);
}

void WebhookRows::end(DeliveryId id, const Waiting& of, DeliveryState state,
                      const std::string& error, WallTime at) {
  if (sql_->end.run(id, name_of(state), at, error) == 0) return;
  const bool delivered = state == DeliveryState::delivered;
  sql_->move.run(of.webhook, -1, delivered ? 1 : 0, delivered ? 0 : 1);
  sql_->next.run(of.webhook, of.conversation, at);
}

// --- what a person changes ----------------------------------------------------------------------

std::optional<WebhookId> WebhookRows::create(const NewWebhook& webhook, WallTime now) {
  const auto many = [&](bool with_deleted, std::size_t most) {
    std::int64_t count = 0;
    sql_->count.first_row([&](const Row& row) { count = row.integer(0); }, with_deleted ? 1 : 0);
    return count >= static_cast<std::int64_t>(most);
  };
  // Twice as many with those whose deliveries are still being deleted.
  if (many(false, most_webhooks) || many(true, 2 * most_webhooks)) return std::nullopt;
  sql_->create.run(webhook.url, fmt::format("{}", fmt::join(webhook.events, " ")),
                   webhook.filter.text(), octets_of(webhook.secret), now, webhook.by);
  return WebhookId{sql_->create.last_row_id()};
}

bool WebhookRows::change(WebhookId id, const WebhookPatch& patch) {
  std::optional<std::string> events;
  if (patch.events) events = fmt::format("{}", fmt::join(*patch.events, " "));
  std::optional<int> enabled;
  if (patch.enabled) enabled = *patch.enabled ? 1 : 0;
  std::optional<std::string> filter;
  if (patch.filter) filter = patch.filter->text();
  return sql_->change.run(id, patch.url, events, enabled, filter) != 0;
}

bool WebhookRows::remove(WebhookId id) {
  return sql_->mark_deleted.run(id) != 0;
}

bool WebhookRows::renew_secret(WebhookId id, std::string_view secret, WallTime now) {
  return sql_->renew.run(id, octets_of(secret), now + old_secret_signs) != 0;
}

std::optional<DeliveryName> WebhookRows::ping(WebhookId id, WallTime now) {
  if (!sql_->add_pending.first_row([](const Row&) {}, id, 1)) return std::nullopt;
  const auto delivery =
      insert(id, {"test.ping", now, "test", R"({"webhook":")" + outside(id) + "\"}"});
  end_oldest_beyond_bound(now);
  return delivery;
}

void WebhookRows::put_back(DeliveryId id, WallTime now) {
  std::optional<Waiting> of;
  bool pending = false, delivered = false, due = false;
  sql_->find.first_row(
      [&](const Row& row) {
        of = Waiting{WebhookId{row.integer(0)}, row.text(1)};
        pending = row.view(2) == name_of(DeliveryState::pending);
        delivered = row.view(2) == name_of(DeliveryState::delivered);
        due = !row.is_null(3);
      },
      id);
  if (!of) return;
  if (pending) {
    if (!due) return;  // its turn has not come
    sql_->hurry.run(now, id);
    sql_->start_over.run(id);
    return;
  }
  sql_->put_back.run(id, of->webhook, of->conversation, now);
  sql_->move.run(of->webhook, 1, delivered ? -1 : 0, delivered ? 0 : -1);
}

bool WebhookRows::replay(WebhookId id, DeliveryName name, WallTime now) {
  if (!sql_->salted.first_row([](const Row&) {}, name.id, id, name.salt)) return false;
  put_back(name.id, now);
  end_oldest_beyond_bound(now);
  return true;
}

std::optional<std::int64_t> WebhookRows::replay_dead(WebhookId id) {
  std::optional<std::int64_t> dead;
  sql_->replay_to.first_row([&](const Row& row) { dead = row.integer(0); }, id);
  return dead;
}

// --- what the sender notes ----------------------------------------------------------------------

bool WebhookRows::note(std::span<const DeliveryResult> results) {
  using What = DeliveryStep::What;
  bool changed = false;
  for (const auto& result : results) {
    const auto& attempt = result.attempt;
    sql_->add_attempt.run(result.id, attempt.number, attempt.at, attempt.took, attempt.status,
                          attempt.error, attempt.answer);
    if (attempt.number > most_logged_attempts) {
      sql_->drop_attempts.run(result.id, attempt.number - most_logged_attempts);
    }
    const Waiting of{result.webhook, result.conversation};
    const auto ended = result.step.due;
    switch (result.step.what) {
      case What::delivered:
        sql_->count_attempts.run(result.id, attempt.number);
        end(result.id, of, DeliveryState::delivered, {}, ended);
        break;
      case What::dead:
        sql_->count_attempts.run(result.id, attempt.number);
        end(result.id, of, DeliveryState::dead, result.step.error, ended);
        break;
      case What::again:
        sql_->again.run(result.id, attempt.number, result.step.due, result.step.error);
        break;
      case What::gone:  // it is the first to go when a person enables the subscription
        sql_->again.run(result.id, attempt.number, ended, result.step.error);
        sql_->start_over.run(result.id);
        changed = sql_->disable.run(result.webhook,
                                    "the endpoint answered 410: it wants nothing any more") != 0 ||
                  changed;
        break;
    }
  }
  return changed;
}

// --- in the course of time ----------------------------------------------------------------------

WebhookRows::Tidied WebhookRows::tidy(WallTime now) {
  Tidied tidied;
  std::optional<WebhookId> webhook;
  const auto its_id = [&](const Row& row) { webhook = WebhookId{row.integer(0)}; };
  if (sql_->deleted.first_row(its_id)) {
    tidied.more = true;
    if (sql_->drop_some.run(*webhook, tidy_step) < static_cast<std::int64_t>(tidy_step)) {
      sql_->drop_webhook.run(*webhook);
    }
    return tidied;
  }
  std::int64_t up_to = 0;
  const bool replaying = sql_->replaying.first_row([&](const Row& row) {
    its_id(row);
    up_to = row.integer(1);
  });
  if (replaying) {
    std::vector<DeliveryId> dead;
    sql_->to_replay.each([&](const Row& row) { dead.push_back(DeliveryId{row.integer(0)}); },
                         *webhook, up_to, replay_step);
    for (const auto id : dead) put_back(id, now);
    if (dead.size() < replay_step) sql_->replayed.run(*webhook);
    end_oldest_beyond_bound(now);
    tidied.more = tidied.deliveries_due = true;
    return tidied;
  }
  tidied = forget_old(now);
  if (tidied.more) return tidied;
  tidied.webhooks_changed = sql_->forget_secrets.run(now) != 0;
  for (const auto& one : *known()) {  // the clock was set back since
    const auto moved = sql_->ahead.run(one.id, now, now + longest_delivery_pause, tidy_step);
    tidied.deliveries_due = tidied.deliveries_due || moved != 0;
  }
  return tidied;
}

std::int64_t WebhookRows::forget_step(WebhookId webhook, DeliveryState state, WallTime before,
                                      std::int64_t beyond) {
  std::vector<DeliveryId> old;
  bool younger = false;
  sql_->ages.each(
      [&](const Row& row) {
        // In order of id, which is that of time: behind a younger one is no older one.
        younger = younger || time_of(row.integer(1)) >= before;
        const bool stays = younger || time_of(row.integer(2)) >= before;
        if (stays && static_cast<std::int64_t>(old.size()) >= beyond) return;
        old.push_back(DeliveryId{row.integer(0)});
      },
      webhook, name_of(state), tidy_step);
  for (const auto id : old) sql_->drop.run(id);
  const auto gone = static_cast<std::int64_t>(old.size());
  const bool delivered = state == DeliveryState::delivered;
  if (gone != 0) sql_->move.run(webhook, 0, delivered ? -gone : 0, delivered ? 0 : -gone);
  return gone;
}

WebhookRows::Tidied WebhookRows::forget_old(WallTime now) {
  struct Fill {
    WebhookId id;
    std::int64_t kept[2];
  };
  std::int64_t beyond[2] = {0, 0};
  sql_->sums.first_row([&](const Row& row) {
    for (int i : {0, 1}) beyond[i] = row.integer(i) - most_ended_deliveries;
  });
  std::vector<Fill> fills;
  sql_->fills.each([&](const Row& row) {
    fills.push_back({WebhookId{row.integer(0)}, {row.integer(1), row.integer(2)}});
  });
  Tidied tidied;
  for (int i : {0, 1}) {
    const auto state = i == 0 ? DeliveryState::delivered : DeliveryState::dead;
    const WallTime before = now - (i == 0 ? delivered_kept : dead_kept);
    // The fullest first: it loses what is beyond the bound.
    std::sort(fills.begin(), fills.end(),
              [i](const Fill& a, const Fill& b) { return a.kept[i] > b.kept[i]; });
    for (const auto& fill : fills) {
      if (fill.kept[i] == 0) continue;
      const auto gone = forget_step(fill.id, state, before, &fill == fills.data() ? beyond[i] : 0);
      if (gone == static_cast<std::int64_t>(tidy_step)) tidied.more = true;
      if (tidied.more) return tidied;
    }
  }
  return tidied;
}

}  // namespace bank::web
