#include "claim/bundle.h"
#include "claim/certificate.h"

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

/* The names each message may have. protobuf's JSON mapping refuses others, and so do we: a name
 * that we do not know could mean something to another reader. Each list ends in NULL. */
static const char *const bundle_names[] = {
    "mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature", NULL};
static const char *const material_names[] = {"publicKey", "x509CertificateChain", "certificate",
    "tlogEntries", "timestampVerificationData", NULL};
static const char *const key_names[] = {"hint", "rawBytes", "keyDetails", "validFor", NULL};
static const char *const chain_names[] = {"certificates", NULL};
static const char *const certificate_names[] = {"rawBytes", NULL};
static const char *const timestamp_names[] = {"rfc3161Timestamps", NULL};
static const char *const envelope_names[] = {"payload", "payloadType", "signatures", NULL};
static const char *const signature_names[] = {"sig", "keyid", NULL};

/* protobuf JSON writes an unset field as null or not at all. */
static const struct sw_json *field(const struct sw_json *object, const char *name)
{
    const struct sw_json *value = sw_json_get(object, name);
    return value != NULL && value->type == SW_JSON_NULL ? NULL : value;
}

static enum sw_code bad(struct sw_error *err, const struct sw_json *at, const char *words)
{
    return sw_fail(err, SW_E_FORMAT, "bundle: byte %llu: %s", (unsigned long long)at->where, words);
}

/* How much of a name from outside is shown. */
static int shown(size_t len)
{
    return len < 64 ? (int)len : 64;
}

static bool is_listed(const char *const *names, struct sw_str name)
{
    for (; *names != NULL; names++) {
        if (sw_str_is(name, *names)) {
            return true;
        }
    }
    return false;
}

static sw_result want_object(
    const struct sw_json *value, const char *const *names, const char *what, struct sw_error *err)
{
    if (value->type != SW_JSON_OBJECT) {
        return sw_fail(err, SW_E_FORMAT, "bundle: byte %llu: %s is not an object",
            (unsigned long long)value->where, what);
    }
    SW_JSON_EACH_MEMBER (member, value) {
        if (!is_listed(names, member->name)) {
            return sw_fail(err, SW_E_FORMAT, "bundle: byte %llu: %s has an unknown field \"%.*s\"",
                (unsigned long long)member->value.where, what, shown(member->name.len),
                member->name.ptr);
        }
    }
    return SW_OK;
}

/* Decodes straight into the arena: a payload may be hundreds of megabytes. The maximum keeps the
 * buffer from ever being moved by realloc. */
static sw_result decode(struct sw_arena *arena, const struct sw_json *value, const char *words,
    struct sw_bytes *out, struct sw_error *err)
{
    struct sw_str text;
    if (!sw_json_str(value, &text)) {
        return bad(err, value, words);
    }
    size_t size = text.len / 4 * 3 + 4;
    uint8_t *room = sw_arena_alloc(arena, size);
    SW_TRY_PTR(room);
    struct sw_buf buf = {.data = room, .cap = size, .max = size - 1};
    enum sw_code rc = sw_base64_decode(&buf, text, true);
    if (rc != SW_OK) {
        return bad(err, value, words);
    }
    *out = sw_buf_bytes(&buf);
    return SW_OK;
}

static sw_result copy_text(struct sw_arena *arena, const struct sw_json *value, const char *words,
    struct sw_str *out, struct sw_error *err)
{
    struct sw_str text;
    if (!sw_json_str(value, &text)) {
        return bad(err, value, words);
    }
    const char *copy = sw_arena_strndup(arena, text);
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, text.len);
    return SW_OK;
}

