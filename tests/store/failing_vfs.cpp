#include "tests/store/failing_vfs.hpp"

#include <cerrno>
#include <fstream>
#include <utility>

// SQLite's C structures of callbacks: https://www.sqlite.org/c3ref/vfs.html, io_methods.html.

struct FailingVfs::File {
  sqlite3_file base;  // first, as SQLite wants it
  FailingVfs* owner;
  std::string* path;
  sqlite3_file* real;  // behind this, in the same piece of memory
};

namespace {

using Call = FailingVfs::Call;

constexpr std::size_t sector = 512;

FailingVfs::File& file_of(sqlite3_file* file) {
  return *reinterpret_cast<FailingVfs::File*>(file);
}
FailingVfs& vfs_of(sqlite3_vfs* vfs) {
  return *static_cast<FailingVfs*>(vfs->pAppData);
}
const sqlite3_io_methods& real_of(sqlite3_file* file) {
  return *file_of(file).real->pMethods;
}

int close_file(sqlite3_file* file) {
  const int code = real_of(file).xClose(file_of(file).real);
  delete std::exchange(file_of(file).path, nullptr);
  return code;
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  const FailingVfs::File& own = file_of(file);
  if (const int code = own.owner->next(Call::read)) return code;
  if (own.owner->is_spoilt(*own.path, offset, size)) return SQLITE_IOERR_READ;
  return real_of(file).xRead(file_of(file).real, into, size, offset);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const FailingVfs::File& own = file_of(file);
  const int failing = own.owner->next(Call::write, *own.path);
  if (failing != SQLITE_OK) {
    if (!own.owner->tears()) return failing;
    size /= 2;
  }
  const int code = real_of(file).xWrite(own.real, from, size, offset);
  if (code == SQLITE_OK) {
    const auto* const octets = static_cast<const char*>(from);
    own.owner->wrote(*own.path, offset, std::string(octets, octets + size));
  }
  return failing != SQLITE_OK ? failing : code;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const FailingVfs::File& own = file_of(file);
  if (const int code = own.owner->next(Call::truncate)) return code;
  const int code = real_of(file).xTruncate(own.real, size);
  if (code == SQLITE_OK) own.owner->truncated(*own.path, size);
  return code;
}

int sync_file(sqlite3_file* file, int) {
  const FailingVfs::File& own = file_of(file);
  if (const int code = own.owner->next(Call::sync)) return code;
  own.owner->synced(*own.path);
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = file_of(file).owner->next(Call::size)) return code;
  return real_of(file).xFileSize(file_of(file).real, size);
}

int lock_file(sqlite3_file* file, int level) {
  if (const int code = file_of(file).owner->next(Call::lock)) return code;
  return real_of(file).xLock(file_of(file).real, level);
}

// What lets go always does: no kernel refuses it.
int unlock_file(sqlite3_file* file, int level) {
  return real_of(file).xUnlock(file_of(file).real, level);
}
int check_lock(sqlite3_file* file, int* held) {
  return real_of(file).xCheckReservedLock(file_of(file).real, held);
}
int control_file(sqlite3_file* file, int op, void* argument) {
  return real_of(file).xFileControl(file_of(file).real, op, argument);
}
int sector_size(sqlite3_file* file) {
  return real_of(file).xSectorSize(file_of(file).real);
}
// None is promised, so that SQLite believes nothing of the disk that a power cut would not keep.
int characteristics(sqlite3_file*) {
  return 0;
}

int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** to) {
  if (const int code = file_of(file).owner->next(Call::shm_map)) return code;
  return real_of(file).xShmMap(file_of(file).real, region, size, extend, to);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
  if (locks) {
    if (const int code = file_of(file).owner->next(Call::shm_lock)) return code;
  }
  return real_of(file).xShmLock(file_of(file).real, offset, count, flags);
}
void fence_shared(sqlite3_file* file) {
  real_of(file).xShmBarrier(file_of(file).real);
}
int unmap_shared(sqlite3_file* file, int remove) {
  return real_of(file).xShmUnmap(file_of(file).real, remove);
}

