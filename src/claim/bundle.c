#include "claim/bundle.h"
#include "claim/certificate.h"
#include "claim/proto_json.h"

/* Sigstore's longest bundles nest six deep (tlogEntries, inclusionProof, hashes). */
#define MAX_DEPTH 16
#define MAX_VALUES 131072

static const struct {
    const char *type;
    unsigned version;
} media_types[] = {
    {SW_BUNDLE_MEDIA_TYPE, 3},
    {"application/vnd.dev.sigstore.bundle+json;version=0.1", 1},
    {"application/vnd.dev.sigstore.bundle+json;version=0.2", 2},
    {"application/vnd.dev.sigstore.bundle+json;version=0.3", 3},
};

/* The names that each message may have. */
static const char *const bundle_names[] = {
    "mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature", NULL};
static const char *const material_names[] = {"publicKey", "x509CertificateChain", "certificate",
    "tlogEntries", "timestampVerificationData", NULL};
static const char *const key_names[] = {"hint", "rawBytes", "keyDetails", "validFor", NULL};
static const char *const chain_names[] = {"certificates", NULL};
static const char *const certificate_names[] = {"rawBytes", NULL};
static const char *const timestamp_names[] = {"rfc3161Timestamps", NULL};
static const char *const stamp_names[] = {"signedTimestamp", NULL};
static const char *const envelope_names[] = {"payload", "payloadType", "signatures", NULL};
static const char *const signature_names[] = {"sig", "keyid", NULL};

/* How much of a text from outside is shown. */
static int shown(size_t len)
{
    return len < 64 ? (int)len : 64;
}

static sw_result read_media_type(
    const struct sw_proto *p, const struct sw_json *root, struct sw_bundle *out)
{
    struct sw_str type;
    if (!sw_json_str(sw_proto_field(root, "mediaType"), &type)) {
        return sw_fail(p->err, SW_E_FORMAT, "this is no Sigstore bundle: it has no mediaType");
    }
    for (size_t i = 0; i < SW_COUNT(media_types); i++) {
        if (sw_str_is(type, media_types[i].type)) {
            out->version = media_types[i].version;
            return SW_OK;
        }
    }
    return sw_fail(p->err, SW_E_UNSUPPORTED,
        "bundle: unknown mediaType \"%.*s\"; Sigstore bundles v0.1 to v0.3 are read",
        shown(type.len), type.ptr);
}

static sw_result read_public_key(
    const struct sw_proto *p, const struct sw_json *value, struct sw_bundle *out)
{
    SW_TRY(sw_proto_object(p, value, key_names, "publicKey"));
    if (sw_proto_field(value, "hint") != NULL) {
        SW_TRY(sw_proto_text(p, value, "hint", "publicKey.hint", &out->hint));
    }
    if (sw_proto_field(value, "rawBytes") != NULL) {
        SW_TRY(sw_proto_bytes(p, value, "rawBytes", "publicKey.rawBytes", &out->raw_key));
    }
    return SW_OK;
}

static sw_result add_certificate(
    const struct sw_proto *p, const struct sw_json *value, struct sw_bundle *out)
{
    SW_TRY(sw_proto_object(p, value, certificate_names, "a certificate"));
    SW_TRY(sw_proto_bytes(p, value, "rawBytes", "rawBytes of a certificate",
        &out->certificates[out->certificate_count]));
    out->certificate_count++;
    return SW_OK;
}

static sw_result read_chain(
    const struct sw_proto *p, const struct sw_json *value, struct sw_bundle *out)
{
    const struct sw_json *list;
    SW_TRY(sw_proto_object(p, value, chain_names, "x509CertificateChain"));
    SW_TRY(sw_proto_list(p, value, "certificates", SW_BUNDLE_MAX_CERTIFICATES, &list));
    if (list == NULL || list->count == 0) {
        return sw_proto_bad(p, value, "x509CertificateChain holds no certificates");
    }
    SW_JSON_EACH (item, list) {
        SW_TRY(add_certificate(p, item, out));
    }
    return SW_OK;
}

/* The one-of in VerificationMaterial. */
static const struct {
    const char *name;
    enum sw_bundle_method method;
    sw_result (*read)(const struct sw_proto *p, const struct sw_json *value, struct sw_bundle *out);
} methods[] = {
    {"publicKey", SW_BUNDLE_KEY, read_public_key},
    {"x509CertificateChain", SW_BUNDLE_CHAIN, read_chain},
    {"certificate", SW_BUNDLE_CERTIFICATE, add_certificate},
};

