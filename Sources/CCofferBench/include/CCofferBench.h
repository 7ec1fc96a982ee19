// The same work as Coffer's record cipher, in plain C, to measure Swift against.
#ifndef CCOFFER_BENCH_H
#define CCOFFER_BENCH_H

#include "CCofferPeer.h"

#include <stddef.h>
#include <stdint.h>

/// Seals (`opening` 0) or opens (1) `records` records of eight fields of 100 bytes with
/// OpenSSL: a subkey per record, 53 bytes of associated data per field. Nanoseconds for one
/// field, or a negative number when something fails.
double CCofferBench_openSSL(int records, int opening);

/// The same with ipsec-mb; -1 where it was not built in.
double CCofferBench_ipsecMB(int records, int opening);

#endif