constexpr sqlite3_io_methods methods = {
    .iVersion = 2,  // no memory-mapped reading
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = fence_shared,
    .xShmUnmap = unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  FailingVfs& owner = vfs_of(vfs);
  FailingVfs::File& own = file_of(file);
  own.base.pMethods = nullptr;  // SQLite does not close what has none
  if (const int code = owner.next(Call::open)) return code;
  own.real = reinterpret_cast<sqlite3_file*>(&own + 1);
  const int code = owner.real()->xOpen(owner.real(), name, own.real, flags, out_flags);
  if (code != SQLITE_OK) {
    if (own.real->pMethods != nullptr) own.real->pMethods->xClose(own.real);
    return code;
  }
  own.owner = &owner;
  own.path = new std::string(name == nullptr ? "" : name);
  own.base.pMethods = &methods;
  owner.opened(*own.path);
  return SQLITE_OK;
}

int remove_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  FailingVfs& owner = vfs_of(vfs);
  if (const int code = owner.next(Call::remove)) return code;
  const int code = owner.real()->xDelete(owner.real(), name, sync_folder);
  if (code == SQLITE_OK) owner.removed(name);
  return code;
}

int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  FailingVfs& owner = vfs_of(vfs);
  if (const int code = owner.next(Call::access)) return code;
  return owner.real()->xAccess(owner.real(), name, flags, result);
}

int full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  FailingVfs& owner = vfs_of(vfs);
  if (const int code = owner.next(Call::full_path)) return code;
  return owner.real()->xFullPathname(owner.real(), name, size, out);
}

// Who waits for a lock has waited at once.
int sleep_no_time(sqlite3_vfs*, int microseconds) {
  return microseconds;
}

bool is_log(const std::string& path) {
  return path.ends_with("-wal");
}

int code_of(Call call, FailingVfs::Kind kind, const std::string& path) {
  using Kind = FailingVfs::Kind;
  const bool changes =
      call == Call::write || call == Call::truncate || call == Call::sync || call == Call::remove;
  switch (kind) {
    case Kind::torn: return call == Call::write ? SQLITE_IOERR_WRITE : SQLITE_OK;
    case Kind::full:
      if (call == Call::write) return SQLITE_FULL;
      return call == Call::shm_map ? SQLITE_IOERR_SHMSIZE : SQLITE_OK;
    case Kind::grow: return call == Call::write && !is_log(path) ? SQLITE_FULL : SQLITE_OK;
    case Kind::busy: return call == Call::lock || call == Call::shm_lock ? SQLITE_BUSY : SQLITE_OK;
    case Kind::power_cut: return changes ? SQLITE_IOERR : SQLITE_OK;
    case Kind::readonly:
      if (!changes || call == Call::sync) return SQLITE_OK;
      break;
    case Kind::io: break;
  }
  switch (call) {
    case Call::open: return SQLITE_CANTOPEN;
    case Call::remove: return SQLITE_IOERR_DELETE;
    case Call::access: return SQLITE_IOERR_ACCESS;
    case Call::full_path: return SQLITE_CANTOPEN_FULLPATH;
    case Call::read: return SQLITE_IOERR_READ;
    case Call::write: return SQLITE_IOERR_WRITE;
    case Call::truncate: return SQLITE_IOERR_TRUNCATE;
    case Call::sync: return SQLITE_IOERR_FSYNC;
    case Call::size: return SQLITE_IOERR_FSTAT;
    case Call::lock: return SQLITE_IOERR_LOCK;
    case Call::shm_map: return SQLITE_IOERR_SHMMAP;
    case Call::shm_lock: return SQLITE_IOERR_SHMLOCK;
  }
  return SQLITE_OK;
}

int errno_of(FailingVfs::Kind kind) {
  using Kind = FailingVfs::Kind;
  switch (kind) {
    case Kind::full:
    case Kind::grow: return ENOSPC;
    case Kind::readonly: return EROFS;
    case Kind::busy: return EAGAIN;
    case Kind::io:
    case Kind::torn:
    case Kind::power_cut: return EIO;
  }
  return 0;
}

