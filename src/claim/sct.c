#include "claim/keyless_private.h"

#include <openssl/ct.h>

#define MAX_SCTS 32
#define ENTRY_PRECERT 1

static void free_scts(STACK_OF(SCT) * scts)
{
    SCT_LIST_free(scts);
}

SW_DEFINE_CLEANUP_PTR(scts, STACK_OF(SCT), free_scts)

/* One leaf and what its logs signed. */
struct checking {
    const struct sw_keyless_rules *rules;
    X509 *leaf;
    struct sw_buf tbs;       /* the certificate without the timestamps, DER */
    struct sw_digest issuer; /* SHA-256 of the issuer's key, DER */
    struct sw_error *err;
};

static sw_result take_der(unsigned char *der, int len, struct sw_buf *out)
{
    enum sw_code rc = len <= 0 ? SW_E_NOMEM : sw_buf_append(out, der, (size_t)len);
    OPENSSL_free(der);
    return rc;
}

/* RFC 6962 section 3.2: what was logged is the certificate before the timestamps were put in. */
static sw_result read_precertificate(X509 *leaf, struct sw_buf *out)
{
    SW_CLEANUP(x509) X509 *copy = X509_dup(leaf);
    SW_TRY_PTR(copy);
    int at = X509_get_ext_by_NID(copy, NID_ct_precert_scts, -1);
    X509_EXTENSION_free(X509_delete_ext(copy, at));
    unsigned char *der = NULL;
    int len = i2d_re_X509_tbs(copy, &der);
    return take_der(der, len, out);
}

static sw_result hash_issuer(X509 *issuer, struct sw_digest *out)
{
    SW_CLEANUP(buf) struct sw_buf spki = SW_BUF_INIT;
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &der);
    SW_TRY(take_der(der, len, &spki));
    sw_sha256(sw_buf_bytes(&spki), out);
    return SW_OK;
}

/* RFC 6962 section 3.2, the input of digitally-signed. */
static sw_result write_signed(const struct checking *c, const SCT *sct, struct sw_buf *out)
{
    unsigned char *extensions = NULL;
    size_t extensions_len = SCT_get0_extensions(sct, &extensions);
    size_t tbs_len = c->tbs.len;
    if (tbs_len >= (size_t)1 << 24 || extensions_len > UINT16_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_buf_putc(out, 0)); /* v1 */
    SW_TRY(sw_buf_putc(out, 0)); /* certificate_timestamp */
    SW_TRY(sw_buf_put_u64be(out, SCT_get_timestamp(sct)));
    SW_TRY(sw_buf_put_u16be(out, ENTRY_PRECERT));
    SW_TRY(sw_buf_append(out, c->issuer.bytes, c->issuer.len));
    SW_TRY(sw_buf_putc(out, (char)(tbs_len >> 16)));
    SW_TRY(sw_buf_put_u16be(out, (uint16_t)(tbs_len & UINT16_MAX)));
    SW_TRY(sw_buf_append(out, c->tbs.data, tbs_len));
    SW_TRY(sw_buf_put_u16be(out, (uint16_t)extensions_len));
    return sw_buf_append(out, extensions, extensions_len);
}

static const struct sw_root_log *find_log(const struct checking *c, const SCT *sct)
{
    unsigned char *id = NULL;
    size_t len = SCT_get0_log_id(sct, &id);
    const struct sw_trusted_root *root = c->rules->root;
    for (size_t i = 0; i < root->ctlog_count; i++) {
        const struct sw_root_log *log = &root->ctlogs[i];
        if (log->key != NULL && sw_bytes_equal(log->id, sw_bytes(id, len))) {
            return log;
        }
    }
    return NULL;
}

static sw_result check_signature(
    const struct checking *c, const SCT *sct, const struct sw_root_log *log)
{
    SW_CLEANUP(buf) struct sw_buf message = SW_BUF_INIT;
    unsigned char *signature = NULL;
    size_t len = SCT_get0_signature(sct, &signature);
    enum sw_code rc = SW_E_REFUSED;
    SW_TRY(write_signed(c, sct, &message));
    if (SCT_get_version(sct) == SCT_VERSION_V1 &&
        SCT_get_signature_nid(sct) == NID_ecdsa_with_SHA256) {
        rc = sw_key_verify_with(
            log->key, SW_SHA256, sw_buf_bytes(&message), sw_bytes(signature, len), NULL);
    }
    if (rc != SW_OK) {
        return sw_fail(c->err, SW_E_REFUSED,
            "the signing certificate is refused: its timestamp of the log %s is wrong", log->url);
    }
    return SW_OK;
}