static sw_result read_method(
    const struct sw_proto *p, const struct sw_json *material, struct sw_bundle *out)
{
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        const struct sw_json *value = sw_proto_field(material, methods[i].name);
        if (value == NULL) {
            continue;
        }
        if (out->method != 0) {
            return sw_proto_bad(
                p, value, "more than one key or certificate is given; one is allowed");
        }
        out->method = methods[i].method;
        SW_TRY(methods[i].read(p, value, out));
    }
    if (out->method == 0) {
        return sw_proto_bad(p, material,
            "verificationMaterial has neither publicKey, x509CertificateChain nor certificate");
    }
    return SW_OK;
}

static sw_result read_entries(
    const struct sw_proto *p, const struct sw_json *material, struct sw_bundle *out)
{
    const struct sw_json *list;
    SW_TRY(sw_proto_list(p, material, "tlogEntries", SW_BUNDLE_MAX_ENTRIES, &list));
    if (list == NULL) {
        return SW_OK;
    }
    struct sw_tlog_entry *entries = SW_ARENA_ARRAY(p->arena, struct sw_tlog_entry, list->count);
    SW_TRY_PTR(entries);
    SW_JSON_EACH (item, list) {
        SW_TRY(sw_tlog_entry_read(p->arena, item, &entries[out->entry_count], p->err));
        out->entry_count++;
    }
    out->entries = entries;
    return SW_OK;
}

static sw_result read_timestamps(
    const struct sw_proto *p, const struct sw_json *material, struct sw_bundle *out)
{
    const struct sw_json *data;
    const struct sw_json *list;
    if (sw_proto_field(material, "timestampVerificationData") == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_proto_message(p, material, "timestampVerificationData", timestamp_names, &data));
    SW_TRY(sw_proto_list(p, data, "rfc3161Timestamps", SW_BUNDLE_MAX_TIMESTAMPS, &list));
    SW_JSON_EACH (item, list) {
        SW_TRY(sw_proto_object(p, item, stamp_names, "a timestamp"));
        SW_TRY(sw_proto_bytes(
            p, item, "signedTimestamp", "signedTimestamp", &out->timestamps[out->timestamp_count]));
        out->timestamp_count++;
    }
    return SW_OK;
}

static sw_result read_material(
    const struct sw_proto *p, const struct sw_json *root, struct sw_bundle *out)
{
    const struct sw_json *material;
    SW_TRY(sw_proto_message(p, root, "verificationMaterial", material_names, &material));
    SW_TRY(read_method(p, material, out));
    SW_TRY(read_entries(p, material, out));
    return read_timestamps(p, material, out);
}

static sw_result read_signature(
    const struct sw_proto *p, const struct sw_json *envelope, struct sw_bundle *out)
{
    const struct sw_json *list = sw_proto_field(envelope, "signatures");
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count == 0) {
        return sw_proto_bad(p, envelope, "dsseEnvelope has no signatures");
    }
    if (list->count > 1) {
        return sw_fail(p->err, SW_E_FORMAT,
            "bundle: there are %u signatures; one is allowed, since a reader may check only one",
            list->count);
    }
    const struct sw_json *signature = sw_json_item(list, 0);
    SW_TRY(sw_proto_object(p, signature, signature_names, "a signature"));
    SW_TRY(sw_proto_bytes(p, signature, "sig", "sig", &out->signature));
    return sw_proto_field(signature, "keyid") == NULL
               ? SW_OK
               : sw_proto_text(p, signature, "keyid", "keyid", &out->keyid);
}

static sw_result read_envelope(
    const struct sw_proto *p, const struct sw_json *root, struct sw_bundle *out)
{
    const struct sw_json *envelope;
    if (sw_proto_field(root, "messageSignature") != NULL) {
        return sw_proto_bad(p, root, "it signs a message digest; only DSSE envelopes are read");
    }
    SW_TRY(sw_proto_message(p, root, "dsseEnvelope", envelope_names, &envelope));
    SW_TRY(sw_proto_text(p, envelope, "payloadType", "payloadType", &out->payload_type));
    SW_TRY(sw_proto_bytes(p, envelope, "payload", "payload", &out->payload));
    return read_signature(p, envelope, out);
}

sw_result sw_bundle_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_bundle *out, struct sw_error *err)
{
    static const struct sw_json_limits limits = {SW_BUNDLE_MAX_BYTES, MAX_DEPTH, MAX_VALUES};
    const struct sw_proto p = {arena, "bundle", err};
    SW_CLEANUP(arena) struct sw_arena scratch;
    sw_arena_init(&scratch, 0);
    struct sw_json root;
    enum sw_code rc = sw_json_parse(&scratch, text, &limits, &root, err);
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "bundle");
    }
    struct sw_bundle bundle = {0};
    SW_TRY(sw_proto_object(&p, &root, bundle_names, "it"));
    SW_TRY(read_media_type(&p, &root, &bundle));
    SW_TRY(read_material(&p, &root, &bundle));
    SW_TRY(read_envelope(&p, &root, &bundle));
    *out = bundle;
    return SW_OK;
}

