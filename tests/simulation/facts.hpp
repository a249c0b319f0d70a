#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "modem/loop.hpp"
#include "modem/recovery.hpp"
#include "scheduler/message.hpp"

namespace bank::simulation {

using modem::TimePoint;

// What is looked for in logs.
inline constexpr std::string_view number_begins = "98912";  // of every recipient
inline constexpr std::string_view word_of_texts = "salam";

/// A part as somebody outside the program saw it.
struct SeenPart {
  std::uint64_t order;  // of all facts
  TimePoint at;
  std::string slot;
  std::string iccid;  // of the SIM that was in it then
  std::string to;
  std::string token;  // which message: a word of its text
  int part;
  int parts;
  int reference;  // of the concatenation; -1 for a single part
  bool marked;    // as a possible double (TP-RD)
};

/// What callers were told of one message.
struct AcceptedMessage {
  std::string token;
  std::string to;
  scheduler::MessageClass message_class;
  int parts;
  bool suppressed;  // as it was answered
};

/// A number that must not be written to, from the answer to its lifting.
struct Silence {
  std::string number;
  std::string scope;
  std::string reason;
  std::uint64_t answered;
  std::optional<std::uint64_t> lifted{};  // it was asked to be lifted
};

/// A text that the network has for a SIM.
struct SentIn {
  std::string iccid;
  std::string from;
  std::string text;  // a token of its own begins it
};

/// Nothing of a batch is begun from the answer on, until it is asked to go on.
struct BatchPause {
  scheduler::BatchId batch;
  std::uint64_t answered;
  std::optional<std::uint64_t> resumed;
};

/// The machine's clock was set: so far from the right time is it from then on.
struct ClockSet {
  TimePoint at;
  std::chrono::milliseconds off;
};

/// From when to when something was so; to the end, where nothing ended it.
struct Period {
  TimePoint from;
  TimePoint until = TimePoint::max();
};

/// Something that was done for a modem that does not work, as its port or its hub saw it.
struct SeenRung {
  TimePoint at;
  std::string slot;
  modem::Rung rung;
  bool was_refused;  // by the hub
};

/// A port went away.
struct SeenGone {
  TimePoint at;
  std::string slot;
  std::string hub;
};

/// A hub was without power: what of its modems the program showed as ready is to be told so.
struct HubGone {
  TimePoint at;
  std::string hub;
  std::vector<std::string> were_ready;
};

/// Nothing is begun by a modem from the answer on, until it is asked to go on.
struct ModemPause {
  std::string slot;
  std::uint64_t answered;
  std::optional<std::uint64_t> resumed;
};

/// A person asked a modem something, and was not answered yet.
struct Asked {
  std::string slot;
  TimePoint at;
  std::uint64_t life;  // of the program
};

/// What was really so, gathered outside the program: what its callers were answered, what it wrote
/// to its modems, what the network took. It outlives every crash.
struct Facts {
  std::uint64_t next = 1;  // facts are in one order, also those of the same moment
  std::map<scheduler::MessageId, AcceptedMessage> accepted;
  std::map<scheduler::MessageId, std::uint64_t> cancelled;   // answered
  std::set<scheduler::MessageId> requeued;                   // by a person
  std::map<scheduler::MessageId, std::uint64_t> left_begun;  // by a crash, its PDU written or not
  std::map<scheduler::BatchId, std::vector<scheduler::MessageId>> batches;
  std::vector<BatchPause> pauses;
  std::map<scheduler::BatchId, std::uint64_t> resumed;  // asked, the last
  std::set<std::string> broken_off;                     // tokens of uploads that did not come whole
  std::vector<Silence> silences;
  std::vector<SeenPart> written;  // PDUs that left the program
  std::vector<SeenPart> taken;    // by the network
  std::vector<ClockSet> clock;
  std::vector<SentIn> sent_in;
  std::vector<std::string> logged;  // the first lines that tell what no log may tell
  std::uint64_t crashes = 0;

  // Of modems.
  std::vector<Period> lives;    // of the program
  std::vector<Period> no_disk;  // no commit succeeded
  std::vector<Period> noise;    // on the lines
  std::vector<SeenRung> rungs;
  std::vector<SeenGone> gone;
  std::vector<HubGone> hubs_gone;
  std::vector<ModemPause> modem_pauses;
  std::map<std::string, std::uint64_t> modem_resumed;  // asked, the last
  std::map<std::uint64_t, Asked> asked;
  std::map<std::string, std::set<std::string>> codes;  // of errors that each modem told
  std::map<std::string, std::set<std::string>> ussd;   // what the network told each SIM
  std::vector<std::string> misheard;                   // what people were answered, and nobody said
};

}  // namespace bank::simulation
