// Alarms in a database that is a file: written down, told once, by mail and by SMS, within limits.
#include "firmware-host/alarm_watch.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "modem/asio_loop.hpp"
#include "scheduler/schema.hpp"
#include "store/inline_writer.hpp"
#include "store/migrations.hpp"
#include "tests/firmware-host/temporary.hpp"

namespace bank::host::test {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;
using scheduler::AlarmBook;
using scheduler::SimId;

struct HandClock final : Clock {
  [[nodiscard]] scheduler::Now now() const override { return at; }
  scheduler::Now at{scheduler::WallTime{1'795'341'600'000ms}, 1h};  // 2026-11-22T10:00:00Z
};

/// Rolls each job back while the disk is said to fail.
class FailingWriter final : public store::Writer {
 public:
  explicit FailingWriter(store::Database& database) : database_(database), inner_(database) {}
  [[nodiscard]] bool submit(store::Job job) override {
    if (!is_failing) return inner_.submit(std::move(job));
    {
      store::Transaction transaction(database_);
      job.work();
    }
    if (job.done) job.done(store::Failure{13, "database or disk is full"});
    if (after_) after_();
    return true;
  }
  [[nodiscard]] bool submit_all(std::vector<store::Job> jobs) override {
    for (auto& job : jobs) (void)submit(std::move(job));
    return true;
  }
  void after_rounds(std::function<void()> then) override {
    after_ = then;
    inner_.after_rounds(std::move(then));
  }
  bool is_failing = false;

 private:
  store::Database& database_;
  store::InlineWriter inner_;
  std::function<void()> after_;
};

/// Two modems with a SIM each, and who is told of them.
struct House {
  House() {
    store::migrate(database, scheduler::schema());
    book.emplace(database, "boot");
    config.region.timezone = "Asia/Tehran";
    config.alarms.mail_to = {"rack@example.org"};
    config.alarms.sms_to = {{"Sara", "+989121111111"}, {"", "+989122222222"}};
    store::Transaction transaction(database);
    for (const int i : {1, 2}) {
      const auto iccid = fmt::format("899811000000000000{}", i);
      const auto id = book->configure_sim(iccid, "", "", {"default"}, clock.at.wall).id;
      web::ModemView modem{};
      modem.name = fmt::format("slot-0{}", i);
      modem.state = "ready";
      web::SimView sim{};
      sim.iccid = iccid;
      sim.modem = modem.name;
      sim.state = "ready";
      rack.modems.push_back(modem);
      rack.sims.push_back(sim);
      rack.sim_ids[iccid] = id;
    }
    transaction.commit();
  }

  void start() {
    desk.emplace(loop, writer, *book);
    watch.emplace(clock, *desk, config,
                  AlarmWatch::Outside{
                      .rack = [this] { return std::make_shared<RackSnapshot>(rack); },
                      .disk = [this] { return disk; },
                      .space = [] { return DiskSpace{}; },
                      .queued =
                          [this](const std::vector<scheduler::Candidate>& queued) {
                            texts.insert(texts.end(), queued.begin(), queued.end());
                          },
                      .mail =
                          [this](Mail mail, std::function<void(std::string)> done) {
                            mails.push_back(std::move(mail));
                            done(mail_failure);
                          },
                      .tell = [this](const web::Happening& one) { happenings.push_back(one); }});
  }
  void run(std::chrono::milliseconds time) {
    if (!watch) start();
    for (auto passed = 0ms; passed < time; passed += 1s) {
      clock.at.boot += 1s;
      clock.at.wall += 1s;
      watch->beat();
      io.restart();
      io.poll();
    }
  }
  void modem(int number, bool is_up) {
    auto& view = rack.modems.at(static_cast<std::size_t>(number - 1));
    view.state = is_up ? "ready" : "absent";
    view.verdict = {"bad", "/dev/modembank/" + view.name + " does not exist", "plug the modem in"};
    auto& sim = rack.sims.at(static_cast<std::size_t>(number - 1));
    sim.state = is_up ? "ready" : "absent";
    if (is_up) {
      rack.hold_of_sim.erase(*sim.iccid);
    } else {
      rack.hold_of_sim[*sim.iccid] = {"no_sim", {}};
    }
  }
  std::vector<scheduler::AlarmView> alarms() { return AlarmBook(database).page({}, {}, 1000); }

  TemporaryFolder folder;
  Config config;
  store::Database database =
      store::Database::open(folder / "modembank.db", store::Database::Mode::read_write);
  boost::asio::io_context io;
  modem::AsioLoop loop{io};
  HandClock clock;
  std::optional<scheduler::Book> book;
  FailingWriter writer{database};
  std::optional<Desk> desk;
  RackSnapshot rack;
  DiskState disk;
  std::string mail_failure;
  std::vector<Mail> mails;
  std::vector<scheduler::Candidate> texts;
  std::vector<web::Happening> happenings;
  std::optional<AlarmWatch> watch;
};

}  // namespace

