#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/tidy/rules.hpp"
#include "tests/tidy/source.hpp"

using namespace bank::tidy;

namespace {

struct Case {
  std::string path;
  std::string text;
  int line;          // of the one complaint; 0: there is none
  std::string says;  // a piece of what it says
};

void holds(const Case& one) {
  const auto complaints = check(one.path, one.text);
  std::string said;
  for (const auto& complaint : complaints) said += complaint.sentence() + "\n";
  INFO(one.path << ":\n" << one.text << "\nsaid:\n" << said);
  if (one.line == 0) {
    CHECK(complaints.empty());
    return;
  }
  REQUIRE(complaints.size() == 1);
  CHECK(complaints[0].file == one.path);
  CHECK(complaints[0].line == one.line);
  CHECK(complaints[0].what.find(one.says) != std::string::npos);
}

std::string including(const std::string& name) {
  return "#include \"" + name + "\"\n";
}

}  // namespace

TEST_CASE("includes follow the arrows") {
  const std::string wrong = "may not use";
  const std::vector<Case> cases = {
      {"at/a.cpp", including("at/hex.hpp"), 0, ""},
      {"at/a.cpp", including("modem/port.hpp"), 1, wrong},
      {"at/a.cpp", including("scheduler/book.hpp"), 1, wrong},
      {"modem/a.cpp", including("at/hex.hpp"), 0, ""},
      {"modem/a.cpp", including("scheduler/book.hpp"), 1, wrong},
      {"modem/a.cpp", including("store/writer.hpp"), 1, wrong},
      {"modem/a.cpp", including("modem/virtual/rack.hpp"), 1, wrong},
      {"modem/profiles/a.cpp", including("modem/profile.hpp"), 0, ""},
      {"modem/virtual/a.cpp", including("at/result.hpp"), 0, ""},
      {"modem/virtual/a.cpp", including("at/submit.hpp"), 1, wrong},
      {"modem/virtual/a.cpp", including("modem/port.hpp"), 1, wrong},
      {"store/a.cpp", including("at/result.hpp"), 1, wrong},
      {"store/a.cpp", including("scheduler/book.hpp"), 1, wrong},
      {"scheduler/a.cpp", including("store/writer.hpp"), 0, ""},
      {"scheduler/a.cpp", including("modem/session.hpp"), 1, wrong},
      {"scheduler/a.cpp", including("web/door.hpp"), 1, wrong},
      {"web/a.cpp", including("scheduler/book.hpp"), 0, ""},
      {"web/a.cpp", including("modem/line.hpp"), 1, wrong},
      {"web/a.cpp", including("store/writer.hpp"), 0, ""},
      {"web/a.cpp", including("firmware-host/log.hpp"), 1, wrong},
      {"web/a.cpp", including("modem/virtual/rack.hpp"), 1, wrong},
      {"firmware-host/a.cpp", including("modem/virtual/rack.hpp"), 0, ""},
      {"firmware-host/a.cpp", including("tests/web/ask.hpp"), 1, wrong},
      {"tests/modem/a.cpp", including("modem/virtual/rack.hpp"), 0, ""},
  };
  for (const auto& one : cases) holds(one);
}

TEST_CASE("includes of our own are written from the root, in quotes") {
  holds({"at/a.cpp", "\n" + including("hex.hpp"), 2, "from the root"});
  holds({"at/a.cpp", including("../at/hex.hpp"), 1, "from the root"});
  holds({"tests/web/a.cpp", including("ask.hpp"), 1, "from the root"});
  holds({"at/a.cpp", "#include <at/hex.hpp>\n", 1, "in quotes"});
  holds({"at/a.cpp", "// #include \"hex.hpp\"\n", 0, ""});
}

TEST_CASE("a header is read once") {
  holds({"at/a.hpp", "#include <string>\n", 1, "#pragma once"});
  holds({"at/a.hpp", "// why\n#pragma once\n", 0, ""});
  holds({"at/a.hpp", "// #pragma once\n", 1, "#pragma once"});
}

TEST_CASE("each library has its room") {
  holds({"scheduler/a.cpp", "#include <sqlite3.h>\n", 1, "store/"});
  holds({"store/a.cpp", "#include <sqlite3.h>\n", 0, ""});
  holds({"tests/program/a.cpp", "#include <sqlite3.h>\n", 0, ""});
  holds({"firmware-host/a.cpp", "#include <microhttpd.h>\n", 1, "web/"});
  holds({"web/a.cpp", "#include <microhttpd.h>\n", 0, ""});
  holds({"firmware-host/a.cpp", "#include <libserialport.h>\n", 1, "modem/"});
  holds({"modem/a.cpp", "#include <libserialport.h>\n", 0, ""});
  holds({"web/a.cpp", "#include <boost/asio/post.hpp>\n", 1, "modem/"});
}

TEST_CASE("what decides does nothing") {
  holds({"at/a.cpp", "#include <thread>\n", 1, "decided, not done"});
  holds({"scheduler/a.cpp", "#include <mutex>\n", 1, "decided, not done"});
  holds({"modem/session_a.cpp", "#include <unistd.h>\n", 1, "decided, not done"});
  holds({"modem/profiles/a.cpp", "#include <fstream>\n", 1, "decided, not done"});
  holds({"at/a.cpp", "#include <sys/stat.h>\n", 1, "decided, not done"});
  holds({"modem/port.cpp", "#include <sys/stat.h>\n", 0, ""});
  holds({"scheduler/a.cpp", "#include <span>\n", 0, ""});
}

