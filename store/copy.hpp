#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "store/database.hpp"

namespace bank::store {

/// Asked now and then by what takes long; true: it gives up (DatabaseError, SQLITE_INTERRUPT).
using Stop = std::function<bool()>;

/// Copies a database as it is at one moment into the new file `to` (mode 0600, not synced). Whoever
/// writes goes on: one read transaction sees that moment to the end, so the copy is consistent and
/// never begins again; the write-ahead log keeps what is written meanwhile, and is moved after it.
/// Takes 1 MiB of memory.
///
/// Throws DatabaseError: `from` cannot be read, `to` exists or cannot be written, disk full.
void copy_pages(const std::filesystem::path& from, const std::filesystem::path& to,
                const Stop& stop = {});

enum class Check { quick, full };  // full also compares the indexes with their tables
/// The first thing that is wrong with a file; nothing: it is whole.
[[nodiscard]] std::optional<std::string> damage_in(Database& database, Check check,
                                                   const Stop& stop = {});

enum class Existing { kept, replaced };

/// A file on its way to its name: "<name>.partial" until it is whole and on the disk. Gone, with
/// what SQLite puts beside it, unless it came that far.
class Partial {
 public:
  explicit Partial(std::filesystem::path name);
  ~Partial();
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Syncs the file, gives it its name in one step and syncs the folder.
  ///
  /// Throws DatabaseError: the name is taken (`Existing::kept`), or the disk failed.
  void becomes_final(Existing existing);

 private:
  void remove() const;

  std::filesystem::path name_;
  std::filesystem::path path_;
};

/// Throws DatabaseError.
void sync_folder_of(const std::filesystem::path& file);

}  // namespace bank::store
