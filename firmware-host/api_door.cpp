#include "firmware-host/api_door.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "firmware-host/clocks.hpp"
#include "firmware-host/health.hpp"
#include "firmware-host/log.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_drops = 1024;  // batches that broke off; more go at the next start
constexpr std::size_t most_direct = 64;   // accepted ones that go to the dispatcher one by one

scheduler::Candidate candidate_of(const web::AcceptRequest& request, std::size_t index,
                                  scheduler::MessageId id) {
  const auto& from = request.prototype;
  scheduler::Candidate candidate{};
  candidate.id = id;
  candidate.to = request.to.at(index);
  candidate.text = from.text;
  candidate.message_class = from.message_class;
  candidate.priority = from.priority;
  candidate.pool = from.pool;
  candidate.sim = from.sim;
  candidate.parts = from.parts;
  candidate.concat_ref = -1;
  candidate.encoding = from.encoding;
  candidate.flash = from.flash;
  candidate.report = from.report;
  candidate.expires_at = from.expires_at;
  return candidate;
}

}  // namespace

ApiDoor::ApiDoor(modem::Loop& loop, const Clock& clock, Desk& desk, BookCalls& book,
                 Figures figures, Switchboard& switchboard, const Config& config)
    : loop_(loop),
      clock_(clock),
      desk_(desk),
      book_(book),
      figures_(std::move(figures)),
      switchboard_(switchboard),
      config_(config),
      numbers_(config.region.country, countries_of(config)),
      region_clock_(config.region.timezone),
      conversations_(clock, desk, book),
      replies_(loop, clock, desk, book, switchboard),
      store_moved_(std::chrono::steady_clock::now()) {
  book_.on_failure = [this](const store::Failure& failure) { disk_failed(failure); };
}

void ApiDoor::disk_failed(const store::Failure& failure) {
  const auto at = std::chrono::steady_clock::now();
  if (failure.damage) {
    if (damage_.note(failure.detail, at)) log::error("store.damaged", {{"what", failure.detail}});
    return;
  }
  std::atomic_store(&disk_trouble_, std::make_shared<const std::string>(failure.detail));
  if (!failures_.note(failure.detail, at)) return;
  log::error("store.failed", {{"what", failure.detail}});
  failure_logged_ = true;
}

void ApiDoor::disk_is_well() {
  std::atomic_store(&disk_trouble_, std::shared_ptr<const std::string>());
  if (failure_logged_.exchange(false)) log::info("store.well");
  loop_.post([this] { switchboard_.disk_is_well(); });
}

void ApiDoor::beat() {
  const auto figures = figures_();
  const auto at = std::chrono::steady_clock::now();
  if (std::exchange(rounds_seen_, figures.rounds) != figures.rounds) store_moved_ = at;
  const std::string& trouble = figures.checkpoint_trouble;
  if (!trouble.empty() && checkpoints_.note(trouble, at)) {
    log::error("store.checkpoint_failed", {{"what", trouble}});
  }
  if (beating_.exchange(true)) return;
  book_.write(
      [this](scheduler::Book& book) {
        const bool in_trouble = std::atomic_load(&disk_trouble_) != nullptr;
        if (in_trouble) book.try_disk();
        return in_trouble;
      },
      [this](web::Outcome<bool> wrote) {
        // Other jobs that go well prove nothing: most of them only read.
        if (wrote && *wrote) disk_is_well();
        store_moved_ = std::chrono::steady_clock::now();
        beating_ = false;
      });
}

// --- changing -----------------------------------------------------------------------------------

