#include "firmware-host/config_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "at/split.hpp"
#include "firmware-host/config_alarms.hpp"
#include "firmware-host/config_checks.hpp"
#include "firmware-host/config_section.hpp"
#include "firmware-host/config_sims.hpp"
#include "scheduler/book.hpp"
#include "web/endpoint_address.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr int most_parts_written = 10'000'000;  // of any limit
constexpr std::size_t most_webhook_addresses = 256;
constexpr std::array<int, 12> baud_rates = {1200,  2400,   4800,   9600,   19200,  38400,
                                            57600, 115200, 230400, 460800, 921600, 3000000};

/// Values seen before and where, so that the second of two equal ones can name the first.
class Once {
 public:
  /// The line of the first one; nothing when this is it.
  std::optional<int> seen_at(const std::string& value, int line) {
    const auto [entry, is_new] = lines_.emplace(value, line);
    return is_new ? std::nullopt : std::optional(entry->second);
  }

 private:
  std::map<std::string, int> lines_;
};

/// The file as a whole: reads each table into its struct.
class Reader {
 public:
  Reader(const toml::table& root, ConfigOrigin origin, Findings& findings)
      : root_(&root, "", 1, findings), origin_(std::move(origin)), findings_(findings) {}

  Config read() {
    read_store();
    read_http();
    read_region();
    read_discovery();
    read_modems();
    auto limits = root_.table("limits");
    config_.limits = read_limits(limits);
    read_sims();
    read_sending();
    read_replies();
    read_recovery();
    read_health();
    read_webhooks();
    read_retention();
    config_.inbound = read_inbound(root_, findings_);
    config_.balances = read_balances(root_, findings_);
    config_.alarms = read_alarms(root_, config_, findings_);
    root_.finish();
    keep_alives_.check(config_, findings_);
    note_missing_day_limits();
    return std::move(config_);
  }

 private:
  [[nodiscard]] std::string from_folder(const std::string& path) const {
    const std::filesystem::path given(path);
    return given.is_absolute() ? path : (origin_.folder / given).lexically_normal().string();
  }

  void no_effect_yet(Section& section, std::string_view key) {
    if (section.has(key)) section.notice(key, "read and checked, without effect in this version");
  }

  void read_store() {
    auto store = root_.table("store");
    constexpr auto remedy =
        "write the path of the database, such as \"/var/lib/modembank/modembank.db\"";
    if (const auto path = store.text("path", remedy)) {
      if (path->empty() || path->back() == '/' || path->find('\0') != std::string::npos) {
        store.refuse("path", shown(*path), remedy);
      } else {
        config_.store.path = from_folder(*path);
      }
    } else if (!store.has("path")) {
      store.notice("path", fmt::format("not written; {} is taken", config_.store.path));
    }
    store.finish();
  }

  void read_http() {
    auto http = root_.table("http");
    constexpr auto remedy =
        "write an address and a port, such as \"127.0.0.1:8080\", or an array of such";
    if (const auto listens = http.texts("listen", remedy, true)) {
      config_.http.listen.clear();
      Once once;
      for (const auto& [text, line] : *listens) {
        const auto listen = parse_listen(text);
        if (!listen) {
          findings_.problem(line, "http.listen", shown(text), listen.error());
        } else if (listen->port != 0 && once.seen_at(to_string(*listen), line)) {
          findings_.problem(line, "http.listen", shown(text) + " for the second time",
                            "write each address once");
        } else {
          config_.http.listen.push_back(*listen);
        }
      }
      if (listens->empty()) http.refuse("listen", "an empty array", remedy);
    }
    config_.http.only_tls = http.flag("only_tls").value_or(config_.http.only_tls);
    for (const auto* key : {"tls_certificate", "tls_key"}) {
      if (http.has(key)) {
        http.refuse(key, "a key that is not available in this version",
                    "remove it; put a reverse proxy that speaks TLS in front, or listen on "
                    "127.0.0.1 alone");
      }
    }
    http.finish();
  }

  static std::string country_remedy(const std::string& code) {
    std::string capitals = code.substr(0, 2);
    for (char& c : capitals) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    if (code.size() == 2 && is_country(capitals)) return fmt::format("write \"{}\"", capitals);
    return "write the two capital letters of ISO 3166, such as \"IR\"";
  }

