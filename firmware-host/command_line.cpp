#include "firmware-host/command_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>

#include "at/language.hpp"
#include "firmware-host/log.hpp"

namespace bank::host {
namespace {

constexpr int most_virtual_modems = 512;
constexpr int longest_validity_minutes = 63 * 7 * 24 * 60;  // what TP-VP can say
constexpr int longest_wait_ms = 600'000;                    // of any time a virtual rack is given

std::vector<std::string> language_names() {
  return {at::languages::names.begin() + 1, at::languages::names.end()};  // the first is none
}

/// One line, whatever CLI11 made of it: its own messages end some lines with more of them.
std::string in_one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

CLI::Option* add_milliseconds(CLI::App& app, const std::string& name,
                              std::chrono::milliseconds& into, const std::string& what) {
  return app
      .add_option_function<int>(
          name, [&into](int count) { into = std::chrono::milliseconds{count}; }, what)
      ->check(CLI::Range(0, longest_wait_ms))
      ->type_name("MS")
      ->default_str(std::to_string(into.count()));
}

CLI::Option* add_config(CLI::App& app, std::string& into) {
  return app.add_option("--config", into, "the configuration file (TOML)")
      ->required()
      ->type_name("FILE");
}

/// The whole grammar. Holds the options of every command, because CLI11 writes into them while it
/// reads; one command runs.
class Grammar {
 public:
  explicit Grammar(const Commands& commands) : commands_(commands) {
    app_.set_version_flag("--version", "modembank " MODEMBANK_VERSION);
    app_.require_subcommand(1);
    app_.footer(
        "Exit codes: 0 done, 1 it failed, 2 wrong usage or configuration.\n"
        "`modembank COMMAND --help` tells all about one command. Begin with `modembank demo`.");
    add_serve();
    add_demo();
    add_rack();
    add_send();
    add_probe();
    add_slots();
    add_pdu();
    add_check_config();
    add_key();
    add_user();
    add_backup();
    add_restore();
    add_sim();
  }

  int run(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& wanted) {  // --help, --version
      return app_.exit(wanted);
    } catch (const CLI::ParseError& error) {
      return complain(exit_usage, fmt::format("{}; `{} --help` tells what is possible",
                                              in_one_line(error.what()), command_path()));
    }
    return chosen_();
  }

 private:
  std::string command_path() {
    std::string path = "modembank";
    const CLI::App* app = &app_;
    while (!app->get_subcommands().empty()) {
      app = app->get_subcommands().front();
      path += " " + app->get_name();
    }
    return path;
  }

  template <class Options>
  void leads_to(CLI::App& app, const std::function<int(const Options&)>& command,
                const Options& options) {
    app.final_callback([this, &command, &options] {
      chosen_ = [&command, &options] { return command(options); };
    });
  }

  void add_serve() {
    auto& app = *app_.add_subcommand("serve", "run the appliance in the foreground");
    add_config(app, serve_.config);
    app.footer(
        "Logs to standard error. SIGTERM takes nothing new, waits for what the modems have in "
        "hand\n"
        "([sending] stop_after, 60s) and exits 0. A second serve on the same database exits 2.\n"
        "Make a key first: modembank key create --config FILE --name NAME --scope send");
    leads_to(app, commands_.serve, serve_);
  }

  void add_demo() {
    auto& app = *app_.add_subcommand(
        "demo", "run the whole appliance on virtual modems: no hardware, no configuration");
    app.add_option("--modems", demo_.modems, "how many virtual modems")
        ->check(CLI::Range(1, most_virtual_modems))
        ->capture_default_str();
    app.add_option_function<std::string>(
           "--listen",
           [this](const std::string& text) {
             const auto listen = parse_listen(text);
             if (!listen) {
               throw CLI::ValidationError(
                   fmt::format("--listen: found {}; {}", text, listen.error()));
             }
             demo_.listen = *listen;
           },
           "where the HTTP API listens")
        ->type_name("HOST:PORT")
        ->default_str(to_string(demo_.listen));
    app.add_option("--data", demo_.data,
                   "folder of the database, kept at the end; default: one "
                   "that is deleted")
        ->type_name("DIR");
    add_milliseconds(app, "--latency-ms", demo_.latency,
                     "time the virtual network takes for a part");
    app.footer(
        "Prints the URL, a ready API key and a curl line to try. Ctrl-C leaves nothing running.");
    leads_to(app, commands_.demo, demo_);
  }

