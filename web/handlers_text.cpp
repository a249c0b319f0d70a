// What a text takes, while it is written.
#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_fields.hpp"
#include "web/message_form.hpp"
#include "web/message_json.hpp"
#include "web/query.hpp"
#include "web/text_preview.hpp"

namespace bank::web {

Answer preview_text(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"text", "encoding"});
  static const std::vector<std::string_view> words{"auto", "gsm7", "ucs2", "plain"};
  const auto word = fields.word("encoding", words);
  const auto found = json->find("text");
  const bool is_text = found != json->end() && found->is_string();
  if (!is_text) fields.wrong("text", "write the text");
  const auto encoding = encoding_named(word.value_or("auto")).value_or(at::Encoding::automatic);
  const auto preview =
      is_text ? std::optional(preview_of(found->get_ref<const std::string&>(), encoding))
              : std::nullopt;
  if (preview && !*preview) fields.wrong("text", text_error(preview->error()));
  if (auto refusal = fields.refusal("invalid_text")) return *refusal;
  const TextPreview& shown = **preview;
  JsonText out;
  out.open('{').member("encoding", shown.alphabet == at::Alphabet::ucs2 ? "ucs2" : "gsm7");
  out.member("parts", shown.parts).member("units_left", shown.units_left);
  out.key("forcing").open('[');
  for (const auto& [index, character] : shown.forcing) {
    out.open('{').member("index", index).member("character", character).close('}');
  }
  out.close(']').key("plain");
  if (shown.plain) {
    out.open('{').member("text", shown.plain->text).member("parts", shown.plain->parts).close('}');
  } else {
    out.value(nullptr);
  }
  return Response{.body = out.close('}').take()};
}

}  // namespace bank::web
