#include "evidence/leaf.h"

#include "evidence/tiles.h"

#define API_VERSION "0.0.2"
#define KIND "hashedrekord"
/* Names stand in order (RFC 8785), so every claim's entry begins with these bytes. */
#define LEAF_START "{\"apiVersion\":\"" API_VERSION "\",\"kind\":\"" KIND "\",\"sealwright\":{"

/* --- what a bundle says ---------------------------------------------------------------------- */

static sw_result hint_of(struct sw_arena *arena, const struct sw_bundle *bundle, struct sw_str *out)
{
    if (bundle->certificate_count == 0) {
        *out = bundle->hint;
        return SW_OK;
    }
    struct sw_digest digest;
    char text[SW_DIGEST_TEXT_SIZE];
    sw_sha256(bundle->certificates[0], &digest);
    sw_digest_text(&digest, text);
    const char *copy = sw_arena_strdup(arena, text);
    SW_TRY_PTR(copy);
    *out = sw_str(copy);
    return SW_OK;
}

sw_result sw_leaf_claim_read(
    struct sw_arena *arena, struct sw_bytes bundle, struct sw_leaf_claim *out, struct sw_error *err)
{
    struct sw_leaf_claim claim = {0};
    struct sw_statement statement;
    SW_TRY(sw_bundle_parse(arena, bundle, &claim.bundle, err));
    if (!sw_str_is(claim.bundle.payload_type, SW_DSSE_INTOTO_TYPE)) {
        return sw_fail(err, SW_E_FORMAT, "the bundle's payload is not an in-toto statement");
    }
    SW_TRY(sw_statement_parse(arena, claim.bundle.payload, &statement, err));
    if (statement.predicate_type.len > SW_LEAF_PREDICATE_MAX) {
        return sw_fail(err, SW_E_LIMIT, "the predicate type has %zu bytes, at most %u can be",
            statement.predicate_type.len, SW_LEAF_PREDICATE_MAX);
    }
    sw_sha256(bundle, &claim.record.claim);
    claim.record.subjects = statement.subjects;
    claim.record.subject_count = statement.subject_count;
    claim.record.predicate_type = statement.predicate_type;
    SW_TRY(hint_of(arena, &claim.bundle, &claim.record.hint));
    *out = claim;
    return SW_OK;
}

/* --- writing --------------------------------------------------------------------------------- */

/* The hash that goes with a key, as Rekor v2 records it (rekor-tiles CLIENTS.md, "DSSE"). Without a
 * known key, and for Ed25519, which Rekor does not take, it is SHA-256. */
static const struct {
    enum sw_key_alg key;
    enum sw_digest_alg hash;
    const char *name; /* Sigstore HashAlgorithm */
} hashes[] = {
    {SW_KEY_P256, SW_SHA256, "SHA2_256"},
    {SW_KEY_P384, SW_SHA384, "SHA2_384"},
    {SW_KEY_P521, SW_SHA512, "SHA2_512"},
    {SW_KEY_ED25519, SW_SHA256, "SHA2_256"},
};

/* Who signed, as far as the entry says it. */
struct verifier {
    struct sw_bytes certificate;
    struct sw_bytes spki;
    const char *key_details; /* NULL: a kind of key that we do not know */
    size_t hash;             /* row of `hashes` */
};

static void know_key(struct verifier *verifier, const struct sw_key *key)
{
    enum sw_key_alg alg = sw_key_alg_of(key);
    verifier->key_details = sw_key_alg_details(alg);
    for (size_t i = 0; i < SW_COUNT(hashes); i++) {
        verifier->hash = hashes[i].key == alg ? i : verifier->hash;
    }
}

static void know_verifier(
    const struct sw_bundle *bundle, struct sw_bytes spki, struct verifier *out)
{
    SW_CLEANUP(key) struct sw_key *key = NULL;
    enum sw_code rc = SW_E_NOENT;
    *out = (struct verifier){0};
    if (bundle->certificate_count > 0) {
        out->certificate = bundle->certificates[0];
        rc = sw_certificate_key(out->certificate, &key, NULL);
    } else if (spki.len > 0) {
        rc = sw_key_read_spki(spki, &key, NULL);
        out->spki = rc == SW_OK ? spki : out->spki;
    }
    if (rc == SW_OK) {
        know_key(out, key);
    }
}

