/* OpenSSL's objects under our clean-up rules. Private to the room. */
#ifndef SW_CLAIM_SSL_PRIVATE_H
#define SW_CLAIM_SSL_PRIVATE_H

#include "codec/codec.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

SW_DEFINE_CLEANUP_PTR(bio, BIO, BIO_free_all)
SW_DEFINE_CLEANUP_PTR(pkey, EVP_PKEY, EVP_PKEY_free)
SW_DEFINE_CLEANUP_PTR(pkey_ctx, EVP_PKEY_CTX, EVP_PKEY_CTX_free)
SW_DEFINE_CLEANUP_PTR(md_ctx, EVP_MD_CTX, EVP_MD_CTX_free)
SW_DEFINE_CLEANUP_PTR(p8, PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
SW_DEFINE_CLEANUP_PTR(x509_sig, X509_SIG, X509_SIG_free)
SW_DEFINE_CLEANUP_PTR(x509, X509, X509_free)

/* A read-only BIO over bytes; NULL when they are too many for it or there is no memory. */
static inline BIO *sw_ssl_reader(struct sw_bytes bytes)
{
    const void *ptr = bytes.len == 0 ? "" : (const void *)bytes.ptr;
    return bytes.len > INT32_MAX ? NULL : BIO_new_mem_buf(ptr, (int)bytes.len);
}

/* One block of a PEM text. `data` may be a secret and is wiped. */
struct sw_pem_block {
    char *name;
    char *header;
    unsigned char *data;
    long len;
};

void sw_pem_block_release(struct sw_pem_block *block);
SW_DEFINE_CLEANUP(pem_block, struct sw_pem_block, sw_pem_block_release)

/* The next block of a PEM text whatever its name; text between blocks is passed over.
 * SW_E_NOENT without words when there is none left, SW_E_FORMAT when it is damaged. */
sw_result sw_pem_next(BIO *bio, struct sw_pem_block *out, struct sw_error *err);

/* Fails with OpenSSL's own reason behind the words, and empties its queue of errors. */
enum sw_code sw_ssl_fail(struct sw_error *err, enum sw_code code, const char *words);

#endif
