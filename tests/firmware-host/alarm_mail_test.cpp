// Mails and SMS about alarms, and the command that takes the mails.
#include "firmware-host/alarm_mail.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "at/split.hpp"
#include "firmware-host/config_alarms.hpp"
#include "firmware-host/mail_command.hpp"
#include "tests/firmware-host/temporary.hpp"

namespace bank::host::test {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;
using scheduler::AlarmView;

constexpr scheduler::WallTime test_now{1'795'341'600'000ms};  // 2026-11-22T10:00:00Z
const scheduler::MonthClock tehran("Asia/Tehran");
const std::atomic<bool> never{false};

AlarmView an_alarm(const std::string& subject = "slot-07") {
  AlarmView alarm{};
  alarm.id = scheduler::AlarmId{1};
  alarm.kind = scheduler::AlarmKind::modem_down;
  alarm.subject = subject;
  alarm.severity = scheduler::AlarmSeverity::critical;
  alarm.raised_at = test_now;
  alarm.detail = "absent: it does not answer";
  alarm.do_next = "reseat it";
  alarm.times = 1;
  return alarm;
}

MailFrame frame() {
  return {{"rack@example.org", "root"}, "bank-1", test_now};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A mail command that does what `script` says, with $HERE for its folder.
struct Command {
  explicit Command(const std::string& script) {
    path = folder.write("mailer", "#!/bin/sh\nHERE='" + (folder / "") + "'\n" + script, 0700);
  }
  [[nodiscard]] std::string run(const std::string& text,
                                std::chrono::milliseconds longest = 20s) const {
    return run_mail_command({path, {"rack@example.org", "root"}, text}, never, longest);
  }
  TemporaryFolder folder;
  std::string path;
};

}  // namespace

TEST_CASE("a mail says what is wrong, since when, and what to do") {
  const auto mail = alarm_mail({an_alarm()}, frame(), tehran);
  CHECK_THAT(mail, Contains("To: rack@example.org,\n root\n"));
  CHECK_THAT(mail, Contains("Subject: modembank on bank-1: modem down slot-07: raised\n"));
  CHECK_THAT(mail, Contains("Date: Sun, 22 Nov 2026 10:00:00 +0000\n"));
  CHECK_THAT(mail, Contains("Content-Type: text/plain; charset=UTF-8\n"));
  CHECK_THAT(mail, Contains("Auto-Submitted: auto-generated\n\n"));
  CHECK_THAT(mail, Contains("absent: it does not answer\n"));
  CHECK_THAT(mail, Contains("reseat it\n"));
  CHECK_THAT(mail, Contains("2026-11-22 13:30\n"));  // as clocks show it there
  CHECK_THAT(mail, Contains("alm_0000000000001\n"));
}

TEST_CASE("a mail about many alarms is one mail") {
  std::vector<AlarmView> alarms;
  for (int i = 0; i < 50; ++i) alarms.push_back(an_alarm("slot-" + std::to_string(i)));
  alarms[1].cleared_at = test_now + 5min;
  const auto mail = alarm_mail(alarms, frame(), tehran);
  CHECK_THAT(mail, Contains("modem down slot-0: raised, and 49 more\n"));
  CHECK_THAT(mail, Contains("cleared: modem down slot-1 (critical)\n"));
  CHECK_THAT(mail, Contains("2026-11-22 13:35\n"));
}

TEST_CASE("whatever a modem or a label says begins no header and no line") {
  AlarmView alarm = an_alarm("slot\r\nBcc: all@example.org\r\n\r\nhello");
  alarm.detail = "the SIM \"x\nBcc: all@example.org\n\n.\nquit\" \x1b[31m\xff\xe2\x80\xa8line";
  alarm.do_next = std::string(5000, '\n');
  const auto mail = alarm_mail({alarm}, frame(), tehran);
  for (const auto& line : lines_of(mail)) {
    CAPTURE(line);
    CHECK_FALSE(line.starts_with("Bcc"));
    CHECK(line != ".");
    CHECK(line.size() <= 998);  // RFC 5322 §2.1.1
    for (const char c : line) CHECK(static_cast<unsigned char>(c) >= ' ');
  }
  const auto headers = mail.substr(0, mail.find("\n\n"));
  CHECK(lines_of(headers).size() == 8);
}

TEST_CASE("a subject that is not ASCII is written in encoded words") {
  CHECK(header_text("plain, as it is") == "plain, as it is");
  CHECK(header_text("a سیم") == "=?UTF-8?Q?a=20=D8=B3=DB=8C=D9=85?=");
  CHECK(header_text("=?x?=") == "=?UTF-8?Q?=3D=3Fx=3F=3D?=");
  std::string persian;
  for (int i = 0; i < 60; ++i) persian += "س";
  const auto lines = lines_of(header_text(persian));
  CHECK(lines.size() > 4);
  for (const auto& line : lines) {
    CHECK(line.size() <= 76);
    CHECK_THAT(line, Contains("=?UTF-8?Q?=D8=B3"));  // no character is cut in two
    CHECK(line.ends_with("=B3?="));
  }
  AlarmView alarm = an_alarm("مودم");
  CHECK_THAT(alarm_mail({alarm}, frame(), tehran), Contains("Subject: =?UTF-8?Q?"));
}

TEST_CASE("an SMS is one part in GSM 7-bit, whatever the subject") {
  AlarmView over = an_alarm();
  over.cleared_at = test_now;
  CHECK(alarm_sms({an_alarm()}, test_now, tehran) ==
        "modembank: modem down slot-07, 2026-11-22 13:30");
  CHECK(alarm_sms({over}, test_now, tehran) ==
        "modembank: modem down slot-07 is over, 2026-11-22 13:30");
  CHECK(alarm_sms({an_alarm(), over}, test_now, tehran) ==
        "modembank: modem down slot-07 and 1 more, 2026-11-22 13:30");
  for (const auto& subject : {std::string(500, 'x'), std::string("سیم‌کارت"),
                              std::string("[{^}]~\\|€`\n\r\t\x01\xff"), std::string(300, '\0')}) {
    const auto text = alarm_sms({an_alarm(subject)}, test_now, tehran);
    const auto split = at::split(text, at::Encoding::automatic);
    REQUIRE(split);
    CHECK(split->parts.size() == 1);
    CHECK(split->alphabet == at::Alphabet::gsm7);
  }
}

TEST_CASE("the mail command gets the mail on standard input and the addresses behind --") {
  const Command command(
      "printf '%s\\n' \"$@\" > \"$HERE/arguments\"; cat > \"$HERE/mail\"; env > "
      "\"$HERE/environment\"; ls /proc/self/fd > \"$HERE/open\"");
  const std::string mail = "Subject: x\n\n" + std::string(1 << 20, 'y') + "\n.\nmore\n";
  ::setenv("MODEMBANK_TEST_SECRET", "hunter2", 1);
  REQUIRE(command.run(mail).empty());
  ::unsetenv("MODEMBANK_TEST_SECRET");
  CHECK(read(command.folder / "mail") == mail);
  CHECK(read(command.folder / "arguments") == "-i\n--\nrack@example.org\nroot\n");
  CHECK_THAT(read(command.folder / "environment"), !Contains("hunter2"));
  CHECK(lines_of(read(command.folder / "open")).size() == 4);  // 0 to 2, and its own
}

TEST_CASE("a command that does not read its input is no trouble") {
  CHECK(Command("exit 0").run(std::string(1 << 20, 'y')).empty());
}

TEST_CASE("what a failing command says is told, on one line and not too long") {
  const auto failure =
      Command("echo 'relay\naccess denied' >&2; head -c 100000 /dev/zero | tr '\\0' x >&2; exit 75")
          .run("x");
  CHECK_THAT(failure, Contains("exit code 75: relay access denied"));
  CHECK(failure.size() < 400);
  CHECK(failure.find('\n') == std::string::npos);
  CHECK_THAT(Command("kill -9 $$").run("x"), Contains("signal 9"));
}

TEST_CASE("a command that is not there, or is none, is told") {
  const TemporaryFolder folder;
  const auto run = [](const std::string& path) {
    return run_mail_command({path, {"root"}, "x"}, never, 20s);
  };
  CHECK_THAT(run(folder / "nothing"), Contains("cannot be run") && Contains("mail_command"));
  CHECK_THAT(run(folder.write("text", "hello", 0600)), Contains("cannot be run"));
}

TEST_CASE("a command that hangs is killed with all that it began") {
  const Command command("sleep 600 & echo $! > \"$HERE/child\"; echo > \"$HERE/began\"; wait");
  CHECK_THAT(command.run("x", 1500ms), Contains("was killed"));
  const auto child = read(command.folder / "child");
  REQUIRE(!child.empty());
  const auto state = read("/proc/" + child.substr(0, child.find('\n')) + "/stat");
  CHECK((state.empty() || state.find(") Z") != std::string::npos));
}

TEST_CASE("a program that stops does not wait for the mail command") {
  const Command command("exec sleep 600");
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<int> told{0};
  {
    MailThread mails;
    mails.send({command.path, {"root"}, "x"}, [&](const std::string& failure) {
      if (failure.find("stopped") != std::string::npos) ++told;
    });
    std::string second;
    mails.send({command.path, {"root"}, "x"}, [&](std::string failure) { second = failure; });
    CHECK_THAT(second, Contains("another mail"));
  }
  CHECK(told == 1);
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
}

TEST_CASE("an address is nothing that a mailer could take for anything else") {
  for (const char* good : {"rack@example.org", "root", "a.b+c_d=e@mail.example.org", "o'neill@x"}) {
    CAPTURE(good);
    CHECK(is_mail_address(good));
  }
  for (const char* bad : {"",
                          "-oQ/tmp",
                          "a b@x",
                          "a@x\nBcc: y@z",
                          "|/bin/sh",
                          "/etc/passwd",
                          "a@b@c",
                          "@x",
                          "a@",
                          "a,b@x",
                          "<a@x>",
                          "a@-x",
                          "a@.x",
                          "a@x.",
                          "a%b@x",
                          "x!a",
                          "مدیر@x",
                          "\"a b\"@x",
                          ":include:/etc/passwd",
                          "`id`",
                          "$(id)@x"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_mail_address(bad));
  }
}

}  // namespace bank::host::test
