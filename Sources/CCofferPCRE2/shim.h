// PCRE2 with 8-bit code units. Its functions are macros over the code unit width, which
// Swift cannot import: the width is fixed here and each macro gets a name of its own below
// where Swift needs one.
#ifndef CCOFFER_PCRE2_SHIM_H
#define CCOFFER_PCRE2_SHIM_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#endif