/* The "sealwright" object: what the index of a reader without the claims would want. */
static void put_record(
    struct sw_json_writer *w, const struct sw_evidence_record *record, int64_t time)
{
    char text[SW_DIGEST_TEXT_SIZE];
    char when[SW_TIME_TEXT_SIZE];
    size_t count = record->subject_count;
    sw_jw_object(w, "sealwright");
    sw_digest_text(&record->claim, text);
    sw_jw_text(w, "claim", text);
    sw_jw_str(w, "predicateType", record->predicate_type);
    sw_jw_array(w, "subject");
    for (size_t i = 0; i < count && i < SW_LEAF_SUBJECTS; i++) {
        sw_digest_text(&record->subjects[i].digest, text);
        sw_jw_text(w, NULL, text);
    }
    sw_jw_array_end(w);
    if (count > SW_LEAF_SUBJECTS) {
        sw_jw_u64(w, "subjects", count);
    }
    sw_time_format(time, when);
    sw_jw_text(w, "time", when);
    sw_jw_object_end(w);
}

static void put_raw(struct sw_json_writer *w, const char *name, struct sw_bytes raw)
{
    if (raw.len > 0) {
        sw_jw_object(w, name);
        sw_jw_base64(w, "rawBytes", raw);
        sw_jw_object_end(w);
    }
}

