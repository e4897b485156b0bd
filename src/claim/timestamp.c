#include "claim/keyless_private.h"

#include <openssl/cms.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <time.h>

SW_DEFINE_CLEANUP_PTR(ts_resp, TS_RESP, TS_RESP_free)
SW_DEFINE_CLEANUP_PTR(ts_verify_ctx, TS_VERIFY_CTX, TS_VERIFY_CTX_free)
SW_DEFINE_CLEANUP_PTR(store, X509_STORE, X509_STORE_free)

static void free_shallow(STACK_OF(X509) * stack)
{
    sk_X509_free(stack);
}

SW_DEFINE_CLEANUP_PTR(x509_views, STACK_OF(X509), free_shallow)

/* One token, and what is asked of it. */
struct stamp {
    TS_RESP *response;
    int64_t time;
    struct sw_bytes signature;
    struct sw_error *err;
};

/* The hashes that a token may be made with. */
static bool is_sound_hash(int nid)
{
    return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

static sw_result read_time(TS_TST_INFO *info, struct stamp *stamp)
{
    struct tm tm;
    const ASN1_GENERALIZEDTIME *time = TS_TST_INFO_get_time(info);
    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1) {
        return sw_ssl_fail(stamp->err, SW_E_FORMAT, "its time is malformed");
    }
    stamp->time = (int64_t)timegm(&tm);
    return SW_OK;
}

static sw_result check_hashes(const struct stamp *stamp, TS_TST_INFO *info)
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const X509_ALGOR *algor = TS_MSG_IMPRINT_get_algo(imprint);
    STACK_OF(PKCS7_SIGNER_INFO) *signers =
        PKCS7_get_signer_info(TS_RESP_get_token(stamp->response));
    if (sk_PKCS7_SIGNER_INFO_num(signers) != 1) {
        return sw_fail(stamp->err, SW_E_REFUSED, "it has not exactly one signature");
    }
    X509_ALGOR *digest = NULL;
    PKCS7_SIGNER_INFO_get0_algs(sk_PKCS7_SIGNER_INFO_value(signers, 0), NULL, &digest, NULL);
    if (!is_sound_hash(OBJ_obj2nid(algor->algorithm)) ||
        !is_sound_hash(OBJ_obj2nid(digest->algorithm))) {
        return sw_fail(stamp->err, SW_E_REFUSED, "its hash is not of SHA-2");
    }
    return SW_OK;
}

/* The whole of the bytes must be one granted response. */
static sw_result parse(struct sw_bytes bytes, struct stamp *stamp)
{
    const unsigned char *end = bytes.ptr;
    stamp->response = bytes.len > INT32_MAX ? NULL : d2i_TS_RESP(NULL, &end, (long)bytes.len);
    if (stamp->response == NULL) {
        return sw_ssl_fail(stamp->err, SW_E_FORMAT, "it is no RFC 3161 response");
    }
    if (end != bytes.ptr + bytes.len) {
        return sw_fail(stamp->err, SW_E_FORMAT, "there are bytes behind it");
    }
    PKCS7 *token = TS_RESP_get_token(stamp->response);
    TS_TST_INFO *info = TS_RESP_get_tst_info(stamp->response);
    if (token == NULL || info == NULL || !PKCS7_type_is_signed(token)) {
        return sw_fail(stamp->err, SW_E_FORMAT, "it holds no token");
    }
    SW_TRY(read_time(info, stamp));
    return check_hashes(stamp, info);
}

static sw_result add_certificates(const struct sw_root_authority *authority, X509_STORE *store,
    STACK_OF(X509) * chain, struct sw_error *err)
{
    for (size_t i = 0; i < authority->certificate_count; i++) {
        SW_CLEANUP(x509) X509 *cert = NULL;
        SW_TRY(sw_certificate_parse(authority->certificates[i], &cert, err));
        if (X509_STORE_add_cert(store, cert) != 1 || sk_X509_push(chain, cert) == 0) {
            return SW_E_NOMEM;
        }
        (void)SW_TAKE(cert);
    }
    return SW_OK;
}

/* RFC 5280 at the time that the token states. The purpose that OpenSSL asks for is a critical
 * extendedKeyUsage of timeStamping alone (RFC 3161 section 2.3). */
static void set_rules(X509_STORE *store, int64_t time)
{
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_time(param, (time_t)time);
    X509_VERIFY_PARAM_set_auth_level(param, 2);
}

