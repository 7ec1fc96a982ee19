// System calls that glibc does not wrap, or wraps with variable arguments.
#define _GNU_SOURCE
#include "CofferShims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static long negative(long result) { return result < 0 ? -(long)errno : result; }

int32_t CofferShims_keyAdd(const char *description, const void *payload, size_t count, int32_t ring) {
    return (int32_t)negative(syscall(SYS_add_key, "user", description, payload, count, ring));
}

int32_t CofferShims_keySearch(int32_t ring, const char *description) {
    return (int32_t)negative(syscall(SYS_keyctl, KEYCTL_SEARCH, ring, "user", description, 0));
}

int64_t CofferShims_keyRead(int32_t key, void *buffer, size_t capacity) {
    return negative(syscall(SYS_keyctl, KEYCTL_READ, key, buffer, capacity));
}

int CofferShims_keyTimeout(int32_t key, uint32_t seconds) {
    return (int)negative(syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, seconds));
}

int CofferShims_keyPermissions(int32_t key, uint32_t permissions) {
    return (int)negative(syscall(SYS_keyctl, KEYCTL_SETPERM, key, permissions));
}

int CofferShims_keyLink(int32_t key, int32_t ring) {
    return (int)negative(syscall(SYS_keyctl, KEYCTL_LINK, key, ring));
}

int CofferShims_keyUnlink(int32_t key, int32_t ring) {
    return (int)negative(syscall(SYS_keyctl, KEYCTL_UNLINK, key, ring));
}

int CofferShims_keyUpdate(int32_t key, const void *payload, size_t count) {
    return (int)negative(syscall(SYS_keyctl, KEYCTL_UPDATE, key, payload, count));
}

int CofferShims_keyRevoke(int32_t key, int32_t ring) {
    long result = negative(syscall(SYS_keyctl, KEYCTL_REVOKE, key));
    syscall(SYS_keyctl, KEYCTL_UNLINK, key, ring);
    return (int)result;
}

int64_t CofferShims_keyringRead(int32_t ring, int32_t *keys, size_t capacityBytes) {
    return negative(syscall(SYS_keyctl, KEYCTL_READ, ring, keys, capacityBytes));
}

int64_t CofferShims_keyDescribe(int32_t key, char *buffer, size_t capacity) {
    return negative(syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, buffer, capacity));
}

int CofferShims_rename(const char *from, const char *to, unsigned flags) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, flags) == 0 ? 0 : errno;
}

int CofferShims_openBeneath(int directory, const char *path, uint64_t flags, uint64_t mode) {
    struct open_how how = {
        .flags = flags,
        .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };
    return (int)negative(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int CofferShims_memoryFile(const char *name) {
    return (int)negative(memfd_create(name, MFD_CLOEXEC));
}

int CofferShims_bypassCache(int descriptor, int isOn) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return errno;
    int wanted = isOn ? flags | O_DIRECT : flags & ~O_DIRECT;
    return fcntl(descriptor, F_SETFL, wanted) == 0 ? 0 : errno;
}

int CofferShims_isInMemory(const char *path) {
    struct statfs status;
    if (statfs(path, &status) != 0) return 0;
    return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}
