#include "web/message_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "web/json_body.hpp"
#include "web/message_json.hpp"
#include "web/problem.hpp"
#include "web/suppression_json.hpp"
#include "web/time_text.hpp"

namespace bank::web {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 13> fields{
    "to",         "text",   "class",    "priority", "pool",      "sim",   "send_at",
    "expires_at", "report", "encoding", "flash",    "reference", "topic",
};

/// Reads one body; collects what is wrong instead of stopping at the first.
class FormReader {
 public:
  FormReader(const json& body, const scheduler::ApiKey& key, Door& door)
      : body_(body), key_(key), door_(door), now_(door.now()) {}

  Result<MessageForm, Response> read() {
    if (read_fields()) return std::move(form_);
    return unexpected(refusal());
  }

  Result<scheduler::NewMessage, LineFlaw> read_line() {
    const auto* to = given("to");
    const bool many = to != nullptr && to->is_array();
    if (many) wrong("/to", "is a list; write one number, and a line for each");
    if (!many && read_fields()) {
      auto message = std::move(form_.prototype);
      message.to = std::move(form_.to.front());
      return message;
    }
    auto& first = errors_.front();
    if (errors_.size() > 1) first.detail += fmt::format(" ({} errors in all)", errors_.size());
    return unexpected(LineFlaw{std::move(first.pointer), std::move(first.detail)});
  }

 private:
  bool read_fields() {
    unknown_fields();
    auto& message = form_.prototype;
    read_class();
    if (const auto* value = given("priority")) read_priority(*value);
    read_bool("report", message.report);
    read_bool("flash", message.flash);
    read_encoding();
    read_reference();
    read_topic();
    read_route();
    read_life();
    read_text();
    read_recipients();
    return errors_.empty();
  }

  [[nodiscard]] const json* given(std::string_view name) const {
    const auto found = body_.find(name);
    return found == body_.end() ? nullptr : &*found;
  }

  void wrong(std::string pointer, std::string detail) {
    if (errors_.size() <= most_field_errors) {
      errors_.push_back({std::move(pointer), std::move(detail)});
    }
  }
  void wrong_type(std::string pointer, const json& value, std::string_view expected) {
    wrong(std::move(pointer), fmt::format("is {}; write {}", value.type_name(), expected));
  }

  /// The string in a field; nothing when it is absent or no string (then that is noted).
  const std::string* string_in(std::string_view name, std::string_view expected, bool nullable) {
    const auto* value = given(name);
    if (value == nullptr || (nullable && value->is_null())) return nullptr;
    if (!value->is_string()) {
      wrong_type(pointer_step(name), *value, expected);
      return nullptr;
    }
    return value->get_ptr<const std::string*>();
  }

  void unknown_fields() {
    for (const auto& item : body_.items()) {
      if (std::find(fields.begin(), fields.end(), item.key()) != fields.end()) continue;
      wrong(pointer_step(item.key()),
            fmt::format("unknown field; a message has {}", fmt::join(fields, ", ")));
    }
  }

  void read_class() {
    const auto* name = string_in("class", "transactional, promotional, service or otp", false);
    if (name != nullptr) {
      const auto known = scheduler::class_named(*name);
      if (!known || *known == scheduler::MessageClass::system) {
        wrong("/class", "unknown; write transactional, promotional, service or otp");
        return;
      }
      form_.prototype.message_class = *known;
    }
    const auto wanted = form_.prototype.message_class;
    if (may_send(key_, wanted)) return;
    refused_ = "class_not_allowed";
    wrong("/class", fmt::format("this key may not send {}, only {}; use a key made with --class {}",
                                scheduler::name_of(wanted), fmt::join(key_.classes, ", "),
                                scheduler::name_of(wanted)));
  }

