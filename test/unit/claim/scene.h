/* A small Sigstore for tests: a certificate authority, two certificate logs, three transparency
 * logs and two time stamp authorities. A scene says what is in a bundle and what is wrong with it.
 */
#ifndef SW_TEST_SCENE_H
#define SW_TEST_SCENE_H

#include "unit/claim/pki.h"

#include <openssl/cms.h>
#include <openssl/ts.h>

#define SCENE_TIME PKI_2026 /* when everything is signed */
#define SCENE_NOW (PKI_2026 + 30 * 86400)
#define SCENE_IDENTITY "email:ml@example.com"
#define SCENE_ISSUER "https://accounts.example.com"
#define SCENE_PAYLOAD                                                              \
    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"m\"," \
    "\"digest\":{\"sha256\":"                                                      \
    "\"0000000000000000000000000000000000000000000000000000000000000000\"}}],"     \
    "\"predicateType\":\"urn:sealwright:claim:test:v1\",\"predicate\":{}}"

enum {
    SCENE_LOGS = 3,
    SCENE_CTLOGS = 2,
    SCENE_STAMPERS = 2,
    SCENE_V2 = 2 /* the log of Rekor v2 */
};
enum scene_kind { SCENE_DSSE, SCENE_INTOTO, SCENE_HASHED, SCENE_HASHED_V2 };

struct scene_log {
    char host[32];
    struct sw_key *key;
    uint8_t id[32];
    struct sw_buf spki;
};

/* What stays the same for all scenes. */
struct scene_world {
    struct pki_cert root;       /* in the trusted root */
    struct pki_cert other_root; /* not in it */
    struct pki_cert stamp_root;
    struct pki_cert stampers[SCENE_STAMPERS];
    struct pki_cert server; /* by stamp_root, for something else */
    struct scene_log logs[SCENE_LOGS];
    struct scene_log ctlogs[SCENE_CTLOGS];
    struct sw_key *key; /* a signer's, for the key method */
    struct sw_key *stranger;
};

struct scene_entry {
    int log;
    enum scene_kind kind;
    int64_t time;
    uint64_t size; /* of the tree; the entry is number 3 in it */
    bool no_promise, no_proof, no_checkpoint;
    bool wrong_promise, wrong_signature, wrong_hash, unsigned_checkpoint, unknown_log;
    bool other_payload, other_signature, other_verifier, key_verifier, extra_field, other_kind;
    bool old_checkpoint; /* of fewer entries than the index */
    bool other_tree;     /* of the same size */
    bool cosigned;
    bool two_indices; /* the entry's and the proof's differ */
};

struct scene_stamp {
    int by;
    int64_t time;
    bool other_signature, truncated, tail, server, sha1;
    bool bare; /* the token holds no certificate */
};

struct scene {
    const struct scene_world *world;
    enum sw_bundle_method method;
    unsigned version;
    /* the certificate */
    struct pki_spec leaf;
    const char *issuer; /* extension .8; NULL: absent */
    const char *issuer_v1;
    bool other_authority, bare_key;
    unsigned scts;
    bool same_ctlog, wrong_sct;
    int64_t sct_time;
    /* the rest of the bundle */
    struct scene_entry entries[4];
    size_t entry_count;
    struct scene_stamp stamps[3];
    size_t stamp_count;
    /* the trusted root: since when, and until when */
    int64_t log_from, ctlog_from, authority_from, stamper_from;
    int64_t log_until, ctlog_until, authority_until, stamper_until;
    bool stamp_roots_only; /* no certificate of the stampers themselves */
    bool stamp_others;     /* before them an authority of which only the root is listed */
    /* the signer in trust.yaml: more lines */
    const char *signer;
};

static inline struct scene_entry scene_entry(enum scene_kind kind)
{
    return (struct scene_entry){.log = kind == SCENE_HASHED_V2 ? SCENE_V2 : 0,
        .kind = kind,
        .time = SCENE_TIME + 10,
        .size = 5,
        .no_promise = kind == SCENE_HASHED_V2};
}

static inline struct scene_stamp scene_stamp(void)
{
    return (struct scene_stamp){.time = SCENE_TIME + 12};
}

/* One that verifies: Rekor v1. */
static inline struct scene scene_begin(const struct scene_world *world)
{
    struct scene scene = {.world = world,
        .method = SW_BUNDLE_CERTIFICATE,
        .version = 3,
        .leaf = PKI_LEAF_SPEC,
        .issuer = SCENE_ISSUER,
        .issuer_v1 = SCENE_ISSUER,
        .scts = 1,
        .sct_time = SCENE_TIME,
        .entries = {scene_entry(SCENE_DSSE)},
        .entry_count = 1,
        .log_from = PKI_2021,
        .ctlog_from = PKI_2021,
        .authority_from = PKI_2021,
        .stamper_from = PKI_2021,
        .log_until = PKI_2040,
        .ctlog_until = PKI_2040,
        .authority_until = PKI_2040,
        .stamper_until = PKI_2040,
        .signer = "    identity: \"" SCENE_IDENTITY "\"\n    issuer: " SCENE_ISSUER "\n"};
    scene.leaf.cn = NULL;
    scene.leaf.names = SCENE_IDENTITY;
    scene.leaf.from = SCENE_TIME;
    scene.leaf.until = SCENE_TIME + 600;
    return scene;
}