  void add_rack() {
    auto& app = *app_.add_subcommand("rack", "run virtual modems alone, on pseudo-terminals");
    app.add_option("--modems", rack_.modems, "how many virtual modems")
        ->required()
        ->check(CLI::Range(1, most_virtual_modems));
    app.add_option("--dir", rack_.dir, "folder for the links slot-01, slot-02 …")
        ->required()
        ->type_name("DIR");
    add_milliseconds(app, "--latency-ms", rack_.latency, "time the network takes for a part");
    add_milliseconds(app, "--jitter-ms", rack_.jitter, "… and at most so much more or less");
    add_milliseconds(app, "--report-delay-ms", rack_.report_delay, "time until a status report");
    add_milliseconds(app, "--boot-ms", rack_.boot, "silence of a modem that restarts");
    app.add_option("--storage", rack_.storage, "places for inbound messages on each SIM")
        ->check(CLI::Range(1, 255))
        ->capture_default_str();
    app.add_option("--record", rack_.record, "file for what the network took, a line a part")
        ->type_name("FILE");
    app.add_option("--control", rack_.control, "UNIX socket that steers it; default: DIR/control")
        ->type_name("SOCKET");
    app.add_option("--pin", rack_.pin, "PIN of every SIM; default: none");
    app.add_option("--seed", rack_.seed, "seed of its chance")->capture_default_str();
    app.footer("What the control socket understands stands in docs/virtual-rack.md.");
    leads_to(app, commands_.rack, rack_);
  }

  void add_send() {
    auto& app = *app_.add_subcommand("send", "post a text to a running appliance");
    auto* to = app.add_option("--to", send_.to, "recipients, as +989121234567");
    to->type_name("NUMBER");
    auto* text = app.add_option("--text", send_.text, "the text, UTF-8");
    auto* csv = app.add_option("--csv", send_.csv,
                               "a file with a message a line instead: CSV whose first line names "
                               "its fields (to, text, …), or .ndjson");
    csv->type_name("FILE")->excludes(to)->excludes(text);
    app.add_option("--charset", send_.charset,
                   "encoding of the CSV file, as windows-1256; default: UTF-8, or UTF-16 where it "
                   "shows")
        ->needs(csv);
    app.add_option("--idempotency-key", send_.idempotency_key,
                   "to repeat a file whose answer was lost")
        ->needs(csv);
    app.add_option("--url", send_.url, "of the appliance")
        ->envname("MODEMBANK_URL")
        ->capture_default_str();
    app.add_option("--key", send_.key,
                   "API key with the scope send; better in the environment, "
                   "where `ps` does not show it")
        ->envname("MODEMBANK_KEY")
        ->required();
    app.add_option("--class", send_.message_class,
                   "what kind of message it is; a file says it in its field class")
        ->check(CLI::IsMember({"transactional", "promotional", "service", "otp"}))
        ->excludes(csv);
    app.add_flag("--json", send_.json, "print the server's answer and nothing else");
    leads_to(app, commands_.send, send_);
  }

  void add_probe() {
    auto& app = *app_.add_subcommand("probe", "ask one modem who it is and what it can do");
    app.add_option("DEVICE", probe_.device, "its port, as /dev/ttyUSB2")->required();
    app.add_option("--baud", probe_.baud, "bits per second of a serial line")
        ->check(CLI::Range(1200, 4'000'000))
        ->capture_default_str();
    app.add_flag("--json", probe_.json, "print one JSON object and nothing else");
    app.footer(
        "Enters no PIN and sends, reads and deletes nothing. Exits 0 when a modem answered, "
        "whatever\nits state.");
    leads_to(app, commands_.probe, probe_);
  }

  void add_slots() {
    auto& app = *app_.add_subcommand(
        "slots", "show which modem is plugged in where, and number the places for udev");
    auto* write = app.add_option(
        "--write", slots_.write,
        "the file of the numbers, as /etc/udev/rules.d/60-modembank-slots.rules: places "
        "in it keep theirs, new ones are added");
    write->type_name("FILE");
    app.add_option("--test-power", slots_.test_power,
                   "switch the port of a slot (7, slot-07), or of all one after another, off and "
                   "on; see whether its modem loses its power, and write that into the file")
        ->needs(write)
        ->expected(0, 1)
        ->default_str("all")
        ->type_name("[SLOT]");
    app.add_flag("--json", slots_.json, "print one JSON object a line and nothing else");
    app.add_option("--sys", slots_.sys, "where sysfs is")->type_name("DIR")->capture_default_str();
    app.add_option("--dev", slots_.dev, "where the devices are")
        ->type_name("DIR")
        ->capture_default_str();
    app.footer(
        "Opens no port, but for --test-power, which wants the service stopped and exits 0 when "
        "the\n"
        "power of every slot that it was to test can be switched.\n"
        "How a rack is wired and numbered: docs/hardware.md.");
    leads_to(app, commands_.slots, slots_);
  }

