// Unicode normalisation and character properties; Swift imports all of it as it is.
#ifndef CCOFFER_UTF8PROC_SHIM_H
#define CCOFFER_UTF8PROC_SHIM_H

#include <utf8proc.h>

#endif
