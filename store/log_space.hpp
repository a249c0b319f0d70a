#pragma once

#include <cstdint>
#include <filesystem>

namespace bank::store {

/// Writes zeros behind the write-ahead log of this database, so that it has its room on the disk
/// before it needs it: a commit that makes the log grow also changes the file's size and blocks,
/// and its sync takes twice as long as one that overwrites. SQLite sees no frame in the zeros.
/// Nobody may write to the database meanwhile. The log is deleted as ever when the last connection
/// closes: one that stayed would be played into whatever file is put in the database's place.
///
/// Does nothing where the disk has less than four times that much room, and stops where a write
/// fails: the log then grows as it always did.
void write_log_ahead(const std::filesystem::path& database, std::uint64_t bytes);

}  // namespace bank::store