/* Gives store and chain to the context, which frees them. */
static sw_result prepare(
    const struct stamp *stamp, const struct sw_root_authority *authority, TS_VERIFY_CTX *ctx)
{
    SW_CLEANUP(store) X509_STORE *store = X509_STORE_new();
    SW_CLEANUP(x509_stack) STACK_OF(X509) *chain = sk_X509_new_null();
    SW_CLEANUP(bio) BIO *data = sw_ssl_reader(stamp->signature);
    if (store == NULL || chain == NULL || data == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(add_certificates(authority, store, chain, stamp->err));
    set_rules(store, stamp->time);
    TS_VERIFY_CTX_set_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA);
    TS_VERIFY_CTX_set_store(ctx, SW_TAKE(store));
    TS_VERIFY_CTX_set_certs(ctx, SW_TAKE(chain));
    TS_VERIFY_CTX_set_data(ctx, SW_TAKE(data));
    return SW_OK;
}

/* Is the token by the certificate that the trusted root lists for signing? Only a root that lists
 * authorities alone leaves open which certificate it is. */
static sw_result signer_of(const struct stamp *stamp, const struct sw_root_authority *authority,
    bool *is_listed, bool *is_open)
{
    SW_CLEANUP(x509) X509 *first = NULL;
    SW_CLEANUP(x509_views) STACK_OF(X509) *known = sk_X509_new_null();
    SW_CLEANUP(x509_views) STACK_OF(X509) *signers = NULL;
    SW_TRY_PTR(known);
    SW_TRY(sw_certificate_parse(authority->certificates[0], &first, stamp->err));
    *is_open = (X509_get_extension_flags(first) & EXFLAG_CA) != 0;
    if (sk_X509_push(known, first) == 0) {
        return SW_E_NOMEM;
    }
    signers = PKCS7_get0_signers(TS_RESP_get_token(stamp->response), known, 0);
    *is_listed = sk_X509_num(signers) == 1 && X509_cmp(sk_X509_value(signers, 0), first) == 0;
    ERR_clear_error();
    return SW_OK;
}

/* The certificate is by somebody else, or is neither in the token nor listed. */
static bool is_by_another(unsigned long error)
{
    return (ERR_GET_LIB(error) == ERR_LIB_TS &&
               ERR_GET_REASON(error) == TS_R_CERTIFICATE_VERIFY_ERROR) ||
           (ERR_GET_LIB(error) == ERR_LIB_PKCS7 &&
               ERR_GET_REASON(error) == PKCS7_R_SIGNER_CERTIFICATE_NOT_FOUND);
}

/* SW_E_NOEVIDENCE: it is not by this authority. */
static sw_result check_under(const struct stamp *stamp, const struct sw_root_authority *authority)
{
    bool is_listed;
    bool is_open;
    SW_CLEANUP(ts_verify_ctx) TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
    SW_TRY_PTR(ctx);
    SW_TRY(signer_of(stamp, authority, &is_listed, &is_open));
    if (!is_listed && !is_open) {
        return SW_E_NOEVIDENCE;
    }
    SW_TRY(prepare(stamp, authority, ctx));
    if (TS_RESP_verify_response(ctx, stamp->response) == 1) {
        return SW_OK;
    }
    enum sw_code rc =
        !is_listed && is_by_another(ERR_peek_error()) ? SW_E_NOEVIDENCE : SW_E_REFUSED;
    return sw_ssl_fail(stamp->err, rc, "it does not hold");
}

static sw_result check_valid(const struct stamp *stamp, const struct sw_root_authority *authority)
{
    char when[SW_TIME_TEXT_SIZE];
    if (sw_validity_covers(&authority->valid, stamp->time)) {
        return SW_OK;
    }
    sw_time_format(stamp->time, when);
    return sw_fail(stamp->err, SW_E_REFUSED,
        "it is of %s, when %s was not valid by the trusted root", when, authority->url);
}

static sw_result check_token(const struct stamp *stamp, const struct sw_trusted_root *root,
    const struct sw_root_authority **by)
{
    for (size_t i = 0; i < root->stamper_count; i++) {
        const struct sw_root_authority *authority = &root->stampers[i];
        enum sw_code rc = check_under(stamp, authority);
        if (rc == SW_E_NOEVIDENCE) {
            continue;
        }
        SW_TRY(rc);
        SW_TRY(check_valid(stamp, authority));
        *by = authority;
        return SW_OK;
    }
    return sw_fail(stamp->err, SW_E_NOEVIDENCE, "it is by no authority that the trusted root has");
}

sw_result sw_timestamp_check(const struct sw_trusted_root *root, struct sw_bytes response,
    struct sw_bytes signature, const struct sw_root_authority **by, int64_t *time,
    struct sw_error *err)
{
    struct stamp stamp = {.signature = signature, .err = err};
    enum sw_code rc = parse(response, &stamp);
    SW_CLEANUP(ts_resp) TS_RESP *owned = stamp.response;
    SW_TRY(rc);
    SW_TRY(check_token(&stamp, root, by));
    *time = stamp.time;
    return SW_OK;
}
