#include "tests/program/harness.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "modem/virtual/rack.hpp"

namespace bank::program::test {

using nlohmann::json;

// --- folder -------------------------------------------------------------------------------------

Folder::Folder() {
  path_ = (std::filesystem::temp_directory_path() / "modembank-test-XXXXXX").string();
  REQUIRE(::mkdtemp(path_.data()) != nullptr);
}

Folder::~Folder() {
  std::error_code ignored;
  const bool keeps = std::getenv("MODEMBANK_KEEP") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  if (!keeps) std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& content) const {
  const std::string path = *this / name;
  std::ofstream(path, std::ios::binary) << content;
  std::filesystem::permissions(path, std::filesystem::perms{0600});
  return path;
}

// --- rack ---------------------------------------------------------------------------------------

namespace {

std::vector<std::string> rack_command(const std::string& folder, const std::string& record,
                                      int modems, const std::vector<std::string>& options) {
  std::vector<std::string> argv{program(), "rack", "--modems", std::to_string(modems),
                                "--dir",   folder, "--record", record};
  argv.insert(argv.end(), options.begin(), options.end());
  return argv;
}

}  // namespace

std::string slot_name(int slot) {
  return fmt::format("slot-{:02}", slot);
}

Rack::Rack(const Folder& folder, int modems, const std::vector<std::string>& options)
    : folder_(folder / "rack"),
      record_(folder / "network.tsv"),
      child_(rack_command(folder_, record_, modems, options), folder / "rack-log") {
  const bool stands = holds_within(patience, [&] {
    return child_.ended() || child_.out().find("control socket") != std::string::npos;
  });
  INFO("rack said: " << child_.err());
  REQUIRE(stands);
  REQUIRE_FALSE(child_.ended());
}

std::string Rack::ask(const std::string& line) const {
  const auto answer = modem::virt::ask_rack(folder_ + "/control", line);
  INFO("rack, asked: " << line << ", answered: " << (answer ? *answer : answer.error()));
  REQUIRE(answer);
  REQUIRE(answer->starts_with("ok"));
  return answer->substr(std::min<std::size_t>(answer->size(), 3));
}

std::vector<Taken> Rack::taken() const {
  (void)ask("record");
  return read_record(record_);
}

std::string Rack::port(int slot) const {
  return folder_ + "/" + slot_name(slot);
}

// --- program ------------------------------------------------------------------------------------

std::string write_config(const Folder& folder, const Settings& settings) {
  const std::string paths =
      settings.paths.empty() ? fmt::format("\"{}\"", folder / "rack/slot-*") : settings.paths;
  return folder.write(
      "modembank.toml",
      fmt::format("[store]\npath = \"{}\"\n"
                  "[http]\nlisten = \"127.0.0.1:0\"\n"
                  "[region]\ncountry = \"IR\"\n"
                  "timezone = \"Asia/Tehran\"\n"
                  "[discovery]\npaths = [{}]\n{}\n"
                  "[limits]\n{}\n"
                  "[sending]\ncountries = [\"*\"]\n{}\n{}\n",
                  settings.database.empty() ? folder / "modembank.db" : settings.database, paths,
                  settings.discovery, settings.limits, settings.sending, settings.more));
}

std::string make_key(const Folder& folder, const std::string& config, const std::string& scope) {
  const Ran made = run(
      {program(), "key", "create", "--config", config, "--name", scope, "--scope", scope, "--json"},
      folder / "key");
  INFO(made.err);
  REQUIRE(made.status == 0);
  return json::parse(made.out).at("key");
}

Serve::Serve(const Folder& folder, const std::string& config, int round,
             std::vector<std::string> by) {
  by.insert(by.end(), {program(), "serve", "--config", config});
  child_ = std::make_unique<Child>(by, folder / fmt::format("serve-{}", round));
}

const std::string& Serve::address() {
  constexpr std::string_view mark = "event=http.listening address=";
  const auto find = [&] {
    const std::string log = child_->err();
    const auto at = log.find(mark);
    if (at == std::string::npos || log.find('\n', at) == std::string::npos) return false;
    address_ = log.substr(at + mark.size(), log.find('\n', at) - at - mark.size());
    return true;
  };
  if (!address_.empty()) return address_;
  const bool listens = holds_within(patience, [&] { return find() || child_->ended(); });
  INFO("serve said:\n" << child_->err());
  REQUIRE(listens);
  REQUIRE_FALSE(address_.empty());
  return address_;
}

// --- API ----------------------------------------------------------------------------------------

web::test::HttpAnswer Api::ask_for(const std::string& path) const {
  web::test::HttpClient client(address_);
  INFO("GET " << path);
  REQUIRE(client.get(path, head_));
  auto answer = client.answer();
  REQUIRE(answer);
  return *answer;
}

json Api::get(const std::string& path) const {
  const auto answer = ask_for(path);
  INFO("GET " << path << ": " << answer.body);
  REQUIRE(answer.status == 200);
  return json::parse(answer.body);
}

web::test::HttpAnswer Api::try_post(const json& message) const {
  return post_to("/v1/messages", message);
}

web::test::HttpAnswer Api::post_to(const std::string& path, const json& body) const {
  web::test::HttpClient client(address_);
  REQUIRE(client.post(path, body.dump(), head_ + "Content-Type: application/json\r\n"));
  auto answer = client.answer();
  REQUIRE(answer);
  return *answer;
}

json Api::post(const json& message) const {
  const auto answer = try_post(message);
  INFO("POST /v1/messages " << message << ": " << answer.body);
  REQUIRE(answer.status == 202);
  return json::parse(answer.body);
}

web::test::HttpAnswer Api::change(const std::string& method, const std::string& path) const {
  web::test::HttpClient client(address_);
  REQUIRE(client.say(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\n{}Content-Length: 0\r\n\r\n", method,
                                 path, head_)));
  auto answer = client.answer();
  REQUIRE(answer);
  return *answer;
}