/* --- the world -------------------------------------------------------------------------------- */

static inline void scene_log_make(struct scene_log *log, const char *host, enum sw_key_alg alg)
{
    struct sw_digest id;
    (void)snprintf(log->host, sizeof(log->host), "%s", host);
    assert_int_equal(sw_key_generate(alg, &log->key, NULL), SW_OK);
    assert_int_equal(sw_key_write_spki(log->key, &log->spki, NULL), SW_OK);
    sw_sha256(sw_buf_bytes(&log->spki), &id);
    memcpy(log->id, id.bytes, sizeof(log->id));
}

static inline void scene_log_release(struct scene_log *log)
{
    sw_key_free(log->key);
    sw_buf_release(&log->spki);
}

static inline struct pki_cert scene_stamper(const struct pki_cert *root, const char *extended)
{
    struct pki_spec spec = PKI_LEAF_SPEC;
    spec.cn = "stamps";
    spec.names = NULL;
    spec.extended = extended;
    return pki_issue(&spec, root);
}

static inline void scene_world_make(struct scene_world *world)
{
    struct pki_spec other = PKI_ROOT_SPEC;
    struct pki_spec stamps = PKI_ROOT_SPEC;
    other.cn = "other";
    stamps.cn = "stamp root";
    world->root = pki_issue(&PKI_ROOT_SPEC, NULL);
    world->other_root = pki_issue(&other, NULL);
    world->stamp_root = pki_issue(&stamps, NULL);
    for (size_t i = 0; i < SCENE_STAMPERS; i++) {
        world->stampers[i] = scene_stamper(&world->stamp_root, "critical,timeStamping");
    }
    world->server = scene_stamper(&world->stamp_root, "critical,serverAuth");
    scene_log_make(&world->logs[0], "rekor.example.com", SW_KEY_P256);
    scene_log_make(&world->logs[1], "rekor.example.org", SW_KEY_P256);
    scene_log_make(&world->logs[SCENE_V2], "log2026.example.com", SW_KEY_ED25519);
    scene_log_make(&world->ctlogs[0], "ct.example.com", SW_KEY_P256);
    scene_log_make(&world->ctlogs[1], "ct.example.org", SW_KEY_P256);
    assert_int_equal(sw_key_generate(SW_KEY_P256, &world->key, NULL), SW_OK);
    assert_int_equal(sw_key_generate(SW_KEY_P256, &world->stranger, NULL), SW_OK);
}

static inline void scene_world_release(struct scene_world *world)
{
    pki_release(&world->root);
    pki_release(&world->other_root);
    pki_release(&world->stamp_root);
    pki_release(&world->server);
    for (size_t i = 0; i < SCENE_STAMPERS; i++) {
        pki_release(&world->stampers[i]);
    }
    for (size_t i = 0; i < SCENE_LOGS; i++) {
        scene_log_release(&world->logs[i]);
    }
    for (size_t i = 0; i < SCENE_CTLOGS; i++) {
        scene_log_release(&world->ctlogs[i]);
    }
    sw_key_free(world->key);
    sw_key_free(world->stranger);
}

static inline void scene_put(struct sw_buf *out, const void *data, size_t len)
{
    assert_int_equal(sw_buf_append(out, data, len), SW_OK);
}

/* --- the certificate -------------------------------------------------------------------------- */

static inline void scene_extend(X509 *cert, const char *oid, const void *data, size_t len)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    assert_int_equal(ASN1_OCTET_STRING_set(value, data, (int)len), 1);
    X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, object, 0, value);
    assert_int_equal(X509_add_ext(cert, ext, -1), 1);
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(object);
}

static inline void scene_put_issuers(const struct scene *scene, X509 *cert)
{
    if (scene->issuer_v1 != NULL) {
        scene_extend(cert, "1.3.6.1.4.1.57264.1.1", scene->issuer_v1, strlen(scene->issuer_v1));
    }
    if (scene->issuer != NULL) {
        ASN1_UTF8STRING *text = ASN1_UTF8STRING_new();
        unsigned char *der = NULL;
        assert_int_equal(ASN1_STRING_set(text, scene->issuer, -1), 1);
        int len = i2d_ASN1_UTF8STRING(text, &der);
        scene_extend(cert, "1.3.6.1.4.1.57264.1.8", der, (size_t)len);
        OPENSSL_free(der);
        ASN1_UTF8STRING_free(text);
    }
}

/* RFC 6962 section 3.2, digitally-signed, for what `cert` holds now. */
static inline void scene_put_signed(
    const struct scene *scene, X509 *cert, const struct pki_cert *issuer, struct sw_buf *out)
{
    struct sw_digest key;
    unsigned char *spki = NULL;
    unsigned char *tbs = NULL;
    /* Signed now, so that the names of the algorithm are in it. */
    assert_int_not_equal(X509_sign(cert, issuer->pkey, EVP_sha256()), 0);
    int tbs_len = i2d_re_X509_tbs(cert, &tbs);
    int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer->x509), &spki);
    sw_sha256(sw_bytes(spki, (size_t)spki_len), &key);
    scene_put(out, "\0\0", 2);
    assert_int_equal(sw_buf_put_u64be(out, (uint64_t)scene->sct_time * 1000), SW_OK);
    scene_put(out, "\0\1", 2);
    scene_put(out, key.bytes, key.len);
    scene_put(out, "", 1);
    assert_int_equal(sw_buf_put_u16be(out, (uint16_t)tbs_len), SW_OK);
    scene_put(out, tbs, (size_t)tbs_len);
    scene_put(out, "\0\0", 2);
    OPENSSL_free(tbs);
    OPENSSL_free(spki);
}

