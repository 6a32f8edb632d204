/* Counts what a process and its children do to files, and at the Nth step kills or fails it: see faults.py.
 *
 * Built as a library that LD_PRELOAD puts before the C library, so that git's own writes are steps too. A step is a call
 * that changes what is on disk, counted before it happens, across all processes; or the leader's write to standard
 * output, which is the acknowledgement. Between two steps nothing on disk changes, so N from 1 to the count is every
 * state that a crash can leave.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* What the step needs: room on the disk, none, or none as it removes something. A removal never fails: the file would
 * stay, and files that stay are what the kills leave. */
enum { NO_ROOM, ROOM, REMOVAL };

/* Shared by all processes: the steps counted so far, and the number of the first that FAULT_NAME and FAULT_PATH mean. */
static long *counter;
static long fault_at;
static const char *kind = "", *fault_name, *fault_path = "";
static int log_handle = -1;

__attribute__((constructor)) static void start(void)
{
    const char *file = getenv("FAULT_COUNTER"), *at = getenv("FAULT_AT"), *named = getenv("FAULT_KIND");
    const char *log = getenv("FAULT_LOG");
    int handle;

    if (!file || (handle = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC)) < 0)
        return;
    counter = mmap(NULL, 2 * sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    syscall(SYS_close, handle);
    if (counter == MAP_FAILED)
        counter = NULL;
    fault_at = at ? atol(at) : 0;
    kind = named ? named : "";
    fault_name = getenv("FAULT_NAME");
    if (getenv("FAULT_PATH"))
        fault_path = getenv("FAULT_PATH");
    if (log)
        log_handle = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), ending = strlen(end);

    return length >= ending && !strcmp(text + length - ending, end);
}

/* The number of the step that the fault is meant for, 0 while it is not known. */
static long find_target(long number, const char *name, const char *path, const char *other)
{
    if (!fault_name)
        return fault_at;
    if (!counter[1] && !strcmp(name, fault_name) && ends_with(*other ? other : path, fault_path))
        counter[1] = number;
    return counter[1] ? counter[1] + fault_at : 0;
}

/* The error that the step must fail with, or 0; does not return if the step is where the process is to be killed. */
static int step(const char *name, const char *path, const char *other, int room)
{
    char line[3 * PATH_MAX];
    long number, target;

    if (!counter)
        return 0;
    number = __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
    if (log_handle >= 0)
        syscall(SYS_write, log_handle, line, snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\n", number, name, path, other));
    target = find_target(number, name, path, other);
    if (!target || number < target)
        return 0;
    if (!strcmp(kind, "full"))  /* a full disk stays full */
        return room == ROOM ? ENOSPC : 0;
    if (number > target)
        return 0;
    if (!strcmp(kind, "io"))
        return room == REMOVAL ? 0 : EIO;
    if (!strcmp(kind, "group"))
        kill(0, SIGKILL);
    else if (!strcmp(kind, "leader"))
        kill(getpgrp(), SIGKILL);
    else if (!strcmp(kind, "self"))
        kill(getpid(), SIGKILL);
    return 0;
}

static int step_handle(const char *name, int handle, int room)
{
    struct stat about;
    char link[64], path[PATH_MAX];
    ssize_t length;
    int on_disk;

    if (!counter || fstat(handle, &about))
        return 0;
    on_disk = S_ISREG(about.st_mode) || S_ISDIR(about.st_mode);
    if (!on_disk && !(handle == 1 && getpid() == getpgrp()))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    /* The acknowledgement goes to a reader, not to the disk: it can be where a process dies, not where it fails. */
    if (!on_disk && (!strcmp(kind, "full") || !strcmp(kind, "io")))
        return 0;
    return step(on_disk ? name : "acknowledge", path, "", room);
}

#define FAIL_IF(expression)           \
    do {                              \
        int error_ = (expression);    \
        if (error_) {                 \
            errno = error_;           \
            return -1;                \
        }                             \
    } while (0)

#define OPEN(name)                                                    \
    int name(const char *path, int flags, ...)                        \
    {                                                                 \
        va_list more;                                                 \
        mode_t mode;                                                  \
        va_start(more, flags);                                        \
        mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
        va_end(more);                                                 \
        if (flags & O_CREAT && access(path, F_OK))                    \
            FAIL_IF(step("create", path, "", ROOM));                  \
        return REAL(name)(path, flags, mode);                         \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                  \
    int name(int folder, const char *path, int flags, ...)            \
    {                                                                 \
        va_list more;                                                 \
        mode_t mode;                                                  \
        va_start(more, flags);                                        \
        mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
        va_end(more);                                                 \
        if (flags & O_CREAT && faccessat(folder, path, F_OK, 0))      \
            FAIL_IF(step("create", path, "", ROOM));                  \
        return REAL(name)(folder, path, flags, mode);                 \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int handle, const void *data, size_t size)
{
    FAIL_IF(step_handle("write", handle, ROOM));
    return REAL(write)(handle, data, size);
}

ssize_t writev(int handle, const struct iovec *parts, int count)
{
    FAIL_IF(step_handle("write", handle, ROOM));
    return REAL(writev)(handle, parts, count);
}

ssize_t pwrite(int handle, const void *data, size_t size, off_t at)
{
    FAIL_IF(step_handle("write", handle, ROOM));
    return REAL(pwrite)(handle, data, size, at);
}

ssize_t pwrite64(int handle, const void *data, size_t size, off64_t at)
{
    FAIL_IF(step_handle("write", handle, ROOM));
    return REAL(pwrite64)(handle, data, size, at);
}

int ftruncate(int handle, off_t size)
{
    FAIL_IF(step_handle("truncate", handle, NO_ROOM));
    return REAL(ftruncate)(handle, size);
}

int ftruncate64(int handle, off64_t size)
{
    FAIL_IF(step_handle("truncate", handle, NO_ROOM));
    return REAL(ftruncate64)(handle, size);
}

int fsync(int handle)
{
    FAIL_IF(step_handle("fsync", handle, NO_ROOM));
    return REAL(fsync)(handle);
}

int fdatasync(int handle)
{
    FAIL_IF(step_handle("fsync", handle, NO_ROOM));
    return REAL(fdatasync)(handle);
}

int rename(const char *from, const char *to)
{
    FAIL_IF(step("rename", from, to, NO_ROOM));
    return REAL(rename)(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    FAIL_IF(step("rename", from, to, NO_ROOM));
    return REAL(renameat)(from_folder, from, to_folder, to);
}

int link(const char *from, const char *to)
{
    FAIL_IF(step("link", from, to, ROOM));
    return REAL(link)(from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    FAIL_IF(step("link", from, to, ROOM));
    return REAL(linkat)(from_folder, from, to_folder, to, flags);
}

int unlink(const char *path)
{
    FAIL_IF(step("unlink", path, "", REMOVAL));
    return REAL(unlink)(path);
}

int unlinkat(int folder, const char *path, int flags)
{
    FAIL_IF(step("unlink", path, "", REMOVAL));
    return REAL(unlinkat)(folder, path, flags);
}

int rmdir(const char *path)
{
    FAIL_IF(step("rmdir", path, "", REMOVAL));
    return REAL(rmdir)(path);
}

int mkdir(const char *path, mode_t mode)
{
    FAIL_IF(step("mkdir", path, "", ROOM));
    return REAL(mkdir)(path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    FAIL_IF(step("mkdir", path, "", ROOM));
    return REAL(mkdirat)(folder, path, mode);
}
