#include "claim/keyless_private.h"
#include "claim/proto_json.h"

#include "claim/dsse.h"

#define MAX_DEPTH 12
#define MAX_VALUES 4096

/* One reading of the body of an entry. */
struct body {
    struct sw_proto p;
    const struct sw_logged *logged;
};

struct sw_tlog_kind {
    const char *kind;
    const char *version;
    bool is_v2;
    sw_result (*check)(const struct body *body, const struct sw_json *spec);
};

static const char *const entry_names[] = {"apiVersion", "kind", "spec", NULL};
static const char *const hash_names[] = {"algorithm", "value", NULL};

static enum sw_code is_other(const struct body *body, const char *what)
{
    return sw_fail(body->p.err, SW_E_REFUSED, "the log entry is about %s than the bundle's", what);
}

/* --- what an entry names ---------------------------------------------------------------------- */

/* Rekor v1 writes "sha256", v2 "SHA2_256". */
static const struct {
    const char *v1;
    const char *v2;
    enum sw_digest_alg alg;
} algorithms[] = {
    {"sha256", "SHA2_256", SW_SHA256},
    {"sha384", "SHA2_384", SW_SHA384},
    {"sha512", "SHA2_512", SW_SHA512},
};

static sw_result read_algorithm(
    const struct body *body, const struct sw_json *object, enum sw_digest_alg *out)
{
    const struct sw_json *name = sw_proto_field(object, "algorithm");
    for (size_t i = 0; i < SW_COUNT(algorithms); i++) {
        if (sw_json_is(name, algorithms[i].v1) || sw_json_is(name, algorithms[i].v2)) {
            *out = algorithms[i].alg;
            return SW_OK;
        }
    }
    return sw_proto_bad(&body->p, object, "the algorithm of a digest is not of SHA-2");
}

/* {"algorithm", "value": hexadecimal}. */
static sw_result read_hash(
    const struct body *body, const struct sw_json *object, const char *name, struct sw_digest *out)
{
    const struct sw_json *hash;
    enum sw_digest_alg alg = SW_SHA256;
    struct sw_str hex;
    SW_TRY(sw_proto_message(&body->p, object, name, hash_names, &hash));
    SW_TRY(read_algorithm(body, hash, &alg));
    SW_TRY(sw_proto_text(&body->p, hash, "value", name, &hex));
    if (!sw_digest_from_hex(alg, hex, out)) {
        return sw_proto_bad(&body->p, hash, "%s is no digest", name);
    }
    return SW_OK;
}

static sw_result check_payload(const struct body *body, const struct sw_digest *logged)
{
    struct sw_digest payload;
    SW_TRY(sw_digest_of(logged->alg, body->logged->bundle->payload, &payload));
    return sw_digest_equal(&payload, logged) ? SW_OK : is_other(body, "another payload");
}

static sw_result check_pae(const struct body *body, const struct sw_digest *logged)
{
    const struct sw_bundle *bundle = body->logged->bundle;
    struct sw_digest pae;
    SW_TRY(sw_dsse_pae_digest(logged->alg, bundle->payload_type, bundle->payload, &pae));
    return sw_digest_equal(&pae, logged) ? SW_OK : is_other(body, "another payload");
}

static sw_result check_signature(const struct body *body, struct sw_bytes logged)
{
    return sw_bytes_equal(logged, body->logged->bundle->signature)
               ? SW_OK
               : is_other(body, "another signature");
}

static sw_result check_key(const struct body *body, enum sw_code rc, struct sw_key *key)
{
    SW_CLEANUP(key) struct sw_key *logged = key;
    if (rc != SW_OK) {
        return sw_error_prefix(body->p.err, rc, "the key in the log entry");
    }
    return sw_key_equal(logged, body->logged->key) ? SW_OK : is_other(body, "another key");
}

static sw_result check_certificate(const struct body *body, struct sw_bytes der)
{
    return sw_bytes_equal(der, body->logged->bundle->certificates[0])
               ? SW_OK
               : is_other(body, "another certificate");
}

/* A key where a certificate is due says nothing about who certified it. */
static bool has_certificate(const struct body *body)
{
    return body->logged->bundle->method != SW_BUNDLE_KEY;
}

static sw_result check_pem(const struct body *body, struct sw_bytes pem)
{
    if (!has_certificate(body)) {
        struct sw_key *key = NULL;
        enum sw_code rc = sw_key_read_public(pem, &key, body->p.err);
        return check_key(body, rc, key);
    }
    struct sw_bytes der;
    size_t count;
    enum sw_code rc = sw_certificates_from_pem(body->p.arena, pem, &der, 1, &count, body->p.err);
    if (rc != SW_OK) {
        return sw_error_prefix(body->p.err, rc, "the certificate in the log entry");
    }
    return check_certificate(body, der);
}