static inline void scene_put_sct(const struct scene *scene, const struct scene_log *log, X509 *cert,
    const struct pki_cert *issuer, struct sw_buf *out)
{
    struct sw_buf message = SW_BUF_INIT;
    struct sw_buf signature = SW_BUF_INIT;
    struct sw_buf sct = SW_BUF_INIT;
    scene_put_signed(scene, cert, issuer, &message);
    message.data[0] ^= scene->wrong_sct ? 1 : 0;
    assert_int_equal(sw_key_sign(log->key, sw_buf_bytes(&message), &signature, NULL), SW_OK);
    scene_put(&sct, "", 1);
    scene_put(&sct, log->id, sizeof(log->id));
    assert_int_equal(sw_buf_put_u64be(&sct, (uint64_t)scene->sct_time * 1000), SW_OK);
    scene_put(&sct, "\0\0\4\3", 4);
    assert_int_equal(sw_buf_put_u16be(&sct, (uint16_t)signature.len), SW_OK);
    scene_put(&sct, signature.data, signature.len);
    assert_int_equal(sw_buf_put_u16be(out, (uint16_t)sct.len), SW_OK);
    scene_put(out, sct.data, sct.len);
    sw_buf_release(&message);
    sw_buf_release(&signature);
    sw_buf_release(&sct);
}

static inline void scene_put_scts(
    const struct scene *scene, X509 *cert, const struct pki_cert *issuer)
{
    struct sw_buf scts = SW_BUF_INIT;
    struct sw_buf list = SW_BUF_INIT;
    for (unsigned i = 0; i < scene->scts; i++) {
        const struct scene_log *log = &scene->world->ctlogs[scene->same_ctlog ? 0 : i];
        scene_put_sct(scene, log, cert, issuer, &scts);
    }
    assert_int_equal(sw_buf_put_u16be(&list, (uint16_t)scts.len), SW_OK);
    scene_put(&list, scts.data, scts.len);
    ASN1_OCTET_STRING *text = ASN1_OCTET_STRING_new();
    unsigned char *der = NULL;
    assert_int_equal(ASN1_OCTET_STRING_set(text, list.data, (int)list.len), 1);
    int len = i2d_ASN1_OCTET_STRING(text, &der);
    scene_extend(cert, "1.3.6.1.4.1.11129.2.4.2", der, (size_t)len);
    OPENSSL_free(der);
    ASN1_OCTET_STRING_free(text);
    sw_buf_release(&scts);
    sw_buf_release(&list);
}

static inline struct pki_cert scene_leaf(const struct scene *scene)
{
    const struct pki_cert *issuer =
        scene->other_authority ? &scene->world->other_root : &scene->world->root;
    struct pki_cert leaf = pki_begin(&scene->leaf, EVP_EC_gen("P-256"), issuer);
    scene_put_issuers(scene, leaf.x509);
    if (scene->scts != 0) {
        scene_put_scts(scene, leaf.x509, issuer);
    }
    pki_finish(&leaf, &scene->leaf, issuer);
    return leaf;
}

/* --- what is signed --------------------------------------------------------------------------- */

struct scene_signed {
    struct pki_cert leaf; /* not for the key method */
    struct sw_key *key;
    struct sw_buf signature;
    struct sw_digest pae;
};

static inline struct scene_signed scene_sign(const struct scene *scene)
{
    struct scene_signed out = {0};
    struct sw_buf pae = SW_BUF_INIT;
    if (scene->method == SW_BUNDLE_KEY) {
        struct sw_buf spki = SW_BUF_INIT;
        assert_int_equal(sw_key_write_spki(scene->world->key, &spki, NULL), SW_OK);
        assert_int_equal(sw_key_read_spki(sw_buf_bytes(&spki), &out.key, NULL), SW_OK);
        sw_buf_release(&spki);
    } else {
        out.leaf = scene_leaf(scene);
        out.key = pki_key(&out.leaf);
    }
    const struct sw_key *key = scene->method == SW_BUNDLE_KEY ? scene->world->key : out.key;
    assert_int_equal(
        sw_dsse_pae(&pae, sw_str(SW_DSSE_INTOTO_TYPE), sw_bytes_of_str(sw_str(SCENE_PAYLOAD))),
        SW_OK);
    sw_sha256(sw_buf_bytes(&pae), &out.pae);
    assert_int_equal(sw_key_sign(key, sw_buf_bytes(&pae), &out.signature, NULL), SW_OK);
    sw_buf_release(&pae);
    return out;
}

static inline void scene_signed_release(struct scene_signed *it)
{
    pki_release(&it->leaf);
    sw_key_free(it->key);
    sw_buf_release(&it->signature);
}

/* --- log entries ------------------------------------------------------------------------------ */

