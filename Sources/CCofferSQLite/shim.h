// SQLite. A shim stands here only for what Swift cannot import: a cast of -1 to a function
// pointer, and variadic functions, once per shape of arguments.
#ifndef CCOFFER_SQLITE_SHIM_H
#define CCOFFER_SQLITE_SHIM_H

#include <sqlite3.h>

static inline sqlite3_destructor_type CCofferSQLite_transient(void) {
    return SQLITE_TRANSIENT;
}

static inline int CCofferSQLite_configure(sqlite3 *connection, int option, int value, int *now) {
    return sqlite3_db_config(connection, option, value, now);
}

#endif
