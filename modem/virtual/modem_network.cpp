#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "modem/virtual/modem.hpp"

// What lies beyond the modem: submissions on the air, texts and reports that come in.
namespace bank::modem::virt {

bool Modem::registered() const noexcept {
  switch (registration_) {
    case 1:
    case 5:
    case 6:
    case 7:
    case 9:
    case 10: return true;
    default: return false;
  }
}

bool Modem::sim_usable() const noexcept {
  return sim_ && sim_->pin_tries > 0 && (sim_->pin.empty() || pin_verified_);
}

std::chrono::sys_seconds Modem::wall(TimePoint at) const {
  using std::chrono::seconds;
  return options_.wall_origin + std::chrono::floor<seconds>(at - options_.clock_origin);
}

std::optional<Fault> Modem::strike(FaultKind kind) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (fault->kind != kind) continue;
    if (fault->permille < 1000 && random_() % 1000 >= fault->permille) continue;
    const Fault struck = *fault;
    if (fault->count && --*fault->count == 0) faults_.erase(fault);
    return struck;
  }
  return std::nullopt;
}

Result<void, std::string> Modem::inject(Fault fault) {
  if (faults_.size() == most_faults) {
    return unexpected(fmt::format("{} faults wait already: heal first", most_faults));
  }
  faults_.push_back(fault);
  return {};
}

void Modem::set_latency(milliseconds latency, milliseconds jitter) {
  options_.latency = latency;
  options_.jitter = jitter;
}

milliseconds Modem::draw_latency() {
  if (const auto slow = strike(FaultKind::slow)) return slow->time;
  if (options_.jitter.count() == 0) return options_.latency;
  const auto width = static_cast<std::uint64_t>(options_.jitter.count()) * 2 + 1;
  const auto offset = static_cast<std::int64_t>(random_() % width) - options_.jitter.count();
  return std::max(milliseconds{0}, options_.latency + milliseconds{offset});
}

void Modem::start_flight(std::string pdu, Submit submit) {
  Flight flight;
  flight.pdu = std::move(pdu);
  flight.submit = std::move(submit);
  flight.handed_over = now_;
  std::chrono::nanoseconds latency = draw_latency();
  if (!link_is_kept_) {
    ++counters_.links;
    latency += options_.link;
  }
  // The network decides somewhere on the way, so that a modem torn out in mid-send has sometimes
  // sent and sometimes not.
  flight.takes = now_;
  if (latency.count() > 0) {
    flight.takes += latency * static_cast<std::int64_t>(random_() % 1001) / 1000;
  }
  flight.result = now_ + latency;
  if (!faults_.empty()) {
    if (const auto late = strike(FaultKind::late_result)) flight.result += late->time;
    if ((flight.error = strike(FaultKind::refuse))) {
      flight.refused = true;
    } else {
      flight.error = strike(FaultKind::refuse_taken);
    }
    flight.result_lost = strike(FaultKind::lost_result).has_value();
    flight.restarts_before = strike(FaultKind::restart_before).has_value();
    flight.restarts_after = strike(FaultKind::restart_after).has_value();
  }
  flight_ = std::move(flight);
  state_ = State::sending;
  fly();
}

void Modem::fly() {
  if (!flight_->taken && now_ >= flight_->takes) {
    if (flight_->restarts_before) return reboot();
    if (!registered() && !flight_->error) {
      flight_->refused = true;
      flight_->error = Fault{.kind = FaultKind::refuse, .code = 331};
    }
    network_takes();
    if (flight_->restarts_after) return reboot();
  }
  if (now_ >= flight_->result) land();
}

void Modem::network_takes() {
  flight_->taken = true;  // decided, one way or the other
  if (flight_->refused) return;
  flight_->mr = mr_++;
  ++counters_.accepted;
  if (submissions_.size() == most_submissions) submissions_.erase(submissions_.begin());
  submissions_.push_back(
      {now_, sim_ ? sim_->iccid : std::string{}, flight_->mr, std::move(flight_->pdu)});
  if (flight_->submit.report_requested) schedule_report();
}

void Modem::land() {
  landed_on_air_ = on_air(now_);
  const Flight flight = std::move(*flight_);
  flight_.reset();
  state_ = State::idle;
  if (settings_.cmms != 0) link_until_ = settings_.cmms == 1 ? now_ + link_rest : TimePoint::max();
  if (!flight.result_lost) {
    idle_since_ = now_;
    noise_if_due();
    if (flight.error) {
      ++counters_.refused;
      fail(*flight.error);
    } else {
      say(fmt::format("+CMGS: {}", flight.mr));
      ok();
    }
  }
  hand_over();
}

std::chrono::nanoseconds Modem::on_air(TimePoint now) const noexcept {
  if (!flight_) return landed_on_air_;
  const TimePoint until = std::clamp(now, flight_->handed_over, flight_->result);
  return landed_on_air_ + (until - flight_->handed_over);
}