static inline void scene_hex(struct sw_json_writer *w, const char *name, const struct sw_digest *d)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(d, hex);
    sw_jw_object(w, name);
    sw_jw_text(w, "algorithm", "sha256");
    sw_jw_text(w, "value", hex);
    sw_jw_object_end(w);
}

/* The key or certificate that the entry names: PEM, or DER for Rekor v2. */
static inline void scene_verifier(const struct scene *scene, const struct scene_entry *entry,
    const struct scene_signed *it, bool pem, struct sw_buf *out)
{
    bool key = scene->method == SW_BUNDLE_KEY || entry->key_verifier;
    const struct sw_key *which = entry->other_verifier ? scene->world->stranger : it->key;
    const struct pki_cert *cert = entry->other_verifier ? &scene->world->server : &it->leaf;
    if (key) {
        assert_int_equal(
            pem ? sw_key_write_public(which, out, NULL) : sw_key_write_spki(which, out, NULL),
            SW_OK);
        return;
    }
    if (pem) {
        pki_pem(cert, out);
        return;
    }
    scene_put(out, cert->bytes.ptr, cert->bytes.len);
}

struct scene_parts {
    struct sw_digest payload, pae;
    struct sw_buf signature, verifier;
    bool key;
};

static inline void scene_dsse(struct sw_json_writer *w, const struct scene_parts *parts)
{
    scene_hex(w, "envelopeHash", &parts->pae); /* of some spelling; nobody can check it */
    scene_hex(w, "payloadHash", &parts->payload);
    sw_jw_array(w, "signatures");
    sw_jw_object(w, NULL);
    sw_jw_base64(w, "signature", sw_buf_bytes(&parts->signature));
    sw_jw_base64(w, "verifier", sw_buf_bytes(&parts->verifier));
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

static inline void scene_intoto(struct sw_json_writer *w, const struct scene_parts *parts)
{
    struct sw_buf once = SW_BUF_INIT;
    assert_int_equal(sw_base64_encode(&once, sw_buf_bytes(&parts->signature)), SW_OK);
    sw_jw_object(w, "content");
    sw_jw_object(w, "envelope");
    sw_jw_text(w, "payloadType", SW_DSSE_INTOTO_TYPE);
    sw_jw_array(w, "signatures");
    sw_jw_object(w, NULL);
    sw_jw_base64(w, "publicKey", sw_buf_bytes(&parts->verifier));
    sw_jw_base64(w, "sig", sw_buf_bytes(&once));
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    scene_hex(w, "hash", &parts->pae);
    scene_hex(w, "payloadHash", &parts->payload);
    sw_jw_object_end(w);
    sw_buf_release(&once);
}

static inline void scene_hashed(struct sw_json_writer *w, const struct scene_parts *parts)
{
    sw_jw_object(w, "data");
    scene_hex(w, "hash", &parts->pae);
    sw_jw_object_end(w);
    sw_jw_object(w, "signature");
    sw_jw_base64(w, "content", sw_buf_bytes(&parts->signature));
    sw_jw_object(w, "publicKey");
    sw_jw_base64(w, "content", sw_buf_bytes(&parts->verifier));
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static inline void scene_hashed_v2(struct sw_json_writer *w, const struct scene_parts *parts)
{
    sw_jw_object(w, "hashedRekordV002");
    sw_jw_object(w, "data");
    sw_jw_text(w, "algorithm", "SHA2_256");
    sw_jw_base64(w, "digest", sw_bytes(parts->pae.bytes, parts->pae.len));
    sw_jw_object_end(w);
    sw_jw_object(w, "signature");
    sw_jw_base64(w, "content", sw_buf_bytes(&parts->signature));
    sw_jw_object(w, "verifier");
    sw_jw_text(w, "keyDetails", "PKIX_ECDSA_P256_SHA_256");
    sw_jw_object(w, parts->key ? "publicKey" : "x509Certificate");
    sw_jw_base64(w, "rawBytes", sw_buf_bytes(&parts->verifier));
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static const struct {
    const char *kind;
    const char *version;
    void (*write)(struct sw_json_writer *w, const struct scene_parts *parts);
} scene_kinds[] = {
    [SCENE_DSSE] = {"dsse", "0.0.1", scene_dsse},
    [SCENE_INTOTO] = {"intoto", "0.0.2", scene_intoto},
    [SCENE_HASHED] = {"hashedrekord", "0.0.1", scene_hashed},
    [SCENE_HASHED_V2] = {"hashedrekord", "0.0.2", scene_hashed_v2},
};

static inline void scene_body(const struct scene *scene, const struct scene_entry *entry,
    const struct scene_signed *it, struct sw_buf *out)
{
    struct scene_parts parts = {
        .pae = it->pae, .key = scene->method == SW_BUNDLE_KEY || entry->key_verifier};
    struct sw_json_writer w;
    sw_sha256(sw_bytes_of_str(sw_str(SCENE_PAYLOAD)), &parts.payload);
    parts.payload.bytes[0] ^= entry->other_payload ? 1 : 0;
    parts.pae.bytes[0] ^= entry->other_payload ? 1 : 0;
    scene_put(&parts.signature, it->signature.data, it->signature.len);
    parts.signature.data[parts.signature.len - 1] ^= entry->other_signature ? 1 : 0;
    scene_verifier(scene, entry, it, entry->kind != SCENE_HASHED_V2, &parts.verifier);
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "apiVersion", scene_kinds[entry->kind].version);
    sw_jw_text(&w, "kind", entry->other_kind ? "alpine" : scene_kinds[entry->kind].kind);
    sw_jw_object(&w, "spec");
    scene_kinds[entry->kind].write(&w, &parts);
    sw_jw_object_end(&w);
    if (entry->extra_field) {
        sw_jw_bool(&w, "extra", true);
    }
    sw_jw_object_end(&w);
    assert_int_equal(sw_jw_finish(&w), SW_OK);
    sw_buf_release(&parts.signature);
    sw_buf_release(&parts.verifier);
}

#define SCENE_INDEX 3
#define SCENE_SHARD 1000 /* where the tree of a Rekor v1 log begins in the whole log */

/* A tree whose leaf SCENE_INDEX is the entry. */
struct scene_tree {
    struct sw_hash256 leaves[16];
    uint64_t size;
    struct sw_hash256 root;
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    size_t count;
};

static inline enum sw_code scene_node(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    const struct scene_tree *tree = ctx;
    struct sw_frontier frontier = {0};
    (void)err;
    for (uint64_t i = index << level; i < (index + 1) << level; i++) {
        sw_frontier_add(&frontier, &tree->leaves[i]);
    }
    sw_frontier_root(&frontier, out);
    return SW_OK;
}

static inline void scene_tree_make(
    const struct scene_entry *entry, struct sw_bytes body, struct scene_tree *tree)
{
    const struct sw_merkle_source source = {scene_node, tree};
    tree->size = entry->size;
    for (uint8_t i = 0; i < 16; i++) {
        uint8_t other[] = {i, entry->other_tree};
        sw_merkle_leaf(sw_bytes(other, sizeof(other)), &tree->leaves[i]);
    }
    sw_merkle_leaf(body, &tree->leaves[SCENE_INDEX]);
    assert_int_equal(sw_merkle_root(&source, tree->size, &tree->root, NULL), SW_OK);
    assert_int_equal(sw_merkle_prove_inclusion(
                         &source, SCENE_INDEX, tree->size, tree->proof, &tree->count, NULL),
        SW_OK);
    tree->proof[0].bytes[0] ^= entry->wrong_hash ? 1 : 0;
    if (entry->old_checkpoint) {
        tree->size = 2;
        assert_int_equal(sw_merkle_root(&source, tree->size, &tree->root, NULL), SW_OK);
    }
}

static inline void scene_note_line(
    struct sw_buf *note, size_t body_len, const struct scene_log *log, bool wrong)
{
    struct sw_buf blob = SW_BUF_INIT;
    scene_put(&blob, log->id, 4);
    assert_int_equal(sw_key_sign(log->key, sw_bytes(note->data, body_len), &blob, NULL), SW_OK);
    blob.data[blob.len - 1] ^= wrong ? 1 : 0;
    assert_int_equal(sw_buf_printf(note, "\xE2\x80\x94 %s ", log->host), SW_OK);
    assert_int_equal(sw_base64_encode(note, sw_buf_bytes(&blob)), SW_OK);
    assert_int_equal(sw_buf_putc(note, '\n'), SW_OK);
    sw_buf_release(&blob);
}

static inline void scene_checkpoint(const struct scene *scene, const struct scene_entry *entry,
    const struct scene_tree *tree, struct sw_buf *note)
{
    const struct scene_log *log = &scene->world->logs[entry->log];
    assert_int_equal(
        sw_buf_printf(note, "%s%s\n%llu\n", log->host,
            entry->log == SCENE_V2 ? "" : " - 1193050959916656506", (unsigned long long)tree->size),
        SW_OK);
    assert_int_equal(sw_base64_encode(note, sw_bytes(tree->root.bytes, 32)), SW_OK);
    assert_int_equal(sw_buf_putc(note, '\n'), SW_OK);
    size_t body = note->len;
    assert_int_equal(sw_buf_putc(note, '\n'), SW_OK);
    if (entry->cosigned || entry->unsigned_checkpoint) {
        scene_note_line(note, body, &scene->world->ctlogs[1], true);
    }
    if (!entry->unsigned_checkpoint) {
        scene_note_line(note, body, log, entry->wrong_signature);
    }
}

static inline uint64_t scene_log_index(const struct scene_entry *entry)
{
    return (entry->log == SCENE_V2 ? 0 : SCENE_SHARD) + SCENE_INDEX + (entry->two_indices ? 1 : 0);
}

static inline void scene_promise(const struct scene_entry *entry, const struct scene_log *log,
    struct sw_bytes body, struct sw_json_writer *w)
{
    char id[65];
    struct sw_buf text = SW_BUF_INIT;
    struct sw_buf signature = SW_BUF_INIT;
    sw_hex_encode(sw_bytes(log->id, sizeof(log->id)), id);
    assert_int_equal(sw_buf_puts(&text, "{\"body\":\""), SW_OK);
    assert_int_equal(sw_base64_encode(&text, body), SW_OK);
    assert_int_equal(
        sw_buf_printf(&text, "\",\"integratedTime\":%lld,\"logID\":\"%s\",\"logIndex\":%llu}",
            (long long)(entry->time + (entry->wrong_promise ? 1 : 0)), id,
            (unsigned long long)scene_log_index(entry)),
        SW_OK);
    assert_int_equal(sw_key_sign(log->key, sw_buf_bytes(&text), &signature, NULL), SW_OK);
    sw_jw_object(w, "inclusionPromise");
    sw_jw_base64(w, "signedEntryTimestamp", sw_buf_bytes(&signature));
    sw_jw_object_end(w);
    sw_buf_release(&text);
    sw_buf_release(&signature);
}

static inline void scene_number(struct sw_json_writer *w, const char *name, uint64_t number)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    sw_jw_text(w, name, text);
}

static inline void scene_proof(const struct scene *scene, const struct scene_entry *entry,
    struct sw_bytes body, struct sw_json_writer *w)
{
    struct scene_tree tree = {0};
    struct sw_buf note = SW_BUF_INIT;
    scene_tree_make(entry, body, &tree);
    scene_checkpoint(scene, entry, &tree, &note);
    sw_jw_object(w, "inclusionProof");
    scene_number(w, "logIndex", SCENE_INDEX);
    scene_number(w, "treeSize", tree.size);
    sw_jw_base64(w, "rootHash", sw_bytes(tree.root.bytes, 32));
    sw_jw_array(w, "hashes");
    for (size_t i = 0; i < tree.count; i++) {
        sw_jw_base64(w, NULL, sw_bytes(tree.proof[i].bytes, 32));
    }
    sw_jw_array_end(w);
    if (!entry->no_checkpoint) {
        sw_jw_object(w, "checkpoint");
        sw_jw_str(w, "envelope", sw_buf_str(&note));
        sw_jw_object_end(w);
    }
    sw_jw_object_end(w);
    sw_buf_release(&note);
}

static inline void scene_write_entry(const struct scene *scene, const struct scene_entry *entry,
    const struct scene_signed *it, struct sw_json_writer *w)
{
    const struct scene_log *log = &scene->world->logs[entry->log];
    struct sw_buf buf = SW_BUF_INIT;
    scene_body(scene, entry, it, &buf);
    struct sw_bytes body = sw_buf_bytes(&buf);
    sw_jw_object(w, NULL);
    scene_number(w, "logIndex", scene_log_index(entry));
    sw_jw_object(w, "logId");
    sw_jw_base64(
        w, "keyId", sw_bytes(entry->unknown_log ? scene->world->ctlogs[0].id : log->id, 32));
    sw_jw_object_end(w);
    sw_jw_object(w, "kindVersion");
    sw_jw_text(w, "kind", scene_kinds[entry->kind].kind);
    sw_jw_text(w, "version", scene_kinds[entry->kind].version);
    sw_jw_object_end(w);
    scene_number(w, "integratedTime", (uint64_t)entry->time);
    if (!entry->no_promise) {
        scene_promise(entry, log, body, w);
    }
    if (!entry->no_proof) {
        scene_proof(scene, entry, body, w);
    }
    sw_jw_base64(w, "canonicalizedBody", body);
    sw_jw_object_end(w);
    sw_buf_release(&buf);
}

/* --- time stamps ------------------------------------------------------------------------------ */

static inline ASN1_INTEGER *scene_serial(TS_RESP_CTX *ctx, void *data)
{
    (void)ctx;
    (void)data;
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    assert_int_equal(ASN1_INTEGER_set(serial, 7), 1);
    return serial;
}

static inline int scene_clock(TS_RESP_CTX *ctx, void *data, long *sec, long *usec)
{
    (void)ctx;
    *sec = (long)*(const int64_t *)data;
    *usec = 0;
    return 1;
}

static inline BIO *scene_stamp_request(const struct scene_stamp *stamp, struct sw_bytes signature)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const EVP_MD *md = stamp->sha1 ? EVP_sha1() : EVP_sha256();
    TS_REQ *request = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algor = X509_ALGOR_new();
    BIO *out = BIO_new(BIO_s_mem());
    assert_int_equal(EVP_Digest(signature.ptr, signature.len, digest, &len, md, NULL), 1);
    digest[0] ^= stamp->other_signature ? 1 : 0;
    X509_ALGOR_set_md(algor, md);
    assert_int_equal(TS_MSG_IMPRINT_set_algo(imprint, algor), 1);
    assert_int_equal(TS_MSG_IMPRINT_set_msg(imprint, digest, (int)len), 1);
    assert_int_equal(TS_REQ_set_version(request, 1), 1);
    assert_int_equal(TS_REQ_set_msg_imprint(request, imprint), 1);
    assert_int_equal(TS_REQ_set_cert_req(request, !stamp->bare), 1);
    assert_int_equal(i2d_TS_REQ_bio(out, request), 1);
    X509_ALGOR_free(algor);
    TS_MSG_IMPRINT_free(imprint);
    TS_REQ_free(request);
    return out;
}

