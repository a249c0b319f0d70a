#include "modem/mailbox.hpp"

#include <algorithm>
#include <cassert>

#include "at/errors.hpp"
#include "at/sim.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

// The guide's §1.4 and §5.
constexpr auto store_time = 10s;
constexpr auto list_time = 120s;  // 255 places on a slow SIM
constexpr auto place_time = 10s;
constexpr auto busy_pause = 1s;
constexpr int most_busy = 30;     // times in a row, then the step is left to the next sweep
constexpr auto again_pause = 5s;  // after a commit that failed
constexpr int most_erase_tries = 3;
constexpr int empty_is_unlistable = 2;  // lists in a row of a store that holds something
constexpr int missed_is_disproved = 2;  // sweeps in a row that find what nobody announced
constexpr std::size_t most_doubted = 64;
constexpr int all_every = 10;     // sweeps, then all stores have their turn
constexpr int most_places = 255;  // that are looked at one by one
constexpr std::string_view reports_store = "SR";

bool is_busy(const at::DialogueFailure& failure) {
  return failure.is_answer() && at::sim_state(failure) == at::SimState::busy;
}

/// Not all of it may have come over the line, or more.
bool looks_damaged(const at::ListedMessage& message) {
  const auto& pdu = message.pdu;
  const bool is_hex = pdu.find_first_not_of("0123456789ABCDEFabcdef") == std::string::npos;
  if (!is_hex || pdu.size() % 2 != 0 || pdu.size() < 4) return true;
  if (!message.length) return false;
  const auto smsc = static_cast<std::size_t>(std::stoi(pdu.substr(0, 2), nullptr, 16)) + 1;
  const auto octets = pdu.size() / 2;
  const auto claimed = static_cast<std::size_t>(*message.length);
  return claimed + smsc != octets;
}

/// Of every five places four are taken.
bool is_nearly_full(const at::StorageUse& use) {
  return use.total > 0 && use.used * 5 >= use.total * 4;
}

template <std::size_t N>
std::vector<std::string> words_of(const std::array<std::string_view, N>& words) {
  std::vector<std::string> found;
  for (const auto word : words) {
    if (word.empty()) break;
    found.emplace_back(word);
  }
  return found;
}

}  // namespace

void Mailbox::begin(Reception reception, TimePoint now) {
  const auto token = last_token_;
  *this = Mailbox{};
  last_token_ = token;
  reception_ = std::move(reception);
  if (!reception_.is_wanted || reception_.profile->has(Quirk::sends_only)) return;
  active_ = true;
  lists_ = !reception_.profile->has(Quirk::lists_unreliably);
  auto candidates = words_of(reception_.profile->receive_in);
  if (candidates.empty()) candidates = words_of(generic_profile().receive_in);
  for (auto& store : candidates) {
    if (offers(store)) candidates_.push_back(std::move(store));
  }
  if (candidates_.empty() && reception_.stores) {
    const auto& received_in = reception_.stores->mem3.value_or(reception_.stores->mem1);
    for (const auto& store : received_in) candidates_.push_back(store);
  }
  homes_ = candidates_;
  sweep_all();
  sweeping_ = true;
  if (!reception_.acknowledges || reception_.notify.empty()) return;
  for (const auto way : {reception_.profile->acknowledge, generic_profile().acknowledge}) {
    const bool is_new = acknowledgements_.empty() || acknowledgements_.front() != way;
    if (!way.empty() && is_new) acknowledgements_.emplace_back(way);
  }
  // An earlier run may have left one unacknowledged.
  renew_ = now + acknowledge_time + give_up_time;
}

void Mailbox::end() {
  const auto token = last_token_;
  *this = Mailbox{};
  last_token_ = token;
}

/// Also stores that nothing is received in now: an earlier setting may have left something there.
void Mailbox::sweep_all() {
  auto stores = words_of(reception_.profile->sweep);
  for (auto& store : words_of(generic_profile().sweep)) stores.push_back(std::move(store));
  for (const auto& store : stores) {
    if (offers(store)) plan_sweep(store);
  }
}

/// What is found then is no surprise.
void Mailbox::sweep_within(std::chrono::seconds pause, TimePoint now) {
  next_sweep_ = std::min(next_sweep_, now + pause);
  expects_more_ = true;
}

void Mailbox::plan_sweep(const std::string& store) {
  if (std::find(sweeps_.begin(), sweeps_.end(), store) == sweeps_.end()) sweeps_.push_back(store);
}

bool Mailbox::offers(std::string_view store) const {
  if (!reception_.stores) return store == "SM" || store == "ME" || store == "MT";
  const auto& stores = reception_.stores->mem1;
  return std::find(stores.begin(), stores.end(), store) != stores.end();
}