  void read_priority(const json& value) {
    constexpr std::string_view expected = "a whole number from 0 to 9, 9 leaves first";
    if (!value.is_number_integer()) return wrong_type("/priority", value, expected);
    const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= 9;
    if (!fits) return wrong("/priority", fmt::format("out of range; write {}", expected));
    form_.prototype.priority = value.get<int>();
  }

  void read_bool(std::string_view name, bool& into) {
    const auto* value = given(name);
    if (value == nullptr) return;
    if (!value->is_boolean()) return wrong_type(pointer_step(name), *value, "true or false");
    into = value->get<bool>();
  }

  void read_encoding() {
    constexpr std::string_view expected = "auto, gsm7, ucs2 or plain";
    const auto* name = string_in("encoding", expected, false);
    if (name == nullptr) return;
    const auto known = encoding_named(*name);
    if (!known) return wrong("/encoding", fmt::format("unknown; write {}", expected));
    form_.prototype.encoding = *known;
  }

  void read_topic() {
    const auto* topic = string_in("topic", "what people may opt out of, or null", true);
    if (topic == nullptr) return;
    if (!is_topic(*topic)) return wrong("/topic", fmt::format("write {}", topic_words));
    form_.prototype.topic = *topic;
  }

  void read_reference() {
    const auto* reference = string_in("reference", "a text of your own, or null", true);
    if (reference == nullptr) return;
    if (reference->size() > longest_reference) {
      return wrong("/reference", fmt::format("{} octets long; write at most {}", reference->size(),
                                             longest_reference));
    }
    const auto bad = std::find_if(reference->begin(), reference->end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (bad != reference->end()) {
      return wrong("/reference", fmt::format("control character at octet {}; take it out",
                                             bad - reference->begin()));
    }
    form_.prototype.reference = *reference;
  }

  void read_pool() {
    const auto* pool = string_in("pool", "the name of a pool", false);
    auto& chosen = form_.prototype.pool;
    if (pool != nullptr) {
      if (pool->empty() || pool->size() > longest_pool || !door_.pool_known(*pool)) {
        return wrong("/pool", "no such pool; GET /v1/sims shows the pools there are");
      }
      chosen = *pool;
    } else if (!key_.may_use_pool(chosen) && key_.pools.size() == 1) {
      chosen = key_.pools.front();
    }
    if (key_.may_use_pool(chosen)) return;
    refused_ = "pool_not_allowed";
    wrong("/pool", fmt::format("this key may not send through {}, only through {}; write one of "
                               "these, or use a key made with --pool {}",
                               chosen, fmt::join(key_.pools, ", "), chosen));
  }

  void read_route() {
    read_pool();
    if (const auto* sim = string_in("sim", "an ICCID, or null", true)) {
      form_.prototype.sim = door_.sim_named(*sim);
      if (!form_.prototype.sim) {
        wrong("/sim", "no such SIM; write the ICCID (or imsi:…) of one that GET /v1/sims lists");
      } else if (!is_bound_to(key_, door_, *sim)) {
        refused_ = "sim_not_allowed";
        wrong("/sim", fmt::format("this key may not send through it, only through {}; write one of "
                                  "these, or use a key made with --sim {}",
                                  fmt::join(key_.sims, ", "), *sim));
      } else if (!may_use_sim(key_, door_, *sim)) {
        refused_ = "pool_not_allowed";
        wrong("/sim", fmt::format("is in none of the pools that this key may send through: {}; "
                                  "write another SIM, or none",
                                  fmt::join(key_.pools, ", ")));
      } else {
        form_.wanted_sim = *sim;
      }
    } else if (!key_.sims.empty()) {
      take_the_only_sim();
    }
  }

  /// A key that was made for some SIMs sends through no other.
  void take_the_only_sim() {
    if (key_.sims.size() > 1) {
      return wrong("/sim", fmt::format("missing; this key may send through {}; write one of these",
                                       fmt::join(key_.sims, ", ")));
    }
    const auto name = name_now(door_, key_.sims.front());
    if (name) form_.prototype.sim = door_.sim_named(*name);
    if (!form_.prototype.sim) {
      return wrong("/sim", fmt::format("this key may send through {} alone, and that SIM was never "
                                       "seen here; plug it in, or use another key",
                                       key_.sims.front()));
    }
    form_.wanted_sim = *name;
  }

  std::optional<scheduler::WallTime> read_time(std::string_view name) {
    constexpr std::string_view expected =
        "an RFC 3339 time with its offset, like 2026-11-22T10:00:00+03:30";
    const auto* text = string_in(name, fmt::format("{}, or null", expected), true);
    if (text == nullptr) return std::nullopt;
    const auto time = read_rfc3339(*text);
    if (!time) wrong(pointer_step(name), fmt::format("is no time; write {}", expected));
    return time;
  }

  void read_life() {
    auto& message = form_.prototype;
    message.send_at = read_time("send_at");
    const auto expires_at = read_time("expires_at");
    const auto start = std::max(now_, message.send_at.value_or(now_));
    message.expires_at =
        expires_at.value_or(std::min(start + door_.default_validity(), latest_time));
    if (!expires_at) return;
    if (*expires_at <= now_) {
      wrong("/expires_at", fmt::format("is over; it is {} now", rfc3339(now_)));
    } else if (*expires_at <= start) {
      wrong("/expires_at", "is not after send_at, so it would never leave; write a later time");
    }
  }

  void read_text() {
    if (given("text") == nullptr) return wrong("/text", "missing; write the text to send");
    const auto* text = string_in("text", "a string", false);
    if (text == nullptr) return;
    auto& message = form_.prototype;
    const auto split = at::split(*text, message.encoding);
    if (!split) return wrong("/text", text_error(split.error()));
    message.text = *text;
    message.parts = static_cast<int>(split->parts.size());
    const auto largest = door_.largest_message(message.pool, message.sim);
    if (largest && message.parts > *largest) {
      too_large_ = true;
      wrong("/text", fmt::format("has {} parts, and no SIM that may send it takes more than {} "
                                 "within its limits; shorten it or raise per_hour, per_day and "
                                 "per_month",
                                 message.parts, *largest));
    }
  }

  void read_recipients() {
    const auto* to = given("to");
    if (to == nullptr) return wrong("/to", "missing; write a number like +989121234567");
    if (to->is_string()) return read_one(*to->get_ptr<const std::string*>());
    if (!to->is_array()) return wrong_type("/to", *to, "a number as a string, or an array of them");
    form_.batch = true;
    if (to->empty()) return wrong("/to", "empty; write at least one number");
    if (to->size() > most_recipients) {
      return wrong("/to", fmt::format("{} numbers; send at most {} in one call", to->size(),
                                      most_recipients));
    }
    read_many(*to);
  }

  void read_one(const std::string& number) {
    auto normal = door_.normalise(number);
    if (!normal) return wrong("/to", std::move(normal.error()));
    form_.to.push_back(std::move(*normal));
  }

  void read_many(const json& to) {
    form_.to.reserve(to.size());
    form_.index.reserve(to.size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      if (!to[i].is_string()) {
        wrong_type(fmt::format("/to/{}", i), to[i], "a number as a string");
        continue;
      }
      const auto& number = *to[i].get_ptr<const std::string*>();
      auto normal = door_.normalise(number);
      if (!normal) {
        form_.rejected.push_back({i, number, std::move(normal.error())});
        continue;
      }
      form_.to.push_back(std::move(*normal));
      form_.index.push_back(i);
    }
    if (!form_.to.empty()) return;
    for (const auto& rejected : form_.rejected) {
      wrong(fmt::format("/to/{}", rejected.index), rejected.reason);
    }
  }

  Response refusal() {
    const auto& first = errors_.front();
    auto detail = fmt::format("{}: {}", first.pointer, first.detail);
    if (errors_.size() > most_field_errors) {
      detail += fmt::format(" (more than {} errors; the first are listed)", most_field_errors);
    } else if (errors_.size() > 1) {
      detail += fmt::format(" ({} errors in all)", errors_.size());
    }
    if (errors_.size() == 1 && !refused_.empty()) return problem(403, refused_, detail, errors_);
    return problem(422, errors_.size() == 1 && too_large_ ? "larger_than_plan" : "invalid_message",
                   detail, errors_);
  }

  const json& body_;
  const scheduler::ApiKey& key_;
  Door& door_;
  scheduler::WallTime now_;
  MessageForm form_;
  std::vector<FieldError> errors_;
  std::string_view refused_;  // the problem's name, when the key may not
  bool too_large_ = false;
};

}  // namespace

std::string text_error(const at::TextError& error) {
  using Fault = at::TextError::Fault;
  switch (error.fault) {
    case Fault::empty: return "empty; write at least one character";
    case Fault::not_utf8:
      return fmt::format("octet {} is not UTF-8; send the text as UTF-8", error.offset);
    case Fault::control_character:
      return fmt::format(
          "control character at octet {}; of those only line feed and carriage "
          "return can be sent, take it out",
          error.offset);
    case Fault::not_in_gsm7:
      return fmt::format(
          "the character at octet {} is not in GSM 7-bit; use encoding auto, plain or ucs2",
          error.offset);
    case Fault::no_room: break;  // only beside a header that no message of this API has
    case Fault::too_many_parts:
      return fmt::format("more than {} parts; shorten it or send it as several messages",
                         at::most_parts);
  }
  return "cannot be sent";
}

Result<MessageForm, Response> read_message_form(std::string_view body, const scheduler::ApiKey& key,
                                                Door& door) {
  const auto json = read_json_object(body);
  if (!json) return unexpected(json.error());
  return FormReader(*json, key, door).read();
}

bool may_send(const scheduler::ApiKey& key, scheduler::MessageClass message_class) {
  const auto& classes = key.classes;
  return std::find(classes.begin(), classes.end(), scheduler::name_of(message_class)) !=
         classes.end();
}

std::optional<std::string> name_now(Door& door, std::string_view name) {
  if (door.sim_named(name)) return std::string(name);
  constexpr std::string_view by_imsi = "imsi:";
  if (!name.starts_with(by_imsi)) return std::nullopt;
  for (const SimView& sim : door.sims()) {
    if (sim.imsi && *sim.imsi == name.substr(by_imsi.size())) return sim.outside();
  }
  return std::nullopt;
}

bool is_bound_to(const scheduler::ApiKey& key, Door& door, std::string_view sim) {
  const auto& sims = key.sims;
  if (sims.empty() || std::find(sims.begin(), sims.end(), sim) != sims.end()) return true;
  return std::any_of(sims.begin(), sims.end(),
                     [&](const std::string& one) { return name_now(door, one) == sim; });
}

bool may_use_sim(const scheduler::ApiKey& key, Door& door, std::string_view sim) {
  if (!is_bound_to(key, door, sim)) return false;
  if (key.pools.empty()) return true;
  const auto sims = door.sims();
  const auto found = std::find_if(sims.begin(), sims.end(),
                                  [&](const SimView& one) { return one.outside() == sim; });
  return found != sims.end() &&
         std::any_of(found->pools.begin(), found->pools.end(),
                     [&](const std::string& pool) { return key.may_use_pool(pool); });
}

bool is_message_field(std::string_view name) {
  return std::find(fields.begin(), fields.end(), name) != fields.end();
}

std::string message_fields() {
  return fmt::format("{}", fmt::join(fields, ", "));
}

Result<scheduler::NewMessage, LineFlaw> read_message_line(const nlohmann::json& line,
                                                          const scheduler::ApiKey& key,
                                                          Door& door) {
  return FormReader(line, key, door).read_line();
}

}  // namespace bank::web