/* The same token signed with a certificate that is for something else, which OpenSSL would not let
 * through. */
static inline TS_RESP *scene_misuse(TS_RESP *response, const struct pki_cert *by)
{
    TS_TST_INFO *info = TS_RESP_get_tst_info(response);
    BIO *data = BIO_new(BIO_s_mem());
    BIO *out = BIO_new(BIO_s_mem());
    assert_int_equal(i2d_TS_TST_INFO_bio(data, info), 1);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
    assert_int_equal(CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)), 1);
    assert_non_null(CMS_add1_signer(cms, by->x509, by->pkey, EVP_sha256(), CMS_CADES));
    assert_int_equal(CMS_final(cms, data, NULL, CMS_BINARY), 1);
    assert_int_equal(i2d_CMS_bio(out, cms), 1);
    PKCS7 *token = d2i_PKCS7_bio(out, NULL);
    assert_non_null(token);
    TS_RESP *again = TS_RESP_new();
    assert_int_equal(TS_RESP_set_status_info(again, TS_RESP_get_status_info(response)), 1);
    TS_RESP_set_tst_info(again, token, TS_TST_INFO_dup(info));
    TS_RESP_free(response);
    CMS_ContentInfo_free(cms);
    BIO_free(data);
    BIO_free(out);
    return again;
}

