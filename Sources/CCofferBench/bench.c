#include "CCofferBench.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <time.h>

#if __has_include(<intel-ipsec-mb.h>) && !defined(COFFER_WITHOUT_IPSECMB)
#include <intel-ipsec-mb.h>
#define HAS_IPSECMB 1
#endif

enum { fields = 8, fieldSize = 100, associatedSize = 53, tagSize = 16 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/// C2SP XAES-256-GCM: two blocks of CMAC over the first half of the nonce.
static int deriveSubkey(
    EVP_CIPHER_CTX *blocks, const unsigned char *whitening, const unsigned char *nonce,
    unsigned char *subkey) {
    unsigned char message[32] = {0, 1, 'X', 0};
    int count = 0;
    memcpy(message + 4, nonce, 12);
    memcpy(message + 16, message, 16);
    message[17] = 2;
    for (int i = 0; i < 16; i++) {
        message[i] ^= whitening[i];
        message[16 + i] ^= whitening[i];
    }
    return EVP_EncryptUpdate(blocks, subkey, &count, message, 32) == 1 && count == 32;
}

static EVP_CIPHER_CTX *blockCipher(unsigned char *whitening) {
    unsigned char key[32], zero[16] = {0};
    int count = 0;
    memset(key, 7, sizeof key);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex2(context, EVP_aes_256_ecb(), key, NULL, NULL);
    EVP_CIPHER_CTX_set_padding(context, 0);
    EVP_EncryptUpdate(context, whitening, &count, zero, 16);
    unsigned char carry = whitening[0] >> 7;
    for (int i = 0; i < 15; i++) {
        whitening[i] = (unsigned char)(whitening[i] << 1 | whitening[i + 1] >> 7);
    }
    whitening[15] = (unsigned char)(whitening[15] << 1 ^ (carry ? 0x87 : 0));
    return context;
}

double CCofferBench_openSSL(int records, int opening) {
    unsigned char whitening[16], subkey[32], nonce[24], tags[fields][tagSize];
    unsigned char associated[associatedSize] = {1}, plain[fields][fieldSize] = {{2}};
    unsigned char cells[fields][fieldSize], opened[fieldSize];
    int count = 0, isSound = 1;
    EVP_CIPHER_CTX *blocks = blockCipher(whitening);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex2(cipher, EVP_aes_256_gcm(), NULL, NULL, NULL);
    EVP_CIPHER_CTX *opener = EVP_CIPHER_CTX_new();
    EVP_DecryptInit_ex2(opener, EVP_aes_256_gcm(), NULL, NULL, NULL);
    double spent = 0;
    for (int record = 0; record < records && isSound; record++) {
        memset(nonce, record, sizeof nonce);
        for (int pass = 0; pass <= opening; pass++) {
            double start = now();
            EVP_CIPHER_CTX *context = pass ? opener : cipher;
            isSound &= deriveSubkey(blocks, whitening, nonce, subkey);
            isSound &= pass ? EVP_DecryptInit_ex2(context, NULL, subkey, NULL, NULL)
                            : EVP_EncryptInit_ex2(context, NULL, subkey, NULL, NULL);
            for (int i = 0; i < fields; i++) {
                unsigned char iv[12];
                memcpy(iv, nonce + 12, 12);
                iv[11] ^= (unsigned char)(i + 1);
                associated[associatedSize - 1] = (unsigned char)(i + 1);
                if (pass) {
                    EVP_DecryptInit_ex2(context, NULL, NULL, iv, NULL);
                    EVP_DecryptUpdate(context, NULL, &count, associated, associatedSize);
                    EVP_DecryptUpdate(context, opened, &count, cells[i], fieldSize);
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tagSize, tags[i]);
                    isSound &= EVP_DecryptFinal_ex(context, opened, &count);
                } else {
                    EVP_EncryptInit_ex2(context, NULL, NULL, iv, NULL);
                    EVP_EncryptUpdate(context, NULL, &count, associated, associatedSize);
                    EVP_EncryptUpdate(context, cells[i], &count, plain[i], fieldSize);
                    EVP_EncryptFinal_ex(context, cells[i] + fieldSize, &count);
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tagSize, tags[i]);
                }
            }
            if (pass == opening) spent += now() - start;
        }
    }
    EVP_CIPHER_CTX_free(blocks);
    EVP_CIPHER_CTX_free(cipher);
    EVP_CIPHER_CTX_free(opener);
    return isSound ? spent / records / fields : -2;
}

double CCofferBench_ipsecMB(int records, int opening) {
#ifdef HAS_IPSECMB
    static struct gcm_key_data schedule __attribute__((aligned(64)));
    struct gcm_context_data context;
    unsigned char whitening[16], subkey[32], nonce[24], tags[fields][tagSize], tag[tagSize];
    unsigned char associated[associatedSize] = {1}, plain[fields][fieldSize] = {{2}};
    unsigned char cells[fields][fieldSize], opened[fieldSize];
    int isSound = 1;
    EVP_CIPHER_CTX *blocks = blockCipher(whitening);
    IMB_MGR *manager = alloc_mb_mgr(0);
    if (!manager) return -2;
    init_mb_mgr_auto(manager, NULL);
    double spent = 0;
    for (int record = 0; record < records && isSound; record++) {
        memset(nonce, record, sizeof nonce);
        for (int pass = 0; pass <= opening; pass++) {
            double start = now();
            isSound &= deriveSubkey(blocks, whitening, nonce, subkey);
            IMB_AES256_GCM_PRE(manager, subkey, &schedule);
            for (int i = 0; i < fields; i++) {
                unsigned char iv[12];
                memcpy(iv, nonce + 12, 12);
                iv[11] ^= (unsigned char)(i + 1);
                associated[associatedSize - 1] = (unsigned char)(i + 1);
                if (pass) {
                    IMB_AES256_GCM_DEC(
                        manager, &schedule, &context, opened, cells[i], fieldSize, iv, associated,
                        associatedSize, tag, tagSize);
                    isSound &= CRYPTO_memcmp(tag, tags[i], tagSize) == 0;
                } else {
                    IMB_AES256_GCM_ENC(
                        manager, &schedule, &context, cells[i], plain[i], fieldSize, iv,
                        associated, associatedSize, tags[i], tagSize);
                }
            }
            if (pass == opening) spent += now() - start;
        }
    }
    free_mb_mgr(manager);
    EVP_CIPHER_CTX_free(blocks);
    return isSound ? spent / records / fields : -2;
#else
    (void)records;
    (void)opening;
    return -1;
#endif
}
