#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "modem/virtual/modem.hpp"

// The commands that are answered at once: a table of names, each with what it says when it is read
// (+X?), set (+X=…), tested (+X=?) or run (+X).
namespace bank::modem::virt {
namespace {

constexpr std::size_t most_arguments = 8;

/// The values of "2,1,0" or "\"SM\",\"SM\"", without their quotes.
struct Arguments {
  std::array<std::string_view, most_arguments> values{};
  std::size_t count = 0;

  explicit Arguments(std::string_view text) {
    while (count < most_arguments) {
      const bool quoted = text.starts_with('"');
      const std::size_t close = quoted ? text.find('"', 1) : std::string_view::npos;
      const std::size_t comma = text.find(',', close == std::string_view::npos ? 0 : close);
      std::string_view value = text.substr(0, comma);
      if (quoted && value.size() >= 2 && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      values[count++] = value;
      if (comma == std::string_view::npos) return;
      text.remove_prefix(comma + 1);
    }
  }

  [[nodiscard]] std::optional<int> number(std::size_t i, int highest) const {
    if (i >= count) return std::nullopt;
    int value = 0;
    const std::string_view text = values[i];
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || value < 0 ||
        value > highest) {
      return std::nullopt;
    }
    return value;
  }
};

std::string_view text_of_cme(int code) {
  switch (code) {
    case 3: return "operation not allowed";
    case 10: return "SIM not inserted";
    case 11: return "SIM PIN required";
    case 12: return "SIM PUK required";
    case 13: return "SIM failure";
    case 14: return "SIM busy";
    case 16: return "incorrect password";
    case 30: return "no network service";
    case 50: return "invalid parameters";
    default: return "unknown";
  }
}

}  // namespace

void Modem::cme(int code) {
  if (settings_.cmee == 0) return error();
  if (settings_.cmee == 1) return result(fmt::format("+CME ERROR: {}", code), -1);
  result(fmt::format("+CME ERROR: {}", text_of_cme(code)), -1);
}

struct Modem::Commands {
  using Run = void (*)(Modem&);
  using Set = void (*)(Modem&, const Arguments&);

  struct Entry {
    std::string_view name;
    std::string_view test = {};  // what +X=? tells; "-": just OK
    Run read = nullptr;
    Set set = nullptr;
    Run run = nullptr;
    Run choices = nullptr;  // what +X=? tells, where that depends
  };
  static const Entry table[];

  // Guards: true when the answer was given because the command cannot go on.
  static bool no_sim(Modem& m) {
    if (!m.sim_) m.cme(10);
    return !m.sim_;
  }
  static bool locked(Modem& m) {
    if (no_sim(m)) return true;
    if (!m.sim_usable()) m.cme(m.sim_->pin_tries > 0 ? 11 : 12);
    return !m.sim_usable();
  }
  static bool no_texts(Modem& m) {
    if (!m.sim_) {
      m.cms(310);
      return true;
    }
    if (!m.sim_usable()) m.cms(m.sim_->pin_tries > 0 ? 311 : 316);
    return !m.sim_usable();
  }

  static void just_ok(Modem& m) { m.ok(); }
  static void accept(Modem& m, const Arguments&) { m.ok(); }
  static void tell(Modem& m, std::string_view line) {
    m.say(line);
    m.ok();
  }

  /// Sets one number from 0 to `highest`, or refuses.
  static void set_number(Modem& m, const Arguments& a, int highest, int& setting) {
    const auto value = a.number(0, highest);
    if (!value) return m.cme(50);
    setting = *value;
    m.ok();
  }

  static void maker(Modem& m) { tell(m, m.options_.maker); }
  static void model(Modem& m) { tell(m, m.options_.model); }
  static void firmware(Modem& m) { tell(m, m.options_.firmware); }
  static void imei(Modem& m) { tell(m, m.options_.imei); }
  static void imsi(Modem& m) {
    if (!locked(m)) tell(m, m.sim_->imsi);
  }
  static void iccid(Modem& m) {
    if (!no_sim(m)) tell(m, fmt::format("+CCID: \"{}\"", m.sim_->iccid));
  }
  static void own_number(Modem& m) {
    if (!locked(m)) tell(m, fmt::format("+CNUM: \"\",\"{}\",145", m.sim_->number));
  }