TEST_CASE("a modem that vanishes is told once, each way, and once when it is back") {
  House house;
  house.run(10min);
  CHECK(house.alarms().empty());
  house.modem(1, false);
  house.run(1h);
  REQUIRE(house.alarms().size() == 1);
  CHECK(house.alarms()[0].subject == "slot-01");
  CHECK_FALSE(house.alarms()[0].cleared_at);
  REQUIRE(house.happenings.size() == 1);
  CHECK(house.happenings[0].type == "alarm.raised");
  const auto data = nlohmann::json::parse(house.happenings[0].data);
  CHECK(data["kind"] == "modem_down");
  CHECK(data["id"] == "alm_0000000000001");
  CHECK(data["do"] == "plug the modem in");
  REQUIRE(house.mails.size() == 1);
  CHECK(house.mails[0].command == "/usr/sbin/sendmail");
  CHECK(house.mails[0].to == std::vector<std::string>{"rack@example.org"});
  CHECK_THAT(house.mails[0].text, Contains("modem down slot-01: raised"));
  REQUIRE(house.texts.size() == 2);
  CHECK(house.texts[0].to == "+989121111111");
  CHECK(house.texts[0].message_class == scheduler::MessageClass::system);
  CHECK(house.texts[0].sim == house.rack.sim_ids.at("8998110000000000002"));
  CHECK(house.texts[0].text == "modembank: modem down slot-01, 2026-11-22 13:43");
  CHECK(house.texts[0].expires_at <= house.clock.at.wall + 1h);
  CHECK_THAT(house.alarms()[0].mail_note, Contains("sent"));
  CHECK_THAT(house.alarms()[0].sms_note, Contains("queued to 2 by SIM 8998110000000000002"));

  house.modem(1, true);
  house.run(1h);
  CHECK(house.alarms().size() == 1);
  CHECK(house.alarms()[0].cleared_at);
  CHECK(house.happenings.size() == 2);
  CHECK(house.happenings[1].type == "alarm.cleared");
  CHECK(house.mails.size() == 2);
  CHECK_THAT(house.mails[1].text, Contains("modem down slot-01: cleared"));
  CHECK(house.texts.size() == 4);
}

TEST_CASE("what goes wrong together is told together") {
  House house;
  for (int i = 3; i <= 64; ++i) {
    web::ModemView modem{};
    modem.name = fmt::format("slot-{:02}", i);
    modem.state = "absent";
    house.rack.modems.push_back(modem);
  }
  house.modem(1, false);
  house.run(10min);
  CHECK(house.alarms().size() == 63);
  CHECK(house.happenings.size() == 63);
  CHECK(house.mails.size() == 2);  // fifty, and the others
  CHECK(house.texts.size() <= 4);
  CHECK_THAT(house.texts[0].text, Contains("and 49 more"));
}

TEST_CASE("alarms stay open over a restart, and are not told again") {
  House house;
  house.modem(1, false);
  house.run(10min);
  house.book.emplace(house.database, "boot-2");
  house.start();
  house.run(10min);
  CHECK(house.alarms().size() == 1);
  CHECK(house.mails.size() == 1);
  CHECK(house.texts.size() == 2);
  house.modem(1, true);
  house.run(10min);
  CHECK(house.alarms()[0].cleared_at);
}

TEST_CASE("an open alarm is told again after twelve hours, until somebody acknowledges it") {
  House house;
  house.modem(1, false);
  house.run(13h);
  CHECK(house.mails.size() == 2);
  CHECK(house.happenings.size() == 1);
  {
    store::Transaction transaction(house.database);
    (void)AlarmBook(house.database)
        .acknowledge(scheduler::AlarmId{1}, "API key night", house.clock.at.wall);
    transaction.commit();
  }
  house.run(25h);
  CHECK(house.mails.size() == 2);
  house.modem(1, true);
  house.run(10min);
  CHECK(house.mails.size() == 3);
}

TEST_CASE("without another SIM nobody gets an SMS, and the alarm says so") {
  House house;
  house.modem(1, false);
  house.modem(2, false);
  house.run(10min);
  CHECK(house.texts.empty());
  CHECK_THAT(house.alarms()[0].sms_note, Contains("no other SIM is ready"));
  CHECK(house.mails.size() >= 1);
  house.modem(2, true);  // soon enough: it is told then
  house.run(2min);
  CHECK(house.texts.size() == 2);
}

TEST_CASE("a number that is suppressed gets no SMS about alarms either") {
  for (const char* reason : {"operator", "erasure", "opt_out"}) {
    CAPTURE(reason);
    House house;
    {
      store::Transaction transaction(house.database);
      (void)house.book->suppress({"+989121111111", house.clock.at.wall, "all", reason, "test"},
                                 100);
      transaction.commit();
    }
    house.modem(1, false);
    house.run(10min);
    REQUIRE(house.texts.size() == 1);
    CHECK(house.texts[0].to == "+989122222222");
    CHECK_THAT(house.alarms()[0].sms_note, Contains("not to Sara: the number is suppressed"));
  }
}