static bool leaf_covers(X509 *leaf, int64_t time)
{
    time_t latest = (time_t)(time + SW_CLOCK_SKEW);
    time_t earliest = (time_t)(time - SW_CLOCK_SKEW);
    return X509_cmp_time(X509_get0_notBefore(leaf), &latest) == -1 &&
           X509_cmp_time(X509_get0_notAfter(leaf), &earliest) == 1;
}

/* A certificate is logged when it is issued. What is dated elsewhere may be by the key of a log
 * that is retired, and what is dated ahead must be refused (RFC 6962 section 5.2). */
static sw_result check_valid(const struct checking *c, const struct sw_root_log *log, int64_t time)
{
    const struct {
        bool holds;
        const char *broken;
    } rows[] = {
        {sw_validity_covers(&log->valid, time), "when that log was not valid by the trusted root"},
        {time - SW_CLOCK_SKEW <= c->rules->now, "which is still to come"},
        {leaf_covers(c->leaf, time), "when the certificate was not valid"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        char when[SW_TIME_TEXT_SIZE];
        if (rows[i].holds) {
            continue;
        }
        sw_time_format(time, when);
        return sw_fail(c->err, SW_E_REFUSED,
            "the signing certificate is refused: its timestamp of the log %s is of %s, %s",
            log->url, when, rows[i].broken);
    }
    return SW_OK;
}

static sw_result check_one(
    const struct checking *c, const SCT *sct, struct sw_arena *arena, struct sw_attested *attested)
{
    const struct sw_root_log *log = find_log(c, sct);
    if (log == NULL) {
        return SW_OK; /* of a log that nobody here knows: it counts for nothing */
    }
    int64_t time = (int64_t)(SCT_get_timestamp(sct) / 1000);
    SW_TRY(check_signature(c, sct, log));
    SW_TRY(check_valid(c, log, time));
    struct sw_attestation one = {.by = SW_ATTESTED_SCT, .url = log->url, .time = time};
    sw_hex_encode(
        sw_bytes(log->id.ptr, log->id.len < SW_DIGEST_MAX ? log->id.len : SW_DIGEST_MAX), one.id);
    return sw_attested_add(arena, attested, &one);
}

static sw_result check_all(
    const struct checking *c, struct sw_arena *arena, struct sw_attested *attested)
{
    int found = 0;
    SW_CLEANUP(scts)
    STACK_OF(SCT) *list = X509_get_ext_d2i(c->leaf, NID_ct_precert_scts, &found, NULL);
    if (list == NULL && found != -1) {
        return sw_ssl_fail(c->err, SW_E_REFUSED,
            "the signing certificate is refused: its list of timestamps is malformed");
    }
    if (sk_SCT_num(list) > MAX_SCTS) {
        return sw_fail(
            c->err, SW_E_LIMIT, "the signing certificate has more than %d timestamps", MAX_SCTS);
    }
    for (int i = 0; i < sk_SCT_num(list); i++) {
        SW_TRY(check_one(c, sk_SCT_value(list, i), arena, attested));
    }
    return SW_OK;
}

sw_result sw_sct_check(struct sw_arena *arena, const struct sw_keyless_rules *rules, X509 *leaf,
    X509 *issuer, struct sw_attested *attested, struct sw_error *err)
{
    struct checking c = {.rules = rules, .leaf = leaf, .err = err};
    enum sw_code rc = hash_issuer(issuer, &c.issuer);
    if (rc == SW_OK) {
        rc = read_precertificate(leaf, &c.tbs);
    }
    if (rc == SW_OK) {
        rc = check_all(&c, arena, attested);
    }
    sw_buf_release(&c.tbs);
    SW_TRY(rc);
    unsigned count = sw_attested_count(attested, SW_ATTESTED_SCT);
    if (count < rules->limits.scts) {
        return sw_fail(err, SW_E_NOEVIDENCE,
            "the signing certificate is in %u certificate logs of the trusted root; %u required",
            count, rules->limits.scts);
    }
    return SW_OK;
}