  static void pin_state(Modem& m) {
    if (no_sim(m)) return;
    tell(m, m.sim_usable()          ? "+CPIN: READY"
            : m.sim_->pin_tries > 0 ? "+CPIN: SIM PIN"
                                    : "+CPIN: SIM PUK");
  }
  static void pin_tries(Modem& m) {
    if (!no_sim(m))
      tell(m, fmt::format("+CPINR: SIM PIN,{},{}", m.sim_->pin_tries, most_pin_tries));
  }
  static void pin_tries_of(Modem& m, const Arguments&) { pin_tries(m); }
  static void enter_pin(Modem& m, const Arguments& a) {
    if (no_sim(m)) return;
    if (m.sim_usable()) return m.cme(3);
    Sim& sim = *m.sim_;
    if (sim.pin_tries == 0) {
      if (a.count != 2 || a.values[0] != default_puk) return m.cme(a.count == 2 ? 16 : 12);
      sim.pin = a.values[1];
    } else if (a.values[0] != sim.pin) {
      --sim.pin_tries;
      return m.cme(sim.pin_tries == 0 ? 12 : 16);
    }
    sim.pin_tries = most_pin_tries;
    m.pin_verified_ = true;
    m.ok();
    m.urc("+CPIN: READY");
    m.urc("SMS Ready");
    if (m.settings_.radio) m.register_as(m.granted_registration_);
  }

  static void radio(Modem& m) { tell(m, m.settings_.radio ? "+CFUN: 1" : "+CFUN: 4"); }
  static void set_radio(Modem& m, const Arguments& a) {
    const auto level = a.number(0, 4);
    if (!level || (*level != 0 && *level != 1 && *level != 4)) return m.cme(50);
    m.ok();
    if (a.number(1, 1) == 1) return m.reboot();
    m.settings_.radio = *level == 1;
    m.register_as(m.settings_.radio && m.sim_usable() ? m.granted_registration_ : 0);
  }

  template <std::size_t I>
  static void registration(Modem& m) {
    constexpr std::string_view names[] = {"+CREG", "+CGREG", "+CEREG"};
    const int n = m.settings_.creg[I];
    const int stat = m.is_in_domain(I) ? m.registration_ : 0;
    tell(m, n == 2 && stat != 0 && m.registered()
                ? fmt::format("{}: 2,{},\"00FE\",\"00A1\"", names[I], stat)
                : fmt::format("{}: {},{}", names[I], n, stat));
  }
  template <std::size_t I>
  static void set_registration(Modem& m, const Arguments& a) {
    set_number(m, a, 2, m.settings_.creg[I]);
  }

  static void operator_name(Modem& m) {
    const int mode = m.selection_.mode;
    if (!m.registered()) return tell(m, fmt::format("+COPS: {}", mode));
    const int format = m.settings_.cops_format;
    tell(m,
         fmt::format("+COPS: {},{},\"{}\"", mode, format, format == 2 ? m.network() : "MODEMBANK"));
  }
  static void set_operator(Modem& m, const Arguments& a) {
    const auto mode = a.number(0, 4);
    if (!mode) return m.cme(50);
    if (*mode == 3) {
      if (const auto format = a.number(1, 2)) m.settings_.cops_format = *format;
      return m.ok();
    }
    if (locked(m)) return;
    m.select_network(*mode, a.values[2]) ? m.ok() : m.cme(30);
  }
  static void ussd(Modem& m, const Arguments& a) {
    if (locked(m)) return;
    if (m.sim_->ussd.empty()) return m.error();
    if (a.number(0, 2) != 1 || a.count < 2) return m.ok();  // ends what is open
    m.ok();
    const auto known = m.sim_->ussd.find(std::string(a.values[1]));
    if (known == m.sim_->ussd.end()) return m.urc("+CUSD: 4");
    m.urc(fmt::format("+CUSD: {},\"{}\",15", known->second.is_menu ? 1 : 0, known->second.text));
  }
  static void signal(Modem& m) {
    tell(m, fmt::format("+CSQ: {},{}", m.registered() ? m.rssi_ : 99, m.registered() ? 0 : 99));
  }
  static void extended_signal(Modem& m) {
    tell(m, fmt::format("+CESQ: {},99,255,255,255,255",
                        m.registered() && m.rssi_ <= 31 ? m.rssi_ * 2 : 99));
  }
  static void clock(Modem& m) {
    using namespace std::chrono;
    const auto local = m.wall(m.now_) + minutes{15} * m.options_.zone_quarters;
    const auto day = floor<days>(local);
    const year_month_day date{day};
    const hh_mm_ss time{local - day};
    tell(m, fmt::format("+CCLK: \"{:02}/{:02}/{:02},{:02}:{:02}:{:02}{:+03}\"",
                        static_cast<int>(date.year()) % 100, static_cast<unsigned>(date.month()),
                        static_cast<unsigned>(date.day()), time.hours().count(),
                        time.minutes().count(), time.seconds().count(), m.options_.zone_quarters));
  }