static void write_certificates(struct sw_json_writer *w, const struct sw_bundle *bundle)
{
    sw_jw_object(w, "x509CertificateChain");
    sw_jw_array(w, "certificates");
    for (size_t i = 0; i < bundle->certificate_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_base64(w, "rawBytes", bundle->certificates[i]);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static void write_material(struct sw_json_writer *w, const struct sw_bundle *bundle)
{
    sw_jw_object(w, "verificationMaterial");
    if (bundle->method == SW_BUNDLE_CHAIN) {
        write_certificates(w, bundle);
    } else {
        sw_jw_object(w, "publicKey");
        sw_jw_str(w, "hint", bundle->hint);
        sw_jw_object_end(w);
    }
    /* The reference tool reads no bundle without it. */
    sw_jw_array(w, "tlogEntries");
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static void write_envelope(struct sw_json_writer *w, const struct sw_bundle *bundle)
{
    sw_jw_object(w, "dsseEnvelope");
    sw_jw_base64(w, "payload", bundle->payload);
    sw_jw_str(w, "payloadType", bundle->payload_type);
    sw_jw_array(w, "signatures");
    sw_jw_object(w, NULL);
    sw_jw_base64(w, "sig", bundle->signature);
    sw_jw_str(w, "keyid", bundle->keyid);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static bool can_be_written(const struct sw_bundle *bundle)
{
    if (bundle->method == SW_BUNDLE_KEY) {
        return bundle->hint.len != 0;
    }
    return bundle->method == SW_BUNDLE_CHAIN && bundle->certificate_count >= 1 &&
           bundle->certificate_count <= SW_BUNDLE_MAX_CERTIFICATES;
}

sw_result sw_bundle_write(const struct sw_bundle *bundle, struct sw_buf *out)
{
    if (!can_be_written(bundle)) {
        return SW_E_USAGE;
    }
    /* A payload of hundreds of megabytes gets its room at once, not by doubling. */
    SW_TRY(sw_buf_reserve(out, bundle->payload.len / 3 * 4 + 4));
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "mediaType", SW_BUNDLE_MEDIA_TYPE);
    write_material(&w, bundle);
    write_envelope(&w, bundle);
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}

/* A chain whose leaf is for another key would never verify; say so when it is made. */
static sw_result check_leaf(const struct sw_signer *signer, struct sw_error *err)
{
    SW_CLEANUP(key) struct sw_key *leaf = NULL;
    SW_TRY(sw_certificate_key(signer->certificates[0], &leaf, err));
    if (!sw_key_equal(leaf, signer->key)) {
        return sw_fail(err, SW_E_USAGE, "the signing certificate is for another key than this");
    }
    return SW_OK;
}

static sw_result describe_signer(const struct sw_signer *signer, char hint[SW_KEY_HINT_SIZE],
    struct sw_bundle *bundle, struct sw_error *err)
{
    if (signer->certificate_count > SW_BUNDLE_MAX_CERTIFICATES) {
        return sw_fail(err, SW_E_LIMIT, "the certificate chain is too long");
    }
    if (signer->certificate_count == 0) {
        sw_key_hint(signer->key, hint);
        bundle->method = SW_BUNDLE_KEY;
        bundle->hint = sw_str(hint);
        return SW_OK;
    }
    SW_TRY(check_leaf(signer, err));
    bundle->method = SW_BUNDLE_CHAIN;
    bundle->certificate_count = signer->certificate_count;
    memcpy(bundle->certificates, signer->certificates, sizeof(bundle->certificates));
    return SW_OK;
}

static sw_result sign(const struct sw_signer *signer, struct sw_bytes payload, struct sw_buf *out,
    struct sw_error *err)
{
    char hint[SW_KEY_HINT_SIZE];
    struct sw_bundle bundle = {
        .payload = payload,
        .payload_type = sw_str(SW_DSSE_INTOTO_TYPE),
        .keyid = sw_str(""),
    };
    SW_TRY(describe_signer(signer, hint, &bundle, err));
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
    SW_TRY(sw_dsse_pae(&pae, bundle.payload_type, payload));
    SW_TRY(sw_key_sign(signer->key, sw_buf_bytes(&pae), &signature, err));
    sw_buf_release(&pae);
    bundle.signature = sw_buf_bytes(&signature);
    return sw_bundle_write(&bundle, out);
}

sw_result sw_bundle_sign(const struct sw_signer *signer, struct sw_bytes payload,
    struct sw_buf *out, struct sw_error *err)
{
    size_t start = out->len;
    enum sw_code rc = sign(signer, payload, out, err);
    if (rc != SW_OK) {
        out->len = start;
    }
    return rc;
}
