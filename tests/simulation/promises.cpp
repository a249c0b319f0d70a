#include "tests/simulation/promises.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>

namespace bank::simulation {
namespace {

using namespace std::chrono_literals;
using scheduler::MessageState;

std::string name(scheduler::MessageId id) {
  return scheduler::outside(id);
}

double seconds(TimePoint at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

/// Which message a token belongs to.
std::map<std::string, scheduler::MessageId> by_token(const Facts& facts) {
  std::map<std::string, scheduler::MessageId> ids;
  for (const auto& [id, message] : facts.accepted) ids.emplace(message.token, id);
  return ids;
}

bool covers(const Silence& silence, scheduler::MessageClass value) {
  using scheduler::MessageClass;
  if (silence.reason != "opt_out") return true;
  if (value == MessageClass::otp || value == MessageClass::system) return false;
  return silence.scope == "all" || value == MessageClass::promotional;
}

/// One try to send all of a message: what went over one SIM with one reference.
using Round = std::pair<std::string, int>;

std::map<std::string, std::map<Round, std::multiset<int>>> parts_taken(const Facts& facts,
                                                                       bool marked_too = true) {
  std::map<std::string, std::map<Round, std::multiset<int>>> parts;
  for (const auto& part : facts.taken) {
    if (part.marked && !marked_too) continue;
    parts[part.token][{part.iccid, part.reference}].insert(part.part);
  }
  return parts;
}

/// For the reader of a breach: all that the network took of a message.
std::string seen_of(const Facts& facts, const std::string& token) {
  std::string seen;
  for (const auto& part : facts.taken) {
    if (part.token != token) continue;
    seen +=
        fmt::format("; at {:.3f} s part {} of {} in {} by SIM {}, reference {}", seconds(part.at),
                    part.part, part.parts, part.slot, part.iccid, part.reference);
  }
  return seen;
}

}  // namespace

Breaches nothing_accepted_is_lost(const Facts& facts, scheduler::BookReader& book) {
  Breaches breaches;
  for (const auto& [id, message] : facts.accepted) {
    const auto view = book.message(id);
    if (!view || view->text.value_or("").find("<" + message.token + ">") == std::string::npos) {
      breaches.push_back(
          fmt::format("{} was accepted as <{}> and is not in the book", name(id), message.token));
    }
  }
  return breaches;
}

Breaches nobody_silenced_is_written_to(const Facts& facts) {
  Breaches breaches;
  const auto ids = by_token(facts);
  for (const auto& part : facts.written) {
    const auto id = ids.find(part.token);
    if (id == ids.end()) continue;  // its caller was never answered
    const auto& message = facts.accepted.at(id->second);
    for (const auto& silence : facts.silences) {
      const bool in_force =
          silence.answered < part.order && (!silence.lifted || part.order < *silence.lifted);
      if (silence.number != part.to || !in_force || !covers(silence, message.message_class)) {
        continue;
      }
      breaches.push_back(
          fmt::format("part {} of {} was written at {:.3f} s, after {} ({}) was "
                      "suppressed",
                      part.part, name(id->second), seconds(part.at), part.to, silence.reason));
    }
    const auto cancelled = facts.cancelled.find(id->second);
    if (cancelled != facts.cancelled.end() && cancelled->second < part.order &&
        !facts.requeued.contains(id->second)) {
      breaches.push_back(
          fmt::format("part {} of {} was written at {:.3f} s, after it was "
                      "cancelled",
                      part.part, name(id->second), seconds(part.at)));
    }
  }
  return breaches;
}

Breaches no_batch_is_sent_that_is_held(const Facts& facts) {
  Breaches breaches;
  std::map<scheduler::MessageId, scheduler::BatchId> batch_of;
  for (const auto& [batch, messages] : facts.batches) {
    for (const auto id : messages) batch_of.emplace(id, batch);
  }
  const auto ids = by_token(facts);
  std::set<scheduler::MessageId> begun;
  for (const auto& part : facts.written) {
    if (facts.broken_off.contains(part.token)) {
      breaches.push_back(fmt::format("<{}> was written at {:.3f} s, of an upload that broke off",
                                     part.token, seconds(part.at)));
    }
    const auto id = ids.find(part.token);
    if (id == ids.end() || !begun.insert(id->second).second) continue;
    const auto batch = batch_of.find(id->second);
    if (batch == batch_of.end() || facts.requeued.contains(id->second)) continue;
    const auto left = facts.left_begun.find(id->second);
    for (const auto& pause : facts.pauses) {
      if (left != facts.left_begun.end() && left->second < pause.answered) continue;
      if (pause.batch != batch->second || part.order < pause.answered ||
          (pause.resumed && *pause.resumed < part.order)) {
        continue;
      }
      breaches.push_back(fmt::format("{} was begun at {:.3f} s, while its batch was paused",
                                     name(id->second), seconds(part.at)));
    }
  }
  return breaches;
}

Breaches no_limit_is_exceeded(const Facts& facts, const PlanOfSims& plan) {
  Breaches breaches;
  std::map<std::string, std::vector<TimePoint>> of_sim;
  for (const auto& part : facts.taken) of_sim[part.iccid].push_back(part.at);
  const std::tuple<std::optional<int>, std::chrono::seconds, const char*> limits[] = {
      {plan.per_minute, 60s, "minute"}, {plan.per_hour, 1h, "hour"}, {plan.per_day, 24h, "day"}};
  for (auto& [iccid, times] : of_sim) {
    std::sort(times.begin(), times.end());
    for (const auto& [limit, window, word] : limits) {
      if (!limit) continue;
      const auto most = static_cast<std::size_t>(*limit);
      for (std::size_t i = most; i < times.size(); ++i) {
        if (times[i] - times[i - most] >= window) continue;
        breaches.push_back(fmt::format("SIM {} sent {} parts within a {} at {:.3f} s, {} allowed",
                                       iccid, most + 1, word, seconds(times[i]), most));
        break;
      }
    }
  }
  return breaches;
}

Breaches no_month_is_exceeded(const Facts& facts, const PlanOfSims& plan,
                              scheduler::WallTime origin) {
  Breaches breaches;
  if (!plan.per_month) return breaches;
  const auto month_at = [&](TimePoint at) {
    std::chrono::milliseconds off{0};
    for (const auto& set : facts.clock) {
      if (set.at <= at) off = set.off;
    }
    const auto wall = origin + std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch());
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(wall + off)};
    return day.year() / day.month();
  };
  std::map<std::pair<std::string, std::chrono::year_month>, std::size_t> counts;
  for (const auto& part : facts.taken) ++counts[{part.iccid, month_at(part.at)}];
  const std::size_t most = static_cast<std::size_t>(*plan.per_month) + facts.clock.size();
  for (const auto& [month, count] : counts) {
    if (count <= most) continue;
    breaches.push_back(fmt::format("SIM {} sent {} parts in month {}, {} allowed", month.first,
                                   count, static_cast<unsigned>(month.second.month()),
                                   *plan.per_month));
  }
  return breaches;
}

