// Our few lines of C: what Swift cannot call (variadic system calls) or cannot promise
// (erasing and comparing without the optimiser's help). No type of Coffer stands here.
#ifndef COFFER_SHIMS_H
#define COFFER_SHIMS_H

#include <stddef.h>
#include <stdint.h>

/// Overwrites `count` bytes with zero; the compiler may not drop it. explicit_bzero(3).
void CofferShims_erase(void *_Nonnull bytes, size_t count);

/// 1 when both ranges are equal, else 0; takes the same time wherever they differ.
int CofferShims_equal(const void *_Nonnull left, const void *_Nonnull right, size_t count);

/// Fills `count` bytes from getrandom(2) with flags 0; 0, or the errno of the failure.
int CofferShims_random(void *_Nonnull bytes, size_t count);

/// Pages for secrets: locked where the limit allows it, left out of core dumps, wiped in a
/// forked child. Null when there is no memory. `*locked` is 1 when mlock(2) succeeded.
void *_Nullable CofferShims_secretPages(size_t count, int *_Nonnull locked);

/// Erases, unlocks and returns pages of `CofferShims_secretPages`.
void CofferShims_releaseSecretPages(void *_Nonnull bytes, size_t count);

/// Memory for Argon2: anonymous pages with huge pages asked for. Null when there is none.
void *_Nullable CofferShims_hugePages(size_t count);

/// Returns memory of `CofferShims_hugePages`; whoever wrote secrets there erased them.
void CofferShims_releaseHugePages(void *_Nonnull bytes, size_t count);

/// A mutex of pthread_mutex_init(3); null when there is no memory. The thread sanitizer knows
/// these, where it takes what Swift's own `Mutex` protects for a race.
void *_Nullable CofferShims_makeLock(void);

/// Destroys a mutex that nobody holds.
void CofferShims_freeLock(void *_Nonnull lock);

/// pthread_mutex_lock(3).
void CofferShims_lock(void *_Nonnull lock);

/// pthread_mutex_unlock(3), by the thread that holds it.
void CofferShims_unlock(void *_Nonnull lock);

/// A condition of pthread_cond_init(3); null when there is no memory.
void *_Nullable CofferShims_makeSignal(void);

/// Destroys a condition that nobody waits for.
void CofferShims_freeSignal(void *_Nonnull signal);

/// pthread_cond_wait(3), by the thread that holds the mutex.
void CofferShims_await(void *_Nonnull signal, void *_Nonnull lock);

/// pthread_cond_broadcast(3).
void CofferShims_wakeAll(void *_Nonnull signal);

/// Runs `body` on a detached thread with all signals blocked; 0, or the errno of the failure.
int CofferShims_startThread(
    void (*_Nonnull body)(void *_Nonnull), void *_Nonnull argument);

/// First thing in a process that will hold keys: no core dumps, not dumpable, default
/// handlers for crash signals, umask 077. 0, or the errno of the first failure.
int CofferShims_harden(void);

/// add_key(2) of type "user" into `ring`; the key's serial number, or -errno.
int32_t CofferShims_keyAdd(
    const char *_Nonnull description, const void *_Nonnull payload, size_t count, int32_t ring);

/// KEYCTL_SEARCH of a "user" key in `ring`; its serial number, or -errno.
int32_t CofferShims_keySearch(int32_t ring, const char *_Nonnull description);

/// KEYCTL_READ; the payload's size (which may exceed `capacity`), or -errno.
int64_t CofferShims_keyRead(int32_t key, void *_Nonnull buffer, size_t capacity);

/// KEYCTL_SET_TIMEOUT in seconds from now; 0 or -errno.
int CofferShims_keyTimeout(int32_t key, uint32_t seconds);

/// KEYCTL_SETPERM; 0 or -errno.
int CofferShims_keyPermissions(int32_t key, uint32_t permissions);

/// KEYCTL_LINK into `ring`, displacing a key of the same name; 0 or -errno.
int CofferShims_keyLink(int32_t key, int32_t ring);

/// KEYCTL_UNLINK from `ring`; 0 or -errno.
int CofferShims_keyUnlink(int32_t key, int32_t ring);

/// KEYCTL_UPDATE: another payload, unless the key was revoked; 0 or -errno.
int CofferShims_keyUpdate(int32_t key, const void *_Nonnull payload, size_t count);

/// KEYCTL_REVOKE, then KEYCTL_UNLINK from `ring`; 0 or -errno of the revocation.
int CofferShims_keyRevoke(int32_t key, int32_t ring);

/// The payload of a keyring: serial numbers of its keys; bytes, or -errno.
int64_t CofferShims_keyringRead(int32_t ring, int32_t *_Nonnull keys, size_t capacityBytes);

/// KEYCTL_DESCRIBE into `buffer`; the size of the text, or -errno.
int64_t CofferShims_keyDescribe(int32_t key, char *_Nonnull buffer, size_t capacity);

/// renameat2(2) of paths with RENAME_NOREPLACE (1) or RENAME_EXCHANGE (2); 0 or errno.
int CofferShims_rename(const char *_Nonnull from, const char *_Nonnull to, unsigned flags);

/// openat2(2) below a directory: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS; descriptor or -errno.
int CofferShims_openBeneath(
    int directory, const char *_Nonnull path, uint64_t flags, uint64_t mode);

/// memfd_create(2) with MFD_CLOEXEC; descriptor or -errno.
int CofferShims_memoryFile(const char *_Nonnull name);

/// Whether the file system at `path` is in memory, tmpfs or ramfs (statfs(2)); 1, or 0.
int CofferShims_isInMemory(const char *_Nonnull path);

/// Sets or clears `O_DIRECT` of a descriptor (fcntl(2)); 0, or errno.
int CofferShims_bypassCache(int descriptor, int isOn);

/// syncfs(2): makes durable what was written to the file system of a descriptor; 0, or errno.
int CofferShims_synchronize(int descriptor);

/// How many processors this program may run on (sched_getaffinity(2)); 1 where the system does not
/// tell.
int CofferShims_processors(void);

/// The bytes of physical memory (sysconf(3)); 0 where the system does not tell.
uint64_t CofferShims_physicalMemory(void);

#endif
