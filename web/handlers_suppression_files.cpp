#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "at/utf.hpp"
#include "scheduler/spreadsheet_cell.hpp"
#include "web/charset.hpp"
#include "web/csv.hpp"
#include "web/csv_cell.hpp"
#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"
#include "web/reply_door.hpp"
#include "web/suppression_json.hpp"
#include "web/time_text.hpp"

namespace bank::web {

namespace {

using scheduler::Suppression;

constexpr std::size_t most_lines = 50'000;       // of a page of the export
constexpr std::size_t read_at_once = 1'000;      // rows
constexpr std::size_t most_shown_lines = 1'000;  // refused ones in the answer
constexpr char export_list = 'e';
constexpr std::array<std::string_view, 8> columns{"number", "since", "scope",    "reason",
                                                  "how",    "by",    "evidence", "held"};

void append_line(std::string& csv, const Suppression& one) {
  csv += fmt::format("{},{},{},{},{},", one.number, rfc3339(one.since), one.scope, one.reason,
                     one.how);
  append_cell(csv, one.by);
  csv += ',';
  append_cell(csv, one.evidence);
  csv += one.is_held ? ",true\r\n" : ",false\r\n";
}

/// One line of an import.
///
/// Errors  why it is refused.
Result<Suppression, std::string> suppression_of(const std::map<std::string, std::string>& line,
                                                Door& door) {
  const auto given = [&](const std::string& name) {
    const auto found = line.find(name);
    return found == line.end() ? std::string() : found->second;
  };
  const std::string number = given("number");
  const auto [begin, end] = scheduler::content_of_cell(number);
  auto normalised = door.normalise(number.substr(begin, end - begin));
  if (!normalised) return unexpected("number: " + normalised.error());
  Suppression one{};
  one.number = std::move(*normalised);
  one.how = "import";
  one.since = door.now();
  one.scope = given("scope").empty() ? "all" : given("scope");
  if (!is_scope(one.scope)) return unexpected(fmt::format("scope: write {}", scope_words));
  one.reason = given("reason").empty() ? "opt_out" : given("reason");
  const auto& known = suppression_reasons;
  if (std::find(known.begin(), known.end(), one.reason) == known.end()) {
    return unexpected(fmt::format("reason: write {}", fmt::join(known, ", ")));
  }
  if (!may_be_for(one.scope, one.reason)) {
    return unexpected(std::string("reason: of a topic write opt_out or operator"));
  }
  if (const auto since = given("since"); !since.empty()) {
    const auto time = read_rfc3339(since);
    if (!time) return unexpected(std::string("since: write a time as 2026-11-22T10:00:00Z"));
    one.since = std::min(*time, one.since);
  }
  one.evidence = given("evidence");
  if (one.evidence.size() > longest_evidence || at::first_not_utf8(one.evidence)) {
    return unexpected(fmt::format("evidence: write at most {} octets of UTF-8", longest_evidence));
  }
  // What waits for a person goes on waiting.
  one.is_held = given("held") == "true" && one.scope == "promotional" && one.reason == "opt_out";
  return one;
}

struct Import {
  std::vector<Suppression> suppressions;
  std::vector<scheduler::Book::RejectedLine> rejected;
  std::int64_t rejected_count = 0;

  void reject(std::int64_t line, std::string number, std::string why) {
    ++rejected_count;
    if (rejected.size() == most_shown_lines) return;
    rejected.push_back({line, "", std::move(number), std::move(why)});
  }
};

/// Errors  the 400 or 422 to answer with.
Result<Import, Response> read_import(const std::string& body, Door& door, const std::string& by) {
  Import import;
  std::vector<std::string> header;
  CsvReader reader([&](CsvRecord record) {
    if (header.empty()) {
      for (auto& name : record.fields) {
        for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        header.push_back(std::move(name));
      }
      return std::find(header.begin(), header.end(), "number") != header.end();
    }
    std::map<std::string, std::string> line;
    for (std::size_t i = 0; i < std::min(header.size(), record.fields.size()); ++i) {
      line[header[i]] = std::move(record.fields[i]);
    }
    if (!record.flaw.empty()) {
      import.reject(record.line, line["number"], record.flaw);
      return true;
    }
    auto one = suppression_of(line, door);
    if (!one) {
      import.reject(record.line, line["number"], one.error());
      return true;
    }
    one->by = by;
    if (one->evidence.empty()) one->evidence = "import by " + by;
    import.suppressions.push_back(std::move(*one));
    return true;
  });
  std::string text;
  auto charset = Charset::named({}).value();  // UTF-8, or UTF-16 as some spreadsheets write it
  auto decoded = charset.decode(body, text);
  if (decoded) decoded = charset.finish(text);
  if (!decoded) return unexpected(problem(422, "broken_csv", decoded.error()));
  reader.read(text);
  reader.finish();
  if (std::find(header.begin(), header.end(), "number") == header.end()) {
    return unexpected(problem(422, "no_number_column",
                              fmt::format("the first line names the columns, number among them; "
                                          "the others may be {}",
                                          fmt::join(columns.begin() + 1, columns.end(), ", "))));
  }
  if (!reader.broken().empty()) {
    return unexpected(problem(422, "broken_csv", reader.broken() + "; nothing was imported"));
  }
  return import;
}

}  // namespace

Answer export_suppressions(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"after"});
  if (!query) return query.error();
  const auto page = read_page(*query, export_list);
  if (!page) return page.error();
  scheduler::AfterSuppression after;
  if (page->after) after = behind_key(*page->after);
  std::string csv = page->after ? "" : fmt::format("{}\r\n", fmt::join(columns, ","));
  std::optional<std::string> next;
  bool more = true;
  for (std::size_t lines = 0; more && lines < most_lines; lines += read_at_once) {
    const auto rows = exchange.door.replies().suppressions(after, read_at_once, false);
    for (const auto& row : rows) append_line(csv, row);
    more = rows.size() == read_at_once;
    if (!more) break;
    next = key_behind(rows.back());
    after = behind_key(*next);
  }
  Response response{.body = std::move(csv), .content_type = "text/csv; charset=utf-8"};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"suppressions.csv\"");
  if (more) {  // RFC 8288
    response.headers.emplace_back("Link",
                                  fmt::format("</v1/suppressions/export?after={}>; rel=\"next\"",
                                              cursor(export_list, *next)));
  }
  return response;
}

Answer import_suppressions(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  auto read = read_import(exchange.body, exchange.door, asker(exchange));
  if (!read) return std::move(read.error());
  const auto import = std::make_shared<Import>(std::move(*read));
  const std::size_t count = import->suppressions.size();
  exchange.door.replies().suppress(
      std::move(import->suppressions),
      [import, count, reply = std::move(exchange.reply)](Outcome<std::monostate> outcome) {
        reply([import, count, outcome = std::move(outcome)]() -> Response {
          if (!outcome) {
            return unavailable(outcome.error().detail +
                                   "; some of it may be in force: send it "
                                   "again, what is there stays as it is",
                               outcome.error().retry_after.count());
          }
          JsonText json;
          json.open('{').member("imported", count).key("rejected").open('[');
          for (const auto& line : import->rejected) append_rejection(json, line);
          json.close(']').member("rejected_count", import->rejected_count).close('}');
          return {.body = json.take()};
        });
      });
  return std::nullopt;
}

}  // namespace bank::web