static sw_result read_media_type(
    const struct sw_json *root, struct sw_bundle *out, struct sw_error *err)
{
    struct sw_str type;
    if (!sw_json_str(field(root, "mediaType"), &type)) {
        return sw_fail(err, SW_E_FORMAT, "this is no Sigstore bundle: it has no mediaType");
    }
    for (size_t i = 0; i < SW_COUNT(media_types); i++) {
        if (sw_str_is(type, media_types[i].type)) {
            out->version = media_types[i].version;
            return SW_OK;
        }
    }
    return sw_fail(err, SW_E_UNSUPPORTED,
        "bundle: unknown mediaType \"%.*s\"; Sigstore bundles v0.1 to v0.3 are read",
        shown(type.len), type.ptr);
}

static sw_result read_public_key(struct sw_arena *arena, const struct sw_json *value,
    struct sw_bundle *out, struct sw_error *err)
{
    SW_TRY(want_object(value, key_names, "publicKey", err));
    const struct sw_json *hint = field(value, "hint");
    const struct sw_json *raw = field(value, "rawBytes");
    if (hint != NULL) {
        SW_TRY(copy_text(arena, hint, "publicKey.hint is not a string", &out->hint, err));
    }
    if (raw != NULL) {
        SW_TRY(decode(arena, raw, "publicKey.rawBytes is not base64", &out->raw_key, err));
    }
    return SW_OK;
}

static sw_result add_certificate(struct sw_arena *arena, const struct sw_json *value,
    struct sw_bundle *out, struct sw_error *err)
{
    SW_TRY(want_object(value, certificate_names, "a certificate", err));
    const struct sw_json *raw = field(value, "rawBytes");
    if (raw == NULL) {
        return bad(err, value, "a certificate has no rawBytes");
    }
    SW_TRY(decode(arena, raw, "a certificate's rawBytes are not base64",
        &out->certificates[out->certificate_count], err));
    out->certificate_count++;
    return SW_OK;
}

static sw_result read_chain(struct sw_arena *arena, const struct sw_json *value,
    struct sw_bundle *out, struct sw_error *err)
{
    SW_TRY(want_object(value, chain_names, "x509CertificateChain", err));
    const struct sw_json *list = field(value, "certificates");
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count == 0) {
        return bad(err, value, "x509CertificateChain holds no certificates");
    }
    if (list->count > SW_BUNDLE_MAX_CERTIFICATES) {
        return sw_fail(err, SW_E_LIMIT,
            "bundle: the chain has %u certificates; at most %d are read", list->count,
            SW_BUNDLE_MAX_CERTIFICATES);
    }
    SW_JSON_EACH (item, list) {
        SW_TRY(add_certificate(arena, item, out, err));
    }
    return SW_OK;
}

/* The one-of in VerificationMaterial. */
static const struct {
    const char *name;
    enum sw_bundle_method method;
    sw_result (*read)(struct sw_arena *arena, const struct sw_json *value, struct sw_bundle *out,
        struct sw_error *err);
} methods[] = {
    {"publicKey", SW_BUNDLE_KEY, read_public_key},
    {"x509CertificateChain", SW_BUNDLE_CHAIN, read_chain},
    {"certificate", SW_BUNDLE_CERTIFICATE, add_certificate},
};

static sw_result read_method(struct sw_arena *arena, const struct sw_json *material,
    struct sw_bundle *out, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        const struct sw_json *value = field(material, methods[i].name);
        if (value == NULL) {
            continue;
        }
        if (out->method != 0) {
            return bad(err, value, "more than one key or certificate is given; one is allowed");
        }
        out->method = methods[i].method;
        SW_TRY(methods[i].read(arena, value, out, err));
    }
    if (out->method == 0) {
        return bad(err, material,
            "verificationMaterial has neither publicKey, x509CertificateChain nor certificate");
    }
    return SW_OK;
}

/* Counts a list of objects that this room does not look into. */
static sw_result count_objects(
    const struct sw_json *list, const char *words, size_t *out, struct sw_error *err)
{
    if (list == NULL) {
        return SW_OK;
    }
    if (list->type != SW_JSON_ARRAY) {
        return bad(err, list, words);
    }
    SW_JSON_EACH (item, list) {
        if (item->type != SW_JSON_OBJECT) {
            return bad(err, item, words);
        }
    }
    *out = list->count;
    return SW_OK;
}