  static void verbosity(Modem& m) { tell(m, fmt::format("+CMEE: {}", m.settings_.cmee)); }
  static void set_verbosity(Modem& m, const Arguments& a) { set_number(m, a, 2, m.settings_.cmee); }
  static void format(Modem& m) { tell(m, "+CMGF: 0"); }
  static void set_format(Modem& m, const Arguments& a) {
    return a.number(0, 0) ? m.ok() : m.cms(303);  // PDU mode is all there is
  }
  static void charset(Modem& m) { tell(m, fmt::format("+CSCS: \"{}\"", m.settings_.cscs)); }
  static void set_charset(Modem& m, const Arguments& a) {
    constexpr std::string_view known[] = {"GSM", "IRA", "UCS2", "HEX"};
    if (std::find(std::begin(known), std::end(known), a.values[0]) == std::end(known)) {
      return m.cme(50);
    }
    m.settings_.cscs = a.values[0];
    m.ok();
  }
  static void centre(Modem& m) {
    if (!locked(m)) tell(m, fmt::format("+CSCA: \"{}\",145", m.sim_->smsc));
  }
  static void set_centre(Modem& m, const Arguments& a) {
    if (locked(m)) return;
    if (a.values[0].empty() || a.values[0].size() > 21) return m.cms(304);
    m.sim_->smsc = a.values[0];
    m.ok();
  }