  void read_region() {
    auto region = root_.table("region");
    if (const auto code = region.text("country", country_remedy(""))) {
      if (is_country(*code)) {
        config_.region.country = *code;
      } else {
        region.refuse("country", shown(*code), country_remedy(*code));
      }
    } else if (!region.has("country")) {
      region.notice("country", fmt::format("not written; \"{}\" is taken", config_.region.country));
    }
    constexpr auto remedy = "write a name of the time zone database, such as \"Asia/Tehran\"";
    if (const auto name = region.text("timezone", remedy)) {
      if (is_timezone(*name)) {
        config_.region.timezone = *name;
      } else {
        const std::string meant = nearest_timezone(*name);
        region.refuse(
            "timezone", shown(*name),
            meant.empty() ? remedy : fmt::format("did you mean \"{}\"? write that", meant));
      }
    } else if (!region.has("timezone")) {
      region.notice("timezone",
                    fmt::format("not written; \"{}\" is taken", config_.region.timezone));
    }
    region.finish();
  }

  void read_discovery() {
    auto discovery = root_.table("discovery");
    constexpr auto remedy = "write absolute paths, such as [\"/dev/modembank/*\"]";
    if (const auto paths = discovery.texts("paths", remedy)) {
      config_.discovery.paths.clear();
      Once once;
      for (const auto& [path, line] : *paths) {
        if (!path.starts_with('/') || path.find('\0') != std::string::npos) {
          findings_.problem(line, "discovery.paths", shown(path), remedy);
        } else if (once.seen_at(path, line)) {
          findings_.problem(line, "discovery.paths", shown(path) + " for the second time",
                            "write each path once");
        } else {
          config_.discovery.paths.push_back(path);
        }
      }
    }
    if (const auto chosen = discovery.choice("unknown_sims", {"send", "hold"})) {
      using enum DiscoveryConfig::UnknownSims;
      config_.discovery.unknown_sims = *chosen == 0 ? send : hold;
    }
    discovery.finish();
  }

  std::optional<std::string> read_pin(Section& section) {
    constexpr auto remedy = "write 4 to 8 digits in quotes, such as \"1234\"";
    const auto pin = section.secret("pin", remedy);
    const auto file = section.text("pin_file", "write the path of a file that holds the PIN");
    if (section.has("pin") && section.has("pin_file")) {
      section.refuse("pin_file", "both pin and pin_file", "write one of them");
      return std::nullopt;
    }
    if (pin && origin_.for_all) {
      section.notice("pin", "everybody on this machine may read this file; run chmod o= on it");
    }
    if (pin) {
      if (is_pin(*pin)) return pin;
      section.refuse("pin", fmt::format("a text of {} octets that is no PIN", pin->size()), remedy);
    }
    if (file) {
      auto read = read_pin_file(from_folder(*file));
      if (read) return *read;
      section.refuse("pin_file", read.error().found, read.error().remedy);
    }
    return std::nullopt;
  }