void Mailbox::told(const at::StoredMessage& where) {
  if (!active_) return;
  proven_ = expects_more_ = true;
  missed_sweeps_ = 0;
  if (!offers(where.store)) return plan_sweep(receive_.empty() ? "SM" : receive_);
  const bool has_own = where.is_status_report && other_stores_.contains(std::string(reports_store));
  if (!lists_ && places_.size() < most_waiting) {
    return places_.push_back({where.store, where.index});
  }
  announced_.insert(has_own ? std::string(reports_store) : where.store);
}

void Mailbox::told_full(TimePoint now) {
  if (!active_) return;
  drains_ = true;
  next_sweep_ = now;
}

bool Mailbox::is_in_hand(const Place& place) const {
  const auto in_erases = [&](const Erase& erase) { return erase.place == place; };
  const auto in_read = [&](const Read& one) { return one.place == place; };
  const auto in_unbooked = [&](const auto& entry) { return entry.second.place == place; };
  return std::any_of(erases_.begin(), erases_.end(), in_erases) ||
         std::any_of(read_.begin(), read_.end(), in_read) ||
         std::any_of(unbooked_.begin(), unbooked_.end(), in_unbooked);
}

bool Mailbox::is_in_hand_elsewhere(const std::string& pdu) const {
  const auto in_erases = [&](const Erase& erase) { return erase.pdu == pdu; };
  const auto in_read = [&](const Read& one) { return one.pdu == pdu; };
  const auto in_unbooked = [&](const auto& entry) { return entry.second.pdu == pdu; };
  return std::any_of(erases_.begin(), erases_.end(), in_erases) ||
         std::any_of(read_.begin(), read_.end(), in_read) ||
         std::any_of(unbooked_.begin(), unbooked_.end(), in_unbooked);
}

/// Of one that deletes the other parts of a message with the one, all that lies there is booked
/// first.
bool Mailbox::can_erase() const {
  if (erases_.empty()) return false;
  const bool takes_all = reception_.profile->has(Quirk::deletes_siblings);
  return !takes_all || (read_.empty() && unbooked_.empty());
}

bool Mailbox::can_take_more() const {
  return read_.empty() && unbooked_.size() < most_unbooked;
}

bool Mailbox::has_work(TimePoint now) const {
  if (!active_ || task_ != Task::none) return false;
  if (now >= acknowledgement_due(now)) return true;
  if (now < pause_until_) return false;
  return wants_command() || now >= next_sweep_;
}

bool Mailbox::wants_command() const {
  if (can_erase() || wants_other_notification_) return true;
  if (receive_.empty() && !candidates_.empty()) return true;
  if (can_take_more() && has_to_look()) return true;
  const bool is_done = !has_to_look();
  return is_done && !receive_.empty() && selected_ != receive_;
}

bool Mailbox::has_to_look() const {
  return !places_.empty() || !announced_.empty() || !sweeps_.empty() || listing_;
}

TimePoint Mailbox::due(TimePoint now) const {
  if (!active_ || task_ != Task::none) return TimePoint::max();
  const auto usual = wants_command() ? pause_until_ : std::max(pause_until_, next_sweep_);
  return std::min(usual, acknowledgement_due(now));
}

at::Command Mailbox::command(Task task, std::string line, std::string prefix,
                             std::chrono::milliseconds timeout) {
  task_ = task;
  return {std::move(line), std::move(prefix), timeout};
}

