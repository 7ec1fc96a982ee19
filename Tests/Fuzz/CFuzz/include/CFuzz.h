#ifndef COFFER_CFUZZ_H
#define COFFER_CFUZZ_H

#include <stddef.h>
#include <stdint.h>

/// libFuzzer's own main program; see https://llvm.org/docs/LibFuzzer.html.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

#endif
