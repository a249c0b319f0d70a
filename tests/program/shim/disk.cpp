// Loaded into a program by LD_PRELOAD: a disk that fails for the files whose path begins with
// MODEMBANK_DISK, in the way that the file MODEMBANK_DISK_CONTROL says now:
//   full       nothing can be written: ENOSPC
//   eio        nothing can be written or synced: EIO
//   readonly   nothing can be written, or opened for writing: EROFS
//   slow MS    a sync takes so many milliseconds more
// Everything else, also an empty control file or none: all is well.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace {

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

bool is_ours(const char* path) {
  const char* const ours = getenv("MODEMBANK_DISK");
  return ours != nullptr && strncmp(path, ours, strlen(ours)) == 0;
}

bool is_ours(int fd) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return false;
  path[size] = '\0';
  return is_ours(path);
}

struct Mood {
  char text[32]{};
  [[nodiscard]] bool is(const char* word) const { return strncmp(text, word, strlen(word)) == 0; }
};

Mood mood_now() {
  Mood mood;
  const char* const control = getenv("MODEMBANK_DISK_CONTROL");
  if (control == nullptr) return mood;
  const long fd = syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return mood;
  (void)!syscall(SYS_read, fd, mood.text, sizeof mood.text - 1);
  syscall(SYS_close, fd);
  return mood;
}

/// What a write, or what opens for writing, has to answer; 0: nothing.
int trouble_of_write(int fd) {
  const Mood mood = mood_now();
  if (mood.text[0] == '\0' || !is_ours(fd)) return 0;
  if (mood.is("full")) return ENOSPC;
  if (mood.is("eio")) return EIO;
  if (mood.is("readonly")) return EROFS;
  return 0;
}

int trouble_of_sync(int fd) {
  const Mood mood = mood_now();
  if (mood.text[0] == '\0' || !is_ours(fd)) return 0;
  if (mood.is("slow ")) {
    const long ms = atol(mood.text + 5);
    const timespec time{ms / 1000, ms % 1000 * 1'000'000};
    nanosleep(&time, nullptr);
  }
  return mood.is("eio") ? EIO : 0;
}

int trouble_of_open(const char* path, int flags) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0;
  if (!writes || !is_ours(path)) return 0;
  const Mood mood = mood_now();
  if (mood.is("readonly")) return EROFS;
  return mood.is("full") && (flags & O_CREAT) != 0 && access(path, F_OK) != 0 ? ENOSPC : 0;
}

template <class Call>
auto unless(int trouble, Call call) -> decltype(call()) {
  if (trouble == 0) return call();
  errno = trouble;
  return -1;
}

template <class Function>
int open_as(const char* name, const char* path, int flags, mode_t mode) {
  return unless(trouble_of_open(path, flags),
                [&] { return real<Function>(name)(path, flags, mode); });
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* from, size_t size) {
  return unless(trouble_of_write(fd),
                [&] { return real<decltype(write)>("write")(fd, from, size); });
}
ssize_t pwrite(int fd, const void* from, size_t size, off_t offset) {
  return unless(trouble_of_write(fd),
                [&] { return real<decltype(pwrite)>("pwrite")(fd, from, size, offset); });
}
ssize_t pwrite64(int fd, const void* from, size_t size, off64_t offset) {
  return unless(trouble_of_write(fd),
                [&] { return real<decltype(pwrite64)>("pwrite64")(fd, from, size, offset); });
}
int ftruncate(int fd, off_t size) noexcept {
  return unless(trouble_of_write(fd), [&] { return real<int(int, off_t)>("ftruncate")(fd, size); });
}
int ftruncate64(int fd, off64_t size) noexcept {
  return unless(trouble_of_write(fd),
                [&] { return real<int(int, off64_t)>("ftruncate64")(fd, size); });
}
int fsync(int fd) {
  return unless(trouble_of_sync(fd), [&] { return real<int(int)>("fsync")(fd); });
}
int fdatasync(int fd) {
  return unless(trouble_of_sync(fd), [&] { return real<int(int)>("fdatasync")(fd); });
}
int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_as<int(const char*, int, ...)>("open", path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_as<int(const char*, int, ...)>("open64", path, flags, mode);
}

}  // extern "C"