at::Command Mailbox::next(TimePoint now) {
  assert(has_work(now));
  if (now >= acknowledgement_due(now)) return next_acknowledgement(now);
  if (now >= next_sweep_) {
    next_sweep_ = TimePoint::max();
    sweeping_ = periodic_ = true;
    if (!receive_.empty()) plan_sweep(receive_);
    for (const auto& store : other_stores_) plan_sweep(store);
    for (const auto& store : unswept_) plan_sweep(store);
    // Some modems put reports, which no line announces, into another store than what comes in.
    if (++sweeps_begun_ % all_every == 0 || sweeps_.empty()) {
      sweep_all();
      // One whose line was lost was acknowledged by nobody: the modem may hand over nothing more.
      if (!acknowledgements_.empty()) renew_ = std::min(renew_, now);
    }
  }
  const auto choose = [&](const std::string& store) {
    task_store_ = store;
    auto chosen = command(Task::select, selection(store), "+CPMS:", store_time);
    // Some answer with OK alone; of one that has told how many it holds, that is another's OK, and
    // the dialogue gets in step.
    if (!use_.contains(store)) chosen.lines_at_least = 0;
    return chosen;
  };
  if (receive_.empty() && !candidates_.empty()) return choose(candidates_.front());
  if (wants_other_notification_) {
    const auto& value = reception_.notify.at(reception_.notified_by + 1);
    return command(Task::notify, "AT+CNMI=" + value, "", store_time);
  }
  const bool looks_first = reception_.profile->has(Quirk::deletes_siblings) && lists_ && !fresh_;
  if (can_erase() && looks_first && !listing_) {
    listing_ = erases_.front().place.store;
  } else if (can_erase() && !looks_first) {
    fresh_ = false;
    const auto here = std::find_if(erases_.begin(), erases_.end(), [&](const Erase& erase) {
      return erase.place.store == selected_;
    });
    if (here == erases_.end()) return choose(erases_.front().place.store);
    task_erase_ = std::move(*here);
    erases_.erase(here);
    return command(Task::erase, "AT+CMGD=" + std::to_string(task_erase_.place.index), "",
                   place_time);
  }
  if (!places_.empty()) {
    const std::string& store = places_.front().store;
    // The setting's answer has a line of its own, so that one which is late shows by it: nothing
    // else tells whose answer +CMGR's is.
    if (store != selected_ || !is_sure_) return choose(store);
    is_sure_ = false;
    place_ = std::move(places_.front());
    places_.pop_front();
    auto one = command(Task::read, "AT+CMGR=" + std::to_string(place_.index), "+CMGR:", place_time);
    one.lines_at_least = 0;  // an empty place
    return one;
  }
  if (!listing_ && !announced_.empty()) {
    listing_ = announced_.extract(announced_.begin()).value();
    if (!lists_) return choose(*listing_);  // how many it holds is asked first
  }
  if (!listing_ && !sweeps_.empty()) {
    listing_ = sweeps_.front();
    sweeps_.pop_front();
    return choose(*listing_);
  }
  if (!listing_) return choose(receive_);
  if (*listing_ != selected_) return choose(*listing_);
  auto all = command(Task::list, "AT+CMGL=4", "+CMGL:", list_time);
  all.lines_at_least = 0;
  return all;
}

/// mem2 and mem3 stay where messages are received.
std::string Mailbox::selection(const std::string& store) const {
  const std::string& home = receive_.empty() ? store : receive_;
  std::string line = "AT+CPMS=\"" + store + "\"";
  for (int i = 1; i < arguments_; ++i) line += ",\"" + home + "\"";
  return line;
}

void Mailbox::answered(const Answer& answer, TimePoint now) {
  const Task task = std::exchange(task_, Task::none);
  if (task == Task::acknowledge) return acknowledged(answer, now);
  if (task == Task::renew) return renewed(answer, now);
  if (!answer && is_busy(answer.error()) && ++busy_ <= most_busy) {
    pause_until_ = now + busy_pause;
    if (task == Task::read) places_.push_front(std::move(place_));
    if (task == Task::erase) erases_.push_front(std::move(task_erase_));
    return;
  }
  busy_ = 0;
  switch (task) {
    case Task::select: selected(answer, now); break;
    case Task::list: listed(answer, now); break;
    case Task::read: read(answer, now); break;
    case Task::erase: erased(answer, now); break;
    case Task::notify: notified(answer); break;
    case Task::acknowledge:
    case Task::renew:
    case Task::end_service:  // refused or not: more cannot be done
    case Task::none: break;
  }
  if (sweeping_ && sweeps_.empty() && !listing_) sweep_done(now);
}

void Mailbox::note_use(const at::Reply& reply, const std::string& store) {
  for (const auto& line : reply) {
    const auto uses = at::storage_use(line.text);
    if (uses.empty()) continue;
    auto use = uses.front();  // of mem1
    use.name = store;
    use_[store] = std::move(use);
    return;
  }
}

void Mailbox::selected(const Answer& answer, TimePoint now) {
  const std::string store = std::exchange(task_store_, {});
  if (!answer && !answer.error().is_answer()) {  // silent: what is selected now nobody knows
    selected_.clear();
    if (listing_ == store) {
      unswept_.insert(store);
      listing_.reset();
    }
    return;
  }
  if (!answer) {
    task_store_ = store;
    return refused_store(now);
  }
  selected_ = store;
  is_sure_ = true;
  unswept_.erase(store);
  note_use(*answer, store);
  if (receive_.empty()) {
    receive_ = store;
    candidates_.clear();
    trouble_.clear();
  }
  const auto use = use_.find(store);
  const bool is_known = use != use_.end();
  if (is_known && is_nearly_full(use->second)) drains_ = true;
  if (listing_ != store) return;
  const bool is_empty = is_known && use->second.used == 0;
  if (is_empty) {
    unlistable_.erase(store);
    listing_.reset();
  } else if (!lists_) {
    listing_.reset();
    scan(store);
  }
}

