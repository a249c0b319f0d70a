// What the configuration says; what of it a person may change has calls of its own.
#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/query.hpp"

namespace bank::web {

Answer get_settings(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const SettingsView settings = exchange.door.settings();
  JsonText json;
  json.open('{').member("version", settings.version).member("summary", settings.summary);
  json.key("notices").open('[');
  for (const auto& notice : settings.notices) json.value(notice);
  json.close(']').close('}');
  return Response{.body = json.take()};
}

}  // namespace bank::web