static sw_result read_material(
    struct sw_arena *arena, const struct sw_json *root, struct sw_bundle *out, struct sw_error *err)
{
    const struct sw_json *material = field(root, "verificationMaterial");
    if (material == NULL) {
        return bad(err, root, "there is no verificationMaterial");
    }
    SW_TRY(want_object(material, material_names, "verificationMaterial", err));
    SW_TRY(read_method(arena, material, out, err));
    SW_TRY(count_objects(field(material, "tlogEntries"), "tlogEntries is not a list of objects",
        &out->tlog_entries, err));
    const struct sw_json *stamps = field(material, "timestampVerificationData");
    if (stamps == NULL) {
        return SW_OK;
    }
    SW_TRY(want_object(stamps, timestamp_names, "timestampVerificationData", err));
    return count_objects(field(stamps, "rfc3161Timestamps"),
        "rfc3161Timestamps is not a list of objects", &out->timestamps, err);
}

static sw_result read_signature(struct sw_arena *arena, const struct sw_json *envelope,
    struct sw_bundle *out, struct sw_error *err)
{
    const struct sw_json *list = field(envelope, "signatures");
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count == 0) {
        return bad(err, envelope, "dsseEnvelope has no signatures");
    }
    if (list->count > 1) {
        return sw_fail(err, SW_E_FORMAT,
            "bundle: there are %u signatures; one is allowed, since a reader may check only one",
            list->count);
    }
    const struct sw_json *signature = sw_json_item(list, 0);
    SW_TRY(want_object(signature, signature_names, "a signature", err));
    const struct sw_json *sig = field(signature, "sig");
    if (sig == NULL) {
        return bad(err, signature, "the signature has no sig");
    }
    SW_TRY(decode(arena, sig, "sig is not base64", &out->signature, err));
    const struct sw_json *keyid = field(signature, "keyid");
    return keyid == NULL ? SW_OK
                         : copy_text(arena, keyid, "keyid is not a string", &out->keyid, err);
}

static sw_result read_envelope(
    struct sw_arena *arena, const struct sw_json *root, struct sw_bundle *out, struct sw_error *err)
{
    const struct sw_json *envelope = field(root, "dsseEnvelope");
    if (field(root, "messageSignature") != NULL) {
        return bad(err, root, "it signs a message digest; only DSSE envelopes are read");
    }
    if (envelope == NULL) {
        return bad(err, root, "there is no dsseEnvelope");
    }
    SW_TRY(want_object(envelope, envelope_names, "dsseEnvelope", err));
    const struct sw_json *type = field(envelope, "payloadType");
    const struct sw_json *payload = field(envelope, "payload");
    if (type == NULL || payload == NULL) {
        return bad(err, envelope, "dsseEnvelope has no payload or no payloadType");
    }
    SW_TRY(copy_text(arena, type, "payloadType is not a string", &out->payload_type, err));
    SW_TRY(decode(arena, payload, "payload is not base64", &out->payload, err));
    return read_signature(arena, envelope, out, err);
}

sw_result sw_bundle_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_bundle *out, struct sw_error *err)
{
    static const struct sw_json_limits limits = {SW_BUNDLE_MAX_BYTES, MAX_DEPTH, MAX_VALUES};
    SW_CLEANUP(arena) struct sw_arena scratch;
    sw_arena_init(&scratch, 0);
    struct sw_json root;
    enum sw_code rc = sw_json_parse(&scratch, text, &limits, &root, err);
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "bundle");
    }
    struct sw_bundle bundle = {0};
    SW_TRY(want_object(&root, bundle_names, "it", err));
    SW_TRY(read_media_type(&root, &bundle, err));
    SW_TRY(read_material(arena, &root, &bundle, err));
    SW_TRY(read_envelope(arena, &root, &bundle, err));
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
