#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "at/dialogue.hpp"
#include "at/message_lines.hpp"
#include "at/storage.hpp"
#include "modem/profile.hpp"

namespace bank::modem {

using at::TimePoint;

/// How a modem takes messages in, as its bring-up has found it.
struct Reception {
  const Profile* profile = nullptr;
  bool is_wanted = true;                       // false: what its stores hold is nobody's concern
  std::optional<at::StorageChoices> stores{};  // what +CPMS=? offers; nothing: it does not say
  std::vector<std::string> notify{};           // values of +CNMI that may work, the best first
  std::size_t notified_by = 0;                 // the one that is set; notify.size(): none
  bool acknowledges = false;  // the service of +CSMS that is set waits for it, message by message
};

/// What lies in the stores of one modem and what is to be done with it: found by announcements
/// (+CMTI, +CDSI) and by sweeps, read, handed over to be booked, and only then deleted. Announced
/// or not, lost, doubled or told of the wrong store: the sweeps find it. A pure machine: it says
/// which command is next and hears its answer; the session runs them between its other work.
///
/// What looks damaged on its way (no hex, another length than was claimed, a list out of order) is
/// read once more, and taken when it is the same again: some modems claim wrong lengths.
///
/// Which place holds what is taken from lists, which say it themselves: the answer to the reading
/// of one place does not, and after one answer too many it would be another's.
///
/// A place (store and index) is deleted only as long as it surely holds what was read there: after
/// anything that is not sure (a silent answer, a restart, another SIM) it is read again instead,
/// and whoever books knows it for a duplicate.
///
/// What comes directly is acknowledged, where the service asks for it, when it is booked, in the
/// order in which it came: +CNMA does not say which it means (TS 27.005 §3.4.4). What is not booked
/// in time is not acknowledged, nor what came behind it: the network brings all of it again. The
/// modem hands nothing over meanwhile, until its +CNMI is set anew.
class Mailbox {
 public:
  static constexpr std::size_t most_unbooked = 32;  // handed over at once
  static constexpr std::size_t most_waiting = 512;  // places to be looked at one by one
  static constexpr std::size_t most_stuck = 64;     // that cannot be deleted
  /// Sweeps: until an announcement has come true, after it, and once one was missing.
  static constexpr std::chrono::seconds unproven_pause{20}, proven_pause{60}, unsure_pause{10};
  /// The network waits for an acknowledgement for some 15 s (TS 24.011 §10); one that is late might
  /// be taken for the next message's.
  static constexpr std::chrono::seconds acknowledge_time{12};
  /// From then on until the network has surely given it up.
  static constexpr std::chrono::seconds give_up_time{8};

  /// The modem is brought up: everything it may hold is looked for.
  void begin(Reception reception, TimePoint now);
  /// It is not any more, or its SIM went.
  void end();

  /// +CMTI or +CDSI.
  void told(const at::StoredMessage& where);
  /// A store is full, says the modem.
  void told_full(TimePoint now);
  /// One came directly, and the service asks for its acknowledgement: the token to book it by;
  /// 0 where it does not ask.
  [[nodiscard]] std::uint64_t came_directly(TimePoint now);
  /// The same, and it cannot be read.
  void lost_one(TimePoint now);

  /// Something is to be done now, as far as the caller keeps up with booking.
  [[nodiscard]] bool has_work(TimePoint now) const;
  /// It is nearly full, or the network waits: nothing else goes first.
  [[nodiscard]] bool is_urgent(TimePoint now) const {
    return drains_ || now >= acknowledgement_due(now);
  }
  /// When has_work may become true by itself; TimePoint::max(): never.
  [[nodiscard]] TimePoint due(TimePoint now) const;

  /// The next command; its answer comes with `answered` before another is asked for.
  [[nodiscard]] at::Command next(TimePoint now);
  void answered(const Result<at::Reply, at::DialogueFailure>& answer, TimePoint now);

  struct Found {
    std::uint64_t token;
    std::string pdu;            // hex, as printed
    std::optional<int> length;  // as claimed
  };
  /// What was read since, to be booked: each is answered by `booked` or `not_booked`.
  [[nodiscard]] std::vector<Found> take_found();
  void booked(std::uint64_t token);
  /// It stays where it is and is found again.
  void not_booked(std::uint64_t token, TimePoint now);

  /// The stores as last told, by name.
  [[nodiscard]] std::vector<at::StorageUse> storage() const;
  /// What a person should know, and after "; " what to do; empty when all is well.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  /// Places of a nearly full store that nothing can be done about are told as well.
  [[nodiscard]] bool nearly_full() const;
  [[nodiscard]] std::string_view notification() const;

