#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/dialogue.hpp"
#include "at/storage.hpp"
#include "modem/profile.hpp"
#include "modem/session.hpp"

namespace bank::modem {

/// What a technician wants to know of a modem; empty or null where it does not say.
struct Findings {
  Facts facts;
  std::vector<at::StorageUse> storage;    // by name, each once
  std::vector<std::string> capabilities;  // words, in the order they were found
  std::string notify;  // the +CNMI that fits what it offers; empty: none was told
  const Profile* profile = &generic_profile();  // never null
  std::optional<double> temperature;            // degrees Celsius, of the module
  std::optional<int> millivolts;                // that it is fed with
};

/// Asks a modem who it is and what it can do, as a machine of (event, now) → bytes to write. It
/// changes nothing that lasts: no PIN is entered, nothing is sent, read or deleted; echo goes off
/// and errors get their numbers, and the store in use may be chosen, until the modem restarts.
class Probe {
 public:
  static constexpr int most_calls = 10;    // "AT", until something answers
  static constexpr int most_silences = 3;  // questions in a row, then it is over

  [[nodiscard]] std::string opened(TimePoint now);
  [[nodiscard]] std::string received(std::string_view bytes, TimePoint now);
  /// Call when `deadline` has come.
  [[nodiscard]] std::string expire(TimePoint now);
  /// TimePoint::max() once it is finished.
  [[nodiscard]] TimePoint deadline() const;

  [[nodiscard]] bool finished() const { return stage_ == Stage::finished; }
  /// Whether a modem answered at all.
  [[nodiscard]] bool answered() const { return answered_; }
  /// Octets came, but no answer: something else than an AT port.
  [[nodiscard]] bool babbled() const { return !answered_ && octets_ > 0; }
  [[nodiscard]] const Findings& findings() const { return findings_; }

 private:
  using Answer = Result<at::Reply, at::DialogueFailure>;
  enum class Stage { draining, calling, asking, finished };

  [[nodiscard]] std::string call(TimePoint now);
  [[nodiscard]] std::string ask(TimePoint now);
  [[nodiscard]] std::string perform(at::DialogueEvents events, TimePoint now);
  [[nodiscard]] std::string take(const Answer& answer, TimePoint now);
  [[nodiscard]] std::string drain(TimePoint now);
  [[nodiscard]] std::string finish();
  [[nodiscard]] bool is_known(std::string_view name) const;
  void next_question();
  [[nodiscard]] at::Command command_of(std::string_view spelling) const;
  void hear(const at::Line& line);
  void note(std::string_view name, const at::Reply& reply);
  void note_identification(const at::Reply& reply);
  void note_registration(std::string_view line, bool solicited);
  void note_storage(std::string_view line);
  void note_notification(std::string_view line);
  void note_health(const at::Reply& reply);
  void note_refusal(std::string_view name, const at::DialogueFailure& failure);
  void can(std::string_view what);
  void problem(std::string what);

  at::Dialogue dialogue_;
  Stage stage_ = Stage::finished;
  TimePoint timer_ = TimePoint::max();
  int calls_ = 0;
  int silences_ = 0;  // in a row
  std::size_t question_ = 0;
  std::vector<std::string> spellings_;  // of the question, in the order in which they are tried
  std::size_t spelling_ = 0;
  std::size_t octets_ = 0;
  bool answered_ = false;
  bool asks_after_drain_ = false;
  Findings findings_;
};

}  // namespace bank::modem
