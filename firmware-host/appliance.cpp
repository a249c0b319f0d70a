#include "firmware-host/appliance.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <thread>
#include <utility>

#include "firmware-host/admin_access.hpp"
#include "firmware-host/alarm_watch.hpp"
#include "firmware-host/announcer.hpp"
#include "firmware-host/api_door.hpp"
#include "firmware-host/backup.hpp"
#include "firmware-host/clocks.hpp"
#include "firmware-host/commands.hpp"
#include "firmware-host/health.hpp"
#include "firmware-host/key_calls.hpp"
#include "firmware-host/log.hpp"
#include "firmware-host/proved_power.hpp"
#include "firmware-host/slot_map_file.hpp"
#include "firmware-host/slow_thread.hpp"
#include "firmware-host/systemd.hpp"
#include "modem/asio_loop.hpp"
#include "modem/serial_ports.hpp"
#include "modem/usb.hpp"
#include "scheduler/schema.hpp"
#include "store/inline_writer.hpp"
#include "store/lock.hpp"
#include "store/migrations.hpp"
#include "web/accounts.hpp"
#include "web/api.hpp"
#include "web/api_key.hpp"
#include "web/server.hpp"
#include "web/time_text.hpp"
#include "web/webhook_rows.hpp"
#include "web/webhook_sender.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

/// Thousands of callers and hundreds of modems need descriptors; the soft limit is often 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// So many that no flood of clients takes the descriptor of a port or of the database: accept would
/// fail then, and libmicrohttpd 0.9.75 may try again without end.
unsigned most_connections() {
  constexpr rlim_t for_all_else = 2048;
  const unsigned usual = web::ServerOptions{}.most_connections;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return usual;
  const auto left = limit.rlim_cur - std::min(limit.rlim_cur / 2, for_all_else);
  if (left >= usual) return usual;
  log::warn("http.few_connections", {{"most", left}, {"open_files", limit.rlim_cur}});
  return static_cast<unsigned>(left);
}

// Strangers leave places to those who are known.
static_assert(web::SignInPlaces::of_strangers < SlowThread::most_waiting);

}  // namespace

struct Appliance::Parts {
  Parts(Config settings, store::Lock held, store::Database opened)
      : config(std::move(settings)),
        lock(std::move(held)),
        database(std::move(opened)),
        book(database, boot_id()),
        records(database),
        admin_reader(database),
        webhook_rows(database),
        account_rows(database),
        writer(database),
        desk(loop, writer, book, &records),
        switchboard(loop, clock, ports, desk, config),
        readers(config.store.path),
        book_calls(desk, writer, book, readers),
        door(
            loop, clock, desk, book_calls, [this] { return writer.figures(); }, switchboard,
            config),
        accounts(for_accounts(), account_rows.device_secret()),
        api(door, {}, config.http.only_tls),
        alarms(clock, desk, config, for_alarms()),
        backups(config.store.path),
        signals(io, SIGTERM, SIGINT, SIGHUP),
        stop_timer(io),
        alive_timer(io),
        beat_timer(io) {
    desk.on_failure = [this](const store::Failure& failure) { door.disk_failed(failure); };
    door.show_queues([this] {
      std::vector<web::QueueFill> queues{
          {"port_jobs", ports.jobs_waiting(), modem::WorkerPool::most_waiting},
          {"alarm_changes", alarms.pending(), AlarmWatch::most_pending},
          {"password_checks", slow.waiting(), SlowThread::most_waiting}};
      for (const auto& more : {accounts.guessers(), webhooks->queues()}) {
        queues.insert(queues.end(), more.begin(), more.end());
      }
      return queues;
    });
  }

  web::Accounts::Outside for_accounts() {
    return {.read =
                [this](const std::function<void(store::Database&)>& read) {
                  book_calls.query([&](store::Database& on) { return read(on), true; });
                },
            .write =
                [this](std::function<void(web::AccountRows&, scheduler::Book&)> work,
                       std::function<void(std::optional<web::Unavailable>)> done) {
                  book_calls.write(
                      [this, work = std::move(work)](scheduler::Book& on) {
                        return work(account_rows, on), true;
                      },
                      [done = std::move(done)](const web::Outcome<bool>& outcome) {
                        done(outcome ? std::nullopt : std::optional(outcome.error()));
                      });
                },
            .note = [this](const scheduler::AuditEntry& entry,
                           scheduler::WallTime at) { records.audit.note(entry, at); },
            .slowly = [this](std::function<void()> job) { return slow.submit(std::move(job)); },
            .now = [] { return host::now().wall; },
            .forget_sessions = [this] { api.forget_keys(); }};
  }

