/* A small certificate authority for tests: every field that a rule looks at can be set wrongly. */
#ifndef SW_TEST_PKI_H
#define SW_TEST_PKI_H

#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define PKI_2020 ((int64_t)1577836800)
#define PKI_2021 ((int64_t)1609459200)
#define PKI_2026 ((int64_t)1767225600)
#define PKI_2040 ((int64_t)2208988800)

/* NULL leaves a field out. Extension values are as in openssl's x509v3_config(5). */
struct pki_spec {
    const char *cn;
    const char *basic;
    const char *usage;
    const char *extended;
    const char *names;
    int64_t from;
    int64_t until;
    const EVP_MD *md; /* NULL: SHA-256 */
};

struct pki_cert {
    X509 *x509;
    EVP_PKEY *pkey;
    uint8_t *der;
    struct sw_bytes bytes; /* DER */
};

static inline void pki_release(struct pki_cert *cert)
{
    X509_free(cert->x509);
    EVP_PKEY_free(cert->pkey);
    OPENSSL_free(cert->der);
}

static inline void pki_extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
    if (value == NULL) {
        return;
    }
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(ext);
    assert_int_equal(X509_add_ext(cert, ext, -1), 1);
    X509_EXTENSION_free(ext);
}

static inline void pki_name(X509 *cert, const struct pki_spec *spec)
{
    X509_NAME *name = X509_get_subject_name(cert);
    const unsigned char *org = (const unsigned char *)"Test";
    assert_int_equal(
        X509_NAME_add_entry_by_NID(name, NID_organizationName, MBSTRING_UTF8, org, -1, -1, 0), 1);
    if (spec->cn != NULL) {
        const unsigned char *cn = (const unsigned char *)spec->cn;
        assert_int_equal(
            X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, cn, -1, -1, 0), 1);
    }
}

/* Everything but the signature. Takes `pkey` over; `issuer` NULL: issues itself. */
static inline struct pki_cert pki_begin(
    const struct pki_spec *spec, EVP_PKEY *pkey, const struct pki_cert *issuer)
{
    static long serial = 1000;
    X509 *cert = X509_new();
    assert_non_null(cert);
    assert_non_null(pkey);
    X509 *from = issuer == NULL ? cert : issuer->x509;
    assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)spec->from));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)spec->until));
    assert_int_equal(X509_set_pubkey(cert, pkey), 1);
    pki_name(cert, spec);
    assert_int_equal(X509_set_issuer_name(cert, X509_get_subject_name(from)), 1);
    pki_extend(cert, from, NID_subject_key_identifier, "hash");
    pki_extend(cert, from, NID_authority_key_identifier, "keyid");
    pki_extend(cert, from, NID_basic_constraints, spec->basic);
    pki_extend(cert, from, NID_key_usage, spec->usage);
    pki_extend(cert, from, NID_ext_key_usage, spec->extended);
    pki_extend(cert, from, NID_subject_alt_name, spec->names);
    return (struct pki_cert){.x509 = cert, .pkey = pkey};
}

static inline void pki_finish(
    struct pki_cert *cert, const struct pki_spec *spec, const struct pki_cert *issuer)
{
    EVP_PKEY *signer = issuer == NULL ? cert->pkey : issuer->pkey;
    assert_int_not_equal(
        X509_sign(cert->x509, signer, spec->md == NULL ? EVP_sha256() : spec->md), 0);
    int len = i2d_X509(cert->x509, &cert->der);
    assert_true(len > 0);
    cert->bytes = sw_bytes(cert->der, (size_t)len);
}

static inline struct pki_cert pki_issue_for(
    const struct pki_spec *spec, EVP_PKEY *pkey, const struct pki_cert *issuer)
{
    struct pki_cert cert = pki_begin(spec, pkey, issuer);
    pki_finish(&cert, spec, issuer);
    return cert;
}

static inline struct pki_cert pki_issue(const struct pki_spec *spec, const struct pki_cert *issuer)
{
    return pki_issue_for(spec, EVP_EC_gen("P-256"), issuer);
}

/* The private key of a certificate as one of ours. */
static inline struct sw_key *pki_key(const struct pki_cert *cert)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem = NULL;
    struct sw_key *key = NULL;
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, cert->pkey, NULL, NULL, 0, NULL, NULL), 1);
    long len = BIO_get_mem_data(bio, &pem);
    assert_int_equal(
        sw_key_read_private(sw_bytes(pem, (size_t)len), (struct sw_str){0}, &key, NULL), SW_OK);
    BIO_free(bio);
    return key;
}

/* Appends the certificate in PEM. */
static inline void pki_pem(const struct pki_cert *cert, struct sw_buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem = NULL;
    assert_int_equal(PEM_write_bio_X509(bio, cert->x509), 1);
    long len = BIO_get_mem_data(bio, &pem);
    assert_int_equal(sw_buf_append(out, pem, (size_t)len), SW_OK);
    BIO_free(bio);
}

static inline struct sw_roots *pki_roots(const struct pki_cert *cert)
{
    struct sw_roots *roots = NULL;
    struct sw_buf pem = SW_BUF_INIT;
    pki_pem(cert, &pem);
    assert_int_equal(sw_roots_new(&roots), SW_OK);
    assert_int_equal(sw_roots_add_pem(roots, sw_buf_bytes(&pem), NULL), SW_OK);
    sw_buf_release(&pem);
    return roots;
}

#define PKI_ROOT_SPEC                    \
    ((struct pki_spec){.cn = "root",     \
        .basic = "critical,CA:TRUE",     \
        .usage = "critical,keyCertSign", \
        .from = PKI_2020,                \
        .until = PKI_2040})
#define PKI_LEAF_SPEC                                                                  \
    ((struct pki_spec){.cn = "signer",                                                 \
        .basic = "critical,CA:FALSE",                                                  \
        .usage = "critical,digitalSignature",                                          \
        .extended = "codeSigning",                                                     \
        .names = "email:ci@example.com,URI:https://example.com/ci,DNS:ci.example.com", \
        .from = PKI_2020,                                                              \
        .until = PKI_2040})

#endif