void Mailbox::refused_store(TimePoint now) {
  const std::string store = std::exchange(task_store_, {});
  const bool is_home = receive_.empty();
  if (is_home && arguments_ > 1 && !reception_.profile->has(Quirk::takes_all_stores)) {
    --arguments_;
    return;
  }
  if (store == receive_) {  // it was taken before: the SIM may be ill for a while
    pause_until_ = now + unsure_pause;
    return;
  }
  if (listing_ == store) listing_.reset();
  std::erase_if(places_, [&](const Place& place) { return place.store == store; });
  announced_.erase(store);
  std::erase_if(erases_, [&](const Erase& one) { return one.place.store == store; });
  std::erase(sweeps_, store);
  other_stores_.erase(store);
  unswept_.insert(store);  // it may have been ill for a moment
  if (!is_home) return;
  arguments_ = 3;
  std::erase(candidates_, store);
  if (!candidates_.empty()) return;
  candidates_ = homes_;
  pause_until_ = now + proven_pause;
  trouble_ =
      "the modem lets no message store be chosen (+CPMS), so nothing that comes in can be read; "
      "use it for sending only, or another modem";
}

void Mailbox::take(const Place& place, const at::ListedMessage& message, TimePoint now,
                   bool is_in_order) {
  using Status = at::ListedMessage::Status;
  if (message.status == Status::unsent || message.status == Status::sent) return;
  if (message.pdu.empty() || is_in_hand(place)) return;
  // Stores overlap (MT is ME and SM): one that is left over is found again.
  if (is_in_hand_elsewhere(message.pdu)) return;
  const auto stuck = stuck_.find(place);
  if (stuck != stuck_.end() && stuck->second == message.pdu) return;
  if (!is_in_order || looks_damaged(message)) {
    const auto doubt = doubted_.find(place);
    const bool is_same = doubt != doubted_.end() && doubt->second == message.pdu;
    if (!is_same && doubted_.size() < most_doubted) {
      doubted_[place] = message.pdu;
      if (place.store != receive_) other_stores_.insert(place.store);
      if (lists_) sweep_within(busy_pause, now);
      if (!lists_) places_.push_back(place);
      return;
    }
  }
  doubted_.erase(place);
  if (place.store != receive_) other_stores_.insert(place.store);
  read_.push_back({place, message.pdu, message.length});
}

void Mailbox::listed(const Answer& answer, TimePoint now) {
  const std::string store = listing_.value_or(selected_);
  listing_.reset();
  if (!answer) {
    if (!answer.error().is_answer()) selected_.clear();
    lists_ = false;
    return scan(store);
  }
  const auto messages = at::listed_messages(*answer);
  const std::size_t before = read_.size();
  int last = -1;
  for (const auto& message : messages) {
    if (!message.index) continue;
    take({store, *message.index}, message, now, *message.index > last);
    last = std::max(last, *message.index);
  }
  const std::size_t found = read_.size() - before;
  fresh_ = found == 0;
  const auto use = use_.find(store);
  const bool holds_some = use != use_.end() && use->second.used > 0;
  if (messages.empty() && holds_some && unlistable_[store] != use->second.used) {
    if (++empty_lists_ < empty_is_unlistable) return sweep_within(unsure_pause, now);
    unlistable_[store] = use->second.used;  // it is looked at one by one, once
    return scan(store);
  }
  empty_lists_ = 0;
  if (found == 0 && doubted_.empty() && expects_more_ && !periodic_) {
    // Announced, and not there: reports may lie in a store of their own, or an answer is missing.
    if (store != reports_store && offers(reports_store)) {
      announced_.insert(std::string(reports_store));
    }
    return sweep_within(unsure_pause, now);
  }
  const bool is_unexpected = periodic_ && found > 0 && !std::exchange(expects_more_, false);
  if (!is_unexpected) return;
  proven_ = false;
  if (++missed_sweeps_ < missed_is_disproved) return;
  missed_sweeps_ = 0;
  wants_other_notification_ = reception_.notified_by + 1 < reception_.notify.size();
  next_sweep_ = std::min(next_sweep_, now + unsure_pause);
}