  static void service(Modem& m) { tell(m, fmt::format("+CSMS: {},1,1,1", m.settings_.csms)); }
  static void set_service(Modem& m, const Arguments& a) {
    const auto value = a.number(0, 255);
    if (!value || (*value != 0 && *value != m.options_.service_2plus)) return m.cms(303);
    m.settings_.csms = *value;
    tell(m, "+CSMS: 1,1,1");
  }
  static void service_choices(Modem& m) {
    tell(m, fmt::format("+CSMS: (0,{})", m.options_.service_2plus));
  }
  static void link(Modem& m) { tell(m, fmt::format("+CMMS: {}", m.settings_.cmms)); }
  static void set_link(Modem& m, const Arguments& a) {
    const auto value = a.number(0, 2);
    if (!m.options_.keeps_link && value != 0) return m.cms(500);
    if (!value) return m.cms(303);
    m.settings_.cmms = *value;
    if (m.now_ >= m.link_until_) m.link_until_ = {};
    m.ok();
  }
  /// "\"SM\",1,30" of mem1 and of mem2 and mem3, which are SM; without names in the answer to a
  /// setting (TS 27.005 §3.2.2).
  static std::string usage(Modem& m, bool named) {
    const auto one = [&](std::string_view name, const auto& slots) {
      const auto used = std::count_if(slots.begin(), slots.end(),
                                      [](const auto& slot) { return slot.has_value(); });
      return named ? fmt::format("\"{}\",{},{}", name, used, slots.size())
                   : fmt::format("{},{}", used, slots.size());
    };
    const auto home = one("SM", m.sim_->slots);
    const auto first =
        m.settings_.reports_selected ? one(m.options_.report_store, m.sim_->reports) : home;
    return fmt::format("+CPMS: {},{},{}", first, home, home);
  }
  static void storage(Modem& m) {
    if (!no_texts(m)) tell(m, usage(m, true));
  }
  static void set_storage(Modem& m, const Arguments& a) {
    if (no_texts(m)) return;
    for (std::size_t i = 0; i < a.count; ++i) {
      const bool is_reports =
          i == 0 && a.values[i] == m.options_.report_store && !m.sim_->reports.empty();
      if (i > 2 || (a.values[i] != "SM" && !is_reports)) return m.cms(302);
    }
    m.settings_.reports_selected = a.values[0] == m.options_.report_store;
    tell(m, usage(m, false));
  }
  static void storage_choices(Modem& m) {
    const bool apart = m.sim_ && !m.sim_->reports.empty();
    const std::string other = apart ? ",\"" + m.options_.report_store + "\"" : "";
    tell(m, fmt::format("+CPMS: (\"SM\"{}),(\"SM\"),(\"SM\")", other));
  }
  static void routing(Modem& m) {
    const auto& c = m.settings_.cnmi;
    tell(m, fmt::format("+CNMI: {},{},{},{},{}", c[0], c[1], c[2], c[3], c[4]));
  }
  static void routing_choices(Modem& m) {
    const bool stores_only = m.options_.reports == ReportsGo::stored;
    tell(m, fmt::format("+CNMI: (0-2),(0-3),(0,2),({}),(0,1)", stores_only ? "0,2" : "0-2"));
  }
  static void set_routing(Modem& m, const Arguments& a) {
    constexpr int highest[] = {2, 3, 2, 2, 1};
    int wanted[5];
    std::copy(std::begin(m.settings_.cnmi), std::end(m.settings_.cnmi), wanted);
    if (a.count > 5) return m.cms(303);
    for (std::size_t i = 0; i < a.count; ++i) {
      const auto value = a.number(i, highest[i]);
      const bool is_direct_report = i == 3 && value == 1;
      const bool stores_only = m.options_.reports == ReportsGo::stored;
      if (!value || (i == 2 && *value == 1) || (stores_only && is_direct_report)) {
        return m.cms(303);
      }
      wanted[i] = *value;
    }
    std::copy(wanted, wanted + 5, m.settings_.cnmi);
    m.ok();
    m.hand_over();
  }

  static void list(Modem& m, const Arguments& a) {
    if (no_texts(m)) return;
    const auto wanted = a.number(0, 4);
    if (!wanted) return m.cms(303);
    if (m.strike(FaultKind::list_silent)) return;
    auto& slots = m.selected();
    for (std::size_t i = 0; i < slots.size(); ++i) {
      auto& slot = slots[i];
      if (!slot || (*wanted != 4 && *wanted != (slot->read ? 1 : 0))) continue;
      m.say(fmt::format("+CMGL: {},{},,{}\r\n{}", i + 1, slot->read ? 1 : 0, tpdu_octets(slot->pdu),
                        slot->pdu));
      slot->read = true;
    }
    m.ok();
  }
  /// The slot an index names, or nothing when the error was told.
  static std::optional<StoredText>* slot_of(Modem& m, const Arguments& a) {
    if (no_texts(m)) return nullptr;
    auto& slots = m.selected();
    const auto index = a.number(0, static_cast<int>(slots.size()));
    if (!index || *index == 0) {
      m.cms(321);
      return nullptr;
    }
    return &slots[static_cast<std::size_t>(*index) - 1];
  }
  static void read(Modem& m, const Arguments& a) {
    auto* slot = slot_of(m, a);
    if (slot == nullptr || m.strike(FaultKind::read_silent)) return;
    if (!*slot) return m.cms(321);
    StoredText& text = **slot;
    m.say(fmt::format("+CMGR: {},,{}\r\n{}", std::exchange(text.read, true) ? 1 : 0,
                      tpdu_octets(text.pdu), text.pdu));
    m.ok();
  }
  static void erase(Modem& m, const Arguments& a) {
    const int how = a.number(1, 4).value_or(0);  // TS 27.005 §3.5.4: 0 one, 1-3 read ones, 4 all
    auto* slot = slot_of(m, a);
    if (slot == nullptr) return;
    if (how == 0) slot->reset();
    for (auto& other : m.selected()) {
      if (how == 4 || (how != 0 && other && other->read)) other.reset();
    }
    if (!m.strike(FaultKind::erase_silent)) m.ok();
    m.hand_over();
  }
  static void set_clip(Modem& m, const Arguments& a) {
    const auto on = a.number(0, 1);
    if (!on) return m.cme(50);
    m.settings_.clip = *on == 1;
    m.ok();
  }
  static void hang_up(Modem& m) {
    if (m.ring_next_ != TimePoint::max()) ++m.counters_.hung_up;
    m.ring_next_ = TimePoint::max();
    m.rings_left_ = 0;
    m.ok();
  }
  static void acknowledge(Modem& m) {
    const Ack awaited = std::exchange(m.ack_awaited_, Ack::none);
    m.ack_until_ = TimePoint::max();
    if (awaited == Ack::none) return m.cms(340);
    auto& queue = awaited == Ack::text ? m.sim_->held : m.sim_->held_reports;
    queue.pop_front();
    m.ok();
    m.hand_over();
  }
  static void acknowledge_how(Modem& m, const Arguments& a) {
    return a.number(0, 1) ? acknowledge(m) : m.cms(303);
  }