 private:
  using Answer = Result<at::Reply, at::DialogueFailure>;
  struct Place {
    std::string store;
    int index;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Read {
    Place place;
    std::string pdu;
    std::optional<int> length;
  };
  struct Unbooked {
    Place place;
    std::string pdu;
  };
  struct Direct {  // to be acknowledged
    std::uint64_t token;
    TimePoint until;  // it may be acknowledged
    bool is_booked = false;
  };
  struct Erase {
    Place place;
    std::string pdu;
  };
  enum class Task { none, select, list, read, erase, acknowledge, end_service, renew, notify };

  void sweep_all();
  void sweep_within(std::chrono::seconds pause, TimePoint now);
  [[nodiscard]] bool wants_command() const;
  [[nodiscard]] bool has_to_look() const;
  void plan_sweep(const std::string& store);
  void select(const std::string& store);
  void selected(const Answer& answer, TimePoint now);
  void refused_store(TimePoint now);
  void listed(const Answer& answer, TimePoint now);
  void read(const Answer& answer, TimePoint now);
  void erased(const Answer& answer, TimePoint now);
  void notified(const Answer& answer);
  // mailbox_direct.cpp: what comes directly
  [[nodiscard]] TimePoint acknowledgement_due(TimePoint now) const;
  [[nodiscard]] at::Command next_acknowledgement(TimePoint now);
  void acknowledged(const Answer& answer, TimePoint now);
  void renewed(const Answer& answer, TimePoint now);
  [[nodiscard]] bool book_direct(std::uint64_t token);
  void lapse();
  void take(const Place& place, const at::ListedMessage& message, TimePoint now,
            bool is_in_order = true);
  [[nodiscard]] bool can_erase() const;
  [[nodiscard]] bool is_in_hand_elsewhere(const std::string& pdu) const;
  void scan(const std::string& store);
  void sweep_done(TimePoint now);
  void note_use(const at::Reply& reply, const std::string& store);
  [[nodiscard]] bool offers(std::string_view store) const;
  [[nodiscard]] bool is_in_hand(const Place& place) const;
  [[nodiscard]] at::Command command(Task task, std::string line, std::string prefix,
                                    std::chrono::milliseconds timeout);
  [[nodiscard]] std::string selection(const std::string& store) const;
  [[nodiscard]] bool can_take_more() const;

  Reception reception_;
  bool active_ = false;
  Task task_ = Task::none;
  std::string task_store_;
  Place place_{};
  Erase task_erase_{};

  std::string selected_;                // mem1; empty: not known
  std::string receive_;                 // where new ones go; empty: not chosen yet
  std::deque<std::string> candidates_;  // for it
  std::deque<std::string> homes_;       // all of them, to begin again with
  int arguments_ = 3;                   // of +CPMS
  std::deque<std::string> sweeps_;      // stores to be looked through
  std::optional<std::string> listing_;  // selected for it
  std::set<std::string> unswept_;       // that could not be looked through when it was their turn
  std::set<std::string> other_stores_;  // where something was found, or was announced
  std::set<std::string> announced_;     // stores that something was announced in
  std::deque<Place> places_;            // to be looked at one by one: their store cannot be listed
  std::deque<Read> read_;               // to be handed over
  std::deque<Erase> erases_;
  std::map<std::uint64_t, Unbooked> unbooked_;
  std::deque<Direct> directs_;                 // in the order in which they came
  std::vector<std::string> acknowledgements_;  // ways to write it; none: it is not asked for
  std::size_t acknowledged_by_ = 0;            // the way
  bool was_acknowledged_ = false;              // that way is right
  std::uint64_t acknowledging_ = 0;            // which
  bool ends_service_ = false;
  TimePoint acknowledge_from_{};                                 // it was refused for a moment
  TimePoint renew_ = TimePoint::max();                           // +CNMI is set anew
  std::map<Place, std::pair<std::string, int>> refused_erases_;  // of what, how often
  std::map<Place, std::string> stuck_;
  std::map<Place, std::string> doubted_;  // what was read once and looks damaged on its way
  std::map<std::string, at::StorageUse> use_;
  std::map<std::string, int> unlistable_;  // what a store says that it holds and nobody can read
  bool lists_ = true;
  bool drains_ = false;
  bool fresh_ = false;    // nothing can lie there that was not read (Quirk::deletes_siblings)
  bool is_sure_ = false;  // the last answer was surely that of the last command
  int empty_lists_ = 0;
  bool sweeping_ = false;
  int sweeps_begun_ = 0;
  bool periodic_ = false;      // this sweep should find nothing that was not announced
  bool expects_more_ = false;  // what it finds was announced
  int missed_sweeps_ = 0;
  bool proven_ = false;
  bool wants_other_notification_ = false;
  int busy_ = 0;
  TimePoint pause_until_{};
  TimePoint next_sweep_ = TimePoint::max();
  std::uint64_t last_token_ = 0;
  std::string trouble_;
};

}  // namespace bank::modem
