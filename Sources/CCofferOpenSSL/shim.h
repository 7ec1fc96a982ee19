// What Coffer uses of OpenSSL's libcrypto; deprecated interfaces stay out of sight.
#ifndef CCOFFER_OPENSSL_SHIM_H
#define CCOFFER_OPENSSL_SHIM_H

#define OPENSSL_API_COMPAT 30000
#define OPENSSL_NO_DEPRECATED 1
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/opensslv.h>
#include <openssl/params.h>

#endif
