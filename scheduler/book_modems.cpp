// The message book: what happened to modems, and which of them a person has paused.
#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {

std::string_view name_of(ModemEvent::Kind kind) {
  switch (kind) {
    case ModemEvent::Kind::state: return "state";
    case ModemEvent::Kind::verdict: return "verdict";
    case ModemEvent::Kind::sim: return "sim";
    case ModemEvent::Kind::recovery: return "recovery";
    case ModemEvent::Kind::person: return "person";
    case ModemEvent::Kind::ussd: return "ussd";
  }
  return "";
}

ModemStatements::ModemStatements(const store::Database& database)
    : note(database, "INSERT INTO modem_event (modem, at, kind, what) VALUES (?, ?, ?, ?)"),
      trim(database, "DELETE FROM modem_event WHERE id <= ?"),
      pause(database, "INSERT OR IGNORE INTO paused_modem (name) VALUES (?)"),
      resume(database, "DELETE FROM paused_modem WHERE name = ?"),
      paused(database, "SELECT name FROM paused_modem ORDER BY name") {}

void Book::note_modem(const ModemEvent& event) {
  auto& s = statements_->modems;
  s.note.run(event.modem, event.at, name_of(event.kind), event.what);
  s.trim.run(s.note.last_row_id() - most_modem_events);
}

void Book::pause_modem(std::string_view name, bool is_paused) {
  auto& s = statements_->modems;
  if (is_paused) s.pause.run(name);
  if (!is_paused) s.resume.run(name);
}

std::vector<std::string> Book::paused_modems() {
  std::vector<std::string> names;
  statements_->modems.paused.each([&](store::Row row) { names.push_back(row.text(0)); });
  return names;
}

}  // namespace bank::scheduler