void Mailbox::scan(const std::string& store) {
  const auto use = use_.find(store);
  const int last = use != use_.end() && use->second.total > 0
                       ? std::min(use->second.total, most_places)
                       : most_places;
  // The first place is 0 on some modems and 1 on others.
  for (int index = 0; index <= last && places_.size() < most_waiting; ++index) {
    places_.push_back({store, index});
  }
}

void Mailbox::read(const Answer& answer, TimePoint now) {
  const Place place = std::exchange(place_, {});
  if (!answer && !answer.error().is_answer()) {
    selected_.clear();
    return sweep_within(unsure_pause, now);
  }
  if (!answer) return;
  const auto messages = at::listed_messages(*answer);
  if (!messages.empty()) take(place, messages.front(), now, messages.size() == 1);
}

void Mailbox::erased(const Answer& answer, TimePoint now) {
  Erase erase = std::exchange(task_erase_, {});
  if (answer || at::code_of(answer.error()) == "cms_321") {
    const auto use = use_.find(erase.place.store);
    refused_erases_.erase(erase.place);
    if (use != use_.end() && use->second.used > 0) --use->second.used;
    if (erases_.empty() && use != use_.end() && !is_nearly_full(use->second)) drains_ = false;
    return;
  }
  if (!answer.error().is_answer()) {
    // It may be gone, and another in its place: it is read again before it is deleted.
    selected_.clear();
    return sweep_within(unsure_pause, now);
  }
  // Perhaps it went after all, and another came into its place.
  auto& tries = refused_erases_[erase.place];
  if (tries.first != erase.pdu) tries = {erase.pdu, 0};
  if (refused_erases_.size() <= most_stuck && ++tries.second < most_erase_tries) {
    return sweep_within(unsure_pause, now);
  }
  refused_erases_.erase(erase.place);
  if (stuck_.size() < most_stuck) stuck_.emplace(erase.place, erase.pdu);
  trouble_ = "a message in " + erase.place.store +
             " cannot be deleted and takes its place for good; empty the SIM in a phone";
}

void Mailbox::notified(const Answer& answer) {
  wants_other_notification_ = false;
  ++reception_.notified_by;
  if (answer) return;
  wants_other_notification_ = reception_.notified_by + 1 < reception_.notify.size();
}

void Mailbox::sweep_done(TimePoint now) {
  sweeping_ = periodic_ = false;
  expects_more_ = false;
  const auto full = [&](const auto& entry) { return is_nearly_full(entry.second); };
  if (drains_ && !has_to_look() && read_.empty() && unbooked_.empty() && erases_.empty()) {
    drains_ = false;  // what is left in it is not ours to delete
    if (std::any_of(use_.begin(), use_.end(), full) && trouble_.empty()) {
      trouble_ =
          "the message store is nearly full of messages that did not come in; empty it in a phone";
    }
  } else if (std::none_of(use_.begin(), use_.end(), full) && stuck_.empty() && active_) {
    trouble_.clear();
  }
  const auto pause = missed_sweeps_ > 0 ? unsure_pause : proven_ ? proven_pause : unproven_pause;
  next_sweep_ = std::min(next_sweep_, now + pause);
}

std::vector<Mailbox::Found> Mailbox::take_found() {
  std::vector<Found> found;
  while (!read_.empty() && unbooked_.size() < most_unbooked) {
    Read& one = read_.front();
    found.push_back({++last_token_, one.pdu, one.length});
    unbooked_.emplace(last_token_, Unbooked{std::move(one.place), std::move(one.pdu)});
    read_.pop_front();
  }
  return found;
}

void Mailbox::booked(std::uint64_t token) {
  if (book_direct(token)) return;
  const auto entry = unbooked_.extract(token);
  if (!entry) return;  // of before a restart: it is found again
  erases_.push_back({std::move(entry.mapped().place), std::move(entry.mapped().pdu)});
}

void Mailbox::not_booked(std::uint64_t token, TimePoint now) {
  const auto is_it = [&](const Direct& direct) { return direct.token == token; };
  if (std::any_of(directs_.begin(), directs_.end(), is_it)) return lapse();
  if (unbooked_.extract(token)) sweep_within(again_pause, now);
}

std::vector<at::StorageUse> Mailbox::storage() const {
  std::vector<at::StorageUse> stores;
  for (const auto& [name, use] : use_) stores.push_back(use);
  return stores;
}

bool Mailbox::nearly_full() const {
  return std::any_of(use_.begin(), use_.end(),
                     [](const auto& entry) { return is_nearly_full(entry.second); });
}

std::string_view Mailbox::notification() const {
  return reception_.notified_by < reception_.notify.size()
             ? std::string_view(reception_.notify[reception_.notified_by])
             : std::string_view();
}

}  // namespace bank::modem