  /// ATE0V1Q0 and the like, as far as they go; what is left begins with '+' or is empty.
  static bool basic(Modem& m, std::string_view& command) {
    while (!command.empty() && command.front() != '+') {
      const bool ampersand = command.front() == '&';
      if (ampersand) command.remove_prefix(1);
      if (command.empty()) return false;
      const char letter = static_cast<char>(command.front() & ~0x20);
      command.remove_prefix(1);
      if (letter == 'S') {  // S0=0
        const std::size_t end = command.find_first_not_of("0123456789=");
        command.remove_prefix(std::min(end, command.size()));
        continue;
      }
      int value = 0;
      while (!command.empty() && command.front() >= '0' && command.front() <= '9') {
        value = command.front() - '0';
        command.remove_prefix(1);
      }
      if (!apply(m, ampersand, letter, value)) return false;
    }
    return true;
  }
  static bool apply(Modem& m, bool ampersand, char letter, int value) {
    if (ampersand) {
      if (letter == 'F') reset_profile(m);
      return letter == 'F' || letter == 'W' || letter == 'D' || letter == 'C' || letter == 'K';
    }
    switch (letter) {
      case 'E': m.settings_.echo = value != 0; return true;
      case 'V': m.settings_.verbose = value != 0; return true;
      case 'Q': m.settings_.quiet = value != 0; return true;
      case 'Z': reset_profile(m); return true;
      case 'X':
      case 'H':
      case 'L':
      case 'M': return true;
      case 'I':
        m.say(fmt::format("{}\r\n{}\r\nRevision: {}", m.options_.maker, m.options_.model,
                          m.options_.firmware));
        return true;
      default: return false;
    }
  }
  static void reset_profile(Modem& m) {
    const bool radio_on = m.settings_.radio;
    m.settings_ = {};
    m.settings_.radio = radio_on;
  }