void ApiDoor::accept(web::AcceptRequest request, web::Answered<web::Acceptance> answered) {
  auto shared = std::make_shared<web::AcceptRequest>(std::move(request));
  book_.write(
      [this, shared](scheduler::Book& book) {
        shared->now = clock_.now().wall;  // in the order of the ids, which lists rely on
        auto acceptance = web::accept_in_book(book, shared);
        if (shared->is_counted) count(acceptance, shared->key, shared->now);
        return acceptance;
      },
      [this, shared, answered = std::move(answered)](web::Outcome<web::Acceptance> outcome) {
        const auto* accepted = outcome ? std::get_if<web::Accepted>(&*outcome) : nullptr;
        const bool is_due =
            !shared->prototype.send_at || *shared->prototype.send_at <= clock_.now().wall;
        if (accepted != nullptr && !accepted->queued.empty() && is_due) {
          const bool direct = accepted->queued.size() == shared->to.size() &&
                              accepted->queued.size() <= most_direct;
          if (direct) {
            std::vector<scheduler::Candidate> candidates;
            for (std::size_t i = 0; i < accepted->queued.size(); ++i) {
              candidates.push_back(candidate_of(*shared, i, accepted->queued[i]));
            }
            desk_.tell([this, candidates = std::move(candidates)]() mutable {
              switchboard_.arrived(std::move(candidates));
            });
          } else {
            const scheduler::Lane lane =
                shared->prototype.sim ? scheduler::Lane{shared->prototype.sim, {}}
                                      : scheduler::Lane{std::nullopt, shared->prototype.pool};
            open_lanes({lane});
          }
        }
        answered(std::move(outcome));
      });
}

void ApiDoor::receive(web::BatchPiece piece, web::Answered<std::monostate> answered) {
  auto shared = std::make_shared<web::BatchPiece>(std::move(piece));
  book_.write(
      [this, shared](scheduler::Book& book) {
        shared->now = clock_.now().wall;  // not when it was read: uploads pause
        web::receive_in_book(book, *shared);
        return std::monostate{};
      },
      std::move(answered));
}

void ApiDoor::complete(web::BatchEnd end, web::Answered<web::Acceptance> answered) {
  auto shared = std::make_shared<web::BatchEnd>(std::move(end));
  book_.write(
      [this, shared](scheduler::Book& book) {
        shared->piece.now = clock_.now().wall;
        auto acceptance = web::complete_in_book(book, *shared);
        if (shared->is_counted) count(acceptance, shared->piece.key, shared->piece.now);
        return acceptance;
      },
      [this, answered = std::move(answered)](web::Outcome<web::Acceptance> outcome) {
        if (auto* accepted = outcome ? std::get_if<web::Accepted>(&*outcome) : nullptr) {
          open_lanes(accepted->opened);
        }
        answered(std::move(outcome));
      });
}

void ApiDoor::count(const web::Acceptance& acceptance, scheduler::KeyId key,
                    scheduler::WallTime at) {
  if (const auto* accepted = std::get_if<web::Accepted>(&acceptance)) {
    desk_.count(key, accepted->count, at);
  }
}

void ApiDoor::open_lanes(std::vector<scheduler::Lane> lanes) {
  if (lanes.empty()) return;
  desk_.tell([this, lanes = std::move(lanes)] { switchboard_.many_arrived(lanes); });
}

void ApiDoor::drop(std::shared_ptr<web::ReceivedBatch> batch) {
  if (drops_.fetch_add(1) < most_drops) return drop_now(std::move(batch));
  --drops_;
}

/// Tried until the store takes it: nobody else would drop it before the next start.
void ApiDoor::drop_now(std::shared_ptr<web::ReceivedBatch> batch) {
  book_.write(
      [batch](scheduler::Book& book) {
        if (batch->id) book.drop_batch(*batch->id);
        return std::monostate{};
      },
      [this, batch](const web::Outcome<std::monostate>& outcome) {
        if (outcome) {
          --drops_;
          return;
        }
        loop_.post([this, batch] { loop_.after(1s, [this, batch] { drop_now(batch); }); });
      });
}

namespace {

const char* name_of(web::BatchAction action) {
  switch (action) {
    case web::BatchAction::pause: return "pause";
    case web::BatchAction::resume: return "resume";
    case web::BatchAction::cancel: break;
  }
  return "cancel";
}

scheduler::Book::BatchChange changed_batch(scheduler::Book& book, scheduler::BatchId batch,
                                           web::BatchAction action,
                                           std::vector<scheduler::Lane>& opened,
                                           scheduler::WallTime at) {
  switch (action) {
    case web::BatchAction::pause: return book.pause_batch(batch);
    case web::BatchAction::resume: return book.resume_batch(batch, opened);
    case web::BatchAction::cancel: break;
  }
  return book.cancel_batch(batch, at);
}

}  // namespace