  AlarmWatch::Outside for_alarms() {
    return {.rack = [this] { return switchboard.snapshot(); },
            .disk = [this] { return door.disk_state(); },
            .space = [this] { return space_at(config.store.path); },
            .queued =
                [this](std::vector<scheduler::Candidate> queued) {
                  switchboard.arrived(std::move(queued));
                },
            .mail =
                [this](Mail mail, std::function<void(std::string)> done) {
                  mails.send(std::move(mail), [this, done = std::move(done)](std::string failure) {
                    loop.post([done, failure = std::move(failure)] { done(failure); });
                  });
                },
            .tell =
                [this](const web::Happening& happening) {
                  if (announcer) announcer->announce(happening);
                }};
  }

  Config config;
  store::Lock lock;
  store::Database database;
  boost::asio::io_context io{1};
  modem::AsioLoop loop{io};
  modem::SerialPorts ports{io};
  MachineClock clock;
  scheduler::Book book;
  scheduler::Records records;
  Configured configured = configured_by(config);
  scheduler::BookReader admin_reader;
  web::WebhookRows webhook_rows;
  web::AccountRows account_rows;
  store::ThreadWriter writer;
  Desk desk;
  Switchboard switchboard;
  Readers readers;
  BookCalls book_calls;
  ApiDoor door;
  web::Accounts accounts;
  KeyCalls keys{book_calls, [this](AdminRequest request, std::string by, AdminServer::Answer told) {
                  loop.post([this, request = std::move(request), by = std::move(by),
                             told = std::move(told)]() mutable {
                    answer_admin(std::move(request), by, std::move(told));
                  });
                }};
  web::Api api;
  SlowThread slow;
  std::string setup_token;
  MailThread mails;
  AlarmWatch alarms;
  BackupThread backups;
  std::unique_ptr<web::WebhookSender> webhooks;
  std::unique_ptr<Announcer> announcer;
  std::unique_ptr<web::Server> server;
  std::unique_ptr<AdminServer> admin;
  boost::asio::signal_set signals;
  boost::asio::steady_timer stop_timer;
  boost::asio::steady_timer alive_timer;
  boost::asio::steady_timer beat_timer;
  std::thread server_stopping;
  bool stopping = false;

  void start_webhooks();
  void offer_setup();
  void announce();
  void keep_proved_power();
  void begin_stop();
  void wait_for_signal(const std::function<void()>& reload);
  void feed_watchdog();
  void beat();
  void answer_admin(AdminRequest request, const std::string& by, AdminServer::Answer answer);
  void make_backup(const MakeBackup& wanted, const std::string& by, AdminServer::Answer answer);
};

Result<std::unique_ptr<Appliance>, Appliance::Refused> Appliance::open(Config config) {
  raise_descriptor_limit();
  const std::string path = config.store.path;
  auto lock = store::Lock::take(path);
  if (!lock) {
    return unexpected(Refused{lock.error().held ? exit_usage : exit_failed, lock.error().detail});
  }
  try {
    auto database = store::Database::open(path, store::Database::Mode::read_write);
    const auto migrated = store::migrate(database, scheduler::schema());
    if (migrated.from != migrated.to && migrated.from != 0) {
      log::info(
          "store.migrated",
          {{"from", migrated.from}, {"to", migrated.to}, {"backup", migrated.backup.string()}});
    }
    auto parts = std::make_unique<Parts>(std::move(config), std::move(*lock), std::move(database));
    if (const auto taken = parts->book.copied_at()) {
      return unexpected(Refused{
          exit_failed, fmt::format("{} is a backup made {}: what it holds as queued may have gone "
                                   "out since; move it away and `modembank restore` it",
                                   path, web::rfc3339(*taken))});
    }
    parts->door.attach(parts->accounts, parts->keys);
    parts->offer_setup();
    parts->start_webhooks();
    parts->announce();
    web::ServerOptions options;
    options.most_connections = most_connections();
    options.listen.clear();
    for (const auto& listen : parts->config.http.listen) {
      options.listen.push_back(to_string(listen));
    }
    auto server = web::Server::start(options, parts->api.handler());
    if (!server) return unexpected(Refused{exit_failed, server.error()});
    parts->server = std::move(*server);
    parts->api.show_counts([raw = parts.get()] { return raw->server->counts(); });
    auto admin = AdminServer::listen(
        parts->io.get_executor(), admin_socket_path(path),
        [raw = parts.get()](AdminRequest request, std::string by, AdminServer::Answer answer) {
          raw->answer_admin(std::move(request), by, std::move(answer));
        });
    if (!admin) return unexpected(Refused{exit_failed, admin.error()});
    parts->admin = std::move(*admin);
    return std::unique_ptr<Appliance>(new Appliance(std::move(parts)));
  } catch (const store::DatabaseError& error) {
    return unexpected(Refused{exit_failed, error.what()});
  } catch (const std::invalid_argument& error) {
    return unexpected(Refused{exit_usage, error.what()});
  }
}

