// A VFS for tests: SQLite's own, with a question asked before every step that changes the disk.
#ifndef CFAULTVFS_H
#define CFAULTVFS_H

#include <stdint.h>

/// What a step is about to do.
enum {
    CFaultVFS_write = 0,
    CFaultVFS_truncate = 1,
    CFaultVFS_sync = 2,
    CFaultVFS_delete = 3,
    CFaultVFS_read = 4,
};

/// Asked before a step, with the bytes of a write: 0 to go on, -1 to write half and fail with an
/// I/O error, otherwise the result code to fail with.
typedef int (*CFaultVFS_question)(
    void *_Nullable user, int step, const char *_Nullable path, int64_t offset,
    const void *_Nullable bytes, int count);

/// Registers a VFS under `name`; the name, the question and `user` must outlive its use.
int CFaultVFS_register(
    const char *_Nonnull name, CFaultVFS_question _Nonnull question, void *_Nullable user);

#endif