static inline TS_RESP *scene_stamp_response(
    const struct scene *scene, const struct scene_stamp *stamp, struct sw_bytes signature)
{
    const struct pki_cert *by = &scene->world->stampers[stamp->by];
    int64_t time = stamp->time;
    TS_RESP_CTX *ctx = TS_RESP_CTX_new();
    ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);
    BIO *request = scene_stamp_request(stamp, signature);
    assert_int_equal(TS_RESP_CTX_set_signer_cert(ctx, by->x509), 1);
    assert_int_equal(TS_RESP_CTX_set_signer_key(ctx, by->pkey), 1);
    assert_int_equal(TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()), 1);
    assert_int_equal(TS_RESP_CTX_set_def_policy(ctx, policy), 1);
    assert_int_equal(TS_RESP_CTX_add_md(ctx, EVP_sha256()), 1);
    assert_int_equal(TS_RESP_CTX_add_md(ctx, EVP_sha1()), 1);
    TS_RESP_CTX_set_serial_cb(ctx, scene_serial, NULL);
    TS_RESP_CTX_set_time_cb(ctx, scene_clock, &time);
    TS_RESP *response = TS_RESP_create_response(ctx, request);
    assert_non_null(response);
    assert_non_null(TS_RESP_get_token(response));
    TS_RESP_CTX_free(ctx);
    ASN1_OBJECT_free(policy);
    BIO_free(request);
    return stamp->server ? scene_misuse(response, &scene->world->server) : response;
}

