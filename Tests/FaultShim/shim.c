// Makes the calls of a program that change a disk fail or kill, one at a time.
//
// Built by the tests as a shared library and put before the C library with LD_PRELOAD; it is
// never part of the program. One counter for all threads numbers the calls.
//
//   FAULT_AT=N       the call that is met; 0 or nothing: none
//   FAULT_MODE=M     kill     half of a write, then SIGKILL
//                    early    SIGKILL in place of the call
//                    error    the error FAULT_ERROR (an errno) in place of the call
//                    short    half of a write, and its size as the answer
//                    signal   the signal FAULT_SIGNAL, then the call
//   FAULT_ON=1       the call and all after it, not the call alone
//   FAULT_KINDS=K    the calls that count: any of w (writes), s (syncs), n (names and sizes)
//   FAULT_REPORT=F   the number of calls is written to F at the end
//   FAULT_ALONE=1    programs that the program starts are left in peace
//   FAULT_SESSION=1  the program begins in a session and session keyring of its own
//   FAULT_WALL=S     the wall clock is S seconds off
//   FAULT_BOOT=S     the time since the boot is S seconds off
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static long at, wall_offset, boot_offset;
static int from_on, error_number, signal_number;
static const char *mode = "", *kinds = "wsn", *report;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
    at = number("FAULT_AT");
    from_on = number("FAULT_ON") != 0;
    error_number = (int)number("FAULT_ERROR");
    signal_number = (int)number("FAULT_SIGNAL");
    wall_offset = number("FAULT_WALL");
    boot_offset = number("FAULT_BOOT");
    if (getenv("FAULT_MODE")) mode = getenv("FAULT_MODE");
    if (getenv("FAULT_KINDS")) kinds = getenv("FAULT_KINDS");
    report = getenv("FAULT_REPORT");
    if (number("FAULT_ALONE")) unsetenv("LD_PRELOAD");
    if (number("FAULT_SESSION")) {
        setsid();
        syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    }
}

__attribute__((destructor)) static void end(void) {
    if (!report) return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0) return;
    dprintf(file, "%ld\n", atomic_load(&calls));
    syscall(SYS_close, file);
}

// Whether this call of `kind` is met.
static int is_met(char kind) {
    if (!strchr(kinds, kind)) return 0;
    long count = atomic_fetch_add(&calls, 1) + 1;
    return at > 0 && (count == at || (from_on && count > at));
}

static void die(void) {
    for (;;) syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

#define REAL(type, name, ...)                                                                     \
    static type (*real)(__VA_ARGS__);                                                             \
    if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define WRITE(whole, half)                                                                        \
    if (fd > 2 && is_met('w')) {                                                                  \
        if (!strcmp(mode, "early")) die();                                                        \
        if (!strcmp(mode, "kill")) {                                                              \
            if (half < 0) die();                                                                  \
            die();                                                                                \
        }                                                                                         \
        if (!strcmp(mode, "error")) return errno = error_number, -1;                              \
        if (!strcmp(mode, "short") && count > 1) return half;                                     \
        if (!strcmp(mode, "signal")) raise(signal_number);                                        \
    }                                                                                             \
    return whole

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    WRITE(real(fd, bytes, count), real(fd, bytes, count / 2));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    WRITE(real(fd, bytes, count, offset), real(fd, bytes, count / 2, offset));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return pwrite64(fd, bytes, count, offset);
}

#define OTHER(kind, name, parameters, arguments, ...)                                             \
    int name parameters {                                                                         \
        REAL(int, name, __VA_ARGS__);                                                             \
        if (is_met(kind)) {                                                                       \
            if (!strcmp(mode, "kill") || !strcmp(mode, "early")) die();                           \
            if (!strcmp(mode, "error")) return errno = error_number, -1;                          \
            if (!strcmp(mode, "signal")) raise(signal_number);                                    \
        }                                                                                         \
        return real arguments;                                                                    \
    }

OTHER('s', fsync, (int fd), (fd), int)
OTHER('s', fdatasync, (int fd), (fd), int)
OTHER('n', rename, (const char *from, const char *to), (from, to), const char *, const char *)
OTHER('n', renameat2,
    (int left, const char *from, int right, const char *to, unsigned flags),
    (left, from, right, to, flags), int, const char *, int, const char *, unsigned)
OTHER('n', unlink, (const char *path), (path), const char *)
OTHER('n', rmdir, (const char *path), (path), const char *)
OTHER('n', mkdir, (const char *path, mode_t bits), (path, bits), const char *, mode_t)
OTHER('n', link, (const char *from, const char *to), (from, to), const char *, const char *)
OTHER('n', ftruncate64, (int fd, off64_t size), (fd, size), int, off64_t)

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    int result = real(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += wall_offset;
    if (result == 0 && clock == CLOCK_BOOTTIME) time->tv_sec += boot_offset;
    return result;
}
