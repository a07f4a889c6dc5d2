// A disk that fails as told and forgets what was not flushed: stands between SQLite and the system (LD_PRELOAD).
//
// HERALD_DISK          the database's path; its -wal and -shm count as well
// HERALD_DISK_CONTROL  a file of one `struct control`, shared with the test: which calls fail, and how
// HERALD_DISK_SHADOW   1: what a power cut would leave is kept (`shadow.h`)
// HERALD_DISK_FLUSH_US how long a flush takes

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 65536
#define LOGGED_MAX 4096

// The test has the same fields in the same order.
struct control {
    uint64_t calls;   // made so far
    uint64_t first;   // the number of the first one that fails; 0: none
    uint64_t count;   // how many fail from there on
    uint64_t error;   // their errno
    uint64_t reads;   // 1: reads are counted, and fail, too
    uint64_t failed;  // have failed
    uint64_t only;    // 0, or the one kind of call that fails, as in the log: the first `count` of it
    unsigned char log[LOGGED_MAX];  // what each call was: 16 * enum call + enum kind
};

enum call { OPEN, READ, WRITE, TRUNCATE, REMOVE, FLUSH };
enum kind { NONE, DATABASE, WAL, SHM, KINDS };
static const char *const suffixes[KINDS] = {"", "", "-wal", "-shm"};

static struct control nothing_fails;
static struct control *control = &nothing_fails;
static const char *database;
static int shadowing;
static useconds_t flush_us;
static unsigned char kinds[DESCRIPTORS_MAX];

// The system's own; found by `start`.
static int (*real_open)(const char *, int, ...);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_unlink)(const char *);
static int (*real_fsync)(int);
static int (*real_close)(int);

static void die(const char *what) {
    perror(what);
    abort();
}

__attribute__((constructor)) static void start(void) {
    if (real_open)
        return;
    real_pread = dlsym(RTLD_NEXT, "pread");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_close = dlsym(RTLD_NEXT, "close");
    real_open = dlsym(RTLD_NEXT, "open");
    database = getenv("HERALD_DISK");
    shadowing = getenv("HERALD_DISK_SHADOW") != NULL;
    flush_us = getenv("HERALD_DISK_FLUSH_US") ? (useconds_t)atoi(getenv("HERALD_DISK_FLUSH_US")) : 0;
    const char *shared = getenv("HERALD_DISK_CONTROL");
    if (!shared)
        return;
    int fd = real_open(shared, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        die("HERALD_DISK_CONTROL");
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (control == MAP_FAILED)
        die("HERALD_DISK_CONTROL");
    real_close(fd);
}

static enum kind kind_of_path(const char *path) {
    size_t length = database ? strlen(database) : 0;
    if (length == 0 || !path || strncmp(path, database, length) != 0)
        return NONE;
    for (enum kind kind = DATABASE; kind < KINDS; kind++)
        if (strcmp(path + length, suffixes[kind]) == 0)
            return kind;
    return NONE;
}

static enum kind kind_of(int fd) {
    return fd >= 0 && fd < DESCRIPTORS_MAX ? (enum kind)kinds[fd] : NONE;
}

// Counts a call. Whether it is one of those that fail; errno is set then.
static int fails(enum call call, enum kind kind) {
    uint64_t number = __atomic_add_fetch(&control->calls, 1, __ATOMIC_SEQ_CST);
    if (number <= LOGGED_MAX)
        control->log[number - 1] = (unsigned char)(16 * call + kind);
    uint64_t first = __atomic_load_n(&control->first, __ATOMIC_SEQ_CST);
    if (first == 0 || number < first)
        return 0;
    if (control->only != 0) {
        if (control->only != (uint64_t)(16 * call + kind) || control->failed >= control->count)
            return 0;
    } else if (number - first >= control->count) {
        return 0;
    }
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_SEQ_CST);
    errno = (int)control->error;
    return 1;
}

#include "shadow.h"

int open(const char *path, int flags, ...) {
    start();
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    enum kind kind = kind_of_path(path);
    if (kind != NONE && fails(OPEN, kind))
        return -1;
    int fd = real_open(path, flags, mode);
    if (kind != NONE && fd >= 0 && fd < DESCRIPTORS_MAX) {
        kinds[fd] = (unsigned char)kind;
        begin_shadow(fd, kind);
    }
    return fd;
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int close(int fd) {
    start();
    if (kind_of(fd) != NONE)
        kinds[fd] = NONE;
    return real_close(fd);
}

ssize_t pread(int fd, void *data, size_t length, off_t offset) {
    start();
    enum kind kind = kind_of(fd);
    return kind != NONE && control->reads && fails(READ, kind) ? -1 : real_pread(fd, data, length, offset);
}

ssize_t pread64(int fd, void *data, size_t length, off64_t offset) __attribute__((alias("pread")));

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    start();
    enum kind kind = kind_of(fd);
    if (kind != NONE && fails(WRITE, kind))
        return -1;
    record(kind, (uint64_t)offset, length, data);
    return real_pwrite(fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) __attribute__((alias("pwrite")));

ssize_t write(int fd, const void *data, size_t length) {
    start();
    enum kind kind = kind_of(fd);
    if (kind != NONE && fails(WRITE, kind))
        return -1;
    record(kind, kind == NONE ? 0 : (uint64_t)lseek(fd, 0, SEEK_CUR), length, data);
    return real_write(fd, data, length);
}

int ftruncate(int fd, off_t length) {
    start();
    enum kind kind = kind_of(fd);
    if (kind != NONE && fails(TRUNCATE, kind))
        return -1;
    record(kind, (uint64_t)length, TRUNCATED, NULL);
    return real_ftruncate(fd, length);
}

int ftruncate64(int fd, off64_t length) __attribute__((alias("ftruncate")));

int unlink(const char *path) {
    start();
    enum kind kind = kind_of_path(path);
    if (kind != NONE) {
        if (fails(REMOVE, kind))
            return -1;
        end_shadow(kind);
    }
    return real_unlink(path);
}

// SIGKILL leaves the system's cache as it is, so nothing is really flushed: that would only wear the disk.
int fsync(int fd) {
    start();
    enum kind kind = kind_of(fd);
    if (kind == NONE)
        return real_fsync(fd);
    if (fails(FLUSH, kind))
        return -1;
    usleep(flush_us);
    flush(kind);
    return 0;
}

int fdatasync(int fd) __attribute__((alias("fsync")));
