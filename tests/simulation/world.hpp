#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/air.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/explained.hpp"
#include "tests/simulation/facts.hpp"
#include "tests/simulation/program.hpp"
#include "tests/simulation/promises.hpp"
#include "tests/simulation/timeline.hpp"

namespace bank::simulation {

/// What a world is like; all of it drawn from its seed.
struct Shape {
  unsigned modems;
  std::chrono::milliseconds lasts;  // of trouble; then everything is well for hours
  std::chrono::milliseconds act;    // the mean pause between two things that happen
  std::uint64_t steps_a_life;       // of the program, at most; 0: it never crashes
  PlanOfSims plan;
  scheduler::WallTime origin;  // the right time at the timeline's beginning
  modem::virt::ModemOptions modem;
  std::string pin;
  bool resends;               // on_uncertain
  unsigned trouble_permille;  // of what happens
  bool is_read;               // its log, whatever is shown of it
  bool floods;                // bursts of messages come in
  std::size_t report_places;  // of a store for reports alone; 0: there is none
  bool names_modems;          // each has its [[modem]]
  bool switches_power;        // hubs do
  std::optional<std::chrono::milliseconds> balance_every;
};

[[nodiscard]] Shape shape_of(std::uint64_t seed);
/// What is drawn of its modems.
void shape_modems(Shape& shape, Chance& chance);

/// A promise of the design that was not kept.
struct Breach {
  int promise;
  std::string what;
};

/// Modems, SIMs, a network, a disk, people who write and call, and the program among them, from one
/// seed. The same seed gives the same world.
class World {
 public:
  enum class Tells { nothing, all };  // of the program's log, to standard error
  World(std::uint64_t seed, const std::filesystem::path& folder, Tells tells);
  ~World();

  /// From the first message to the last; what was not kept of the promises.
  [[nodiscard]] std::vector<Breach> live();
  /// One line about what happened.
  [[nodiscard]] std::string story() const;

 private:
  struct Upload;  // a batch on its way in

  void open_log(Tells tells);
  void start_program();
  void crash();
  void check_doubts();
  void watch();
  void act_later();
  void act();
  void post();
  void flood();
  void write_in();
  void call_in();
  [[nodiscard]] Breaches what_did_not_come_in();
  void upload();
  void upload_piece(const std::shared_ptr<Upload>& upload);
  void end_upload(const std::shared_ptr<Upload>& upload, web::BatchPiece piece);
  void change_batch();
  void change_batch(scheduler::BatchId id, web::BatchAction action);
  void resume_all();
  void cancel();
  void suppress();
  void unsuppress();
  void requeue();
  void trouble();
  void trouble_at(std::size_t slot);
  void set_up_modems();
  void lose_hub(std::size_t slot);
  void hang(std::size_t slot);
  void spend(std::size_t slot);
  void top_up();
  /// Nobody has to resume a modem any more, or to wait until a SIM is asked for its balance.
  [[nodiscard]] bool modems_are_settled();
  void resume_modems();
  void act_on_modem();
  void change_modem(std::size_t slot, web::ModemAction action);
  void ask_ussd();
  void set_disk(bool fails);
  void later(std::chrono::microseconds pause, std::function<void()> what);
  /// Nothing may wait in the end.
  [[nodiscard]] bool has_room() const { return !shape_.plan.per_minute; }
  void set_clock(std::chrono::milliseconds off);
  void heal();
  void help();
  [[nodiscard]] std::string some_number();
  [[nodiscard]] std::optional<scheduler::MessageId> some_message();
  /// The last that a person may send again.
  [[nodiscard]] std::optional<scheduler::MessageId> ended_message();
  [[nodiscard]] std::string text_of(const std::string& token, int parts, bool ucs2);
  /// A message with a text of its own; nothing when the door would refuse it.
  [[nodiscard]] std::optional<scheduler::NewMessage> some_text(const std::string& token);
  void check_book();
  void check_modems();
  void found(int promise, const Breaches& breaches);
  void note(const std::string& what) const;

  Chance chance_;
  Shape shape_;
  host::Config config_;
  Timeline timeline_;
  Facts facts_;
  Machine machine_;
  Disk disk_;
  Air air_;
  std::unique_ptr<Program> program_;
  std::optional<store::Database> book_;  // as anybody may read it
  Timeline::Owner lives_ = 0;
  scheduler::KeyId key_{};
  std::uint64_t tokens_ = 0;
  std::map<std::string, std::uint64_t> lifts_;  // the last, as asked, of every number
  bool troubled_ = true;
  std::map<std::string, std::int64_t> doubts_;  // so far, by modem
  std::int64_t last_begun_ = 0;                 // submission, before the last crash
  ModemsWatch modems_watch_;
  std::uint64_t questions_ = 0;
  std::vector<Breach> breaches_;
};

}  // namespace bank::simulation