  static const Entry* find(std::string_view name);
};

const Modem::Commands::Entry Modem::Commands::table[] = {
    {.name = "+CMEE", .test = "+CMEE: (0-2)", .read = verbosity, .set = set_verbosity},
    {.name = "+CGMI", .test = "-", .run = maker},
    {.name = "+GMI", .test = "-", .run = maker},
    {.name = "+CGMM", .test = "-", .run = model},
    {.name = "+GMM", .test = "-", .run = model},
    {.name = "+CGMR", .test = "-", .run = firmware},
    {.name = "+GMR", .test = "-", .run = firmware},
    {.name = "+CGSN", .test = "-", .run = imei},
    {.name = "+GSN", .test = "-", .run = imei},
    {.name = "+CIMI", .test = "-", .run = imsi},
    {.name = "+CCID", .test = "-", .read = iccid, .run = iccid},
    {.name = "+CNUM", .test = "-", .run = own_number},
    {.name = "+CFUN", .test = "+CFUN: (0,1,4),(0,1)", .read = radio, .set = set_radio},
    {.name = "+CPIN", .test = "-", .read = pin_state, .set = enter_pin},
    {.name = "+CPINR", .test = "-", .set = pin_tries_of, .run = pin_tries},
    {.name = "+CREG", .test = "+CREG: (0-2)", .read = registration<0>, .set = set_registration<0>},
    {.name = "+CGREG",
     .test = "+CGREG: (0-2)",
     .read = registration<1>,
     .set = set_registration<1>},
    {.name = "+CEREG",
     .test = "+CEREG: (0-2)",
     .read = registration<2>,
     .set = set_registration<2>},
    {.name = "+COPS",
     .test = "+COPS: (2,\"MODEMBANK\",\"VIRTUAL\",\"43211\"),,(0-4),(0-2)",
     .read = operator_name,
     .set = set_operator},
    {.name = "+CUSD", .test = "+CUSD: (0-2)", .read = just_ok, .set = ussd},
    {.name = "+CSQ", .test = "+CSQ: (0-31,99),(0-7,99)", .run = signal},
    {.name = "+CNETLIGHT", .test = "+CNETLIGHT: (0,1)", .read = just_ok, .set = accept},
    {.name = "+CESQ", .test = "-", .run = extended_signal},
    {.name = "+CCLK", .test = "-", .read = clock, .set = accept},
    {.name = "+CSMS", .read = service, .set = set_service, .choices = service_choices},
    {.name = "+CMGF", .test = "+CMGF: (0)", .read = format, .set = set_format},
    {.name = "+CSCS",
     .test = "+CSCS: (\"GSM\",\"IRA\",\"UCS2\",\"HEX\")",
     .read = charset,
     .set = set_charset},
    {.name = "+CPMS", .read = storage, .set = set_storage, .choices = storage_choices},
    {.name = "+CNMI", .read = routing, .set = set_routing, .choices = routing_choices},
    {.name = "+CSCA", .test = "-", .read = centre, .set = set_centre},
    {.name = "+CMMS", .test = "+CMMS: (0-2)", .read = link, .set = set_link},
    {.name = "+CMGL", .test = "+CMGL: (0-4)", .set = list},
    {.name = "+CMGR", .test = "-", .set = read},
    {.name = "+CMGD", .test = "-", .set = erase},
    {.name = "+CMGS", .test = "-"},
    {.name = "+CNMA", .test = "+CNMA: (0,1)", .set = acknowledge_how, .run = acknowledge},
    {.name = "+CLIP", .test = "+CLIP: (0,1)", .read = just_ok, .set = set_clip},
    {.name = "+CHUP", .test = "-", .run = hang_up},
    {.name = "+IFC", .test = "-", .read = just_ok, .set = accept},
    {.name = "+IPR", .test = "-", .read = just_ok, .set = accept},
};

const Modem::Commands::Entry* Modem::Commands::find(std::string_view name) {
  const auto entry = std::find_if(std::begin(table), std::end(table), [&](const Entry& e) {
    return std::equal(e.name.begin(), e.name.end(), name.begin(), name.end(), [](char a, char b) {
      return a == (b >= 'a' && b <= 'z' ? static_cast<char>(b - 32) : b);
    });
  });
  return entry == std::end(table) ? nullptr : entry;
}

void Modem::answer(std::string_view command) {
  while (command.ends_with(' ')) command.remove_suffix(1);
  if (!Commands::basic(*this, command)) return error();
  if (command.empty()) return ok();
  const std::size_t end = std::min(command.find_first_of("=?"), command.size());
  const Commands::Entry* entry = Commands::find(command.substr(0, end));
  const std::string_view rest = command.substr(end);
  if (entry == nullptr) return error();
  if (rest.empty()) return entry->run != nullptr ? entry->run(*this) : error();
  if (rest == "?") return entry->read != nullptr ? entry->read(*this) : error();
  if (rest == "=?") {
    if (entry->choices != nullptr) return entry->choices(*this);
    if (entry->test.empty()) return error();
    if (entry->test != "-") say(entry->test);
    return ok();
  }
  if (rest.front() != '=' || entry->set == nullptr) return error();
  entry->set(*this, Arguments(rest.substr(1)));
}

}  // namespace bank::modem::virt