void Modem::schedule_report() {
  if (strike(FaultKind::report_lost)) return;
  const auto status = strike(FaultKind::report_status);
  const auto late = strike(FaultKind::report_late);
  const bool early = strike(FaultKind::report_early).has_value();
  const auto at = early ? now_
                        : std::max(now_, flight_->result) + options_.report_delay +
                              (late ? late->time : milliseconds{0});
  const std::string pdu =
      status_report(flight_->submit, flight_->mr, wall(now_), wall(at), options_.zone_quarters,
                    static_cast<std::uint8_t>(status ? status->code : 0));
  if (strike(FaultKind::report_twice)) report_later(pdu, at);
  report_later(pdu, at);
  if (early) hand_over();
}

void Modem::report_later(std::string pdu, TimePoint at) {
  if (reports_.size() == most_reports) {
    ++counters_.dropped;
    return;
  }
  reports_.push_back({at, report_order_++, std::move(pdu)});
  std::push_heap(reports_.begin(), reports_.end());
}

Result<void, std::string> Modem::deliver(std::string_view from, std::string_view utf8,
                                         TimePoint now) {
  due(now);
  if (!sim_) return unexpected(std::string("no SIM in this modem: insert one first"));
  auto pdus = deliver_pdus(from, utf8, wall(now_), options_.zone_quarters, concat_reference_++);
  if (!pdus) return unexpected(std::move(pdus.error()));
  if (sim_->held.size() + pdus->size() > most_held) {
    return unexpected(
        fmt::format("the network holds {} texts for this SIM: read some first", sim_->held.size()));
  }
  for (std::string& pdu : *pdus) sim_->held.push_back({std::move(pdu)});
  hand_over();
  return {};
}

Result<void, std::string> Modem::relay(std::string_view from, std::string_view submit,
                                       TimePoint now) {
  due(now);
  const auto pdu = relayed(submit, from, wall(now_), options_.zone_quarters);
  if (!pdu) return unexpected(pdu.error());
  return deliver_pdu(*pdu, now);
}

Result<void, std::string> Modem::deliver_pdu(std::string_view hex, TimePoint now) {
  due(now);
  if (!sim_) return unexpected(std::string("no SIM in this modem: insert one first"));
  if (hex.empty() || hex.size() > most_pdu_digits ||
      hex.find_first_not_of("0123456789ABCDEFabcdef") != std::string_view::npos) {
    return unexpected(fmt::format("write the PDU as 1 to {} hex digits", most_pdu_digits));
  }
  if (sim_->held.size() >= most_held) {
    return unexpected(
        fmt::format("the network holds {} texts for this SIM: read some first", sim_->held.size()));
  }
  sim_->held.push_back({std::string(hex)});
  hand_over();
  return {};
}

void Modem::hand_over() {
  while (!reports_.empty() && now_ >= reports_.front().at) {
    std::pop_heap(reports_.begin(), reports_.end());
    std::string pdu = std::move(reports_.back().pdu);
    reports_.pop_back();
    if (!sim_ || sim_->held_reports.size() == most_reports) {
      ++counters_.dropped;
      continue;
    }
    sim_->held_reports.push_back({std::move(pdu), false, true});
  }
  // While a prompt is open the line belongs to the PDU (TS 27.005 §3.4.1: reserved link).
  if (state_ != State::idle && state_ != State::sending) return;
  if (!sim_usable() || !registered() || tries_again_ != TimePoint::max()) return;
  while (hand_over_report()) {
  }
  while (hand_over_text()) {
  }
}

void Modem::await_ack(Ack ack) {
  ack_awaited_ = ack;
  ack_until_ = now_ + network_patience;
}

/// It stays with the network, and nothing is handed over to a host that does not listen.
void Modem::give_up_ack() {
  ack_awaited_ = Ack::none;
  ack_until_ = TimePoint::max();
  settings_.cnmi[1] = settings_.cnmi[3] = 0;
  tries_again_ = now_ + network_pause;
}

bool Modem::hand_over_report() {
  if (sim_->held_reports.empty() || ack_awaited_ != Ack::none) return false;
  StoredText& report = sim_->held_reports.front();
  const bool is_told = options_.reports != ReportsGo::unannounced;
  const int ds = is_told ? settings_.cnmi[3] : 2;
  if (ds == 1) {
    if (settings_.cnmi[0] == 0) return false;
    urc(fmt::format("+CDS: {}\r\n{}", tpdu_octets(report.pdu), report.pdu));
    ++counters_.reports;
    if (settings_.csms != 0) {
      await_ack(Ack::report);  // it stays with the network until +CNMA
      return false;
    }
  } else if (ds == 2) {
    const auto index = store(report, sim_->reports.empty() ? sim_->slots : sim_->reports);
    if (!index) return false;
    ++counters_.reports;
    if (is_told && settings_.cnmi[0] != 0) announce("+CDSI", options_.report_notice, *index);
  } else {
    return false;  // it waits for a host that wants it
  }
  sim_->held_reports.pop_front();
  return true;
}