Appliance::Appliance(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Appliance::~Appliance() {
  if (parts_->server_stopping.joinable()) parts_->server_stopping.join();
  parts_->server->stop(0ms);
  parts_->slow.stop();
  parts_->webhooks->stop();
  parts_->writer.stop();
}

std::vector<std::string> Appliance::addresses() const {
  return parts_->server->addresses();
}

/// It is noted when it is made: the copy is there then, whether the book takes writes or not.
void Appliance::Parts::make_backup(const MakeBackup& wanted, const std::string& by,
                                   AdminServer::Answer answer) {
  backups.make(wanted, [this, wanted, by, answer = std::move(answer)](AdminAnswer done) {
    loop.post([this, wanted, by, answer, done = std::move(done)]() mutable {
      const auto* made = std::get_if<BackupMade>(&done);
      if (made == nullptr) return answer(std::move(done));
      desk.ask(
          [this, wanted, made = *made, by](scheduler::Book&) {
            note_backup(records.audit, wanted, made, by, host::now().wall);
            return true;
          },
          [answer, done](std::optional<bool> noted) {
            if (!noted) log::warn("backup.not_noted");
            answer(done);
          });
    });
  });
}

void Appliance::Parts::answer_admin(AdminRequest request, const std::string& by,
                                    AdminServer::Answer answer) {
  if (const auto* backup = std::get_if<MakeBackup>(&request)) {
    return make_backup(*backup, by, std::move(answer));
  }
  desk.ask(
      [this, request, by](scheduler::Book& on) {
        return host::perform(request, {on, admin_reader, records.audit, account_rows, configured},
                             by, host::now().wall);
      },
      [this, answer = std::move(answer)](std::optional<AdminAnswer> done) {
        api.forget_keys();
        if (!done) {
          return answer(AdminError{"the database could not be written: see the log"});
        }
        if (const auto* released = std::get_if<SimsReleased>(&*done)) {
          switchboard.release_sims(released->sims);
        }
        answer(std::move(*done));
      });
}

std::string Appliance::console_url() const {
  const std::string url = "http://" + addresses().front() + "/";
  return wants_setup() ? url + "#/setup/" + parts_->setup_token : url;
}

bool Appliance::wants_setup() const {
  return !parts_->setup_token.empty();
}

/// Before the writer has anything to do.
void Appliance::Parts::offer_setup() {
  if (web::has_admin(database)) return;
  setup_token = web::make_token();
  store::Transaction transaction(database);
  account_rows.put_setup_link(web::sha256(setup_token), std::nullopt, host::now().wall);
  transaction.commit();
}

std::string Appliance::make_key(const std::string& name) {
  const std::string key = web::make_api_key();
  const auto hash = *web::hash_of_api_key(key);
  std::promise<bool> made;
  const bool taken = parts_->writer.submit(
      {[this, name, hash] {
         const auto at = host::now().wall;
         const auto id =
             parts_->book.create_key(name, {"admin"}, {"transactional", "service", "promotional"},
                                     std::span<const unsigned char, 32>(hash), at);
         parts_->records.audit.note(
             {"program", "key.create", fmt::format("key {}", static_cast<std::int64_t>(id))}, at);
       },
       [&made](const std::optional<store::Failure>& failure) { made.set_value(!failure); }});
  return taken && made.get_future().get() ? key : std::string{};
}

void Appliance::Parts::wait_for_signal(const std::function<void()>& reload) {
  signals.async_wait([this, reload](const boost::system::error_code& error, int which) {
    if (error) return;
    if (which == SIGHUP) {
      reload();
    } else {
      log::info("stop.asked",
                {{"wait_at_most_s",
                  std::chrono::floor<std::chrono::seconds>(config.sending.stop_after).count()}});
      begin_stop();
    }
    wait_for_signal(reload);
  });
}

/// Takes nothing new, then waits for what modems have in hand.
void Appliance::Parts::begin_stop() {
  if (std::exchange(stopping, true)) return;
  tell_systemd("STOPPING=1");
  backups.stop();
  // Callers who wait for their commit are answered; that blocks, so not here.
  server_stopping = std::thread([this] { server->stop(5s); });
  switchboard.stop([this] {
    // What was just told is on its way to the book: the writer finishes it before it stops.
    boost::asio::post(io, [this] { io.stop(); });
  });
  stop_timer.expires_after(config.sending.stop_after);
  stop_timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    log::warn("stop.late", {{"what", "a modem still has a part in hand; it will be uncertain"}});
    io.stop();
  });
}