static inline void scene_write_stamp(const struct scene *scene, const struct scene_stamp *stamp,
    const struct scene_signed *it, struct sw_json_writer *w)
{
    unsigned char *der = NULL;
    struct sw_buf bytes = SW_BUF_INIT;
    TS_RESP *response = scene_stamp_response(scene, stamp, sw_buf_bytes(&it->signature));
    int len = i2d_TS_RESP(response, &der);
    scene_put(&bytes, der, (size_t)len - (stamp->truncated ? 9 : 0));
    if (stamp->tail) {
        scene_put(&bytes, "x", 1);
    }
    sw_jw_object(w, NULL);
    sw_jw_base64(w, "signedTimestamp", sw_buf_bytes(&bytes));
    sw_jw_object_end(w);
    sw_buf_release(&bytes);
    OPENSSL_free(der);
    TS_RESP_free(response);
}

/* --- the bundle ------------------------------------------------------------------------------- */

static inline void scene_certificate(
    const struct scene *scene, const struct scene_signed *it, struct sw_json_writer *w)
{
    struct sw_buf spki = SW_BUF_INIT;
    assert_int_equal(sw_key_write_spki(it->key, &spki, NULL), SW_OK);
    sw_jw_object(w, "certificate");
    sw_jw_base64(w, "rawBytes", scene->bare_key ? sw_buf_bytes(&spki) : it->leaf.bytes);
    sw_jw_object_end(w);
    sw_buf_release(&spki);
}

static inline void scene_who(
    const struct scene *scene, const struct scene_signed *it, struct sw_json_writer *w)
{
    char hint[SW_KEY_HINT_SIZE];
    if (scene->method == SW_BUNDLE_CERTIFICATE) {
        scene_certificate(scene, it, w);
    } else if (scene->method == SW_BUNDLE_CHAIN) {
        sw_jw_object(w, "x509CertificateChain");
        sw_jw_array(w, "certificates");
        sw_jw_object(w, NULL);
        sw_jw_base64(w, "rawBytes", it->leaf.bytes);
        sw_jw_object_end(w);
        sw_jw_array_end(w);
        sw_jw_object_end(w);
    } else {
        sw_key_hint(it->key, hint);
        sw_jw_object(w, "publicKey");
        sw_jw_text(w, "hint", hint);
        sw_jw_object_end(w);
    }
}

