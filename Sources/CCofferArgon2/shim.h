// The reference implementation of Argon2; Swift imports all of it as it is.
#ifndef CCOFFER_ARGON2_SHIM_H
#define CCOFFER_ARGON2_SHIM_H

#include <argon2.h>

#endif
