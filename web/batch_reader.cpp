#include "web/batch_reader.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "at/utf.hpp"
#include "web/charset.hpp"
#include "web/csv.hpp"
#include "web/json_body.hpp"
#include "web/media_type.hpp"
#include "web/message_form.hpp"
#include "web/problem.hpp"

namespace bank::web {

namespace {

using nlohmann::json;

/// What lines become, the same for every format.
class Lines {
 public:
  Lines(const scheduler::ApiKey& key, Door& door, BatchReader::Sink sink)
      : key_(key), door_(door), sink_(std::move(sink)) {}

  void take(std::int64_t line, const json& message) {
    auto read = read_message_line(message, key_, door_);
    if (read) return sink_.accept({line, std::move(*read)});
    const auto to = message.find("to");
    reject(line, std::move(read.error().field), std::move(read.error().reason),
           to != message.end() && to->is_string() ? to->get<std::string>() : std::string());
  }
  void reject(std::int64_t line, std::string field, std::string reason, std::string to = {}) {
    sink_.reject({line, std::move(field), std::move(to), std::move(reason)});
  }

 private:
  const scheduler::ApiKey& key_;
  Door& door_;
  BatchReader::Sink sink_;
};

/// A JSON object a line; empty lines are passed over.
class NdjsonReader final : public BatchReader {
 public:
  explicit NdjsonReader(Lines lines) : lines_(std::move(lines)) {}

  bool read(std::string_view piece) override {
    while (!piece.empty()) {
      const auto end = piece.find('\n');
      const auto part = piece.substr(0, end);
      if (text_.size() + part.size() <= longest_line + 1) {  // with a carriage return
        text_ += part;
      } else {
        too_long_ = true;
      }
      if (end == std::string_view::npos) return true;
      end_line();
      piece.remove_prefix(end + 1);
    }
    return true;
  }

  bool finish() override {
    end_line();
    if (seen_) return true;
    return refuse(problem(400, "empty_batch", "no line in the body; send a JSON object a line"));
  }

 private:
  void end_line() {
    ++line_;
    std::string_view text = text_;
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (line_ == 1 && text.starts_with(mark)) text.remove_prefix(mark.size());
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (std::exchange(too_long_, false) || text.size() > longest_line) {
      seen_ = true;
      lines_.reject(
          line_, "",
          fmt::format("longer than the {} octets that a line may have; shorten it", longest_line));
    } else if (text.find_first_not_of(" \t\r") != std::string_view::npos) {
      seen_ = true;
      take(text);
    }
    text_.clear();
  }

  void take(std::string_view text) {
    const auto object = read_json_object(text);
    if (object) return lines_.take(line_, *object);
    const auto why = json::parse(object.error().body, nullptr, false);
    lines_.reject(line_, "", why.is_object() ? why.value("detail", "not JSON") : "not JSON");
  }