/// As with one message the I/O thread first: from then on nothing of it is begun.
void ApiDoor::change(scheduler::BatchId batch, web::BatchAction action, std::string by,
                     web::Answered<scheduler::Book::BatchChange> answered) {
  loop_.post([this, batch, action, by = std::move(by), answered = std::move(answered)]() mutable {
    const bool stops = action != web::BatchAction::resume;
    if (stops) switchboard_.withdraw_batch(batch, action == web::BatchAction::cancel);
    auto opened = std::make_shared<std::vector<scheduler::Lane>>();
    book_.write(
        [this, batch, action, by = std::move(by), opened](scheduler::Book& book) {
          const auto at = clock_.now().wall;
          const auto changed = changed_batch(book, batch, action, *opened, at);
          if (changed == scheduler::Book::BatchChange::done) {
            desk_.note({by, std::string("batch.") + name_of(action), scheduler::outside(batch)},
                       at);
          }
          return changed;
        },
        [this, batch, stops, opened,
         answered = std::move(answered)](web::Outcome<scheduler::Book::BatchChange> outcome) {
          const bool done = outcome && *outcome == scheduler::Book::BatchChange::done;
          if (stops) {
            desk_.tell([this, batch, done] { switchboard_.batch_stopped(batch, done); });
          } else if (done) {
            open_lanes(std::move(*opened));
          }
          answered(std::move(outcome));
        });
  });
}

void ApiDoor::cancel(scheduler::MessageId id, std::string by,
                     web::Answered<scheduler::Book::CancelResult> answered) {
  // The I/O thread first: from then on no PDU of it is written (DESIGN "Sending is a conditional
  // commit").
  loop_.post([this, id, by = std::move(by), answered = std::move(answered)]() mutable {
    switchboard_.withdraw_message(id);
    book_.write(
        [this, id, by = std::move(by)](scheduler::Book& book) {
          const auto at = clock_.now().wall;
          const auto cancelled = book.cancel(id, at);
          if (cancelled == scheduler::Book::CancelResult::cancelled) {
            desk_.note({by, "message.cancel", scheduler::outside(id)}, at);
          }
          return cancelled;
        },
        [this, id,
         answered = std::move(answered)](web::Outcome<scheduler::Book::CancelResult> outcome) {
          const bool cancelled = outcome && *outcome == scheduler::Book::CancelResult::cancelled;
          desk_.tell([this, id, cancelled] {
            if (cancelled) {
              switchboard_.forget(id);
            } else {
              switchboard_.bring_back(id);  // its PDU may have been withdrawn: it goes on
            }
          });
          answered(std::move(outcome));
        });
  });
}

void ApiDoor::requeue(scheduler::MessageId id, std::string by,
                      web::Answered<scheduler::Book::RequeueResult> answered) {
  book_.write(
      [this, id, by = std::move(by),
       life = config_.sending.default_validity](scheduler::Book& book) {
        const auto at = clock_.now().wall;
        const auto requeued = book.requeue(id, at + life, at);
        if (requeued == scheduler::Book::RequeueResult::queued) {
          desk_.note({by, "message.requeue", scheduler::outside(id)}, at);
        }
        return requeued;
      },
      [this, id,
       answered = std::move(answered)](web::Outcome<scheduler::Book::RequeueResult> outcome) {
        if (outcome && *outcome == scheduler::Book::RequeueResult::queued) {
          desk_.tell([this, id] { switchboard_.bring_back(id); });
        }
        answered(std::move(outcome));
      });
}

void ApiDoor::modem_action(std::string name, web::ModemAction action, std::string by,
                           web::Answered<web::ByModem<std::monostate>> answered) {
  loop_.post([this, name = std::move(name), action, by = std::move(by),
              answered = std::move(answered)]() mutable {
    switchboard_.act(name, action, by, std::move(answered));
  });
}

void ApiDoor::ussd(std::string name, std::string code, std::string by,
                   web::Answered<web::ByModem<at::UssdAnswer>> answered) {
  loop_.post([this, name = std::move(name), code = std::move(code), by = std::move(by),
              answered = std::move(answered)]() mutable {
    switchboard_.ask_ussd(name, std::move(code), by, std::move(answered));
  });
}

void ApiDoor::at_command(web::AtQuestion question,
                         web::Answered<web::ByModem<web::AtAnswer>> answered) {
  loop_.post([this, question = std::move(question), answered = std::move(answered)]() mutable {
    switchboard_.ask_at(question, std::move(answered));
  });
}