  void add_pdu() {
    auto& pdu = *app_.add_subcommand("pdu", "read and write the PDUs that modems print and take");
    pdu.require_subcommand(1);

    auto& decode = *pdu.add_subcommand("decode", "tell what is in PDUs, a line each");
    decode.add_option("HEX", decode_.pdus,
                      "PDUs as modems print them; without any, standard input has one a line");
    const std::map<std::string, PduDirection> directions{{"auto", PduDirection::automatic},
                                                         {"mt", PduDirection::mt},
                                                         {"mo", PduDirection::mo},
                                                         {"report", PduDirection::report}};
    decode
        .add_option("--direction", decode_.direction,
                    "mt: received, mo: to be sent, report: a status report, auto: what it says")
        ->transform(CLI::Transformer(directions))
        ->option_text("auto|mt|mo|report [auto]");
    decode.add_flag("--no-smsc", decode_.no_smsc, "no service centre stands in front");
    decode.add_flag("--json", decode_.json, "print one JSON object a line and nothing else");
    decode.footer("Exits 1 when one of them cannot be decoded; the others still are.");
    leads_to(decode, commands_.pdu_decode, decode_);

    auto& encode = *pdu.add_subcommand("encode", "write the PDUs that AT+CMGS takes for a text");
    encode.add_option("--to", encode_.to, "recipient, as +989121234567, or a short code")
        ->required()
        ->type_name("NUMBER");
    encode.add_option("--text", encode_.text, "the text, UTF-8")->required();
    encode.add_option("--encoding", encode_.encoding, "auto, gsm7, ucs2, or plain")
        ->check(CLI::IsMember({"auto", "gsm7", "ucs2", "plain"}))
        ->capture_default_str();
    encode
        .add_option("--language", encode_.language,
                    "the national language whose tables GSM 7-bit may use")
        ->check(CLI::IsMember(language_names()));
    encode.add_flag("--report", encode_.report, "ask for a status report");
    encode.add_flag("--flash", encode_.flash, "class 0: shown at once, not kept");
    encode
        .add_option_function<int>(
            "--validity", [this](int minutes) { encode_.validity = std::chrono::minutes{minutes}; },
            "how long the service centre tries; rounded up to what a PDU can say")
        ->check(CLI::Range(1, longest_validity_minutes))
        ->type_name("MINUTES");
    encode.add_option("--smsc", encode_.smsc, "service centre; default: the modem's own")
        ->type_name("NUMBER");
    encode
        .add_option("--concat-ref", encode_.concat_ref,
                    "reference of several parts; above 255 it takes 16 bits")
        ->check(CLI::Range(0, 65535))
        ->type_name("N")
        ->capture_default_str();
    encode.add_flag("--json", encode_.json, "print one JSON object and nothing else");
    leads_to(encode, commands_.pdu_encode, encode_);
  }

  void add_check_config() {
    auto& app = *app_.add_subcommand("check-config",
                                     "check a configuration: every mistake at once, or a summary");
    app.add_option("FILE", check_.file, "the configuration file (TOML)")->required();
    leads_to(app, commands_.check_config, check_);
  }

  void add_key() {
    auto& key = *app_.add_subcommand("key", "make, list and revoke API keys");
    key.require_subcommand(1);
    key.footer("Works while the appliance runs, and when it does not.");

    auto& create = *key.add_subcommand("create", "make a key; it is shown once and never again");
    add_config(create, create_.config);
    create.add_option("--name", create_.name, "what it is for")->required();
    create
        .add_option("--scope", create_.scopes,
                    "what it may do; can be repeated; admin includes "
                    "the others")
        ->required()
        ->check(CLI::IsMember({"send", "read", "admin"}))
        ->take_all();
    create
        .add_option("--class", create_.classes,
                    "classes of message it may send; can be repeated; default: transactional, "
                    "service and promotional")
        ->check(CLI::IsMember({"transactional", "promotional", "service", "otp"}))
        ->take_all();
    create
        .add_option("--pool", create_.pools,
                    "pools it may send through; can be repeated; default: all")
        ->take_all();
    create
        .add_option("--sim", create_.sims,
                    "SIMs it may send through, by ICCID or imsi:…; can be repeated; default: all")
        ->take_all();
    create
        .add_option("--network", create_.networks,
                    "networks it may be used from, like 192.0.2.0/24; can be repeated; default: "
                    "from everywhere")
        ->take_all();
    create.add_option("--per-minute", create_.per_minute,
                      "messages it may have accepted in any minute; default: not limited");
    create.add_option("--per-hour", create_.per_hour, "the same in any hour");
    create.add_option("--per-day", create_.per_day, "the same in any 24 hours");
    create.add_flag("--json", create_.json, "print one JSON object and nothing else");
    leads_to(create, commands_.key_create, create_);

    auto& list = *key.add_subcommand("list", "list the keys; never their text");
    add_config(list, list_.config);
    list.add_flag("--json", list_.json, "print one JSON object a line and nothing else");
    leads_to(list, commands_.key_list, list_);

    auto& revoke = *key.add_subcommand("revoke", "make a key useless, at once and for good");
    add_config(revoke, revoke_.config);
    revoke.add_option("ID", revoke_.id, "number of the key, as `key list` shows it")->required();
    revoke.add_flag("--json", revoke_.json, "print one JSON object and nothing else");
    leads_to(revoke, commands_.key_revoke, revoke_);
  }