  Lines lines_;
  std::string text_;
  bool too_long_ = false;
  bool seen_ = false;
  std::int64_t line_ = 0;
};

std::string trimmed_small(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

/// A cell as the JSON that the same message would have; what it should be is said by whoever reads
/// the message.
json value_of(std::string_view field, std::string cell) {
  if (field == "priority") {
    int number = 0;
    const auto* end = cell.data() + cell.size();
    if (std::from_chars(cell.data(), end, number).ptr == end && number >= 0) {
      return static_cast<unsigned>(number);
    }
  } else if (field == "report" || field == "flash") {
    const auto word = trimmed_small(cell);
    if (word == "true" || word == "1") return true;
    if (word == "false" || word == "0") return false;
  }
  return cell;
}

/// A header that names the fields, then a message a record.
class CsvBatchReader final : public BatchReader {
 public:
  CsvBatchReader(Lines lines, Charset charset)
      : lines_(std::move(lines)),
        charset_(std::move(charset)),
        csv_([this](CsvRecord record) { return take(std::move(record)); }) {}

  bool read(std::string_view piece) override {
    std::string text;
    if (auto decoded = charset_.decode(piece, text); !decoded) return bad_encoding(decoded.error());
    csv_.read(text);
    return well();
  }

  bool finish() override {
    std::string text;
    if (auto ended = charset_.finish(text); !ended) return bad_encoding(ended.error());
    csv_.read(text);
    csv_.finish();
    if (!well()) return false;
    if (!fields_.empty()) return true;
    return refuse(problem(400, "empty_batch",
                          "the body is empty; send a header line with to and text, and a line for "
                          "each message"));
  }

 private:
  bool well() {
    if (refusal_) return false;
    if (csv_.broken().empty()) return true;
    return refuse(problem(422, "broken_csv", csv_.broken()));
  }
  bool bad_encoding(const std::string& why) {
    return refuse(problem(415, "unknown_encoding", why));
  }

  bool take(CsvRecord record) {
    if (!check_encoding(record)) return false;
    if (fields_.empty()) return take_header(record);
    if (!record.flaw.empty()) {
      lines_.reject(record.line, "", std::move(record.flaw));
      return true;
    }
    if (record.fields.size() > fields_.size()) {
      lines_.reject(record.line, "",
                    fmt::format("has {} fields where the header has {}; put quotes around a field "
                                "that holds the separator",
                                record.fields.size(), fields_.size()));
      return true;
    }
    auto message = json::object();
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
      if (record.fields[i].empty()) continue;
      message[fields_[i]] = value_of(fields_[i], std::move(record.fields[i]));
    }
    lines_.take(record.line, message);
    return true;
  }

  /// The first character beyond ASCII tells whether a file that names no encoding is UTF-8; after
  /// that, one that is not spoils its line alone.
  bool check_encoding(CsvRecord& record) {
    for (auto& field : record.fields) {
      const auto bad = at::first_not_utf8(field);
      if (!bad) {
        sure_ = sure_ || std::any_of(field.begin(), field.end(),
                                     [](char c) { return static_cast<unsigned char>(c) > 0x7F; });
        continue;
      }
      if (charset_.is_guess() && !sure_) {
        return bad_encoding(fmt::format(
            "line {}: not UTF-8; spreadsheets on Windows write windows-1256 for Arabic and "
            "Persian, "
            "windows-1251 for Cyrillic, windows-1252 for western languages: save the file as \"CSV "
            "UTF-8\", or send Content-Type: text/csv; charset=windows-1256 (or what it is)",
            record.line));
      }
      if (record.flaw.empty()) {
        record.flaw = fmt::format("octet {} of a field is not UTF-8; save the file as UTF-8", *bad);
      }
    }
    return true;
  }

  bool take_header(CsvRecord& record) {
    const auto wrong = [&](const std::string& detail) {
      return refuse(
          problem(422, "bad_csv_header", fmt::format("line {}: {}", record.line, detail)));
    };
    if (!record.flaw.empty()) return wrong(record.flaw);
    std::vector<std::string> names;
    for (const auto& field : record.fields) {
      auto name = trimmed_small(field);
      if (!is_message_field(name)) {
        return wrong(fmt::format("\"{}\" is no field of a message; the header names some of {}",
                                 name.substr(0, 40), message_fields()));
      }
      if (std::find(names.begin(), names.end(), name) != names.end()) {
        return wrong(fmt::format("\"{}\" stands there twice", name));
      }
      names.push_back(std::move(name));
    }
    for (const auto* needed : {"to", "text"}) {
      if (std::find(names.begin(), names.end(), needed) == names.end()) {
        return wrong(fmt::format("the header lacks \"{}\"", needed));
      }
    }
    fields_ = std::move(names);
    return true;
  }

  Lines lines_;
  Charset charset_;
  std::vector<std::string> fields_;
  bool sure_ = false;  // it is UTF-8
  CsvReader csv_;
};

}  // namespace

Result<std::unique_ptr<BatchReader>, Response> BatchReader::of(std::string_view content_type,
                                                               const scheduler::ApiKey& key,
                                                               Door& door, Sink sink) {
  const auto type = media_type(content_type);
  const auto charset = charset_of(content_type);
  Lines lines(key, door, std::move(sink));
  if (type == "application/x-ndjson" || type == "application/ndjson") {
    if (!charset.empty() && charset != "utf-8") {
      return unexpected(problem(415, "unknown_encoding", "JSON is UTF-8 and nothing else"));
    }
    return std::make_unique<NdjsonReader>(std::move(lines));
  }
  if (type != "text/csv") {
    return unexpected(problem(415, "not_batch_type",
                              "this call takes a message a line; send the header Content-Type: "
                              "application/x-ndjson, or text/csv"));
  }
  auto known = Charset::named(charset);
  if (!known) return unexpected(problem(415, "unknown_encoding", known.error()));
  return std::make_unique<CsvBatchReader>(std::move(lines), std::move(*known));
}

}  // namespace bank::web