  void read_modem(Section& entry, Once& devices, Once& names) {
    ModemConfig modem;
    constexpr auto device_remedy = "write the path of the port, such as \"/dev/modembank/slot-01\"";
    if (const auto device = entry.text("device", device_remedy)) {
      modem.device = *device;
      if (!device->starts_with("/") || device->back() == '/' ||
          device->find('\0') != std::string::npos) {
        entry.refuse("device", shown(*device), device_remedy);
        modem.device.clear();
      } else if (const auto first = devices.seen_at(*device, entry.line_of("device"))) {
        entry.refuse(
            "device",
            fmt::format("{} for the second time (first on line {})", shown(*device), *first),
            "write each port once");
      }
    } else if (!entry.has("device")) {
      entry.refuse("device", "no entry", device_remedy);
    }
    constexpr auto name_remedy = "write 1 to 64 of letters, digits, '.', '_' and '-'";
    const auto name = entry.text("name", name_remedy);
    modem.name = name.value_or(std::filesystem::path(modem.device).filename().string());
    const std::string_view key = name ? "name" : "device";
    if (name || !modem.device.empty()) {
      if (!is_name(modem.name)) {
        entry.refuse(key, shown(modem.name) + (name ? "" : " as the name"),
                     name ? name_remedy : "write a name of letters, digits, '.', '_' and '-' too");
      } else if (const auto first = names.seen_at(modem.name, entry.line_of(key))) {
        // Two equal devices were told of above; their equal default names are not news.
        const bool told = !name && *first != entry.line_of(key) && has_device(modem.device);
        if (!told) {
          entry.refuse(key,
                       fmt::format("the name {} for the second time (first on line {})",
                                   shown(modem.name), *first),
                       "write a name of its own for each modem");
        }
      }
    }
    std::string rates = fmt::format("write one of {}", fmt::join(baud_rates, ", "));
    if (const auto baud = entry.whole("baud", {1, 4'000'000}, rates)) {
      if (std::find(baud_rates.begin(), baud_rates.end(), *baud) == baud_rates.end()) {
        entry.refuse("baud", std::to_string(*baud), rates);
      } else {
        modem.baud = *baud;
      }
    }
    modem.pin = read_pin(entry);
    entry.finish();
    config_.modems.push_back(std::move(modem));
  }

  [[nodiscard]] bool has_device(const std::string& device) const {
    return std::any_of(config_.modems.begin(), config_.modems.end(),
                       [&](const ModemConfig& modem) { return modem.device == device; });
  }

  void read_modems() {
    Once devices;
    Once names;
    for (Section& entry : root_.tables("modem")) read_modem(entry, devices, names);
  }

  LimitsConfig read_limits(Section& limits) {
    LimitsConfig read;
    const auto parts = [&](std::string_view key) {
      return limits.whole(
          key, {0, most_parts_written},
          fmt::format("write 0 to {} parts, or remove the key for no limit", most_parts_written));
    };
    read.per_minute = parts("per_minute");
    read.per_hour = parts("per_hour");
    read.per_day = parts("per_day");
    read.per_month = parts("per_month");
    read.min_interval =
        limits.duration("min_interval", {0s, 24h}, "write a time from \"0s\" to \"24h\"");
    limits.finish();
    return read;
  }

  void read_pools(Section& entry, SimConfig& sim) {
    constexpr auto remedy =
        "write names of letters, digits, '.', '_' and '-', such as [\"default\"]";
    const auto pools = entry.texts("pools", remedy);
    if (!pools) return;
    sim.pools_written = true;
    sim.pools.clear();
    Once once;
    for (const auto& [pool, line] : *pools) {
      if (!is_name(pool)) {
        findings_.problem(line, entry.path_of("pools"), shown(pool), remedy);
      } else if (once.seen_at(pool, line)) {
        findings_.problem(line, entry.path_of("pools"), shown(pool) + " for the second time",
                          "write each pool once");
      } else {
        sim.pools.push_back(pool);
      }
    }
    if (pools->empty()) {
      entry.refuse("pools", "an empty array",
                   "name at least one pool, or write limits = { per_day = 0 } for a SIM that never "
                   "sends");
    }
  }

  void read_sim(Section& entry, Once& iccids) {
    SimConfig sim;
    constexpr auto iccid_remedy =
        "write the 18 to 20 digits printed on the card, in quotes and without spaces";
    if (const auto iccid = entry.text("iccid", iccid_remedy)) {
      sim.iccid = *iccid;
      if (!is_iccid(*iccid)) {
        entry.refuse("iccid", shown(*iccid), iccid_remedy);
      } else if (const auto first = iccids.seen_at(*iccid, entry.line_of("iccid"))) {
        entry.refuse(
            "iccid",
            fmt::format("{} for the second time (first on line {})", shown(*iccid), *first),
            "write one [[sim]] for each card");
      }
    } else if (!entry.has("iccid")) {
      entry.refuse("iccid", "no entry", iccid_remedy);
    }
    constexpr auto label_remedy = "write at most 128 octets on one line";
    if (const auto label = entry.text("label", label_remedy)) {
      if (is_label(*label)) {
        sim.label = *label;
      } else {
        entry.refuse("label", shown(*label), label_remedy);
      }
    }
    constexpr auto number_remedy =
        "write the number with '+' and country code, digits alone, such as \"+989120000001\"";
    if (const auto number = entry.text("number", number_remedy)) {
      if (is_international_number(*number)) {
        sim.number = *number;
      } else {
        entry.refuse("number", shown(*number), number_remedy);
      }
    }
    read_pools(entry, sim);
    sim.pin = read_pin(entry);
    auto limits = entry.table("limits");
    sim.limits = read_limits(limits);
    read_purpose(entry, sim);
    keep_alives_.read(entry, sim);
    entry.finish();
    config_.sims.push_back(std::move(sim));
  }

