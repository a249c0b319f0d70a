#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/door.hpp"
#include "web/http.hpp"

namespace bank::web {

inline constexpr std::size_t most_recipients = 10'000;
inline constexpr std::size_t longest_reference = 255;  // octets
inline constexpr std::size_t longest_pool = 64;        // octets

/// The body of `POST /v1/messages`, checked in every field.
struct MessageForm {
  struct Rejected {
    std::size_t index;  // into `to` as sent
    std::string to;     // as sent, or as normalised when only suppressed
    std::string reason;
  };
  scheduler::NewMessage prototype;        // all but `to`
  std::optional<std::string> wanted_sim;  // its outside name
  bool batch = false;                     // `to` was an array
  std::vector<std::string> to;            // normalised
  std::vector<std::size_t> index;         // of each in `to` as sent; for an array
  std::vector<Rejected> rejected;         // numbers of an array that are none
};

/// What is wrong with a text, and what to do.
[[nodiscard]] std::string text_error(const at::TextError& error);

/// Reads and checks a body; `key` is the caller's. A message that names no pool gets `default`, or
/// the one pool of a key that has one; one that names no SIM the one SIM of a key that has one.
///
/// Errors  400 for what is not a JSON object, 403 when only the class or only the pool is not this
///         key's, else 422 with all that is wrong at once, each with its pointer and what to do. A
///         number that is none is an error when it stands alone or when none of an array is one;
///         else `rejected`.
[[nodiscard]] Result<MessageForm, Response> read_message_form(std::string_view body,
                                                              const scheduler::ApiKey& key,
                                                              Door& door);

/// What a key may send: messages of a class, and through one SIM (by its outside name), which is a
/// way around the key's pools unless it is in one of them.
[[nodiscard]] bool may_send(const scheduler::ApiKey& key, scheduler::MessageClass message_class);
[[nodiscard]] bool may_use_sim(const scheduler::ApiKey& key, Door& door, std::string_view sim);
/// Whether a key that was made for some SIMs was made for this one.
[[nodiscard]] bool is_bound_to(const scheduler::ApiKey& key, Door& door, std::string_view sim);
/// The outside name that a SIM has now: one that was known by its IMSI alone may have got an ICCID.
[[nodiscard]] std::optional<std::string> name_now(Door& door, std::string_view name);

/// Whether a message as sent in has a field of that name, and all their names for people.
[[nodiscard]] bool is_message_field(std::string_view name);
[[nodiscard]] std::string message_fields();

/// Why a line of a batch is refused.
struct LineFlaw {
  std::string field;  // RFC 6901 into the line's message; empty: the line as a whole
  std::string reason;
};

/// One message of a batch: the same object with one number in `to`. `to` of the result is filled.
///
/// Errors  the first that is wrong, and how much there is in all.
[[nodiscard]] Result<scheduler::NewMessage, LineFlaw> read_message_line(
    const nlohmann::json& line, const scheduler::ApiKey& key, Door& door);

}  // namespace bank::web
