// The administration socket: what travels, and what is refused.
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "firmware-host/admin_address.hpp"
#include "firmware-host/admin_socket.hpp"
#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "tests/firmware-host/temporary.hpp"

namespace bank::host::test {
namespace {

using Catch::Contains;

KeyCreate a_key() {
  return {.name = "shop",
          .scopes = {"send"},
          .classes = {"service"},
          .pools = {},
          .sims = {},
          .networks = {},
          .limits = {},
          .hash = std::array<unsigned char, 32>{7}};
}

/// A book that knows one SIM, in pool bulk.
struct Office {
  Office() {
    store::migrate(database, scheduler::schema());
    book.emplace(database, "boot");
    reader.emplace(database);
    audit.emplace(database);
    accounts.emplace(database);
    book->configure_sim("8998110000000000001", "", "", {"bulk"}, now);
  }
  AdminAnswer ask(const AdminRequest& request) {
    return perform(request, {*book, *reader, *audit, *accounts, configured}, "command line, uid 7",
                   now);
  }
  std::string refusal(const AdminRequest& request) {
    const auto answer = ask(request);
    const auto* error = std::get_if<AdminError>(&answer);
    return error != nullptr ? error->detail : "";
  }
  store::Database database = store::Database::in_memory();
  std::optional<scheduler::Book> book;
  std::optional<scheduler::BookReader> reader;
  std::optional<scheduler::AuditLog> audit;
  std::optional<web::AccountRows> accounts;
  Configured configured{{"written"}, {"8998110000000000009"}};
  scheduler::WallTime now{std::chrono::hours{500'000}};
};

}  // namespace

TEST_CASE("a key that is asked for over the socket is checked as on the command line") {
  Office office;
  struct Bad {
    const char* name;
    std::function<void(KeyCreate&)> spoil;
    const char* says;
  };
  const std::string longer(65, 'x');
  const Bad bad[] = {
      {"no name", [](KeyCreate& key) { key.name = ""; }, "--name"},
      {"a name of two lines", [](KeyCreate& key) { key.name = "a\nb"; }, "--name"},
      {"a long name", [](KeyCreate& key) { key.name = std::string(129, 'x'); }, "--name"},
      {"no scope", [](KeyCreate& key) { key.scopes = {}; }, "--scope: write one of send"},
      {"an unknown scope", [](KeyCreate& key) { key.scopes = {"root"}; }, "--scope: not one of"},
      {"a scope with a comma", [](KeyCreate& key) { key.scopes = {"read,admin"}; }, "--scope"},
      {"a scope twice",
       [](KeyCreate& key) {
         key.scopes = {"send", "send"};
       },
       "twice"},
      {"no class", [](KeyCreate& key) { key.classes = {}; }, "--class"},
      {"an unknown class", [](KeyCreate& key) { key.classes = {"system"}; }, "--class"},
      {"a pool that is no name", [](KeyCreate& key) { key.pools = {"a,b"}; }, "--pool"},
      {"a long pool", [&](KeyCreate& key) { key.pools = {longer}; }, "--pool"},
      {"a pool twice",
       [](KeyCreate& key) {
         key.pools = {"bulk", "bulk"};
       },
       "twice"},
      {"many pools", [](KeyCreate& key) { key.pools.assign(33, "bulk"); }, "at most 32"},
      {"a pool that no SIM is in", [](KeyCreate& key) { key.pools = {"bulc"}; },
       "no SIM is in bulc; write one of bulk, default, written"},
      {"a SIM that is no name", [](KeyCreate& key) { key.sims = {"8998"}; }, "--sim: write an"},
      {"an IMSI that is none", [](KeyCreate& key) { key.sims = {"imsi:43211x"}; }, "--sim"},
      {"a SIM with a comma",
       [](KeyCreate& key) { key.sims = {"8998110000000000001,8998110000000000002"}; }, "--sim"},
      {"a SIM that nobody knows", [](KeyCreate& key) { key.sims = {"8998110000000000007"}; },
       "8998110000000000007 was never seen"},
      {"many SIMs", [](KeyCreate& key) { key.sims.assign(33, "8998110000000000001"); },
       "at most 32"},
      {"a network that is none", [](KeyCreate& key) { key.networks = {"localhost"}; },
       "--network: no address"},
      {"a network with too many bits", [](KeyCreate& key) { key.networks = {"10.0.0.1/8"}; },
       "write 10.0.0.0/8"},
      {"a network twice",
       [](KeyCreate& key) {
         key.networks = {"10.0.0.0/8", "10.0.0.0/8"};
       },
       "twice"},
      {"a limit of none", [](KeyCreate& key) { key.limits.per_minute = 0; }, "--per-minute"},
      {"a limit below", [](KeyCreate& key) { key.limits.per_hour = -1; }, "--per-hour"},
      {"a limit beyond", [](KeyCreate& key) { key.limits.per_day = 1'000'000'001; }, "--per-day"},
  };
  for (const Bad& one : bad) {
    INFO(one.name);
    KeyCreate key = a_key();
    one.spoil(key);
    CHECK_THAT(office.refusal(key), Contains(one.says));
  }
  CHECK(office.reader->keys().empty());
  KeyCreate good = a_key();
  good.pools = {"bulk", "default", "written"};
  good.sims = {"8998110000000000001", "8998110000000000009"};
  good.networks = {"10.0.0.0/8", "2001:db8::/32"};
  good.limits = {.per_minute = 1, .per_hour = {}, .per_day = 1'000'000'000};
  CHECK(office.refusal(good) == "");
  REQUIRE(office.reader->keys().size() == 1);
  CHECK(office.reader->keys()[0].pools == good.pools);
  CHECK(office.reader->keys()[0].sims == good.sims);
  CHECK(office.reader->keys()[0].networks == good.networks);
  CHECK(office.reader->keys()[0].limits.per_day == 1'000'000'000);
}

TEST_CASE("lines of the socket are read back as they were meant") {
  KeyCreate key = a_key();
  key.pools = {"bulk"};
  key.sims = {"8998110000000000001"};
  key.networks = {"10.0.0.0/8"};
  key.limits.per_day = 7;
  const auto created = request_from(to_line(key));
  REQUIRE(created);
  CHECK(std::get<KeyCreate>(*created).pools == key.pools);
  CHECK(std::get<KeyCreate>(*created).hash == key.hash);
  CHECK(std::get<KeyCreate>(*created).sims == key.sims);
  CHECK(std::get<KeyCreate>(*created).networks == key.networks);
  CHECK(std::get<KeyCreate>(*created).limits.per_day == 7);
  CHECK_FALSE(std::get<KeyCreate>(*created).limits.per_minute);
  const auto backup = request_from(to_line(MakeBackup{"/tmp/ü \"x\".db", true}));
  REQUIRE(backup);
  CHECK(std::get<MakeBackup>(*backup).to == "/tmp/ü \"x\".db");
  CHECK(std::get<MakeBackup>(*backup).force);
  const auto add = request_from(to_line(UserAdd{"ali", web::Role::technician, "$argon2id$v=19"}));
  CHECK(std::get<UserAdd>(add.value()).role == web::Role::technician);
  CHECK(std::get<UserAdd>(add.value()).password == "$argon2id$v=19");
  const auto link = request_from(to_line(UserLink{"ali", web::sha256("x")}));
  CHECK(std::get<UserLink>(link.value()).hash == web::sha256("x"));
  CHECK(std::get<UserKnown>(answer_from(to_line(AdminAnswer(UserKnown{"ali"}))).value()).name ==
        "ali");

  const auto release = request_from(to_line(ReleaseSims{{"8998", "imsi:432"}}));
  REQUIRE(release);
  CHECK(std::get<ReleaseSims>(*release).sims == std::vector<std::string>{"8998", "imsi:432"});

  const auto made = answer_from(to_line(AdminAnswer(BackupMade{4096, 3, 1})));
  REQUIRE(made);
  CHECK(std::get<BackupMade>(*made).queued == 3);
  Office office;
  CHECK(office.refusal(key) == "");
  office.book->key_used(scheduler::KeyId{1}, office.now);
  const auto listed = answer_from(to_line(office.ask(KeyList{})));
  REQUIRE(listed);
  CHECK(std::get<KeysListed>(*listed).keys.at(0).last_used_at == office.now);
  CHECK(std::get<KeysListed>(*listed).keys.at(0).pools == key.pools);
  CHECK(std::get<KeysListed>(*listed).keys.at(0).sims == key.sims);
  CHECK(std::get<KeysListed>(*listed).keys.at(0).limits.per_day == 7);
  CHECK_FALSE(std::get<KeysListed>(*listed).more);
  for (const char* line : {"", "{}", "[]", "{\"do\":\"rm\"}", "{\"do\":\"backup\",\"to\":7}",
                           "{\"do\":\"key.create\",\"name\":\"x\"}"}) {
    INFO(line);
    CHECK_FALSE(request_from(line));
  }
}

TEST_CASE("keys are listed in answers that one line holds, however many there are") {
  Office office;
  KeyCreate key = a_key();
  key.name = std::string(128, '"');
  key.pools.assign(32, std::string());
  for (std::size_t i = 0; i < key.pools.size(); ++i) {
    key.pools[i] = std::string(62, 'p') + std::to_string(10 + i);
  }
  key.sims.assign(32, "89981100000000000001");
  key.networks.assign(32, "2001:db8:1111:2222:3333:4444:5555:6666/128");
  for (int i = 0; i < 250; ++i) {
    key.hash[0] = static_cast<unsigned char>(i);
    office.book->create_key(key.name, key.scopes, key.classes, key.hash, office.now, key.pools,
                            key.sims, key.networks);
  }
  std::size_t seen = 0;
  KeyList list{};
  for (bool more = true; more;) {
    const auto line = to_line(office.ask(list));
    CHECK(line.size() < longest_admin_line);
    const auto listed = std::get<KeysListed>(answer_from(line).value());
    REQUIRE_FALSE(listed.keys.empty());
    CHECK(listed.keys.front().id > list.after);
    seen += listed.keys.size();
    list.after = listed.keys.back().id;
    more = listed.more;
  }
  CHECK(seen == 250);
}

TEST_CASE("what is asked over the socket is noted, by whom, and what is refused is not") {
  Office office;
  KeyCreate key = a_key();
  key.limits.per_day = 7;
  CHECK(office.refusal(key) == "");
  key.name = "";
  CHECK(office.refusal(key) != "");
  (void)office.ask(KeyRevoke{scheduler::KeyId{1}});
  (void)office.ask(KeyRevoke{scheduler::KeyId{1}});
  (void)office.ask(KeyRevoke{scheduler::KeyId{4711}});
  (void)office.ask(KeyList{});
  (void)office.ask(ReleaseSims{{"nobody"}});
  (void)office.ask(ReleaseSims{{"8998110000000000001"}});
  const auto rows = scheduler::audit_after(office.database, 0, 100);
  std::vector<std::string> actions;
  for (const auto& row : rows) {
    actions.push_back(row.entry.action);
    CHECK(row.entry.by == "command line, uid 7");
    CHECK_THAT(row.entry.detail, !Contains("07000000"));  // of its hash
  }
  REQUIRE(actions == std::vector<std::string>{"key.create", "key.revoke", "sim.release"});
  CHECK(rows[0].entry.object == "key 1");
  CHECK_THAT(rows[0].entry.detail, Contains("\"per_day\":7") && Contains("shop"));
  CHECK(rows[2].entry.object == "8998110000000000001");
  CHECK_FALSE(scheduler::audit_walk(office.database, 0, 100).first_broken);
}

TEST_CASE("a user is added once, is no key, and gets a link when he has forgotten") {
  Office office;
  const UserAdd add{"maryam", web::Role::admin, "$argon2id$x"};
  CHECK(std::get<UserKnown>(office.ask(add)).name == "maryam");
  CHECK_THAT(office.refusal(UserAdd{"Maryam", web::Role::viewer, "$argon2id$y"}),
             Catch::Contains("user link"));
  CHECK_THAT(office.refusal(UserAdd{"mar yam", web::Role::viewer, "$argon2id$y"}),
             Catch::StartsWith("NAME: "));
  CHECK_THAT(office.refusal(UserLink{"reza", {}}), Catch::Contains("no user reza"));
  const auto token = web::make_token();
  CHECK(std::get<UserKnown>(office.ask(UserLink{"MARYAM", web::sha256(token)})).name == "maryam");
  const auto link = web::setup_link(office.database, web::sha256(token), office.now);
  CHECK(link.value().account == web::credentials(office.database, "maryam")->account.id);
  CHECK(std::get<KeysListed>(office.ask(KeyList{})).keys.empty());
  const auto noted = scheduler::audit_after(office.database, 0, 10);
  REQUIRE(noted.size() == 2);
  CHECK(noted[0].entry.action == "user.create");
  CHECK(noted[1].entry.action == "user.invite");
  CHECK_THAT(noted[0].entry.detail, !Catch::Contains("argon2id"));
}

TEST_CASE("what a user sends by is no key, also when he is gone") {
  Office office;
  (void)office.ask(UserAdd{"maryam", web::Role::admin, "$argon2id$x"});
  (void)office.ask(UserAdd{"reza", web::Role::viewer, "$argon2id$x"});
  const auto reza = web::credentials(office.database, "reza")->account;
  const auto revoked = [&] { return std::get<KeyRevoked>(office.ask(KeyRevoke{reza.key})).known; };
  CHECK_FALSE(revoked());
  CHECK_FALSE(office.accounts->remove(reza.id, office.now));
  CHECK_FALSE(revoked());
  CHECK(std::get<KeysListed>(office.ask(KeyList{})).keys.empty());
  CHECK(scheduler::audit_after(office.database, 0, 10).size() == 2);  // nothing was revoked
}

TEST_CASE("an unknown SIM releases none") {
  Office office;
  CHECK_THAT(office.refusal(ReleaseSims{{"8998110000000000001", "nobody"}}),
             Contains("none was released"));
}

TEST_CASE("a client waits through signs of life for its answer") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.sock";
  const AdminAddress address(path);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(listener, address.get(), address.size()) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  std::thread server([listener] {
    const int client = ::accept(listener, nullptr, nullptr);
    for (const std::string_view text :
         {"\n", "\n\n", "{\"bytes\":4096,\"que", "ued\":2,\"sending\":1}\n"}) {
      (void)::send(client, text.data(), text.size(), MSG_NOSIGNAL);
    }
    ::close(client);
  });
  const auto answer = ask_admin(path, MakeBackup{"/tmp/x.db", false});
  server.join();
  ::close(listener);
  REQUIRE(answer);
  CHECK(std::get<BackupMade>(*answer).queued == 2);
}

TEST_CASE("the socket answers a request, and tells what it does not understand") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.db.sock";
  boost::asio::io_context io;
  const auto work = boost::asio::make_work_guard(io);
  auto server = AdminServer::listen(
      io.get_executor(), path,
      [](const AdminRequest&, const std::string& by, const AdminServer::Answer& answer) {
        if (by == by_user(::geteuid())) answer(BackupMade{1, 2, 3});
      });
  REQUIRE(server);
  std::thread thread([&] { io.run(); });
  const auto answer = ask_admin(path, MakeBackup{"/tmp/x.db", false});
  io.stop();
  thread.join();
  REQUIRE(answer);
  CHECK(std::get<BackupMade>(*answer).sending == 3);
}

}  // namespace bank::host::test
