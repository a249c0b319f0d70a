// The main job: a thousand messages over HTTP, each exactly once on the network.
#include <fmt/format.h>
#include <unicode/unistr.h>

#include <catch2/catch.hpp>
#include <thread>

#include "tests/program/harness.hpp"
#include "tests/program/record.hpp"
#include "tests/program/texts.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr int message_count = 1000;
constexpr int connection_count = 5;
constexpr int modem_count = 8;

std::string utf8_of(const std::u16string& text) {
  std::string utf8;
  icu::UnicodeString(text.data(), static_cast<int32_t>(text.size())).toUTF8String(utf8);
  return utf8;
}

struct Posted {
  std::string to;
  std::u16string text;
  int parts = 0;
  int status = 0;  // of the answer; 0: there was none
  json answer{};
};

/// Every script with every number of parts.
std::vector<Posted> thousand_messages() {
  std::vector<Posted> messages;
  for (int i = 0; i < message_count; ++i) {
    const Script& script = scripts[i % 4];
    const int parts = i / 4 % 4 + 1;
    messages.push_back({fmt::format("+98912{:07}", i), text_of(script, i, parts), parts});
  }
  return messages;
}

/// Posts every `connection_count`th message over one connection. No Catch here: this is a thread.
void post_share(const std::string& address, const std::string& head, std::vector<Posted>& messages,
                std::size_t first) {
  try {
    web::test::HttpClient client(address);
    for (std::size_t i = first; i < messages.size(); i += connection_count) {
      const json body{{"to", messages[i].to}, {"text", utf8_of(messages[i].text)}};
      if (!client.post("/v1/messages", body.dump(), head)) return;
      const auto answer = client.answer();
      if (!answer) return;
      messages[i].status = answer->status;
      messages[i].answer = json::parse(answer->body, nullptr, false);
    }
  } catch (const std::exception&) {
    return;  // what was not answered is seen by its status
  }
}

void post_all(const std::string& address, const std::string& key, std::vector<Posted>& messages) {
  const std::string head =
      "Authorization: Bearer " + key + "\r\nContent-Type: application/json\r\n";
  std::vector<std::thread> connections;
  for (std::size_t first = 0; first < connection_count; ++first) {
    connections.emplace_back([&, first] { post_share(address, head, messages, first); });
  }
  for (auto& connection : connections) connection.join();
}

void check(const Posted& message, const std::vector<Taken>& taken) {
  REQUIRE(taken.size() == static_cast<std::size_t>(message.parts));
  std::u16string text;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    CHECK(taken[i].part.part == static_cast<int>(i) + 1);  // the record is in the network's order
    CHECK(taken[i].part.parts == message.parts);
    CHECK(taken[i].part.reference == taken.front().part.reference);
    CHECK(taken[i].slot == taken.front().slot);
    CHECK(taken[i].at >= taken.front().at);
    text += taken[i].part.text;
  }
  CHECK((message.parts > 1) == (taken.front().part.reference >= 0));
  CHECK(utf8_of(text) == utf8_of(message.text));
}

}  // namespace

TEST_CASE(
    "a thousand messages in four scripts are each exactly once on the network, whole and in "
    "order",
    "[thousand]") {
  const Folder folder;
  const Rack rack(folder, modem_count, {"--latency-ms", "20", "--report-delay-ms", "20"});
  const std::string config = write_config(folder);
  const std::string key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);

  auto messages = thousand_messages();
  post_all(serve.address(), key, messages);
  std::size_t parts = 0;
  for (const auto& message : messages) {
    INFO(message.to << ": " << message.answer);
    REQUIRE(message.status == 202);
    REQUIRE(message.answer.at("parts") == message.parts);
    parts += static_cast<std::size_t>(message.parts);
  }
  const bool all_delivered = api.wait_for_count("delivered", message_count, 2 * patience);
  INFO("messages by state: " << json(api.counts()) << "\nserve said:\n" << serve.child().err());
  REQUIRE(all_delivered);
  serve.child().signal(SIGTERM);
  REQUIRE(serve.child().wait() == 0);

  const auto record = rack.taken();
  CHECK(record.size() == parts);
  auto taken = by_recipient(record);
  CHECK(taken.size() == messages.size());
  std::map<std::string, int> by_slot;
  for (const auto& line : record) ++by_slot[line.slot];
  CHECK(by_slot.size() == modem_count);
  for (const auto& message : messages) {
    INFO("message to " << message.to);
    check(message, taken[message.to]);
  }
}

}  // namespace bank::program::test