void ApiDoor::loop_back(web::LoopbackWanted wanted,
                        web::Answered<web::ByModem<web::LoopbackAsked>> answered) {
  loop_.post([this, wanted = std::move(wanted), answered = std::move(answered)]() mutable {
    switchboard_.loop_back(wanted, std::move(answered));
  });
}

void ApiDoor::change_sim(web::SimChange change, std::string by,
                         web::Answered<web::SimChanged> answered) {
  loop_.post([this, change = std::move(change), by = std::move(by),
              answered = std::move(answered)]() mutable {
    switchboard_.change_sim(change, by, std::move(answered));
  });
}

void ApiDoor::dialogue(std::vector<web::DialogueWanted> wanted, std::size_t most,
                       web::Answered<std::vector<web::ModemDialogue>> answered) {
  loop_.post([this, wanted = std::move(wanted), most, answered = std::move(answered)] {
    std::vector<web::ModemDialogue> said;
    said.reserve(wanted.size());
    for (const auto& one : wanted) said.push_back(switchboard_.dialogue_of(one, most));
    answered(std::move(said));
  });
}

void ApiDoor::signal(std::string modem,
                     web::Answered<web::ByModem<std::vector<web::SignalView>>> answered) {
  loop_.post([this, modem = std::move(modem), answered = std::move(answered)] {
    answered(switchboard_.signal_of(modem));
  });
}

void ApiDoor::submissions_of(
    std::string modem, web::Answered<web::ByModem<std::vector<web::SubmissionsView>>> answered) {
  loop_.post([this, modem = std::move(modem), answered = std::move(answered)] {
    answered(switchboard_.submissions_of(modem));
  });
}

void ApiDoor::key_used(scheduler::KeyId key, scheduler::WallTime at) {
  book_.write([key, at](scheduler::Book& book) { return book.key_used(key, at), true; },
              [](web::Outcome<bool>) {});
}

// --- reading ------------------------------------------------------------------------------------

std::optional<scheduler::MessageView> ApiDoor::message(scheduler::MessageId id) {
  return book_.read([&](scheduler::BookReader& reader) { return reader.message(id); });
}
std::vector<scheduler::SubmissionView> ApiDoor::submissions(scheduler::MessageId id) {
  return book_.read([&](scheduler::BookReader& reader) { return reader.submissions(id); });
}
std::vector<scheduler::MessageView> ApiDoor::messages(const scheduler::MessageFilter& filter,
                                                      std::optional<scheduler::MessageId> before,
                                                      std::size_t limit) {
  return book_.read(
      [&](scheduler::BookReader& reader) { return reader.messages(filter, before, limit); });
}
std::optional<scheduler::Suppression> ApiDoor::suppression(std::string_view number) {
  return book_.read([&](scheduler::BookReader& reader) { return reader.suppression(number); });
}
std::optional<scheduler::BatchView> ApiDoor::batch(scheduler::BatchId id) {
  return book_.read([&](scheduler::BookReader& reader) { return reader.batch(id); });
}
std::vector<scheduler::BatchView> ApiDoor::batches(std::optional<scheduler::BatchId> before,
                                                   std::size_t limit) {
  return book_.read([&](scheduler::BookReader& reader) { return reader.batches(before, limit); });
}
std::vector<scheduler::Book::RejectedLine> ApiDoor::rejections(scheduler::BatchId id,
                                                               std::int64_t after,
                                                               std::size_t limit) {
  return book_.read(
      [&](scheduler::BookReader& reader) { return reader.rejections(id, after, limit); });
}
std::vector<scheduler::InboundView> ApiDoor::inbox(std::optional<scheduler::InboundId> after,
                                                   std::size_t limit,
                                                   const scheduler::InboxFilter& filter) {
  return book_.read(
      [&](scheduler::BookReader& reader) { return reader.inbox(after, limit, filter); });
}
std::optional<scheduler::InboundView> ApiDoor::inbound(scheduler::InboundId id) {
  return book_.read([&](scheduler::BookReader& reader) { return reader.inbound(id); });
}
std::vector<scheduler::ModemEventView> ApiDoor::modem_events(std::string_view modem,
                                                             std::optional<std::int64_t> before,
                                                             std::size_t limit) {
  return book_.read(
      [&](scheduler::BookReader& reader) { return reader.modem_events(modem, before, limit); });
}
std::vector<std::pair<scheduler::MessageState, std::int64_t>> ApiDoor::counts() {
  return book_.read([](scheduler::BookReader& reader) { return reader.counts(); });
}
std::optional<scheduler::ApiKey> ApiDoor::key(const web::KeyHash& hash) {
  return book_.read([&](scheduler::BookReader& reader) { return reader.key(hash); });
}
std::vector<scheduler::KeyUse> ApiDoor::key_uses(scheduler::KeyId key, scheduler::WallTime since) {
  return book_.query(
      [&](const store::Database& database) { return scheduler::key_uses(database, key, since); });
}