std::string content_of(const std::string& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  std::string content(missing ? 0 : size, '\0');
  std::ifstream(path, std::ios::binary)
      .read(content.data(), static_cast<std::streamsize>(content.size()));
  return content;
}

}  // namespace

FailingVfs::FailingVfs() : real_(sqlite3_vfs_find("unix")), vfs_(*real_) {
  vfs_.zName = "failing";
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.xOpen = open_file;
  vfs_.xDelete = remove_file;
  vfs_.xAccess = access_file;
  vfs_.xFullPathname = full_path;
  vfs_.xSleep = sleep_no_time;
  sqlite3_vfs_register(&vfs_, 1);
}

FailingVfs::~FailingVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

void FailingVfs::fail_at(std::int64_t call, Kind kind, bool lasts) {
  const std::lock_guard lock(mutex_);
  fails_at_ = call;
  kind_ = kind;
  lasts_ = lasts;
  calls_ = 0;
  failed_ = 0;
}

void FailingVfs::heal() {
  const std::lock_guard lock(mutex_);
  fails_at_ = 0;
  spoilt_ = -1;
}

void FailingVfs::spoil(std::int64_t offset) {
  const std::lock_guard lock(mutex_);
  spoilt_ = offset;
}

bool FailingVfs::is_spoilt(const std::string& path, std::int64_t offset, int size) const {
  const std::lock_guard lock(mutex_);
  return !is_log(path) && offset <= spoilt_ && spoilt_ < offset + size;
}

std::int64_t FailingVfs::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::int64_t FailingVfs::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

bool FailingVfs::tears() {
  const std::lock_guard lock(mutex_);
  return kind_ == Kind::torn;
}

int FailingVfs::next(Call call, const std::string& path) {
  const std::lock_guard lock(mutex_);
  const int code = code_of(call, kind_, path);
  if (code == SQLITE_OK) return SQLITE_OK;
  ++calls_;
  if (fails_at_ == 0 || calls_ < fails_at_ || (calls_ > fails_at_ && !lasts_)) return SQLITE_OK;
  ++failed_;
  errno = errno_of(kind_);
  return code;
}

// --- what a power cut leaves --------------------------------------------------------------------

void FailingVfs::opened(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = disks_.try_emplace(path);
  if (is_new) place->second.safe = content_of(path);
}

void FailingVfs::wrote(const std::string& path, std::int64_t offset, std::string octets) {
  const std::lock_guard lock(mutex_);
  disks_[path].pending.push_back({offset, std::move(octets), false});
}

void FailingVfs::truncated(const std::string& path, std::int64_t size) {
  const std::lock_guard lock(mutex_);
  disks_[path].pending.push_back({size, {}, true});
}

void FailingVfs::synced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Disk& disk = disks_[path];
  for (const Change& change : disk.pending) apply(disk.safe, change);
  disk.pending.clear();
}

void FailingVfs::removed(const std::string& path) {
  const std::lock_guard lock(mutex_);
  disks_.erase(path);
}

void FailingVfs::apply(std::string& content, const Change& change) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.cuts) return content.resize(offset);
  if (content.size() < offset + change.octets.size()) {
    content.resize(offset + change.octets.size());
  }
  content.replace(offset, change.octets.size(), change.octets);
}

void FailingVfs::image(const std::filesystem::path& database, const std::filesystem::path& copy,
                       std::mt19937& random) const {
  const std::lock_guard lock(mutex_);
  const auto kept = [&] { return random() % 2 == 0; };
  for (const char* const suffix : {"", "-wal"}) {
    const auto disk = disks_.find(database.string() + suffix);
    if (disk == disks_.end()) continue;
    std::string content = disk->second.safe;
    for (const Change& change : disk->second.pending) {
      if (change.cuts) {
        if (kept()) apply(content, change);
        continue;
      }
      for (std::size_t at = 0; at < change.octets.size(); at += sector) {
        if (!kept()) continue;
        apply(content, {change.offset + static_cast<std::int64_t>(at),
                        change.octets.substr(at, sector), false});
      }
    }
    std::ofstream(copy.string() + suffix, std::ios::binary) << content;
  }
}