std::vector<json> Api::all(const std::string& path) const {
  std::vector<json> items;
  const std::string first = path + (path.find('?') == std::string::npos ? "?" : "&") + "limit=1000";
  for (std::string next = first; !next.empty();) {
    const json page = get(next);
    for (const auto& item : page.at("items")) items.push_back(item);
    next = page.at("next").is_null() ? "" : first + "&after=" + page.at("next").get<std::string>();
  }
  return items;
}

std::map<std::string, long> Api::counts() const {
  constexpr std::string_view mark = "modembank_messages{state=\"";
  std::map<std::string, long> counts;
  std::istringstream lines(ask_for("/metrics").body);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(mark)) continue;
    const auto end = line.find('"', mark.size());
    const auto value = std::stol(line.substr(line.rfind(' ')));
    if (value != 0) counts[line.substr(mark.size(), end - mark.size())] = value;
  }
  return counts;
}

json Api::modem(const std::string& name) const {
  const auto answer = ask_for("/v1/modems/" + name);
  return answer.status == 200 ? json::parse(answer.body) : json();
}

bool Api::wait_for_count(const std::string& state, long count,
                         std::chrono::milliseconds time) const {
  return holds_within(time, [&] { return counts()[state] == count; });
}

bool Api::wait_until_ready(const std::vector<std::string>& modems,
                           std::chrono::milliseconds time) const {
  return holds_within(time, [&] {
    return std::all_of(modems.begin(), modems.end(), [&](const auto& name) {
      const json found = modem(name);
      return !found.is_null() && found.at("state") == "ready";
    });
  });
}

json Api::wait_for_state(const std::string& id, const std::vector<std::string>& states,
                         std::chrono::milliseconds time) const {
  json message;
  (void)holds_within(time, [&] {
    message = get("/v1/messages/" + id);
    return std::find(states.begin(), states.end(), message.at("state")) != states.end();
  });
  return message;
}

}  // namespace bank::program::test
