// The file of this VFS embeds the real one, which is why this is C: its size is only known to
// the real VFS. https://www.sqlite.org/vfs.html
#include "CFaultVFS.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    sqlite3_vfs base;
    sqlite3_vfs *real;
    CFaultVFS_question question;
    void *user;
} Vfs;

typedef struct {
    sqlite3_file base;
    Vfs *vfs;
    const char *path;
    sqlite3_file *real;
} File;

#define REAL(file) (((File *)(file))->real)
#define METHODS(file) (REAL(file)->pMethods)

static int ask(sqlite3_file *file, int step, int64_t offset, const void *bytes, int count) {
    File *ours = (File *)file;
    return ours->vfs->question(ours->vfs->user, step, ours->path, offset, bytes, count);
}

static int closeFile(sqlite3_file *f) { return REAL(f)->pMethods ? METHODS(f)->xClose(REAL(f)) : SQLITE_OK; }

static int readFile(sqlite3_file *f, void *bytes, int count, sqlite3_int64 offset) {
    int answer = ask(f, CFaultVFS_read, offset, NULL, count);
    return answer ? answer : METHODS(f)->xRead(REAL(f), bytes, count, offset);
}

static int writeFile(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 offset) {
    int answer = ask(f, CFaultVFS_write, offset, bytes, count);
    if (answer == 0) return METHODS(f)->xWrite(REAL(f), bytes, count, offset);
    if (answer > 0) return answer;
    if (count > 1) METHODS(f)->xWrite(REAL(f), bytes, count / 2, offset);
    return SQLITE_IOERR_WRITE;
}

static int truncateFile(sqlite3_file *f, sqlite3_int64 size) {
    int answer = ask(f, CFaultVFS_truncate, size, NULL, 0);
    if (answer) return answer > 0 ? answer : SQLITE_IOERR_TRUNCATE;
    return METHODS(f)->xTruncate(REAL(f), size);
}

static int syncFile(sqlite3_file *f, int flags) {
    int answer = ask(f, CFaultVFS_sync, 0, NULL, 0);
    if (answer) return answer > 0 ? answer : SQLITE_IOERR_FSYNC;
    return METHODS(f)->xSync(REAL(f), flags);
}

static int fileSize(sqlite3_file *f, sqlite3_int64 *size) { return METHODS(f)->xFileSize(REAL(f), size); }
static int lockFile(sqlite3_file *f, int level) { return METHODS(f)->xLock(REAL(f), level); }
static int unlockFile(sqlite3_file *f, int level) { return METHODS(f)->xUnlock(REAL(f), level); }
static int checkLock(sqlite3_file *f, int *out) { return METHODS(f)->xCheckReservedLock(REAL(f), out); }
static int control(sqlite3_file *f, int op, void *arg) { return METHODS(f)->xFileControl(REAL(f), op, arg); }
static int sector(sqlite3_file *f) { return METHODS(f)->xSectorSize(REAL(f)); }
static int traits(sqlite3_file *f) { return METHODS(f)->xDeviceCharacteristics(REAL(f)); }

static int shmMap(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return METHODS(f)->xShmMap(REAL(f), page, size, extend, out);
}

static int shmLock(sqlite3_file *f, int offset, int n, int flags) {
    return METHODS(f)->xShmLock(REAL(f), offset, n, flags);
}

static void shmBarrier(sqlite3_file *f) { METHODS(f)->xShmBarrier(REAL(f)); }
static int shmUnmap(sqlite3_file *f, int drop) { return METHODS(f)->xShmUnmap(REAL(f), drop); }

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = closeFile,
    .xRead = readFile,
    .xWrite = writeFile,
    .xTruncate = truncateFile,
    .xSync = syncFile,
    .xFileSize = fileSize,
    .xLock = lockFile,
    .xUnlock = unlockFile,
    .xCheckReservedLock = checkLock,
    .xFileControl = control,
    .xSectorSize = sector,
    .xDeviceCharacteristics = traits,
    .xShmMap = shmMap,
    .xShmLock = shmLock,
    .xShmBarrier = shmBarrier,
    .xShmUnmap = shmUnmap,
};

static int openFile(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out) {
    Vfs *vfs = (Vfs *)v;
    File *file = (File *)f;
    memset(file, 0, sizeof *file);
    file->vfs = vfs;
    file->path = path;
    file->real = (sqlite3_file *)(file + 1);
    memset(file->real, 0, (size_t)vfs->real->szOsFile);
    int code = vfs->real->xOpen(vfs->real, path, file->real, flags, out);
    if (file->real->pMethods) file->base.pMethods = &methods;
    return code;
}

static int deleteFile(sqlite3_vfs *v, const char *path, int sync) {
    Vfs *vfs = (Vfs *)v;
    int answer = vfs->question(vfs->user, CFaultVFS_delete, path, 0, NULL, 0);
    if (answer) return answer > 0 ? answer : SQLITE_IOERR_DELETE;
    return vfs->real->xDelete(vfs->real, path, sync);
}

static int accessFile(sqlite3_vfs *v, const char *path, int flags, int *out) {
    sqlite3_vfs *real = ((Vfs *)v)->real;
    return real->xAccess(real, path, flags, out);
}

static int fullPath(sqlite3_vfs *v, const char *path, int size, char *out) {
    sqlite3_vfs *real = ((Vfs *)v)->real;
    return real->xFullPathname(real, path, size, out);
}

int CFaultVFS_register(const char *name, CFaultVFS_question question, void *user) {
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    Vfs *vfs = calloc(1, sizeof *vfs);
    if (!vfs || !real) return SQLITE_NOMEM;
    vfs->base = *real;
    vfs->base.pNext = NULL;
    vfs->base.zName = name;
    vfs->base.szOsFile = (int)sizeof(File) + real->szOsFile;
    vfs->base.xOpen = openFile;
    vfs->base.xDelete = deleteFile;
    vfs->base.xAccess = accessFile;
    vfs->base.xFullPathname = fullPath;
    vfs->real = real;
    vfs->question = question;
    vfs->user = user;
    return sqlite3_vfs_register(&vfs->base, 0);
}
