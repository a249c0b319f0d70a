#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "web/audit_door.hpp"
#include "web/csv_cell.hpp"
#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/query.hpp"
#include "web/time_text.hpp"

namespace bank::web {

namespace {

using scheduler::AuditRow;

constexpr char audit_list = 'a';
constexpr char audit_export = 'x';
constexpr char audit_walk = 'v';
constexpr std::size_t rows_of_a_walk = 10'000;  // proved in one call; some 20 ms

std::string cursor_after(char list, std::int64_t id) {
  return cursor(list, std::to_string(id));
}

/// `detail` as the object that it is, for people; in an export as the text that was hashed.
enum class Detail { object, text };

void append(JsonText& json, const AuditRow& row, Detail as) {
  const auto& [by, action, object, detail] = row.entry;
  json.open('{').member("id", row.id).member("at", row.at).member("by", by);
  json.member("action", action).member("object", object).key("detail");
  const bool is_object =
      as == Detail::object && detail.starts_with('{') && nlohmann::json::accept(detail);
  is_object ? json.written(detail) : json.value(detail);
  json.member("previous", scheduler::hex_of(row.previous));
  json.member("hash", scheduler::hex_of(row.hash)).close('}');
}

std::string ndjson_of(const std::vector<AuditRow>& rows) {
  std::string text;
  for (const auto& row : rows) {
    JsonText json;
    append(json, row, Detail::text);
    text += json.take() + '\n';
  }
  return text;
}

/// With a header line on the first page, so that all pages after one another are one file.
std::string csv_of(const std::vector<AuditRow>& rows, bool is_first) {
  std::string text = is_first ? "id,at,by,action,object,detail,previous,hash\r\n" : "";
  for (const auto& row : rows) {
    text += std::to_string(row.id) + ',' + rfc3339(row.at);
    for (const auto& cell : {row.entry.by, row.entry.action, row.entry.object, row.entry.detail,
                             scheduler::hex_of(row.previous), scheduler::hex_of(row.hash)}) {
      text += ',';
      append_cell(text, cell);
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace

Answer list_audit(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after", "by", "action"});
  if (!query) return query.error();
  const auto page = read_page(*query, audit_list);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();
  scheduler::AuditFilter filter;
  filter.by = query->get("by");
  filter.action = query->get("action");
  auto rows = exchange.door.audit().page(filter, *after, page->limit + 1);
  const bool more = rows.size() > page->limit;
  if (more) rows.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& row : rows) append(json, row, Detail::object);
  json.close(']').key("next");
  more ? json.value(cursor_after(audit_list, rows.back().id)) : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer export_audit(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"format", "limit", "after"});
  if (!query) return query.error();
  const auto format = query->get("format").value_or("ndjson");
  if (format != "ndjson" && format != "csv") {
    return bad_query("format", "unknown; write ndjson or csv");
  }
  auto page = read_page(*query, audit_export);
  if (!page) return page.error();
  if (!query->get("limit")) page->limit = Page::most;
  const auto after = number_after(*page);
  if (!after) return after.error();
  auto rows = exchange.door.audit().after(after->value_or(0), page->limit + 1);
  const bool more = rows.size() > page->limit;
  if (more) rows.resize(page->limit);
  Response response;
  if (more) {  // RFC 8288
    response.headers.emplace_back(
        "Link", fmt::format("</v1/audit/export?format={}&limit={}&after={}>; rel=\"next\"", format,
                            page->limit, cursor_after(audit_export, rows.back().id)));
  }
  if (format == "csv") {
    response.body = csv_of(rows, !*after);
    response.content_type = "text/csv; charset=utf-8; header=present";
  } else {
    response.body = ndjson_of(rows);
    response.content_type = "application/x-ndjson";
  }
  return response;
}

Answer verify_audit(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"after"});
  if (!query) return query.error();
  const auto page = read_page(*query, audit_walk);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();
  const auto walk = exchange.door.audit().walk(after->value_or(0), rows_of_a_walk);
  JsonText json;
  json.open('{').member("entries", walk.entries).member("ok", !walk.first_broken);
  json.member("first_broken", walk.first_broken).key("why");
  walk.first_broken ? json.value(walk.why) : json.value(nullptr);
  json.member("last_hash", scheduler::hex_of(walk.last)).key("next");
  walk.next ? json.value(cursor_after(audit_walk, *walk.next)) : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

}  // namespace bank::web