/* Base64 of a PEM text. */
static sw_result check_verifier(
    const struct body *body, const struct sw_json *object, const char *name)
{
    struct sw_bytes pem;
    SW_TRY(sw_proto_bytes(&body->p, object, name, name, &pem));
    return check_pem(body, pem);
}

/* The one item of a list of signatures; an entry about several is about another envelope. */
static sw_result only_signature(const struct body *body, const struct sw_json *object,
    const char *const *names, const struct sw_json **out)
{
    const struct sw_json *list;
    SW_TRY(sw_proto_list(&body->p, object, "signatures", 64, &list));
    if (list == NULL || list->count != 1) {
        return is_other(body, "a different number of signatures");
    }
    *out = sw_json_item(list, 0);
    return sw_proto_object(&body->p, *out, names, "a signature");
}

/* --- the kinds -------------------------------------------------------------------------------- */

/* Rekor pkg/types/dsse/v0.0.1. The envelopeHash is over one JSON spelling of the envelope, which is
 * not ours to know; payload, signature and verifier are all that is in an envelope. */
static sw_result check_dsse_v1(const struct body *body, const struct sw_json *spec)
{
    static const char *const names[] = {"envelopeHash", "payloadHash", "signatures", NULL};
    static const char *const signature_names[] = {"signature", "verifier", NULL};
    const struct sw_json *signature;
    struct sw_digest payload;
    struct sw_bytes sig;
    SW_TRY(sw_proto_object(&body->p, spec, names, "spec"));
    SW_TRY(read_hash(body, spec, "payloadHash", &payload));
    SW_TRY(check_payload(body, &payload));
    SW_TRY(only_signature(body, spec, signature_names, &signature));
    SW_TRY(sw_proto_bytes(&body->p, signature, "signature", "signature", &sig));
    SW_TRY(check_signature(body, sig));
    return check_verifier(body, signature, "verifier");
}

/* Rekor pkg/types/intoto/v0.0.2: the signature stands in base64 twice. */
static sw_result check_intoto_signature(const struct body *body, const struct sw_json *envelope)
{
    static const char *const names[] = {"keyid", "publicKey", "sig", NULL};
    const struct sw_json *signature;
    struct sw_bytes text;
    SW_CLEANUP(buf) struct sw_buf sig = SW_BUF_INIT;
    SW_TRY(only_signature(body, envelope, names, &signature));
    SW_TRY(sw_proto_bytes(&body->p, signature, "sig", "sig", &text));
    if (sw_base64_decode(&sig, sw_str_of_bytes(text), true) != SW_OK) {
        return sw_proto_bad(&body->p, signature, "sig is not base64 twice");
    }
    SW_TRY(check_signature(body, sw_buf_bytes(&sig)));
    return check_verifier(body, signature, "publicKey");
}

static sw_result check_intoto_v2(const struct body *body, const struct sw_json *spec)
{
    static const char *const spec_names[] = {"content", NULL};
    static const char *const names[] = {"envelope", "hash", "payloadHash", NULL};
    static const char *const envelope_names[] = {"payload", "payloadType", "signatures", NULL};
    const struct sw_json *content;
    const struct sw_json *envelope;
    struct sw_digest payload;
    SW_TRY(sw_proto_object(&body->p, spec, spec_names, "spec"));
    SW_TRY(sw_proto_message(&body->p, spec, "content", names, &content));
    SW_TRY(sw_proto_message(&body->p, content, "envelope", envelope_names, &envelope));
    SW_TRY(read_hash(body, content, "payloadHash", &payload));
    SW_TRY(check_payload(body, &payload));
    return check_intoto_signature(body, envelope);
}

/* Rekor pkg/types/hashedrekord/v0.0.1, over what DSSE signs. */
static sw_result check_hashed_v1(const struct body *body, const struct sw_json *spec)
{
    static const char *const names[] = {"data", "signature", NULL};
    static const char *const data_names[] = {"hash", NULL};
    static const char *const signature_names[] = {"content", "publicKey", NULL};
    static const char *const key_names[] = {"content", NULL};
    const struct sw_json *data;
    const struct sw_json *signature;
    const struct sw_json *key;
    struct sw_digest pae;
    struct sw_bytes sig;
    SW_TRY(sw_proto_object(&body->p, spec, names, "spec"));
    SW_TRY(sw_proto_message(&body->p, spec, "data", data_names, &data));
    SW_TRY(read_hash(body, data, "hash", &pae));
    SW_TRY(check_pae(body, &pae));
    SW_TRY(sw_proto_message(&body->p, spec, "signature", signature_names, &signature));
    SW_TRY(sw_proto_bytes(&body->p, signature, "content", "signature.content", &sig));
    SW_TRY(check_signature(body, sig));
    SW_TRY(sw_proto_message(&body->p, signature, "publicKey", key_names, &key));
    return check_verifier(body, key, "content");
}