void Appliance::Parts::feed_watchdog() {
  const auto interval = watchdog_interval();
  if (!interval) return;
  tell_systemd("WATCHDOG=1");
  alive_timer.expires_after(*interval / 2);
  alive_timer.async_wait([this](const boost::system::error_code& error) {
    if (!error) feed_watchdog();
  });
}

void Appliance::Parts::beat() {
  door.beat();
  if (!stopping) alarms.beat();
  beat_timer.expires_after(store_beat);
  beat_timer.async_wait([this](const boost::system::error_code& error) {
    if (!error) beat();
  });
}

/// Not before the file is known to be no copy: what waits in one may have been told already.
/// What happens is told to whoever wants to know.
void Appliance::Parts::announce() {
  announcer = std::make_unique<Announcer>(
      clock, book, book_calls,
      Announcer::To{
          [this] { return webhook_rows.is_any(); },
          [this](std::string_view type) { return webhook_rows.wants(type); },
          [this](std::span<const web::Happening> happened) { webhook_rows.enqueue(happened); },
          [this] { webhooks->wake(); }, [this] { return api.events().is_followed(); },
          [this](std::vector<web::Happening> happened) {
            if (api.events().is_followed()) api.events().publish(std::move(happened));
          }});
  switchboard.on_modem_event = [this](const scheduler::ModemEvent& event) {
    announcer->announce(happening_of(event));
  };
  switchboard.on_sim_change = [this](const web::SimView& sim) {
    announcer->announce(happening_of(sim, clock.now().wall));
  };
}

void Appliance::Parts::start_webhooks() {
  const web::AddressPolicy addresses{.allow_private = config.webhooks.allow_private,
                                     .allowed = config.webhooks.allow};
  webhooks = std::make_unique<web::WebhookSender>(
      config.store.path, writer, webhook_rows,
      web::WebhookSenderOptions{
          .addresses = addresses,
          .now = [this] { return clock.now().wall; },
          .on_failure = [this](const store::Failure& failure) { door.disk_failed(failure); }});
  door.webhooks().attach(webhook_rows, *webhooks, addresses);
}

/// The ladder switches only what a test has shown to work: many hubs say that they switch.
void Appliance::Parts::keep_proved_power() {
  RecoveryConfig& recovery = config.recovery;
  if (recovery.power.empty()) return;
  const auto map = load_slot_map(recovery.slot_map);
  if (!map) log::warn("recovery.no_slot_map", {{"why", map.error().detail}});
  auto places = power_places(recovery.power, map.value_or(SlotMap{}), [](const std::string& place) {
    return modem::controller_of("/sys", place);
  });
  for (const auto& place : places.unproved) {
    log::warn("recovery.power_not_proved",
              {{"place", place},
               {"map", recovery.slot_map},
               {"do", "stop the service and run modembank slots --write MAP --test-power"}});
  }
  recovery.power = std::move(places.proved);
}

void Appliance::run(const std::function<void()>& reload) {
  parts_->wait_for_signal(reload);
  parts_->ports.power_up(parts_->config.recovery.power);
  parts_->keep_proved_power();
  parts_->switchboard.start();
  tell_systemd("READY=1");
  parts_->feed_watchdog();
  parts_->beat();
  parts_->io.run();
  if (parts_->server_stopping.joinable()) parts_->server_stopping.join();
  parts_->webhooks->stop();
  parts_->writer.stop();
}

void Appliance::stop() {
  boost::asio::post(parts_->io, [this] { parts_->begin_stop(); });
}

}  // namespace bank::host