  void read_sims() {
    Once iccids;
    for (Section& entry : root_.tables("sim")) read_sim(entry, iccids);
  }

  void read_countries(Section& sending) {
    constexpr auto remedy = "write country codes such as [\"IR\", \"TR\"], or [\"*\"] for all";
    const auto countries = sending.texts("countries", remedy);
    if (!countries) return;
    Once once;
    for (const auto& [code, line] : *countries) {
      if (code != "*" && !is_country(code)) {
        findings_.problem(line, "sending.countries", shown(code), country_remedy(code));
      } else if (code == "*" && countries->size() > 1) {
        findings_.problem(line, "sending.countries", "\"*\" among others",
                          "write [\"*\"] alone for all countries, or name them without it");
      } else if (once.seen_at(code, line)) {
        findings_.problem(line, "sending.countries", shown(code) + " for the second time",
                          "write each country once");
      } else {
        config_.sending.countries.push_back(code);
      }
    }
    if (countries->empty()) sending.refuse("countries", "an empty array", remedy);
  }

  void read_sending() {
    auto sending = root_.table("sending");
    SendingConfig& into = config_.sending;
    into.sticky_sender = sending.flag("sticky_sender").value_or(into.sticky_sender);
    no_effect_yet(sending, "sticky_sender");
    if (const auto chosen = sending.choice("on_uncertain", {"hold", "resend"})) {
      using enum SendingConfig::OnUncertain;
      into.on_uncertain = *chosen == 0 ? hold : resend;
    }
    into.max_attempts =
        sending.whole("max_attempts", {1, 100}, "write 1 to 100").value_or(into.max_attempts);
    // TP-VP ends at 63 weeks (3GPP TS 23.040 §9.2.3.12.1); a year is what people mean by "long".
    into.default_validity = sending
                                .duration("default_validity", {1min, std::chrono::days{365}},
                                          "write a time from \"1m\" to \"365d\", such as \"24h\"")
                                .value_or(into.default_validity);
    into.stop_after = sending
                          .duration("stop_after", {0s, 10min},
                                    "write a time from \"0s\" to \"10m\", such as \"60s\"")
                          .value_or(into.stop_after);
    into.roaming = sending.flag("roaming").value_or(into.roaming);
    read_countries(sending);
    sending.finish();
  }

  void read_replies() {
    auto replies = root_.table("replies");
    if (const auto chosen = replies.choice("opt_out_scope", {"all", "promotional"})) {
      using enum RepliesConfig::OptOutScope;
      config_.replies.opt_out_scope = *chosen == 0 ? all : promotional;
    }
    constexpr auto help_remedy =
        "write a text of at most 5 parts: who you are, and how to reach you; no control characters";
    if (const auto help = replies.text("help", help_remedy)) {
      const auto split = at::split(*help, at::Encoding::automatic);
      if (!help->empty() && (!split || split->parts.size() > 5)) {
        replies.refuse("help", shown(*help), help_remedy);
      } else {
        config_.replies.help = *help;
      }
    }
    replies.finish();
  }