TEST_CASE("only the shell reads a clock") {
  const std::string steady = "auto t = std::chrono::steady_clock::now();\n";
  const std::string wall = "\n\nauto t = std::chrono::system_clock::now();\n";
  holds({"at/a.cpp", steady, 1, "take it as an argument"});
  holds({"scheduler/a.cpp", wall, 3, "knows the time"});
  holds({"modem/session_a.cpp", "auto t = Clock::now();\n", 1, "knows the time"});
  holds({"modem/virtual/modem.cpp", steady, 1, "knows the time"});
  holds({"store/a.cpp", wall, 3, "knows the time"});
  holds({"web/handlers_a.cpp", wall, 3, "knows the time"});
  holds({"at/a.cpp", "timespec t{};\n::clock_gettime(CLOCK_BOOTTIME, &t);\n", 2, "knows the time"});
  holds({"modem/asio_loop.cpp", steady, 0, ""});
  holds({"firmware-host/clocks.cpp", wall, 0, ""});
  holds({"at/a.cpp", "// steady_clock::now() is for others\n", 0, ""});
  holds({"at/a.cpp", "auto s = \"steady_clock::now()\";\n", 0, ""});
}

TEST_CASE("nobody waits for time to pass") {
  const std::string sleep = "std::this_thread::sleep_for(1ms);\n";
  holds({"tests/web/a.cpp", sleep, 1, "sleep_for"});
  holds({"tests/web/a.cpp", "::usleep(10);\n", 1, "usleep"});
  holds({"tests/store/a.cpp", "\n::sleep(1);\n", 2, "sleep"});
  holds({"web/a.cpp", sleep, 1, "sleep_for"});
  holds({"tests/pty/a.cpp", sleep, 0, ""});
  holds({"tests/program/a.cpp", sleep, 0, ""});
  holds({"tests/web/a.cpp", "void asleep();\n", 0, ""});
  holds({"tests/web/a.cpp", "const auto sleep = 1ms;\n", 0, ""});
}

TEST_CASE("what is left for later has a number") {
  holds({"at/a.cpp", "int a;  // TODO tidy this\n", 1, "TODO"});
  holds({"at/a.cpp", "/* one\n   FIXME: two */\n", 2, "FIXME"});
  holds({"docs/a.md", "Some words.\nXXX\n", 2, "XXX"});
  holds({"at/a.cpp", "// TODO(#12): tidy this\n", 0, ""});
  holds({"at/a.cpp", "// TODO #12\n", 0, ""});
  holds({"at/a.cpp", "auto s = \"TODO\";\n", 0, ""});
  holds({"at/a.cpp", "auto s = \"modembank-XXXXXX\";\n", 0, ""});
}

TEST_CASE("lines and files have an end") {
  const std::string fits(longest_line, 'x');
  holds({"at/a.cpp", fits + "\n", 0, ""});
  holds({"at/a.cpp", "\n" + fits + "x\n", 2, "101 characters"});
  holds({"script/a", fits + "x\n", 1, "101 characters"});
  holds({"docs/a.md", fits + "x\n", 0, ""});
  std::string wide = "// ";
  for (int i = 0; i < 97; ++i) wide += "…";
  holds({"at/a.cpp", wide + "\n", 0, ""});  // characters, not octets

  std::string lines;
  for (std::size_t i = 0; i < most_lines; ++i) lines += "int a;\n";
  holds({"at/a.cpp", lines, 0, ""});
  holds({"at/a.cpp", lines + "int b;\n", 701, "701 lines"});
  holds({"docs/a.md", lines + "int b;\n", 0, ""});
}

TEST_CASE("no path of one machine") {
  const std::string home = std::string("/ho") + "me/";
  holds({"at/a.cpp", "auto s = \"" + home + "someone/x\";\n", 1, "one machine"});
  holds({"docs/a.md", "\nIn `" + home + "someone`.\n", 2, "one machine"});
  holds({"script/a", "cd " + std::string("/ro") + "ot/x\n", 1, "one machine"});
  holds({"docs/a.md", "See https://example.org" + home + "x\n", 0, ""});
  holds({"docs/a.md",
         "the folder data/ho"
         "me/x\n",
         0, ""});
}

TEST_CASE("code, literals and comments are told apart") {
  const auto lines = lines_of_cpp(
      "int a = 10'000;  // one\n"
      "auto s = \"// no \\\" comment\";  /* two\n"
      "three */ int b = '\"';\n"
      "auto r = R\"x(\" // not )\" one\n"
      "more)x\";  // four\n");
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].code == "int a = 10'000;  ");
  CHECK(lines[0].comment == "// one");
  CHECK(lines[1].code == "auto s = \"\";  ");
  CHECK(lines[1].comment == "/* two");
  CHECK(lines[2].code == " int b = '';");
  CHECK(lines[2].comment == "three */");
  CHECK(lines[3].code == "auto r = R\"\"");
  CHECK(lines[4].code == ";  ");
  CHECK(lines[4].comment == "// four");
}
