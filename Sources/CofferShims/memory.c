// Memory that holds secrets. _GNU_SOURCE belongs here and in no header: it changes what
// Swift sees of the system's modules.
#define _GNU_SOURCE
#include "CofferShims.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

void CofferShims_erase(void *bytes, size_t count) { explicit_bzero(bytes, count); }

int CofferShims_equal(const void *left, const void *right, size_t count) {
    const unsigned char *a = left, *b = right;
    uint64_t difference = 0;
    for (; count >= 8; count -= 8, a += 8, b += 8) {
        uint64_t x, y;
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        difference |= x ^ y;
        // The compiler can't tell what this leaves, so it can't leave the loop early.
        __asm__ volatile("" : "+r"(difference));
    }
    for (size_t i = 0; i < count; i++) {
        difference |= (uint64_t)(a[i] ^ b[i]);
        __asm__ volatile("" : "+r"(difference));
    }
    return difference == 0;
}

int CofferShims_random(void *bytes, size_t count) {
    unsigned char *next = bytes;
    while (count > 0) {
        ssize_t got = getrandom(next, count, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        next += got;
        count -= (size_t)got;
    }
    return 0;
}

static size_t wholePages(size_t count) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (count + page - 1) / page * page;
}

void *CofferShims_secretPages(size_t count, int *locked) {
    size_t size = wholePages(count);
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *locked = 0;
    if (pages == MAP_FAILED) return NULL;
    *locked = mlock(pages, size) == 0;
    madvise(pages, size, MADV_DONTDUMP);
    madvise(pages, size, MADV_WIPEONFORK);
    return pages;
}

void CofferShims_releaseSecretPages(void *bytes, size_t count) {
    size_t size = wholePages(count);
    explicit_bzero(bytes, size);
    munlock(bytes, size);
    munmap(bytes, size);
}

void *CofferShims_hugePages(size_t count) {
    void *pages =
        mmap(NULL, wholePages(count), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return NULL;
    madvise(pages, wholePages(count), MADV_HUGEPAGE);
    madvise(pages, wholePages(count), MADV_DONTDUMP);
    return pages;
}

void CofferShims_releaseHugePages(void *bytes, size_t count) {
    // The kernel hands pages out zeroed, so returning them is enough for other processes;
    // Argon2 has erased its blocks where it was told to.
    munmap(bytes, wholePages(count));
}

void *CofferShims_makeLock(void) {
    pthread_mutex_t *lock = malloc(sizeof *lock);
    if (lock != NULL) pthread_mutex_init(lock, NULL);
    return lock;
}

void CofferShims_freeLock(void *lock) {
    pthread_mutex_destroy(lock);
    free(lock);
}

void CofferShims_lock(void *lock) { pthread_mutex_lock(lock); }

void CofferShims_unlock(void *lock) { pthread_mutex_unlock(lock); }

void *CofferShims_makeSignal(void) {
    pthread_cond_t *signal = malloc(sizeof *signal);
    if (signal != NULL) pthread_cond_init(signal, NULL);
    return signal;
}

void CofferShims_freeSignal(void *signal) {
    pthread_cond_destroy(signal);
    free(signal);
}

void CofferShims_await(void *signal, void *lock) { pthread_cond_wait(signal, lock); }

void CofferShims_wakeAll(void *signal) { pthread_cond_broadcast(signal); }

struct start {
    void (*body)(void *);
    void *argument;
};

static void *begin(void *memory) {
    struct start start = *(struct start *)memory;
    free(memory);
    start.body(start.argument);
    return NULL;
}

int CofferShims_startThread(void (*body)(void *), void *argument) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) return ENOMEM;
    start->body = body;
    start->argument = argument;
    // Signals are for the thread that the program began with.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_t thread;
    int code = pthread_create(&thread, NULL, begin, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code == 0)
        pthread_detach(thread);
    else
        free(start);
    return code;
}

int CofferShims_harden(void) {
    static const int crashes[] = {SIGILL, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP, SIGQUIT};
    struct rlimit none = {0, 0};
    int failure = 0;
    umask(077);
    if (setrlimit(RLIMIT_CORE, &none) != 0) failure = errno;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 && failure == 0) failure = errno;
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
    return failure;
}

uint64_t CofferShims_physicalMemory(void) {
    long pages = sysconf(_SC_PHYS_PAGES);
    long size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

int CofferShims_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}

int CofferShims_synchronize(int descriptor) { return syncfs(descriptor) == 0 ? 0 : errno; }