  void read_recovery() {
    auto recovery = root_.table("recovery");
    config_.recovery.usb_reset = recovery.flag("usb_reset").value_or(config_.recovery.usb_reset);
    constexpr auto remedy =
        "write places on USB as `modembank slots` shows them, such as \"1-1.4\"";
    if (const auto places = recovery.texts("power", remedy)) {
      for (const auto& [place, line] : *places) {
        const bool is_place = !place.empty() && place.find('-') != std::string::npos &&
                              place.find_first_not_of("0123456789-.") == std::string::npos;
        if (!is_place) recovery.refuse("power", place, remedy);
        if (is_place) config_.recovery.power.push_back(place);
      }
    }
    constexpr auto map_remedy =
        "write the file that `modembank slots --write` makes, such as "
        "\"/etc/udev/rules.d/60-modembank-slots.rules\"";
    if (const auto path = recovery.text("slot_map", map_remedy)) {
      if (path->empty() || path->back() == '/' || path->find('\0') != std::string::npos) {
        recovery.refuse("slot_map", shown(*path), map_remedy);
      } else {
        config_.recovery.slot_map = from_folder(*path);
      }
    }
    recovery.finish();
  }

  void read_health() {
    auto health = root_.table("health");
    config_.health.loopback =
        health.duration("loopback", {std::chrono::hours{1}, std::chrono::days{30}},
                        "write a time from \"1h\" to \"30d\", such as \"6h\"; leave it out and "
                        "none is sent by itself");
    const bool any_number = std::any_of(config_.sims.begin(), config_.sims.end(),
                                        [](const SimConfig& sim) { return !sim.number.empty(); });
    if (config_.health.loopback && !any_number) {
      health.notice("loopback", "no [[sim]] has a number: none is sent before one has");
    }
    health.finish();
  }

  void read_webhooks() {
    auto webhooks = root_.table("webhooks");
    WebhooksConfig& into = config_.webhooks;
    into.allow_private = webhooks.flag("allow_private").value_or(into.allow_private);
    constexpr auto remedy =
        "write addresses with their ports, such as \"10.0.0.5:8080\" or \"[fd00::5]:8080\"";
    if (const auto texts = webhooks.texts("allow", remedy)) {
      if (texts->size() > most_webhook_addresses) {
        webhooks.refuse("allow", fmt::format("{} of them", texts->size()),
                        fmt::format("write at most {}", most_webhook_addresses));
      }
      for (const auto& [text, line] : *texts) {
        if (auto address = web::canonical_endpoint(text)) {
          into.allow.push_back(std::move(*address));
        } else {
          findings_.problem(line, webhooks.path_of("allow"), shown(text), remedy);
        }
      }
    }
    webhooks.finish();
  }

  void read_retention() {
    auto retention = root_.table("retention");
    const Section::Span allowed{std::chrono::days{1}, std::chrono::days{36'500}};
    constexpr auto remedy = "write a time from \"1d\" to \"100y\", such as \"90d\" or \"2y\"";
    RetentionConfig& into = config_.retention;
    into.texts = retention.duration("texts", allowed, remedy).value_or(into.texts);
    into.history = retention.duration("history", allowed, remedy).value_or(into.history);
    if (!retention.has("history")) {
      into.history = std::max(into.history, into.texts);
    } else if (into.history < into.texts) {
      retention.refuse("history", to_string(into.history),
                       fmt::format("write at least what texts says ({}): a text cannot outlive its "
                                   "message",
                                   to_string(into.texts)));
    }
    if (into.history < scheduler::least_history) {
      retention.notice("history",
                       fmt::format("messages are kept for {} all the same: what a SIM sent in a "
                                   "month counts until its end",
                                   to_string(scheduler::least_history)));
    }
    retention.finish();
  }

  void note_missing_day_limits() {
    std::vector<std::string> without;
    for (const SimConfig& sim : config_.sims) {
      if (!limits_of(config_, sim).per_day) without.push_back(sim.iccid);
    }
    if (config_.limits.per_day) return;
    findings_.notice(
        0, "limits.per_day",
        without.empty() ? "not written: SIMs may send any number of parts a day"
                        : fmt::format("not written: {} of the {} SIMs listed, and every other one, "
                                      "may send any number of parts a day",
                                      without.size(), config_.sims.size()));
  }

  Section root_;
  ConfigOrigin origin_;
  Findings& findings_;
  KeepAliveReader keep_alives_;
  Config config_;
};

}  // namespace

Config read_config(const toml::table& root, ConfigOrigin origin, Findings& findings) {
  return Reader(root, std::move(origin), findings).read();
}

}  // namespace bank::host
