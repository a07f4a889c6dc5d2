// What a power cut would leave. FILE.durable is there for certain; FILE.pending is what was written since the last flush,
// as records: any of it may be there or not. Included by `preload.c`.

#define TRUNCATED UINT64_MAX

// One write that is not flushed; `length` bytes follow. TRUNCATED: the file was cut to `offset`.
struct record {
    uint64_t offset;
    uint64_t length;
};

static struct { int durable, pending; } shadows[KINDS] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// Of the index (-shm) nothing outlives a power cut.
static int has_shadow(enum kind kind) {
    return shadowing && kind != NONE && kind != SHM;
}

static const char *shadow_path(enum kind kind, const char *suffix) {
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", database, suffixes[kind], suffix);
    return path;
}

static int open_shadow(enum kind kind, const char *suffix, int flags) {
    const char *path = shadow_path(kind, suffix);
    int fd = real_open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (fd < 0 && errno != EEXIST)
        die(path);
    return fd;
}

// What is in the file when it is first opened is durable already.
static void copy_into_shadow(int fd, int durable) {
    char buffer[65536];
    off_t offset = 0;
    for (ssize_t got; (got = real_pread(fd, buffer, sizeof buffer, offset)) > 0; offset += got)
        if (real_pwrite(durable, buffer, (size_t)got, offset) != got)
            die("a shadow");
}

static void begin_shadow(int fd, enum kind kind) {
    if (!has_shadow(kind))
        return;
    pthread_mutex_lock(&lock);
    if (shadows[kind].durable < 0) {
        shadows[kind].durable = open_shadow(kind, ".durable", O_CREAT | O_EXCL);
        if (shadows[kind].durable >= 0)
            copy_into_shadow(fd, shadows[kind].durable);
        else
            shadows[kind].durable = open_shadow(kind, ".durable", 0);
        shadows[kind].pending = open_shadow(kind, ".pending", O_CREAT | O_APPEND);
    }
    pthread_mutex_unlock(&lock);
}

static void record(enum kind kind, uint64_t offset, uint64_t length, const void *data) {
    if (!has_shadow(kind))
        return;
    size_t bytes = length == TRUNCATED ? 0 : (size_t)length;
    struct record head = {offset, length};
    pthread_mutex_lock(&lock);
    int fd = shadows[kind].pending;
    if (real_write(fd, &head, sizeof head) != sizeof head || real_write(fd, data, bytes) != (ssize_t)bytes)
        die("a pending write");
    pthread_mutex_unlock(&lock);
}

static void apply(int durable, char *at, const char *end) {
    while (at < end) {
        struct record head;
        memcpy(&head, at, sizeof head);
        at += sizeof head;
        if (head.length == TRUNCATED) {
            if (real_ftruncate(durable, (off_t)head.offset) != 0)
                die("a shadow");
            continue;
        }
        if (real_pwrite(durable, at, head.length, (off_t)head.offset) != (ssize_t)head.length)
            die("a shadow");
        at += head.length;
    }
}

// Moves all that is pending into the shadow. A kill in between leaves it pending: a flush that has not come back.
static void flush(enum kind kind) {
    if (!has_shadow(kind))
        return;
    pthread_mutex_lock(&lock);
    off_t size = lseek(shadows[kind].pending, 0, SEEK_END);
    char *all = malloc((size_t)size + 1);
    if (!all || real_pread(shadows[kind].pending, all, (size_t)size, 0) != size)
        die("pending writes");
    apply(shadows[kind].durable, all, all + size);
    free(all);
    if (real_ftruncate(shadows[kind].pending, 0) != 0)
        die("pending writes");
    pthread_mutex_unlock(&lock);
}

// Removing a file counts as durable at once: SQLite removes a log only after it has flushed what was in it.
static void end_shadow(enum kind kind) {
    if (!has_shadow(kind))
        return;
    pthread_mutex_lock(&lock);
    real_unlink(shadow_path(kind, ".durable"));
    real_unlink(shadow_path(kind, ".pending"));
    real_close(shadows[kind].durable);
    real_close(shadows[kind].pending);
    shadows[kind].durable = shadows[kind].pending = -1;
    pthread_mutex_unlock(&lock);
}