Breaches nothing_is_sent_twice(const Facts& facts, bool resends) {
  Breaches breaches;
  const auto ids = by_token(facts);
  for (const auto& [token, rounds] : parts_taken(facts, !resends)) {
    const auto id = ids.find(token);
    if (id != ids.end() && facts.requeued.contains(id->second)) continue;  // a person wanted it
    const std::string who = id == ids.end() ? "<" + token + ">" : name(id->second);
    std::size_t whole = 0;
    for (const auto& [round, parts] : rounds) {
      for (const int part : std::set<int>(parts.begin(), parts.end())) {
        if (parts.count(part) == 1) continue;
        breaches.push_back(fmt::format("part {} of {} was taken {} times by SIM {}{}", part, who,
                                       parts.count(part), round.first, seen_of(facts, token)));
      }
    }
    for (const auto& part : facts.taken) {
      if (part.token != token || part.part != part.parts || (resends && part.marked)) continue;
      ++whole;  // the last part goes out when all the others have
    }
    if (whole > 1) breaches.push_back(fmt::format("{} was taken {} times as a whole", who, whole));
  }
  return breaches;
}

Breaches the_book_says_what_was(const Facts& facts, scheduler::BookReader& book, bool resends) {
  Breaches breaches;
  const auto taken = parts_taken(facts);
  for (const auto& [id, message] : facts.accepted) {
    const auto view = book.message(id);
    if (!view || facts.requeued.contains(id)) continue;
    const auto rounds = taken.find(message.token);
    std::size_t most = 0;  // different parts of one round
    if (rounds != taken.end()) {
      for (const auto& [round, parts] : rounds->second) {
        most = std::max(most, std::set<int>(parts.begin(), parts.end()).size());
      }
    }
    const auto all = static_cast<std::size_t>(message.parts);
    const bool says_whole = view->state == MessageState::sent ||
                            view->state == MessageState::delivered ||
                            view->state == MessageState::undelivered;
    if (says_whole && most < all && view->state != MessageState::undelivered) {
      breaches.push_back(fmt::format("{} is {} and the network took {} of {} parts{}", name(id),
                                     name_of(view->state), most, all,
                                     seen_of(facts, message.token)));
    }
    const bool says_none_left = view->parts_sent == 0 && view->state == MessageState::queued;
    if (says_none_left && most == all && !resends) {  // what was in doubt may be to go once more
      breaches.push_back(fmt::format("{} is queued and the network has taken all of it{}", name(id),
                                     seen_of(facts, message.token)));
    }
  }
  return breaches;
}