// --- deciding -----------------------------------------------------------------------------------

scheduler::WallTime ApiDoor::now() {
  return clock_.now().wall;
}

Result<std::string, std::string> ApiDoor::normalise(std::string_view number) {
  return numbers_.normalise(number).map_error(
      [](const scheduler::NumberError& error) { return error.detail; });
}

std::chrono::milliseconds ApiDoor::default_validity() {
  return config_.sending.default_validity;
}

std::optional<int> ApiDoor::largest_message(std::string_view pool,
                                            std::optional<scheduler::SimId> sim) {
  const auto snapshot = switchboard_.snapshot();
  if (sim) {
    const auto found = snapshot->largest_of_sim.find(*sim);
    return found == snapshot->largest_of_sim.end() ? std::nullopt : found->second;
  }
  const auto found = snapshot->largest_of_pool.find(std::string(pool));
  return found == snapshot->largest_of_pool.end() ? std::nullopt : found->second;
}

std::optional<scheduler::SimId> ApiDoor::sim_named(std::string_view name) {
  const auto snapshot = switchboard_.snapshot();
  const auto found = snapshot->sim_ids.find(std::string(name));
  return found == snapshot->sim_ids.end() ? std::nullopt : std::optional(found->second);
}

bool ApiDoor::pool_known(std::string_view name) {
  if (name == "default") return true;
  const bool configured =
      std::any_of(config_.sims.begin(), config_.sims.end(), [&](const SimConfig& sim) {
        return std::find(sim.pools.begin(), sim.pools.end(), name) != sim.pools.end();
      });
  return configured || switchboard_.snapshot()->largest_of_pool.contains(std::string(name));
}

// --- showing ------------------------------------------------------------------------------------

std::vector<web::ModemView> ApiDoor::modems() {
  return switchboard_.snapshot()->modems;
}
std::vector<web::SimView> ApiDoor::sims() {
  return switchboard_.snapshot()->sims;
}

std::optional<web::Hold> ApiDoor::hold_of(const scheduler::MessageView& message) {
  using enum scheduler::MessageState;
  // Its other parts go through the SIM that took the first ones, and wait for that one alone.
  const bool bound = message.parts_sent > 0 && message.parts_sent < message.parts;
  if (message.state != queued && !(message.state == sending && bound)) return std::nullopt;
  if (message.wait_until && *message.wait_until > now()) {
    const bool first = message.attempts == 0 && message.send_at;
    return web::Hold{first ? "send_at" : "retry", message.wait_until};
  }
  if (message.held_by_batch) {
    return web::Hold{fmt::format("batch_{}", scheduler::name_of(*message.held_by_batch)), {}};
  }
  const auto snapshot = switchboard_.snapshot();
  if (!snapshot->held.empty()) return web::Hold{snapshot->held, std::nullopt};
  if (std::atomic_load(&disk_trouble_)) return web::Hold{"disk", std::nullopt};
  if (const auto& only = bound ? message.sim : message.wanted_sim) {
    const auto held = snapshot->hold_of_sim.find(*only);
    if (held != snapshot->hold_of_sim.end()) return held->second;
    if (!snapshot->sim_ids.contains(*only)) return web::Hold{"no_sim", {}};
    return std::nullopt;
  }
  const auto held = snapshot->hold_of_pool.find(message.pool);
  if (held != snapshot->hold_of_pool.end()) return held->second;
  if (!snapshot->largest_of_pool.contains(message.pool)) return web::Hold{"no_sim", {}};
  return std::nullopt;
}

web::DayView ApiDoor::today() {
  const auto since = region_clock_.day_of(now());
  return {since, book_.query([&](const store::Database& on) {
            return scheduler::figures_since(on, since);
          })};
}

