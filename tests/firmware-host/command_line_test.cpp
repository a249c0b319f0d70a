// What the words of the command line become.
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <vector>

#include "firmware-host/command_line.hpp"

namespace bank::host {
namespace {

/// Sets a variable of the environment, and takes it away again.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

/// The options of `modembank send`, with these words beside those that it requires.
SendOptions send_options(std::vector<const char*> more = {}) {
  std::vector<const char*> words{"modembank", "send", "--to",  "+989121234567",
                                 "--text",    "hi",   "--key", "mb_x"};
  words.insert(words.end(), more.begin(), more.end());
  SendOptions taken;
  Commands commands{};
  commands.send = [&](const SendOptions& options) {
    taken = options;
    return exit_done;
  };
  REQUIRE(run_command_line(static_cast<int>(words.size()), words.data(), commands) == exit_done);
  return taken;
}

}  // namespace

TEST_CASE("send goes to the default address unless the environment or --url says another") {
  ::unsetenv("MODEMBANK_URL");
  CHECK(send_options().url == "http://127.0.0.1:8080");
  const Environment url("MODEMBANK_URL", "http://rack:1");
  CHECK(send_options().url == "http://rack:1");
  CHECK(send_options({"--url", "http://[::1]:2"}).url == "http://[::1]:2");
}

}  // namespace bank::host
