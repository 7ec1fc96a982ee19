// SQLite. A shim stands here only for what Swift cannot import: a cast of -1 to a function
// pointer, variadic functions, once per shape of arguments, structures that begin with one of
// SQLite's, whose layout must be that of C, and a function that C's headers hide.
#ifndef CCOFFER_SQLITE_SHIM_H
#define CCOFFER_SQLITE_SHIM_H

#include <stddef.h>
#include <sqlite3.h>

// string.h declares it for _GNU_SOURCE only, which is not ours to define in a module.
extern void *memmem(const void *hay, size_t haySize, const void *needle, size_t needleSize);

static inline const void *CCofferSQLite_find(
    const void *hay, size_t haySize, const void *needle, size_t needleSize
) {
    return memmem(hay, haySize, needle, needleSize);
}

static inline sqlite3_destructor_type CCofferSQLite_transient(void) {
    return SQLITE_TRANSIENT;
}

static inline int CCofferSQLite_configure(sqlite3 *connection, int option, int value, int *now) {
    return sqlite3_db_config(connection, option, value, now);
}

static inline int CCofferSQLite_makeLookaside(sqlite3 *connection, int size, int count) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_LOOKASIDE, (void *)0, size, count);
}

static inline char *CCofferSQLite_copy(const char *text) {
    return sqlite3_mprintf("%s", text);
}

typedef struct CCofferSQLite_table {
    sqlite3_vtab base;
    void *owner;
} CCofferSQLite_table;

typedef struct CCofferSQLite_cursor {
    sqlite3_vtab_cursor base;
    void *owner;
} CCofferSQLite_cursor;

#endif