web::Metrics ApiDoor::metrics() {
  using Type = web::MetricFamily::Type;
  const auto snapshot = switchboard_.snapshot();
  const auto figures = figures_();
  const auto one = [](std::string name, std::string help, Type type, double value) {
    return web::MetricFamily{std::move(name), std::move(help), type, {{{}, value}}};
  };
  return {
      {"modembank_parts_total",
       "Parts handed to modems, by how they ended.",
       Type::counter,
       {{{{"outcome", "sent"}}, static_cast<double>(snapshot->sent_parts)},
        {{{"outcome", "refused"}}, static_cast<double>(snapshot->refused_parts)},
        {{{"outcome", "uncertain"}}, static_cast<double>(snapshot->uncertain_parts)}}},
      one("modembank_slow_results_total", "Parts without a result after 30 s.", Type::counter,
          static_cast<double>(snapshot->slow_results)),
      one("modembank_parts_in_hand", "Parts that modems have now.", Type::gauge,
          static_cast<double>(snapshot->parts_in_hand)),
      one("modembank_queue_front_messages", "Queued messages held in memory.", Type::gauge,
          static_cast<double>(snapshot->front_messages)),
      one("modembank_store_waiting_jobs", "Jobs that wait for the writer.", Type::gauge,
          static_cast<double>(figures.waiting)),
      one("modembank_store_jobs_total", "Jobs that the writer answered.", Type::counter,
          static_cast<double>(figures.jobs)),
      one("modembank_store_rounds_total", "Transactions of the writer.", Type::counter,
          static_cast<double>(figures.rounds)),
      one("modembank_store_failed_rounds_total", "Transactions that did not commit.", Type::counter,
          static_cast<double>(figures.failed_rounds)),
      one("modembank_store_refused_jobs_total", "Jobs refused because the queue was full.",
          Type::counter, static_cast<double>(figures.refused)),
      one("modembank_store_wal_bytes", "Size of the write-ahead log.", Type::gauge,
          static_cast<double>(figures.wal_bytes)),
  };
}

std::vector<web::QueueFill> ApiDoor::queues() {
  const auto figures = figures_();
  std::vector<web::QueueFill> queues{
      {"store_jobs", figures.waiting, store::ThreadWriter::most_waiting},
      {"store_log_octets", figures.wal_bytes, store::LogLimits{}.most},
      {"store_answers", desk_.untold(), Desk::most_untold},
      {"broken_off_batches", drops_, most_drops}};
  const auto append = [&](const std::vector<web::QueueFill>& more) {
    queues.insert(queues.end(), more.begin(), more.end());
  };
  append(switchboard_.snapshot()->queues);
  if (more_) append(more_());
  return queues;
}

DiskState ApiDoor::disk_state() {
  const auto figures = figures_();
  DiskState state{.trouble = {},
                  .log_percent = 100.0 * static_cast<double>(figures.wal_bytes) /
                                 static_cast<double>(store::LogLimits{}.most)};
  const auto trouble = std::atomic_load(&disk_trouble_);
  const std::string damage = damage_.shown(std::chrono::steady_clock::now());
  for (const std::string& one :
       {trouble ? *trouble : std::string(), damage, figures.checkpoint_trouble}) {
    if (state.trouble.empty()) state.trouble = one;
  }
  return state;
}

web::SettingsView ApiDoor::settings() {
  web::SettingsView view{MODEMBANK_VERSION, summary(config_), {}};
  for (const auto& notice : config_.notices) {
    view.notices.push_back(fmt::format("{}: {}", notice.where, notice.text));
  }
  return view;
}

web::Health ApiDoor::health() {
  const auto still = [now = std::chrono::steady_clock::now()](auto since) {
    return std::chrono::floor<std::chrono::milliseconds>(now - since);
  };
  const auto snapshot = switchboard_.snapshot();
  const auto trouble = std::atomic_load(&disk_trouble_);
  return health_of({.rack_still = still(snapshot->made_at),
                    // Asked nothing, it owes nothing: without the rack's thread nobody asks.
                    .store_still = beating_ ? still(store_moved_.load()) : 0ms,
                    .disk_trouble = trouble ? *trouble : std::string{},
                    .damage = damage_.shown(std::chrono::steady_clock::now()),
                    .log_trouble = figures_().checkpoint_trouble,
                    .held = snapshot->held});
}

}  // namespace bank::host
