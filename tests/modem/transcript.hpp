#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bank::modem::test {

/// A dialogue from tests/data/transcripts: what modems answer, byte by byte; its headers tell what
/// of it was recorded and what was put together from what is known of the family. Lines are "> "
/// host, "< " its answer (empty: silence), "! " bytes nobody asked for, "~ " a pause.
struct Transcript {
  struct Exchange {
    std::string command;  // without its line end
    std::string answer;
    std::string afterwards{};  // unsolicited
  };
  std::string name;
  std::string at_once;         // unsolicited, before the first command
  std::string default_answer;  // of commands that are not listed
  nlohmann::json facts;        // what a controller ought to know afterwards
  std::vector<Exchange> exchanges;
};

[[nodiscard]] Transcript read_transcript(const std::string& name);
[[nodiscard]] std::vector<Transcript> all_transcripts();

/// A modem that answers as the transcript has it: the answers to a command in turn, the last one
/// again and again.
class TranscriptModem {
 public:
  explicit TranscriptModem(Transcript transcript);

  /// What it says by itself when the port is opened.
  [[nodiscard]] std::string at_once() { return std::exchange(transcript_.at_once, {}); }
  /// Takes octets from the host; gives what it says to each command that is complete.
  [[nodiscard]] std::string hear(std::string_view octets);

 private:
  [[nodiscard]] std::string answer(const std::string& command);

  Transcript transcript_;
  std::map<std::string, std::size_t> answered_;  // how often, by command
  std::string line_;
};

}  // namespace bank::modem::test