static inline void scene_material(
    const struct scene *scene, const struct scene_signed *it, struct sw_json_writer *w)
{
    sw_jw_object(w, "verificationMaterial");
    scene_who(scene, it, w);
    sw_jw_array(w, "tlogEntries");
    for (size_t i = 0; i < scene->entry_count; i++) {
        scene_write_entry(scene, &scene->entries[i], it, w);
    }
    sw_jw_array_end(w);
    sw_jw_object(w, "timestampVerificationData");
    sw_jw_array(w, "rfc3161Timestamps");
    for (size_t i = 0; i < scene->stamp_count; i++) {
        scene_write_stamp(scene, &scene->stamps[i], it, w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static inline void scene_bundle(const struct scene *scene, struct sw_buf *out)
{
    static const char *const types[] = {NULL,
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "application/vnd.dev.sigstore.bundle+json;version=0.2", SW_BUNDLE_MEDIA_TYPE};
    struct scene_signed it = scene_sign(scene);
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "mediaType", types[scene->version]);
    scene_material(scene, &it, &w);
    sw_jw_object(&w, "dsseEnvelope");
    sw_jw_base64(&w, "payload", sw_bytes_of_str(sw_str(SCENE_PAYLOAD)));
    sw_jw_text(&w, "payloadType", SW_DSSE_INTOTO_TYPE);
    sw_jw_array(&w, "signatures");
    sw_jw_object(&w, NULL);
    sw_jw_base64(&w, "sig", sw_buf_bytes(&it.signature));
    sw_jw_object_end(&w);
    sw_jw_array_end(&w);
    sw_jw_object_end(&w);
    sw_jw_object_end(&w);
    assert_int_equal(sw_jw_finish(&w), SW_OK);
    scene_signed_release(&it);
}

/* --- the trusted root ------------------------------------------------------------------------- */

static inline void scene_valid(struct sw_json_writer *w, int64_t from, int64_t until)
{
    char text[SW_TIME_TEXT_SIZE];
    sw_jw_object(w, "validFor");
    if (from != 0) {
        sw_time_format(from, text);
        sw_jw_text(w, "start", text);
    }
    if (until != PKI_2040) {
        sw_time_format(until, text);
        sw_jw_text(w, "end", text);
    }
    sw_jw_object_end(w);
}

static inline void scene_root_log(
    struct sw_json_writer *w, const struct scene_log *log, int64_t from, int64_t until)
{
    char url[64];
    (void)snprintf(url, sizeof(url), "https://%s", log->host);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "baseUrl", url);
    sw_jw_text(w, "hashAlgorithm", "SHA2_256");
    sw_jw_object(w, "publicKey");
    sw_jw_base64(w, "rawBytes", sw_buf_bytes(&log->spki));
    sw_jw_text(w, "keyDetails", sw_key_alg_details(sw_key_alg_of(log->key)));
    scene_valid(w, from, until);
    sw_jw_object_end(w);
    sw_jw_object(w, "logId");
    sw_jw_base64(w, "keyId", sw_bytes(log->id, sizeof(log->id)));
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

static inline void scene_root_authority(struct sw_json_writer *w, const char *uri,
    const struct pki_cert *leaf, const struct pki_cert *root, int64_t from, int64_t until)
{
    const struct pki_cert *chain[] = {leaf, root};
    sw_jw_object(w, NULL);
    sw_jw_object(w, "subject");
    sw_jw_text(w, "organization", "example.com");
    sw_jw_object_end(w);
    sw_jw_text(w, "uri", uri);
    sw_jw_object(w, "certChain");
    sw_jw_array(w, "certificates");
    for (size_t i = leaf == NULL ? 1 : 0; i < 2; i++) {
        sw_jw_object(w, NULL);
        sw_jw_base64(w, "rawBytes", chain[i]->bytes);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    scene_valid(w, from, until);
    sw_jw_object_end(w);
}

static inline void scene_root_stampers(const struct scene *scene, struct sw_json_writer *w)
{
    const struct scene_world *world = scene->world;
    sw_jw_array(w, "timestampAuthorities");
    if (scene->stamp_others) {
        scene_root_authority(w, "https://tsa.example.net", NULL, &world->other_root,
            scene->stamper_from, scene->stamper_until);
    }
    if (scene->stamp_roots_only) {
        scene_root_authority(w, "https://tsa.example.com", NULL, &world->stamp_root,
            scene->stamper_from, scene->stamper_until);
    }
    for (size_t i = 0; i < SCENE_STAMPERS && !scene->stamp_roots_only; i++) {
        scene_root_authority(w, i == 0 ? "https://tsa.example.com" : "https://tsa.example.org",
            &world->stampers[i], &world->stamp_root, scene->stamper_from, scene->stamper_until);
    }
    sw_jw_array_end(w);
}

static inline void scene_trusted_root(const struct scene *scene, struct sw_buf *out)
{
    const struct scene_world *world = scene->world;
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
    sw_jw_array(&w, "tlogs");
    for (size_t i = 0; i < SCENE_LOGS; i++) {
        scene_root_log(&w, &world->logs[i], scene->log_from, scene->log_until);
    }
    sw_jw_array_end(&w);
    sw_jw_array(&w, "certificateAuthorities");
    scene_root_authority(&w, "https://fulcio.example.com", NULL, &world->root,
        scene->authority_from, scene->authority_until);
    sw_jw_array_end(&w);
    sw_jw_array(&w, "ctlogs");
    for (size_t i = 0; i < SCENE_CTLOGS; i++) {
        scene_root_log(&w, &world->ctlogs[i], scene->ctlog_from, scene->ctlog_until);
    }
    sw_jw_array_end(&w);
    scene_root_stampers(scene, &w);
    sw_jw_object_end(&w);
    assert_int_equal(sw_jw_finish(&w), SW_OK);
}

#endif