bool Modem::hand_over_text() {
  if (sim_->held.empty() || ack_awaited_ != Ack::none) return false;
  StoredText& text = sim_->held.front();
  const int mt = settings_.cnmi[1];
  if (mt == 2) {
    if (settings_.cnmi[0] == 0) return false;
    urc(fmt::format("+CMT: ,{}\r\n{}", tpdu_octets(text.pdu), text.pdu));
    ++counters_.delivered;
    if (settings_.csms != 0) {
      await_ack(Ack::text);
      return false;
    }
  } else {
    const auto index = store(text, sim_->slots);
    if (!index) return false;
    ++counters_.delivered;
    if (mt != 0 && settings_.cnmi[0] != 0) announce("+CMTI", "SM", *index);
  }
  sim_->held.pop_front();
  return true;
}

void Modem::announce(std::string_view code, std::string_view store, std::size_t index) {
  if (strike(FaultKind::notice_lost)) return;
  const int times = strike(FaultKind::notice_twice) ? 2 : 1;
  for (int i = 0; i < times; ++i) urc(fmt::format("{}: \"{}\",{}", code, store, index));
}

std::optional<std::size_t> Modem::store(StoredText text,
                                        std::vector<std::optional<StoredText>>& slots) {
  const auto slot = std::find(slots.begin(), slots.end(), std::nullopt);
  if (slot == slots.end()) return std::nullopt;
  *slot = std::move(text);
  return static_cast<std::size_t>(slot - slots.begin()) + 1;
}

/// What +CMGR, +CMGL and +CMGD work on.
std::vector<std::optional<StoredText>>& Modem::selected() {
  return settings_.reports_selected ? sim_->reports : sim_->slots;
}

std::string Modem::network() const {
  constexpr std::size_t mcc_and_mnc = 5;
  if (!network_.empty()) return network_;
  return sim_ ? sim_->imsi.substr(0, mcc_and_mnc) : "";
}

void Modem::tie_to(int mode, std::string network) {
  selection_.mode = mode;
  selection_.network = std::move(network);
}

void Modem::set_ussd(const std::string& code, UssdText answer) {
  if (sim_) sim_->ussd[code] = std::move(answer);
}

/// False: that network is not in reach, and nothing else may be taken instead.
bool Modem::select_network(int mode, std::string_view network) {
  ++selection_.commands;
  const auto& all = options_.networks;
  const bool is_there = std::find(all.begin(), all.end(), network) != all.end();
  if (mode == 1 && !is_there) return false;
  selection_.mode = mode;
  selection_.network = mode == 1 || mode == 4 ? network : std::string_view();
  network_ = is_there ? selection_.network : "";
  const bool is_own = network_.empty() || (sim_ && sim_->imsi.starts_with(network_));
  granted_registration_ = mode == 2 ? 0 : is_own ? 1 : 5;
  if (sim_usable() && settings_.radio) register_as(granted_registration_);
  return true;
}

void Modem::register_as(int stat) {
  const bool changed = std::exchange(registration_, stat) != stat;
  constexpr std::string_view names[] = {"+CREG", "+CGREG", "+CEREG"};
  for (std::size_t i = 0; changed && i < 3; ++i) {
    if (!is_in_domain(i)) continue;
    if (settings_.creg[i] == 1) urc(fmt::format("{}: {}", names[i], stat));
    if (settings_.creg[i] == 2) {
      urc(registered() ? fmt::format("{}: {},\"00FE\",\"00A1\"", names[i], stat)
                       : fmt::format("{}: {}", names[i], stat));
    }
  }
  hand_over();
}

void Modem::set_registration(int stat, TimePoint now) {
  due(now);
  granted_registration_ = stat;
  if (powered() && sim_usable() && settings_.radio) register_as(stat);
}

std::optional<Sim> Modem::remove_sim(TimePoint now) {
  due(now);
  std::optional<Sim> sim = std::exchange(sim_, std::nullopt);
  if (!sim) return sim;
  if (flight_ && !flight_->taken && !flight_->refused) {  // nobody can send without a SIM
    flight_->refused = true;
    flight_->error = Fault{FaultKind::refuse, ErrorForm::cms, 310};
  }
  std::sort(reports_.begin(), reports_.end());
  for (auto report = reports_.rbegin(); report != reports_.rend(); ++report) {
    sim->held_reports.push_back({std::move(report->pdu), false, true});
  }
  reports_.clear();
  pin_verified_ = false;
  ack_awaited_ = Ack::none;
  ack_until_ = tries_again_ = TimePoint::max();
  urc("+CPIN: NOT INSERTED");
  if (powered()) register_as(0);
  return sim;
}

void Modem::insert_sim(Sim sim, TimePoint now) {
  due(now);
  sim_ = std::move(sim);
  pin_verified_ = false;
  if (!powered()) return;
  if (!sim_usable()) return urc(sim_->pin_tries > 0 ? "+CPIN: SIM PIN" : "+CPIN: SIM PUK");
  urc("+CPIN: READY");
  urc("SMS Ready");
  if (settings_.radio) register_as(granted_registration_);
}

void Modem::set_pin(std::string pin) {
  if (!sim_) return;
  pin_verified_ = true;  // this power cycle goes on as it is
  sim_->pin = std::move(pin);
  sim_->pin_tries = most_pin_tries;
}

}  // namespace bank::modem::virt