  void add_user() {
    auto& user = *app_.add_subcommand("user", "let people sign in to the console");
    user.require_subcommand(1);
    user.footer("Works while the appliance runs, and when it does not.");

    auto& add = *user.add_subcommand(
        "add", "let somebody in; the password comes from the terminal or standard input");
    add_config(add, user_add_.config);
    add.add_option("NAME", user_add_.name, "by which to sign in")->required();
    add.add_option("--role", user_add_.role, "what he may do")
        ->required()
        ->check(CLI::IsMember({"admin", "operator", "technician", "viewer"}));
    leads_to(add, commands_.user_add, user_add_);

    auto& link = *user.add_subcommand(
        "link", "print a link by which somebody chooses a new password, once, within 24 hours");
    add_config(link, user_link_.config);
    link.add_option("NAME", user_link_.name, "who")->required();
    leads_to(link, commands_.user_link, user_link_);
  }

  void add_backup() {
    auto& app = *app_.add_subcommand(
        "backup", "copy the database, whole and checked, also while the appliance runs");
    add_config(app, backup_.config);
    app.add_option("OUT", backup_.file, "the file to make")->required();
    app.add_flag("--force", backup_.force, "replace a file that is there");
    app.add_flag("--json", backup_.json, "print one JSON object and nothing else");
    app.footer("A running appliance writes the file itself, as its own user.");
    leads_to(app, commands_.backup, backup_);
  }

  void add_restore() {
    auto& app =
        *app_.add_subcommand("restore", "put a backup in the place of the database, which is kept");
    add_config(app, restore_.config);
    app.add_option("IN", restore_.file, "the backup")->required();
    app.add_flag("--json", restore_.json, "print one JSON object and nothing else");
    app.footer(
        "Only while no appliance runs. What the backup holds as queued or sending becomes "
        "uncertain,\nand each SIM's day counts as used for 24 hours, or until `modembank sim "
        "release`.");
    leads_to(app, commands_.restore, restore_);
  }

  void add_sim() {
    auto& sim = *app_.add_subcommand("sim", "decide about SIMs");
    sim.require_subcommand(1);

    auto& release = *sim.add_subcommand(
        "release", "after a restore: let SIMs send, whatever they sent after the backup was made");
    add_config(release, release_.config);
    release.add_option("SIM", release_.sims, "ICCIDs, as GET /v1/sims shows them");
    release.add_flag("--all", release_.all, "all SIMs, also those never seen");
    release.add_flag("--json", release_.json, "print one JSON object and nothing else");
    release.footer("Works at once, while the appliance runs and when it does not.");
    leads_to(release, commands_.sim_release, release_);
  }

  const Commands& commands_;
  CLI::App app_{"modembank: sends text messages through a rack of GSM modems", "modembank"};
  std::function<int()> chosen_;
  ServeOptions serve_;
  DemoOptions demo_;
  RackOptions rack_;
  SendOptions send_;
  ProbeOptions probe_;
  SlotsOptions slots_;
  PduDecodeOptions decode_;
  PduEncodeOptions encode_;
  CheckConfigOptions check_;
  KeyCreateOptions create_;
  UserAddOptions user_add_;
  UserLinkOptions user_link_;
  KeyListOptions list_;
  KeyRevokeOptions revoke_{};
  BackupOptions backup_;
  RestoreOptions restore_;
  SimReleaseOptions release_;
};

}  // namespace

int complain(int code, const std::string& what_where_and_what_to_do) {
  fmt::print(stderr, "modembank: {}\n", what_where_and_what_to_do);
  return code;
}

int run_command_line(int argc, const char* const* argv, const Commands& commands) {
  try {
    Grammar grammar(commands);
    return grammar.run(argc, argv);
  } catch (const std::exception& error) {
    return complain(exit_failed, fmt::format("{}; if it happens again, report it with the command "
                                             "that was given",
                                             in_one_line(error.what())));
  }
}

}  // namespace bank::host
