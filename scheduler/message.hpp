#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "at/split.hpp"

namespace bank::scheduler {

/// Wall clock, as stored and shown: milliseconds since 1970 in UTC.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
/// Time since this boot, suspend included (CLOCK_BOOTTIME): the clock on which limits run.
using BootTime = std::chrono::duration<std::int64_t, std::milli>;

enum class MessageId : std::int64_t {};  // rows in order of acceptance; outside: "msg_…"
enum class BatchId : std::int64_t {};    // outside: "bat_…"
enum class SimId : std::int64_t {};
enum class SubmissionId : std::int64_t {};
enum class KeyId : std::int64_t {};  // an API key

enum class MessageClass { transactional, promotional, service, otp, system };

/// INTERFACES "States of a message"; stored as these words.
/// What may be sent of a batch: nothing before it is complete, all of it, nothing of it for now,
/// nothing of it any more; or it is gone, and its messages with it.
enum class BatchState { receiving, open, paused, cancelled, dropped };

enum class MessageState {
  queued,
  sending,
  sent,
  delivered,
  undelivered,
  failed,
  expired,
  cancelled,
  suppressed,
  uncertain
};
inline constexpr std::size_t message_states = 10;

[[nodiscard]] std::string_view name_of(MessageClass value);
[[nodiscard]] std::string_view name_of(MessageState value);
[[nodiscard]] std::string_view name_of(BatchState value);
[[nodiscard]] std::optional<BatchState> batch_state_named(std::string_view name);
[[nodiscard]] std::optional<MessageClass> class_named(std::string_view name);
[[nodiscard]] std::optional<MessageState> state_named(std::string_view name);

/// Identifiers outside: fixed width, sortable as text in the order of acceptance.
[[nodiscard]] std::string outside(MessageId id);  // "msg_" and 13 characters of base 32
[[nodiscard]] std::string outside(BatchId id);    // "bat_" and 13 characters of base 32
[[nodiscard]] std::optional<MessageId> message_id(std::string_view outside);
[[nodiscard]] std::optional<BatchId> batch_id(std::string_view outside);

/// One text to one recipient, checked at the door: the number is E.164 or a short code, the text is
/// UTF-8 that `at::split` accepts, and `parts` is what that says.
struct NewMessage {
  std::string to;
  std::string text;
  MessageClass message_class = MessageClass::transactional;
  int priority = 5;  // 0–9, 9 first
  std::string pool = "default";
  std::optional<SimId> sim;  // only this SIM may send it
  std::optional<WallTime> send_at;
  WallTime expires_at;
  bool report = true;
  at::Encoding encoding = at::Encoding::automatic;
  bool flash = false;
  std::string reference;  // the caller's own id; may be empty
  int parts = 1;
  std::string
      topic{};  // what it is about, as people may opt out of it; empty: nothing of that kind
};

/// What the dispatcher holds of a queued message.
struct Candidate {
  MessageId id;
  std::string to;
  std::string text;
  MessageClass message_class;
  int priority;
  std::string pool;
  std::optional<SimId> sim;        // asked for by the caller
  std::optional<SimId> bound_sim;  // parts are already out through this one, or may be
  std::optional<BatchId> batch;
  bool own_lane;  // waits in a lane of its batch
  int parts;
  int parts_sent;  // the next part to send is parts_sent + 1
  int concat_ref;  // of the parts that are out, or may be; -1 while none is
  at::Encoding encoding;
  bool flash;
  bool report;
  WallTime expires_at;
  int attempts;              // refusals counted so far, and results that never came
  std::vector<SimId> avoid;  // SIMs that gave this message up
};

/// Why something did not go well, for people and for programs.
struct Trouble {
  std::string code;    // "cms_38", "larger_than_plan", "no_prompt", …
  std::string detail;  // what happened and what to do

  friend bool operator==(const Trouble&, const Trouble&) = default;
};

/// One message as the API gives it back.
struct MessageView {
  MessageId id;
  std::optional<BatchId> batch;
  std::string to;
  std::optional<std::string> text;  // gone when retention dropped it
  MessageClass message_class;
  int priority;
  std::string pool;
  std::optional<std::string> wanted_sim;  // ICCID (or imsi:…) as asked for
  std::optional<WallTime> send_at;
  WallTime expires_at;
  bool report;
  at::Encoding encoding;
  bool flash;
  std::string reference;
  MessageState state;
  int parts;
  int parts_sent;
  WallTime created_at;
  WallTime updated_at;
  int attempts;
  std::optional<std::string> sim;    // ICCID (or imsi:…) of the SIM that sends or sent it
  std::optional<std::string> modem;  // name of the modem
  std::optional<std::string> from;   // the SIM's number
  std::optional<WallTime> wait_until;
  std::optional<BatchState> held_by_batch;  // its batch, which is not open
  std::optional<Trouble> error;
  std::string topic{};  // may be empty
};

/// One attempt to hand one part to the network.
struct SubmissionView {
  int part;
  std::optional<int> tp_mr;
  std::optional<std::string> sim;
  std::string modem;
  WallTime at;
  std::string outcome;  // sending, sent, delivered, undelivered, refused, not_sent, uncertain
  std::optional<Trouble> error;
  bool resend = false;              // an earlier one of this part ended as uncertain
  std::optional<WallTime> ended{};  // when its end was known; nothing: it is with the modem
};

}  // namespace bank::scheduler