/* protobuf-specs rekor/v2/verifier.proto: one of the two. */
static sw_result check_verifier_v2(const struct body *body, const struct sw_json *signature)
{
    static const char *const names[] = {"keyDetails", "publicKey", "x509Certificate", NULL};
    static const char *const raw_names[] = {"rawBytes", NULL};
    const char *wanted = has_certificate(body) ? "x509Certificate" : "publicKey";
    const char *other = has_certificate(body) ? "publicKey" : "x509Certificate";
    const struct sw_json *verifier;
    const struct sw_json *raw;
    struct sw_bytes der;
    SW_TRY(sw_proto_message(&body->p, signature, "verifier", names, &verifier));
    if (sw_proto_field(verifier, other) != NULL || sw_proto_field(verifier, wanted) == NULL) {
        return is_other(body, "another kind of key");
    }
    SW_TRY(sw_proto_message(&body->p, verifier, wanted, raw_names, &raw));
    SW_TRY(sw_proto_bytes(&body->p, raw, "rawBytes", "rawBytes of the verifier", &der));
    if (has_certificate(body)) {
        return check_certificate(body, der);
    }
    struct sw_key *key = NULL;
    enum sw_code rc = sw_key_read_spki(der, &key, body->p.err);
    return check_key(body, rc, key);
}

/* protobuf-specs rekor/v2/hashedrekord.proto, over Hash(PAE). */
static sw_result check_hashed_v2(const struct body *body, const struct sw_json *spec)
{
    static const char *const spec_names[] = {"hashedRekordV002", NULL};
    static const char *const names[] = {"data", "signature", NULL};
    static const char *const data_names[] = {"algorithm", "digest", NULL};
    static const char *const signature_names[] = {"content", "verifier", NULL};
    const struct sw_json *record;
    const struct sw_json *data;
    const struct sw_json *signature;
    struct sw_digest pae = {.alg = SW_SHA256};
    struct sw_bytes bytes;
    SW_TRY(sw_proto_object(&body->p, spec, spec_names, "spec"));
    SW_TRY(sw_proto_message(&body->p, spec, "hashedRekordV002", names, &record));
    SW_TRY(sw_proto_message(&body->p, record, "data", data_names, &data));
    SW_TRY(read_algorithm(body, data, &pae.alg));
    SW_TRY(sw_proto_bytes(&body->p, data, "digest", "data.digest", &bytes));
    if (bytes.len != sw_digest_alg_len(pae.alg)) {
        return sw_proto_bad(&body->p, data, "data.digest is not of its algorithm");
    }
    pae.len = (uint8_t)bytes.len;
    memcpy(pae.bytes, bytes.ptr, bytes.len);
    SW_TRY(check_pae(body, &pae));
    SW_TRY(sw_proto_message(&body->p, record, "signature", signature_names, &signature));
    SW_TRY(sw_proto_bytes(&body->p, signature, "content", "signature.content", &bytes));
    SW_TRY(check_signature(body, bytes));
    return check_verifier_v2(body, signature);
}

static const struct sw_tlog_kind kinds[] = {
    {"dsse", "0.0.1", false, check_dsse_v1},
    {"intoto", "0.0.2", false, check_intoto_v2},
    {"hashedrekord", "0.0.1", false, check_hashed_v1},
    {"hashedrekord", "0.0.2", true, check_hashed_v2},
};

const struct sw_tlog_kind *sw_tlog_kind_of(const struct sw_tlog_entry *entry)
{
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        if (sw_str_is(entry->kind, kinds[i].kind) && sw_str_is(entry->version, kinds[i].version)) {
            return &kinds[i];
        }
    }
    return NULL;
}

bool sw_tlog_kind_is_v2(const struct sw_tlog_kind *kind)
{
    return kind->is_v2;
}

static sw_result check_document(
    const struct body *body, const struct sw_tlog_kind *kind, const struct sw_json *root)
{
    SW_TRY(sw_proto_object(&body->p, root, entry_names, "it"));
    const struct sw_json *spec = sw_proto_field(root, "spec");
    if (!sw_json_is(sw_json_get(root, "kind"), kind->kind) ||
        !sw_json_is(sw_json_get(root, "apiVersion"), kind->version)) {
        return sw_proto_bad(&body->p, root, "it is not of the kind that the bundle says");
    }
    if (spec == NULL) {
        return sw_proto_bad(&body->p, root, "there is no spec");
    }
    return kind->check(body, spec);
}

sw_result sw_tlog_body_check(const struct sw_tlog_kind *kind, const struct sw_tlog_entry *entry,
    const struct sw_logged *logged, struct sw_error *err)
{
    static const struct sw_json_limits limits = {SW_BUNDLE_MAX_BYTES, MAX_DEPTH, MAX_VALUES};
    SW_CLEANUP(arena) struct sw_arena scratch;
    sw_arena_init(&scratch, 0);
    const struct body body = {{&scratch, "log entry", err}, logged};
    struct sw_json root;
    enum sw_code rc = sw_json_parse(&scratch, entry->body, &limits, &root, err);
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "log entry");
    }
    return check_document(&body, kind, &root);
}
