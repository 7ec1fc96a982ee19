#include "CCofferPeer.h"

#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The functions of one library; SQLCipher's bear the same names as SQLite's.
struct CCofferPeer {
    sqlite3 *connection;
    sqlite3_stmt *insert, *point;
    int fields;
    void *library;
    int (*open)(const char *, sqlite3 **, int, const char *);
    int (*close)(sqlite3 *);
    int (*exec)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
    int (*prepare)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);
    int (*step)(sqlite3_stmt *);
    int (*reset)(sqlite3_stmt *);
    int (*finalize)(sqlite3_stmt *);
    int (*bindText)(sqlite3_stmt *, int, const char *, int, void (*)(void *));
    int (*bindBlob)(sqlite3_stmt *, int, const void *, int, void (*)(void *));
    const unsigned char *(*text)(sqlite3_stmt *, int);
    int (*bytes)(sqlite3_stmt *, int);
    int (*columns)(sqlite3_stmt *);
};

static void *function(CCofferPeer *peer, const char *name, void *linked) {
    return peer->library ? dlsym(peer->library, name) : linked;
}

static int load(CCofferPeer *peer, const char *library) {
    if (library) {
        peer->library = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
        if (!peer->library) return 0;
    }
    peer->open = function(peer, "sqlite3_open_v2", sqlite3_open_v2);
    peer->close = function(peer, "sqlite3_close", sqlite3_close);
    peer->exec = function(peer, "sqlite3_exec", sqlite3_exec);
    peer->prepare = function(peer, "sqlite3_prepare_v2", sqlite3_prepare_v2);
    peer->step = function(peer, "sqlite3_step", sqlite3_step);
    peer->reset = function(peer, "sqlite3_reset", sqlite3_reset);
    peer->finalize = function(peer, "sqlite3_finalize", sqlite3_finalize);
    peer->bindText = function(peer, "sqlite3_bind_text", sqlite3_bind_text);
    peer->bindBlob = function(peer, "sqlite3_bind_blob", sqlite3_bind_blob);
    peer->text = function(peer, "sqlite3_column_text", sqlite3_column_text);
    peer->bytes = function(peer, "sqlite3_column_bytes", sqlite3_column_bytes);
    peer->columns = function(peer, "sqlite3_column_count", sqlite3_column_count);
    return peer->open && peer->close && peer->exec && peer->prepare && peer->step && peer->reset
        && peer->finalize && peer->bindText && peer->bindBlob && peer->text && peer->bytes
        && peer->columns;
}

static int prepareAll(CCofferPeer *peer) {
    char table[1024] = "CREATE TABLE rows(rid INTEGER PRIMARY KEY, id BLOB UNIQUE";
    char insert[1024] = "INSERT INTO rows VALUES(NULL, ?1";
    for (int field = 1; field <= peer->fields; field++) {
        snprintf(table + strlen(table), sizeof table - strlen(table), ", f%d TEXT", field);
        snprintf(insert + strlen(insert), sizeof insert - strlen(insert), ", ?%d", field + 1);
    }
    strcat(table, ")");
    strcat(insert, ")");
    // SQLCipher takes its own pragma for pages and is damaged by SQLite's.
    const char *pages =
        peer->library ? "PRAGMA cipher_page_size=4096" : "PRAGMA page_size=4096";
    return CCofferPeer_run(peer, pages) == 0
        && CCofferPeer_run(peer, "PRAGMA journal_mode=WAL;"
                                 "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY") == 0
        && CCofferPeer_run(peer, table) == 0
        && peer->prepare(peer->connection, insert, -1, &peer->insert, NULL) == SQLITE_OK
        && peer->prepare(
               peer->connection, "SELECT * FROM rows WHERE id = ?1", -1, &peer->point, NULL)
               == SQLITE_OK;
}

CCofferPeer *CCofferPeer_open(const char *path, const char *library, const char *key, int fields) {
    CCofferPeer *peer = calloc(1, sizeof *peer);
    if (!peer) return NULL;
    peer->fields = fields;
    char pragma[128];
    snprintf(pragma, sizeof pragma, "PRAGMA key='%s'", key ? key : "");
    if (fields < 1 || fields > 20 || !load(peer, library)
        || peer->open(
               path, &peer->connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL)
            != SQLITE_OK
        || (key && CCofferPeer_run(peer, pragma) != 0) || !prepareAll(peer)) {
        CCofferPeer_close(peer);
        return NULL;
    }
    return peer;
}

void CCofferPeer_close(CCofferPeer *peer) {
    if (!peer) return;
    if (peer->connection) {
        peer->finalize(peer->insert);
        peer->finalize(peer->point);
        peer->close(peer->connection);
    }
    // The library stays: SQLCipher leaves handlers behind.
    free(peer);
}

int CCofferPeer_run(CCofferPeer *peer, const char *sql) {
    return peer->exec(peer->connection, sql, NULL, NULL, NULL);
}

int CCofferPeer_insert(
    CCofferPeer *peer, const unsigned char *ids, const char *texts, int size, int from, int to) {
    for (int row = from; row < to; row++) {
        const char *text = texts + (size_t)row * (size_t)(peer->fields * size);
        peer->bindBlob(peer->insert, 1, ids + (size_t)row * 16, 16, SQLITE_STATIC);
        for (int field = 0; field < peer->fields; field++)
            peer->bindText(
                peer->insert, field + 2, text + (size_t)(field * size), size, SQLITE_STATIC);
        if (peer->step(peer->insert) != SQLITE_DONE) return -1;
        peer->reset(peer->insert);
    }
    return 0;
}

static int64_t size(CCofferPeer *peer, sqlite3_stmt *statement, int first, int columns) {
    int64_t total = 0;
    for (int column = first; column < columns; column++)
        if (peer->text(statement, column)) total += peer->bytes(statement, column);
    return total;
}

int64_t CCofferPeer_points(
    CCofferPeer *peer, const unsigned char *ids, const int32_t *order, int count) {
    int64_t total = 0;
    for (int index = 0; index < count; index++) {
        peer->bindBlob(peer->point, 1, ids + (size_t)order[index] * 16, 16, SQLITE_STATIC);
        if (peer->step(peer->point) != SQLITE_ROW) return -1;
        total += size(peer, peer->point, 2, 2 + peer->fields);
        peer->reset(peer->point);
    }
    return total;
}

int64_t CCofferPeer_scan(CCofferPeer *peer, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (peer->prepare(peer->connection, sql, -1, &statement, NULL) != SQLITE_OK) return -1;
    int64_t total = 0;
    int columns = peer->columns(statement), code;
    while ((code = peer->step(statement)) == SQLITE_ROW)
        total += size(peer, statement, 0, columns);
    peer->finalize(statement);
    return code == SQLITE_DONE ? total : -1;
}
