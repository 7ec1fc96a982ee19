// Zstandard; Swift imports all of it as it is.
#ifndef CCOFFER_ZSTD_SHIM_H
#define CCOFFER_ZSTD_SHIM_H

#include <zstd.h>

#endif