TEST_CASE("each person gets so many SMS a day, whatever is restarted") {
  House house;
  house.config.alarms.sms_limit_per_day = 3;
  for (int i = 0; i < 6; ++i) {
    house.modem(1, false);
    house.run(5min);
    house.modem(1, true);
    house.run(70min);
    house.book.emplace(house.database, fmt::format("boot-{}", i + 2));
    house.start();
  }
  CHECK(house.texts.size() == 6);  // three for each
  CHECK_THAT(house.alarms()[0].sms_note, Contains("the limit of 3 a day is reached"));
  house.run(24h);
  house.modem(1, false);
  house.run(5min);
  CHECK(house.texts.size() == 8);
}

TEST_CASE("mails over the limit wait for their hour, and then are one") {
  House house;
  house.config.alarms.mail_limit_per_hour = 2;
  house.config.alarms.sms_to.clear();
  for (int i = 3; i <= 6; ++i) {
    web::ModemView modem{};
    modem.name = fmt::format("slot-{:02}", i);
    modem.state = "absent";
    house.rack.modems.push_back(modem);
    house.run(1min);
  }
  house.run(4min);
  CHECK(house.alarms().size() == 4);
  CHECK(house.mails.size() == 2);
  CHECK_THAT(house.alarms()[0].mail_note, Contains("the limit of 2 mails an hour is reached"));
  house.run(1h);
  REQUIRE(house.mails.size() == 3);
  CHECK_THAT(house.mails[2].text, Contains("slot-05") && Contains("slot-06"));
}

TEST_CASE("a mail command that fails is noted, and tried again later, within the limit") {
  House house;
  house.mail_failure = "/usr/sbin/sendmail failed: exit code 75";
  house.modem(1, false);
  house.run(1h);
  CHECK(house.mails.size() >= 5);
  CHECK(house.mails.size() <= 7);
  CHECK_THAT(house.alarms()[0].mail_note, Contains("failed") && Contains("exit code 75"));
  house.mail_failure.clear();
  house.run(1h);
  CHECK_THAT(house.alarms()[0].mail_note, Contains("sent"));
  const auto mails = house.mails.size();
  house.run(1h);
  CHECK(house.mails.size() == mails);
}

TEST_CASE("who wants critical alarms alone hears of no others") {
  House house;
  house.config.alarms.only_critical = true;
  house.rack.hold_of_sim["8998110000000000001"] = {"resting", {}};
  house.run(10min);
  CHECK(house.alarms().size() == 1);
  CHECK(house.mails.empty());
  CHECK(house.texts.empty());
  CHECK(house.happenings.size() == 1);
}

TEST_CASE("with nobody named nothing is sent, and the alarm is listed") {
  House house;
  house.config.alarms = {};
  house.modem(1, false);
  house.run(10min);
  CHECK(house.alarms().size() == 1);
  CHECK(house.mails.empty());
  CHECK(house.texts.empty());
}

TEST_CASE("that the disk takes nothing is mailed though nothing can be written down") {
  House house;
  house.run(1min);
  house.writer.is_failing = true;
  house.disk.trouble = "database or disk is full";
  house.run(2h);
  CHECK(house.alarms().empty());
  CHECK(house.happenings.empty());
  REQUIRE(house.mails.size() >= 1);
  CHECK(house.mails.size() <= 3);
  CHECK_THAT(house.mails[0].text, Contains("database or disk is full"));
  const auto mails = house.mails.size();
  house.writer.is_failing = false;
  house.disk.trouble.clear();
  house.run(5min);
  REQUIRE(house.alarms().size() == 1);
  CHECK(house.alarms()[0].cleared_at);
  CHECK(house.happenings.size() == 2);
  CHECK(house.mails.size() == mails + 1);  // that it is over
}

TEST_CASE("a change that cannot be written waits, and what waits is bounded") {
  House house;
  house.run(1min);
  house.writer.is_failing = true;
  house.modem(1, false);
  house.run(10min);
  CHECK(house.watch->pending() == 1);
  CHECK(house.mails.empty());
  house.writer.is_failing = false;
  house.run(10s);
  CHECK(house.watch->pending() == 0);
  CHECK(house.alarms().size() == 1);
}

TEST_CASE("a message that waits too long for its SIM is told by another") {
  House house;
  {
    store::Transaction transaction(house.database);
    scheduler::NewMessage message;
    message.to = "+989123333333";
    message.text = "x";
    message.expires_at = house.clock.at.wall + 24h;
    (void)house.book->accept(std::span(&message, 1), std::nullopt, std::nullopt,
                             house.clock.at.wall);
    transaction.commit();
  }
  house.run(14min);
  CHECK(house.alarms().empty());
  house.run(2min);
  REQUIRE(house.alarms().size() == 1);
  CHECK(house.alarms()[0].kind == scheduler::AlarmKind::queue_late);
  CHECK_THAT(house.alarms()[0].detail, Contains("msg_0000000000001"));
  CHECK(house.texts.size() == 2);
}

}  // namespace bank::host::test
