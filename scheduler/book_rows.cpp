#include "scheduler/book_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace bank::scheduler::rows {
namespace {

constexpr std::array<std::pair<at::Encoding, std::string_view>, 4> encodings{{
    {at::Encoding::automatic, "auto"},
    {at::Encoding::gsm7, "gsm7"},
    {at::Encoding::ucs2, "ucs2"},
    {at::Encoding::plain, "plain"},
}};

constexpr std::array<std::string_view, 5> kinds_waiting{"voice", "fax", "email", "other", "video"};

at::Address::Kind address_kind_named(std::string_view name) {
  using enum at::Address::Kind;
  for (const auto kind :
       {international, national, network, subscriber, alphanumeric, abbreviated}) {
    if (at::name_of(kind) == name) return kind;
  }
  return unknown;
}

std::optional<int> optional_small(const store::Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.small(column));
}

constexpr std::size_t tail_digits = 8;
constexpr std::int64_t before_lanes = 1'099'511'627'776;  // pools and SIMs; lanes follow (schema)

}  // namespace

std::string_view name_of(at::Encoding encoding) {
  for (const auto& [value, name] : encodings) {
    if (value == encoding) return name;
  }
  return {};
}

at::Encoding encoding_named(std::string_view name) {
  for (const auto& [value, word] : encodings) {
    if (word == name) return value;
  }
  return at::Encoding::automatic;
}

std::string_view name_of(at::MessageWaiting::Kind kind) {
  return kinds_waiting.at(static_cast<std::size_t>(kind));
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ","));
}

std::vector<std::string> words_of(std::string_view joined) {
  std::vector<std::string> words;
  while (!joined.empty()) {
    const auto comma = joined.find(',');
    words.emplace_back(joined.substr(0, comma));
    joined = comma == std::string_view::npos ? std::string_view{} : joined.substr(comma + 1);
  }
  return words;
}

std::string tail_of(std::string_view number) {
  std::string digits;
  for (const char c : number) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits.size() <= tail_digits ? digits : digits.substr(digits.size() - tail_digits);
}

std::string select_candidate(std::string_view index_and_where) {
  return fmt::format(
      "SELECT m.id, m.recipient, t.body, m.class, m.priority, p.name, m.wanted_sim, m.via, "
      "m.parts, "
      "m.parts_sent, m.concat_ref, m.encoding, m.flash, m.report, m.expires_at, m.attempts, "
      "m.avoid, iif({}, m.batch, NULL), {} "
      "FROM message m {}",
      follows_batch("m"), in_own_lane("m"), index_and_where);
}

Candidate candidate_of(const store::Row& row) {
  Candidate candidate{
      .id = MessageId{row.integer(0)},
      .to = row.text(1),
      .text = row.text(2),
      .message_class = class_named(row.view(3)).value_or(MessageClass::transactional),
      .priority = row.small(4),
      .pool = row.text(5),
      .sim = optional_id<SimId>(row, 6),
      .bound_sim = std::nullopt,
      .batch = optional_id<BatchId>(row, 17),
      .own_lane = row.flag(18),
      .parts = row.small(8),
      .parts_sent = row.small(9),
      .concat_ref = -1,
      .encoding = encoding_named(row.view(11)),
      .flash = row.flag(12),
      .report = row.flag(13),
      .expires_at = wall(row.integer(14)),
      .attempts = row.small(15),
      .avoid = {}};
  if (!row.is_null(10)) {  // is_bound
    candidate.bound_sim = optional_id<SimId>(row, 7);
    candidate.concat_ref = row.small(10);
  }
  for (const std::string& word : words_of(row.view(16))) {
    std::int64_t id = 0;
    std::from_chars(word.data(), word.data() + word.size(), id);
    candidate.avoid.push_back(SimId{id});
  }
  return candidate;
}

SimRow sim_of(const store::Row& row) {
  return {.id = SimId{row.integer(0)},
          .iccid = row.text(1),
          .imsi = row.text(2),
          .number = row.text(3),
          .label = row.text(4),
          .operator_name = row.text(5),
          .pools = words_of(row.view(6))};
}

InboundView inbound_of(const store::Row& row) {
  InboundView view{};
  view.id = InboundId{row.integer(0)};
  view.kind = inbound_kind_named(row.view(1)).value_or(InboundKind::unreadable);
  view.from = row.text(2);
  view.from_kind = address_kind_named(row.view(3));
  view.sim = SimId{row.integer(4)};
  view.sim_outside = row.text(5);
  view.to = row.text(6);
  view.modem = row.text(7);
  view.text = row.optional_text(8);
  view.data = row.optional_text(9);
  view.received_at = wall(row.integer(10));
  view.sent_at = optional_wall(row, 11);
  view.parts = row.small(12);
  view.complete = row.is_null(13);
  for (const std::string& word : words_of(row.view(13))) view.missing.push_back(std::stoi(word));
  view.message_class = optional_small(row, 14);
  const auto waiting = std::ranges::find(kinds_waiting, row.view(15));
  if (waiting != kinds_waiting.end()) {
    view.waiting = {static_cast<at::MessageWaiting::Kind>(waiting - kinds_waiting.begin()),
                    row.flag(16), row.flag(17)};
  }
  view.destination_port = optional_small(row, 18);
  view.source_port = optional_small(row, 19);
  view.problem = row.text(20);
  view.is_blocked = row.flag(21);
  view.is_loopback = row.flag(22);
  return view;
}

Suppression suppression_of(const store::Row& row) {
  return {.number = row.text(0),
          .since = wall(row.integer(1)),
          .scope = row.text(2),
          .reason = row.text(3),
          .evidence = row.text(4),
          .how = row.text(5),
          .by = row.text(6),
          .is_held = row.flag(7),
          .inbound = optional_id<InboundId>(row, 8)};
}

std::string in_own_lane(std::string_view message) {
  return fmt::format("(ifnull({}.home, 0) > {})", message, before_lanes);
}

std::string follows_batch(std::string_view message) {
  return fmt::format("({0}.home IS NULL OR {0}.home > {1})", message, before_lanes);
}

std::string is_bound(std::string_view message) {
  return fmt::format("({}.concat_ref IS NOT NULL)", message);
}

std::string lane_when_queued(std::string_view message) {
  return fmt::format("iif({1}, -{0}.via, coalesce({0}.home, -{0}.wanted_sim, {0}.pool))", message,
                     is_bound(message));
}

std::string open_batch(std::string_view message) {
  return fmt::format(
      "(NOT {1} OR EXISTS (SELECT 1 FROM batch b WHERE b.id = {0}.batch "
      "AND (b.state = 'open' OR (b.state = 'paused' AND {2}))))",
      message, in_own_lane(message), is_bound(message));
}

std::string ended_in_doubt(std::string_view submission) {
  return fmt::format(
      "({0}.error_code IS NOT NULL AND {0}.outcome <> 'refused' AND {0}.outcome <> 'not_sent')",
      submission);
}

std::string covers(std::string_view scope, std::string_view reason,
                   std::string_view message_class) {
  return fmt::format(
      "({1} <> 'opt_out' OR ({0} = 'promotional' AND {2} = 'promotional') "
      "OR ({0} = 'all' AND {2} NOT IN ('otp', 'system')))",
      scope, reason, message_class);
}

}  // namespace bank::scheduler::rows
