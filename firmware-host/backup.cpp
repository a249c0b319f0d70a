#include "firmware-host/backup.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "firmware-host/clocks.hpp"
#include "firmware-host/log.hpp"
#include "scheduler/schema.hpp"
#include "store/migrations.hpp"

namespace bank::host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_path = 4000;  // octets; with ".partial" still below PATH_MAX

/// What belongs to the database itself.
constexpr std::array<std::string_view, 7> own_endings{"",      "-wal",  "-shm",    "-journal",
                                                      ".lock", ".sock", ".partial"};

/// The same path whatever links lead to its folder.
fs::path settled(const fs::path& path) {
  std::error_code ignored;
  const fs::path folder = fs::canonical(path.parent_path(), ignored);
  return folder.empty() ? path.lexically_normal() : folder / path.filename();
}

std::optional<std::string> flaw_of(const fs::path& database, const MakeBackup& wanted) {
  const fs::path to(wanted.to);
  if (wanted.to.size() > longest_path || wanted.to.find('\0') != std::string::npos ||
      !to.is_absolute() || !to.has_filename()) {
    return fmt::format("{}: write the path of a file", log::escaped(wanted.to.substr(0, 200)));
  }
  std::error_code ignored;
  const fs::path own = settled(fs::absolute(database, ignored));
  for (const std::string_view ending : own_endings) {
    const fs::path part = own.string() + std::string(ending);
    if (settled(to) == part || settled(wanted.to + ".partial") == part ||
        fs::equivalent(to, part, ignored)) {
      return fmt::format("{} belongs to the database itself; give another name", wanted.to);
    }
  }
  const auto there = fs::symlink_status(to, ignored);
  if (fs::is_directory(there)) {
    return fmt::format("{} is a folder; write the path of a file", wanted.to);
  }
  if (fs::exists(there) && !fs::is_regular_file(there) && !fs::is_symlink(there)) {
    return fmt::format("{} is no regular file; write the path of a file", wanted.to);
  }
  if (!wanted.force && fs::exists(there)) {
    return fmt::format("{} is there already; give another name, or --force to replace it",
                       wanted.to);
  }
  return std::nullopt;
}

BackupMade copied(const std::string& database, const MakeBackup& wanted, scheduler::WallTime now,
                  const store::Stop& stop) {
  store::Partial partial(wanted.to);
  store::copy_pages(database, partial.path(), stop);
  BackupMade made{};
  {
    auto copy = store::Database::open(partial.path(), store::Database::Mode::read_write);
    store::require_current(copy, scheduler::schema());
    if (const auto damage = store::damage_in(copy, store::Check::quick, stop)) {
      throw store::DatabaseError(
          0, fmt::format("{}: the database is damaged, and a copy of it would be, too ({}); keep "
                         "your older backups, and restore one of them",
                         database, *damage));
    }
    scheduler::Book book(copy, "");
    store::Transaction transaction(copy);
    const auto unsent = book.mark_copy(now);
    transaction.commit();
    made.queued = unsent.queued;
    made.sending = unsent.sending;
    // A file by itself, which can be read where nothing can be written.
    copy.execute("PRAGMA journal_mode = DELETE");
  }
  made.bytes = fs::file_size(partial.path());
  partial.becomes_final(wanted.force ? store::Existing::replaced : store::Existing::kept);
  return made;
}

}  // namespace

AdminAnswer make_backup(const std::string& database, const MakeBackup& wanted,
                        scheduler::WallTime now, const store::Stop& stop) {
  if (auto flaw = flaw_of(database, wanted)) return AdminError{std::move(*flaw)};
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + longest_backup;
  const store::Stop stop_or_late = [&] {
    return std::chrono::steady_clock::now() > end || (stop && stop());
  };
  try {
    return copied(database, wanted, now, stop_or_late);
  } catch (const store::DatabaseError& error) {
    if (!error.interrupted()) {
      return AdminError{
          fmt::format("no backup was made: {} (written as user {})", error.what(), ::geteuid())};
    }
    if (std::chrono::steady_clock::now() > end) {
      return AdminError{
          fmt::format("no backup was made: it took longer than {} min; give a path "
                      "on a faster disk",
                      longest_backup.count())};
    }
    return AdminError{"no backup was made: the program is stopping; try again when it has stopped"};
  } catch (const std::exception& error) {
    return AdminError{fmt::format("no backup was made: {}", error.what())};
  }
}

BackupThread::~BackupThread() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void BackupThread::make(const MakeBackup& wanted, std::function<void(AdminAnswer)> answer) {
  if (busy_.exchange(true)) {
    return answer(AdminError{"a backup is being made already; wait for its end"});
  }
  if (thread_.joinable()) thread_.join();  // its last answer is given
  thread_ = std::thread([this, wanted, answer = std::move(answer)] {
    const auto begin = std::chrono::steady_clock::now();
    auto made =
        make_backup(database_, wanted, host::now().wall, [this] { return stopping_.load(); });
    const auto took =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    if (const auto* done = std::get_if<BackupMade>(&made)) {
      log::info("backup.made",
                {{"file", wanted.to}, {"bytes", done->bytes}, {"took_ms", took.count()}});
    } else if (const auto* error = std::get_if<AdminError>(&made)) {
      log::warn("backup.failed", {{"file", wanted.to}, {"what", error->detail}});
    }
    busy_ = false;
    answer(std::move(made));
  });
}

}  // namespace bank::host
