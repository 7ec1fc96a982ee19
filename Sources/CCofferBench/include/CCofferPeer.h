// SQLite itself, and SQLCipher where it is installed, doing in plain C what Coffer does.
#ifndef CCOFFER_PEER_H
#define CCOFFER_PEER_H

#include <stddef.h>
#include <stdint.h>

typedef struct CCofferPeer CCofferPeer;

/// Opens a new database with a table of a row number, a unique id of 16 bytes and `fields` texts:
/// pages of 4,096 bytes, write-ahead log, commits that reach the disk. A `library` of NULL is the
/// SQLite that this program is linked with; `key` is for SQLCipher. NULL when something fails.
CCofferPeer *CCofferPeer_open(const char *path, const char *library, const char *key, int fields);

/// Closes and frees.
void CCofferPeer_close(CCofferPeer *peer);

/// Runs a statement without a result; 0 when it went well.
int CCofferPeer_run(CCofferPeer *peer, const char *sql);

/// Inserts rows `from` up to `to`, whose ids and texts of `size` bytes each lie one after the other;
/// 0 when all went well.
int CCofferPeer_insert(
    CCofferPeer *peer, const unsigned char *ids, const char *texts, int size, int from, int to);

/// Reads all fields of the rows with the ids at `order`; their bytes, or -1.
int64_t CCofferPeer_points(
    CCofferPeer *peer, const unsigned char *ids, const int32_t *order, int count);

/// Reads all columns of all rows of a query; their bytes, or -1.
int64_t CCofferPeer_scan(CCofferPeer *peer, const char *sql);

#endif
