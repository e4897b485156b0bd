/* What key.c (the object, signatures) and key_pem.c (its files) share. Private to the room. */
#ifndef SW_CLAIM_KEY_PRIVATE_H
#define SW_CLAIM_KEY_PRIVATE_H

#include "claim/key.h"
#include "claim/ssl_private.h"

/* The longest SubjectPublicKeyInfo of our algorithms is that of P-521: 158 bytes. */
#define SW_KEY_SPKI_MAX 160

struct sw_key {
    EVP_PKEY *pkey;
    enum sw_key_alg alg;
    bool is_private;
    uint8_t spki[SW_KEY_SPKI_MAX];
    size_t spki_len;
    char hint[SW_KEY_HINT_SIZE];
};

/* Wraps an OpenSSL key after checking that it is of an algorithm we take and is sound; does not
 * take `pkey` over. */
sw_result sw_key_wrap(EVP_PKEY *pkey, bool is_private, struct sw_key **out, struct sw_error *err);

#endif
