// Intel's ipsec-mb: AES-256-GCM through the function pointers of its manager. The library
// offers them as macros, which Swift cannot import, so each used macro has a function here.
#ifndef CCOFFER_IPSECMB_SHIM_H
#define CCOFFER_IPSECMB_SHIM_H

#include <intel-ipsec-mb.h>

static inline int CCofferIPsecMB_isComplete(const IMB_MGR *manager) {
    return manager->gcm256_pre && manager->gcm256_enc && manager->gcm256_dec;
}

static inline void CCofferIPsecMB_expand(
    const IMB_MGR *manager, const void *key, struct gcm_key_data *schedule) {
    manager->gcm256_pre(key, schedule);
}

static inline void CCofferIPsecMB_seal(
    const IMB_MGR *manager, const struct gcm_key_data *schedule,
    struct gcm_context_data *context, unsigned char *output, const unsigned char *input,
    unsigned long count, const unsigned char *nonce, const unsigned char *associated,
    unsigned long associatedCount, unsigned char *tag) {
    manager->gcm256_enc(
        schedule, context, output, input, count, nonce, associated, associatedCount, tag, 16);
}

static inline void CCofferIPsecMB_open(
    const IMB_MGR *manager, const struct gcm_key_data *schedule,
    struct gcm_context_data *context, unsigned char *output, const unsigned char *input,
    unsigned long count, const unsigned char *nonce, const unsigned char *associated,
    unsigned long associatedCount, unsigned char *tag) {
    manager->gcm256_dec(
        schedule, context, output, input, count, nonce, associated, associatedCount, tag, 16);
}

#endif