bool tells_too_much(std::string_view line, std::string_view pin) {
  constexpr std::size_t longest_id = 40;  // hexadecimal digits in a row; more are a PDU
  std::size_t run = 0;
  for (const char c : line) {
    run = std::isxdigit(static_cast<unsigned char>(c)) != 0 ? run + 1 : 0;
    if (run > longest_id) return true;
  }
  const auto number = line.find(number_begins);
  const bool whole_number = number != std::string_view::npos && line.size() > number + 8 &&
                            std::all_of(line.begin() + static_cast<std::ptrdiff_t>(number),
                                        line.begin() + static_cast<std::ptrdiff_t>(number) + 9,
                                        [](char c) { return c >= '0' && c <= '9'; });
  return whole_number || line.find(word_of_texts) != std::string_view::npos ||
         (!pin.empty() && line.find(pin) != std::string_view::npos);
}

Breaches what_is_held_is_bounded(const Facts& facts, Program& program) {
  constexpr std::size_t most_in_lane = 1024;
  Breaches breaches;
  for (const auto& queue : program.door().queues()) {
    if (queue.entries <= queue.limit) continue;
    breaches.push_back(
        fmt::format("{} holds {}, {} allowed", queue.name, queue.entries, queue.limit));
  }
  // One pool, each batch that waits, and for all that are bound to a SIM one more: few are.
  const auto waits = [&](const auto& batch) {
    const auto view = program.door().batch(batch.first);
    return view && std::any_of(view->counts.begin(), view->counts.end(), [](const auto& count) {
             return count.first == MessageState::queued && count.second > 0;
           });
  };
  const auto waiting = std::count_if(facts.batches.begin(), facts.batches.end(), waits);
  const std::size_t most = most_in_lane * (2 + static_cast<std::size_t>(waiting));
  const std::size_t held = program.switchboard().snapshot()->front_messages;
  if (held > most)
    breaches.push_back(fmt::format("{} messages are in memory, {} allowed", held, most));
  return breaches;
}

Breaches inbound_is_there_once(const Facts& facts, scheduler::BookReader& book,
                               const std::function<bool(const std::string&)>& may_lie) {
  Breaches breaches;
  constexpr std::size_t page = 500;
  std::map<std::pair<std::string, std::string>, int> there;  // by SIM and text
  std::optional<scheduler::InboundId> after;
  for (;;) {
    const auto some = book.inbox(after, page);
    for (const auto& one : some) {
      after = one.id;
      if (one.kind == scheduler::InboundKind::call) continue;
      ++there[{one.sim_outside, one.text.value_or("")}];
      if (one.kind != scheduler::InboundKind::text || !one.complete) {
        breaches.push_back(fmt::format("SIM {} has an inbound {} that nobody sent: {} {}",
                                       one.sim_outside, scheduler::name_of(one.kind),
                                       one.text.value_or(one.data.value_or("")), one.problem));
      }
    }
    if (some.size() < page) break;
  }
  for (const auto& sent : facts.sent_in) {
    const int times = there[{sent.iccid, sent.text}];
    if (times == 1 || (times == 0 && may_lie(sent.iccid))) continue;
    breaches.push_back(fmt::format("a text for SIM {} is in the inbox {} times: {}", sent.iccid,
                                   times, sent.text.substr(0, 40)));
  }
  return breaches;
}

Breaches nothing_is_stuck(const Facts& facts, web::Door& door) {
  Breaches breaches;
  for (const auto& [id, message] : facts.accepted) {
    const auto view = door.message(id);
    if (!view) continue;
    const bool waits_for_its_time = view->wait_until && *view->wait_until > door.now();
    if (view->state != MessageState::sending &&
        (view->state != MessageState::queued || waits_for_its_time)) {
      continue;
    }
    const auto hold = door.hold_of(*view);
    breaches.push_back(
        fmt::format("{} to {} (priority {}) is {} still: {} of {} parts sent, SIM "
                    "{}, hold {}",
                    name(id), view->to, view->priority, name_of(view->state), view->parts_sent,
                    view->parts, view->sim.value_or("none"), hold ? hold->reason : "none"));
  }
  return breaches;
}

}  // namespace bank::simulation
