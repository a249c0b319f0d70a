#include "scheduler/wishes.hpp"

#include <algorithm>

#include "scheduler/fold.hpp"

namespace bank::scheduler {
namespace {

constexpr std::string_view own_wish = "opt_out";
constexpr std::string_view everything = "all", promotional = "promotional";

bool is_stronger(std::string_view scope, const Writer& writer) {
  if (!writer.suppressed_for || writer.is_held) return true;
  return *writer.suppressed_for == own_wish && scope == everything &&
         writer.suppressed_scope == promotional;
}

}  // namespace

Deed deed_for(const Reading& reading, const Writer& writer, std::string_view scope) {
  using Tier = Reading::Tier;
  const bool is_meant =
      reading.tier == Tier::sure || (reading.tier == Tier::invited && writer.was_invited);
  if (!writer.is_person) return {};
  const bool may_answer = writer.answers < most_answers;
  if (reading.tier == Tier::uncertain) {
    if (reading.wish != Wish::opt_out || writer.suppressed_for) return {};
    return {Deed::Kind::hold, std::string(promotional), false};
  }
  if (!is_meant) return {};
  switch (reading.wish) {
    case Wish::opt_out: {
      if (!reading.topic.empty()) {
        const bool is_news = !writer.left_topic && !writer.suppressed_for;
        return {Deed::Kind::suppress, scope_of_topic(reading.topic), is_news && may_answer};
      }
      const bool is_news = is_stronger(scope, writer);
      return {Deed::Kind::suppress, std::string(scope), is_news && may_answer};
    }
    case Wish::opt_in:
      if (!reading.topic.empty()) {
        if (!writer.left_topic) return {};
        return {Deed::Kind::lift, scope_of_topic(reading.topic), may_answer};
      }
      if (writer.suppressed_for != own_wish && !writer.left_topic) return {};
      return {Deed::Kind::lift, std::string(everything), may_answer};
    case Wish::help: return {Deed::Kind::help, {}, may_answer};
    case Wish::command: break;
  }
  return {};
}

bool invites(std::string_view our_text, std::string_view keyword) {
  if (keyword.empty()) return false;
  const std::string text = ' ' + fold(our_text) + ' ';
  // Letters of other scripts part it, too: "لغو11", "回复r".
  const auto parts = [](char c) { return c == ' ' || (c & 0x80) != 0; };
  for (auto at = text.find(keyword); at != std::string::npos; at = text.find(keyword, at + 1)) {
    if (at > 0 && parts(text[at - 1]) && parts(text[at + keyword.size()])) return true;
  }
  return false;
}

}  // namespace bank::scheduler
