// Intel's ipsec-mb: AES-256-GCM through the function pointers of its manager. The library
// offers them as macros, which Swift cannot import, so each used macro has a function here.
#ifndef CCOFFER_IPSECMB_SHIM_H
#define CCOFFER_IPSECMB_SHIM_H

#include <intel-ipsec-mb.h>
#include <string.h>

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

// HMAC-SHA-256 of some messages at a time under one key. The manager is the caller's alone,
// because the lanes of hashes lie in it.
enum { CCofferIPsecMB_lanes = 32, CCofferIPsecMB_longest = 512 };

typedef struct {
    unsigned char inner[32];
    unsigned char outer[32];
    IMB_MGR *manager;
    IMB_JOB jobs[CCofferIPsecMB_lanes];
    unsigned char codes[CCofferIPsecMB_lanes][32];
    unsigned char messages[CCofferIPsecMB_lanes][CCofferIPsecMB_longest];
} CCofferIPsecMB_Codes;

// Sets up a manager in `memory` of imb_get_mb_mgr_size() bytes, aligned to 64, and the states
// after both key blocks; 0 when the library refuses.
static inline int CCofferIPsecMB_begin(
    CCofferIPsecMB_Codes *codes, void *memory, const unsigned char *innerBlock,
    const unsigned char *outerBlock) {
    IMB_MGR *manager = imb_set_pointers_mb_mgr(memory, 0, 1);
    if (!manager) return 0;
    init_mb_mgr_auto(manager, NULL);
    if (imb_get_errno(manager) || !manager->submit_hash_burst || !manager->sha256_one_block)
        return 0;
    manager->sha256_one_block(innerBlock, codes->inner);
    manager->sha256_one_block(outerBlock, codes->outer);
    memset(codes->jobs, 0, sizeof codes->jobs);
    for (int lane = 0; lane < CCofferIPsecMB_lanes; lane++) {
        IMB_JOB *job = &codes->jobs[lane];
        job->src = codes->messages[lane];
        job->auth_tag_output = codes->codes[lane];
        job->auth_tag_output_len_in_bytes = 32;
        job->u.HMAC._hashed_auth_key_xor_ipad = codes->inner;
        job->u.HMAC._hashed_auth_key_xor_opad = codes->outer;
        job->hash_alg = IMB_AUTH_HMAC_SHA_256;
    }
    codes->manager = manager;
    return 1;
}

// Takes in the message of a lane in two parts, of CCofferIPsecMB_longest bytes at most.
static inline void CCofferIPsecMB_take(
    CCofferIPsecMB_Codes *codes, int lane, const void *head, unsigned long headCount,
    const void *tail, unsigned long tailCount) {
    if (headCount) memcpy(codes->messages[lane], head, headCount);
    if (tailCount) memcpy(codes->messages[lane] + headCount, tail, tailCount);
    codes->jobs[lane].msg_len_to_hash_in_bytes = headCount + tailCount;
}

static inline const unsigned char *_Nonnull CCofferIPsecMB_code(
    const CCofferIPsecMB_Codes *_Nonnull codes, int lane) {
    return codes->codes[lane];
}

// Computes the codes of the first `count` messages; 0 when one was refused.
static inline int CCofferIPsecMB_run(CCofferIPsecMB_Codes *codes, int count) {
    IMB_MGR *manager = codes->manager;
    // Else what the burst before has left could pass for an answer.
    for (int lane = 0; lane < count; lane++)
        codes->jobs[lane].status = IMB_STATUS_BEING_PROCESSED;
    unsigned done = manager->submit_hash_burst(
        manager, codes->jobs, (unsigned)count, IMB_AUTH_HMAC_SHA_256);
    if (done != (unsigned)count) return 0;
    for (int lane = 0; lane < count; lane++)
        if (codes->jobs[lane].status != IMB_STATUS_COMPLETED) return 0;
    return 1;
}

#endif
