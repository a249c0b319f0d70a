#include "tests/modem/transcript.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace bank::modem::test {
namespace {

const std::filesystem::path folder =
    std::filesystem::path(MODEMBANK_SOURCE_DIR) / "tests/data/transcripts";

std::string unescaped(std::string_view text) {
  std::string octets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      octets += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'r': octets += '\r'; break;
      case 'n': octets += '\n'; break;
      case 'x':
        octets += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default: octets += text[i];
    }
  }
  return octets;
}

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.pop_back();
  return text;
}

void take_header(Transcript& transcript, std::string_view line) {
  const auto value_of = [&](std::string_view key) -> std::string {
    return line.starts_with(key) ? std::string(line.substr(key.size())) : std::string{};
  };
  if (const auto facts = value_of("# facts: "); !facts.empty()) {
    transcript.facts = nlohmann::json::parse(facts);
  }
  if (const auto answer = value_of("# default-reply: "); !answer.empty()) {
    transcript.default_answer = "\r\n" + unescaped(answer) + "\r\n";
  }
}

}  // namespace

Transcript read_transcript(const std::string& name) {
  std::ifstream file(folder / name);
  if (!file) throw std::runtime_error("tests/data/transcripts/" + name + " is missing");
  Transcript transcript;
  transcript.name = name;
  for (std::string line; std::getline(file, line);) {
    const std::string rest =
        unescaped(std::string_view(line).substr(std::min<std::size_t>(2, line.size())));
    auto& exchanges = transcript.exchanges;
    switch (line.empty() ? ' ' : line[0]) {
      case '#': take_header(transcript, line); break;
      case '>': exchanges.push_back({without_line_end(rest), ""}); break;
      case '<': exchanges.back().answer += rest; break;
      case '!':
        (exchanges.empty() ? transcript.at_once : exchanges.back().afterwards) += rest;
        break;
      default: break;
    }
  }
  return transcript;
}

std::vector<Transcript> all_transcripts() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  std::vector<Transcript> transcripts;
  for (const auto& name : names) transcripts.push_back(read_transcript(name));
  return transcripts;
}

TranscriptModem::TranscriptModem(Transcript transcript) : transcript_(std::move(transcript)) {}

std::string TranscriptModem::hear(std::string_view octets) {
  std::string said;
  for (const char c : octets) {
    if (c == '\x1B') continue;  // closes a prompt that is not open
    const bool ends = c == '\r' || c == '\x1A';
    if (c != '\r' && c != '\n') line_ += c;
    if (ends && !line_.empty()) said += answer(std::exchange(line_, {}));
  }
  return said;
}

std::string TranscriptModem::answer(const std::string& command) {
  std::vector<const Transcript::Exchange*> listed;
  for (const auto& exchange : transcript_.exchanges) {
    if (exchange.command == command) listed.push_back(&exchange);
  }
  if (listed.empty()) return transcript_.default_answer;
  std::size_t& times = answered_[command];
  const auto& exchange = *listed[std::min(times, listed.size() - 1)];
  // What came by itself came once.
  const bool is_again = times >= listed.size();
  ++times;
  return exchange.answer + (is_again ? "" : exchange.afterwards);
}

}  // namespace bank::modem::test