/* HashedRekordLogEntryV002 (rekor/v2/hashedrekord.proto). */
static void put_spec(struct sw_json_writer *w, const struct sw_bundle *bundle,
    const struct verifier *verifier, const struct sw_digest *digest)
{
    sw_jw_object(w, "spec");
    sw_jw_object(w, "hashedRekordV002");
    sw_jw_object(w, "data");
    sw_jw_text(w, "algorithm", hashes[verifier->hash].name);
    sw_jw_base64(w, "digest", sw_bytes(digest->bytes, digest->len));
    sw_jw_object_end(w);
    sw_jw_object(w, "signature");
    sw_jw_base64(w, "content", bundle->signature);
    if (verifier->certificate.len > 0 || verifier->spki.len > 0) {
        sw_jw_object(w, "verifier");
        if (verifier->key_details != NULL) {
            sw_jw_text(w, "keyDetails", verifier->key_details);
        }
        put_raw(w, "publicKey", verifier->spki);
        put_raw(w, "x509Certificate", verifier->certificate);
        sw_jw_object_end(w);
    }
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

sw_result sw_leaf_write(const struct sw_leaf_claim *claim, int64_t time, struct sw_bytes spki,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
    struct verifier verifier;
    struct sw_digest digest;
    struct sw_json_writer w;
    size_t start = out->len;
    know_verifier(&claim->bundle, spki, &verifier);
    SW_TRY(sw_dsse_pae(&pae, claim->bundle.payload_type, claim->bundle.payload));
    SW_TRY(sw_digest_of(hashes[verifier.hash].hash, sw_buf_bytes(&pae), &digest));
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "apiVersion", API_VERSION);
    sw_jw_text(&w, "kind", KIND);
    put_record(&w, &claim->record, time);
    put_spec(&w, &claim->bundle, &verifier, &digest);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    if (out->len - start > SW_ENTRY_MAX) {
        size_t len = out->len - start;
        out->len = start;
        return sw_fail(err, SW_E_LIMIT,
            "the claim's log entry would have %zu bytes, at most %u can be: its signature or "
            "certificate is too large",
            len, SW_ENTRY_MAX);
    }
    return SW_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

bool sw_leaf_is(struct sw_bytes entry)
{
    return entry.len > strlen(LEAF_START) && memcmp(entry.ptr, LEAF_START, strlen(LEAF_START)) == 0;
}

/* Base64 at a path of the entry; empty when there is none. */
static sw_result read_raw(
    struct sw_arena *arena, const struct sw_json *root, const char *path, struct sw_bytes *out)
{
    SW_CLEANUP(buf) struct sw_buf raw = SW_BUF_INIT;
    struct sw_str text;
    *out = (struct sw_bytes){NULL, 0};
    if (!sw_json_str(sw_json_path(root, sw_str(path)), &text)) {
        return SW_OK;
    }
    SW_TRY(sw_base64_decode(&raw, text, false));
    const uint8_t *copy = sw_arena_copy(arena, sw_buf_bytes(&raw));
    SW_TRY_PTR(copy);
    *out = sw_bytes(copy, raw.len);
    return SW_OK;
}

static sw_result read_signature(
    struct sw_arena *arena, const struct sw_json *root, struct sw_leaf *out)
{
    static const char content[] = "spec.hashedRekordV002.signature.content";
    static const char spki[] = "spec.hashedRekordV002.signature.verifier.publicKey.rawBytes";
    SW_TRY(read_raw(arena, root, content, &out->signature));
    return read_raw(arena, root, spki, &out->spki);
}

static sw_result read_about(const struct sw_json *ours, struct sw_leaf *out)
{
    const struct sw_json *subjects = sw_json_get(ours, "subject");
    if (!sw_json_str(sw_json_get(ours, "predicateType"), &out->predicate_type)) {
        return SW_E_FORMAT;
    }
    out->subject_count = 0;
    out->subjects_left_out = sw_json_get(ours, "subjects") != NULL;
    SW_JSON_EACH (item, subjects) {
        if (out->subject_count == SW_LEAF_SUBJECTS ||
            !sw_json_str(item, &out->subjects[out->subject_count++])) {
            return SW_E_FORMAT;
        }
    }
    return SW_OK;
}

sw_result sw_leaf_read(
    struct sw_arena *arena, struct sw_bytes entry, struct sw_leaf *out, struct sw_error *err)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_ENTRY_MAX, .max_depth = 8, .max_values = 4096};
    struct sw_json root;
    struct sw_str claim;
    struct sw_str time;
    SW_TRY(sw_json_parse(arena, entry, &limits, &root, err));
    const struct sw_json *ours = sw_json_get(&root, "sealwright");
    if (!sw_json_str(sw_json_get(ours, "claim"), &claim) || !sw_digest_parse(claim, &out->claim) ||
        out->claim.alg != SW_SHA256) {
        return sw_fail(err, SW_E_FORMAT, "the entry names no claim by a sha256 digest");
    }
    if (!sw_json_str(sw_json_get(ours, "time"), &time) || !sw_time_parse(time, &out->time)) {
        return sw_fail(err, SW_E_FORMAT, "the entry has no time");
    }
    if (read_about(ours, out) != SW_OK) {
        return sw_fail(err, SW_E_FORMAT, "the entry does not say what the claim is about");
    }
    if (read_signature(arena, &root, out) != SW_OK) {
        return sw_fail(err, SW_E_FORMAT, "the entry's signature or public key is not base64");
    }
    return SW_OK;
}

sw_result sw_log_claim_read(
    struct sw_arena *arena, struct sw_bytes entry, struct sw_log_claim *out, struct sw_error *err)
{
    struct sw_leaf *leaf = SW_ARENA_NEW(arena, struct sw_leaf);
    struct sw_digest *subjects = SW_ARENA_ARRAY(arena, struct sw_digest, SW_LEAF_SUBJECTS);
    SW_TRY_PTR(leaf);
    SW_TRY_PTR(subjects);
    if (!sw_leaf_is(entry)) {
        return sw_fail(err, SW_E_FORMAT, "the entry is not that of a claim");
    }
    SW_TRY(sw_leaf_read(arena, entry, leaf, err));
    for (size_t i = 0; i < leaf->subject_count; i++) {
        if (!sw_digest_parse(leaf->subjects[i], &subjects[i])) {
            return sw_fail(err, SW_E_FORMAT, "the entry names a subject that is no digest");
        }
    }
    *out = (struct sw_log_claim){.claim = leaf->claim,
        .time = leaf->time,
        .predicate_type = leaf->predicate_type,
        .subjects = subjects,
        .subject_count = leaf->subject_count,
        .spki = leaf->spki};
    return SW_OK;
}
