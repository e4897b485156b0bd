#include "unit/claim/pki.h"

static const char payload_text[] = "{\"_type\":\"x\"}";

static struct sw_bytes text_bytes(const char *text)
{
    return sw_bytes_of_str(sw_str(text));
}

static struct sw_key *new_key(enum sw_key_alg alg)
{
    struct sw_key *key = NULL;
    assert_int_equal(sw_key_generate(alg, &key, NULL), SW_OK);
    return key;
}

/* The signature of a parsed bundle, over what it carries. */
static enum sw_code check(const struct sw_bundle *bundle, const struct sw_key *key)
{
    SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
    assert_int_equal(sw_dsse_pae(&pae, bundle->payload_type, bundle->payload), SW_OK);
    return sw_key_verify(key, sw_buf_bytes(&pae), bundle->signature, NULL);
}

static void a_signed_bundle_reads_back_and_verifies(void **state)
{
    (void)state;
    for (enum sw_key_alg alg = SW_KEY_P256; alg <= SW_KEY_ED25519; alg++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(key) struct sw_key *key = new_key(alg);
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        struct sw_bundle bundle;
        struct sw_signer signer = {.key = key};
        char hint[SW_KEY_HINT_SIZE];
        sw_arena_init(&arena, 0);
        sw_key_hint(key, hint);
        assert_int_equal(sw_bundle_sign(&signer, text_bytes(payload_text), &out, NULL), SW_OK);
        assert_int_equal(sw_bundle_parse(&arena, sw_buf_bytes(&out), &bundle, NULL), SW_OK);
        sw_buf_wipe(&out); /* nothing may refer to the text */
        assert_int_equal(bundle.version, 3);
        assert_int_equal(bundle.method, SW_BUNDLE_KEY);
        assert_true(sw_str_is(bundle.hint, hint));
        assert_true(sw_str_is(bundle.payload_type, SW_DSSE_INTOTO_TYPE));
        assert_true(sw_bytes_equal(bundle.payload, text_bytes(payload_text)));
        assert_int_equal(bundle.keyid.len, 0);
        assert_int_equal(check(&bundle, key), SW_OK);
    }
}

static void what_is_written_is_what_the_reference_tool_writes(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    const struct sw_bundle bundle = {
        .method = SW_BUNDLE_KEY,
        .hint = {"00ff", 4},
        .payload = text_bytes("{}"),
        .payload_type = sw_str(SW_DSSE_INTOTO_TYPE),
        .signature = text_bytes("sig"),
    };
    assert_int_equal(sw_bundle_write(&bundle, &out), SW_OK);
    assert_string_equal(sw_buf_cstr(&out),
        "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
        "\"verificationMaterial\":{\"publicKey\":{\"hint\":\"00ff\"},\"tlogEntries\":[]},"
        "\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\","
        "\"signatures\":[{\"sig\":\"c2ln\",\"keyid\":\"\"}]}}");
}

static void a_chain_is_written_and_read(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    struct sw_bundle bundle;
    sw_arena_init(&arena, 0);
    struct pki_cert root = pki_issue(&PKI_ROOT_SPEC, NULL);
    struct pki_cert leaf = pki_issue(&PKI_LEAF_SPEC, &root);
    SW_CLEANUP(key) struct sw_key *key = pki_key(&leaf);
    struct sw_signer signer = {key, {leaf.bytes, root.bytes}, 2};
    assert_int_equal(sw_bundle_sign(&signer, text_bytes(payload_text), &out, NULL), SW_OK);
    assert_int_equal(sw_bundle_parse(&arena, sw_buf_bytes(&out), &bundle, NULL), SW_OK);
    assert_int_equal(bundle.method, SW_BUNDLE_CHAIN);
    assert_int_equal(bundle.certificate_count, 2);
    assert_true(sw_bytes_equal(bundle.certificates[0], leaf.bytes));
    assert_true(sw_bytes_equal(bundle.certificates[1], root.bytes));
    assert_int_equal(check(&bundle, key), SW_OK);
    pki_release(&leaf);
    pki_release(&root);
}

static void signing_with_what_does_not_fit_leaves_the_output_alone(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = new_key(SW_KEY_P256);
    SW_CLEANUP(key) struct sw_key *public_half = NULL;
    struct sw_error err = {0};
    assert_int_equal(sw_key_write_public(key, &pem, NULL), SW_OK);
    assert_int_equal(sw_key_read_public(sw_buf_bytes(&pem), &public_half, NULL), SW_OK);
    struct pki_cert root = pki_issue(&PKI_ROOT_SPEC, NULL);
    const struct sw_signer bad[] = {
        {.key = public_half},
        {key, {root.bytes}, 1}, /* a certificate for another key */
        {key, {root.bytes}, SW_BUNDLE_MAX_CERTIFICATES + 1},
    };
    assert_int_equal(sw_buf_puts(&out, "before"), SW_OK);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        assert_int_not_equal(sw_bundle_sign(&bad[i], text_bytes(payload_text), &out, &err), SW_OK);
        assert_int_equal(out.len, 6);
    }
    pki_release(&root);
    const struct sw_bundle unwritable[] = {
        {.method = SW_BUNDLE_KEY},
        {.method = SW_BUNDLE_CHAIN},
        {.method = SW_BUNDLE_CERTIFICATE, .certificate_count = 1},
        {.hint = {"h", 1}},
    };
    for (size_t i = 0; i < SW_COUNT(unwritable); i++) {
        assert_int_equal(sw_bundle_write(&unwritable[i], &out), SW_E_USAGE);
    }
}

#define V03 "\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\""
#define MATERIAL "\"verificationMaterial\":{\"publicKey\":{\"hint\":\"h\"}}"
#define SIGNATURES "\"signatures\":[{\"sig\":\"AA==\"}]"
#define TYPE_AND_PAYLOAD "\"payloadType\":\"t\",\"payload\":\"e30=\""
#define ENTRY                                                                            \
    "\"logId\":{\"keyId\":\"AA==\"},\"kindVersion\":{\"kind\":\"k\",\"version\":\"1\"}," \
    "\"canonicalizedBody\":\"e30=\""
#define TEN "1,1,1,1,1,1,1,1,1,1,"
#define MANY TEN TEN TEN "1,1,1"
#define KEY_WITH(material) \
    "{" V03 ",\"verificationMaterial\":{\"publicKey\":{}," material "}," ENVELOPE "}"
#define ENVELOPE "\"dsseEnvelope\":{" TYPE_AND_PAYLOAD "," SIGNATURES "}"

static const struct {
    const char *text;
    unsigned version;
    enum sw_bundle_method method;
    size_t tlog_entries;
    size_t timestamps;
} accepted[] = {
    {"{" V03 "," MATERIAL "," ENVELOPE "}", 3, SW_BUNDLE_KEY, 0, 0},
    {"{\"mediaType\":\"application/vnd.dev.sigstore.bundle+json;version=0.1\"," MATERIAL
     "," ENVELOPE "}",
        1, SW_BUNDLE_KEY, 0, 0},
    {"{\"mediaType\":\"application/vnd.dev.sigstore.bundle+json;version=0.2\"," MATERIAL
     "," ENVELOPE "}",
        2, SW_BUNDLE_KEY, 0, 0},
    {"{\"mediaType\":\"application/vnd.dev.sigstore.bundle+json;version=0.3\"," MATERIAL
     "," ENVELOPE "}",
        3, SW_BUNDLE_KEY, 0, 0},
    {"{" ENVELOPE "," MATERIAL "," V03 ",\"messageSignature\":null}", 3, SW_BUNDLE_KEY, 0, 0},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":{\"hint\":null,\"rawBytes\":\"AA\","
     "\"keyDetails\":\"PKIX_ECDSA_P384_SHA_384\"},\"certificate\":null,\"tlogEntries\":null,"
     "\"timestampVerificationData\":null}," ENVELOPE "}",
        3, SW_BUNDLE_KEY, 0, 0},
    {"{" V03 ",\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":"
     "[{\"rawBytes\":\"AA==\"},{\"rawBytes\":\"_w\"}]},\"tlogEntries\":[]}," ENVELOPE "}",
        3, SW_BUNDLE_CHAIN, 0, 0},
    {"{" V03 ",\"verificationMaterial\":{\"certificate\":{\"rawBytes\":\"AA==\"},"
     "\"tlogEntries\":[{\"logIndex\":\"1\"," ENTRY "},{" ENTRY "}],\"timestampVerificationData\":"
     "{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"AA==\"}]}}," ENVELOPE "}",
        3, SW_BUNDLE_CERTIFICATE, 2, 1},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{" TYPE_AND_PAYLOAD
     ",\"signatures\":[{\"sig\":\"A\\u0041==\",\"keyid\":null}]}}",
        3, SW_BUNDLE_KEY, 0, 0},
};

static void every_spelling_of_a_bundle_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(accepted); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_bundle bundle;
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        if (sw_bundle_parse(&arena, text_bytes(accepted[i].text), &bundle, &err) != SW_OK) {
            fail_msg("%s: %s", accepted[i].text, err.text);
        }
        assert_int_equal(bundle.version, accepted[i].version);
        assert_int_equal(bundle.method, accepted[i].method);
        assert_int_equal(bundle.entry_count, accepted[i].tlog_entries);
        assert_int_equal(bundle.timestamp_count, accepted[i].timestamps);
        assert_true(sw_bytes_equal(bundle.payload, text_bytes("{}")));
        assert_int_equal(bundle.signature.len, 1);
    }
}

static const struct {
    const char *text;
    enum sw_code code;
    const char *words;
} refused[] = {
    {"", SW_E_FORMAT, "bundle: "},
    {"[]", SW_E_FORMAT, "not an object"},
    {"{}", SW_E_FORMAT, "no mediaType"},
    {"{\"mediaType\":3}", SW_E_FORMAT, "no mediaType"},
    {"{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.4+json\"," MATERIAL "," ENVELOPE "}",
        SW_E_UNSUPPORTED, "v0.4"},
    {"{\"mediaType\":\"\"," MATERIAL "," ENVELOPE "}", SW_E_UNSUPPORTED, "unknown mediaType"},
    {"{" V03 "," V03 "," MATERIAL "," ENVELOPE "}", SW_E_FORMAT, "bundle: "},
    {"{" V03 "," MATERIAL "," ENVELOPE ",\"extra\":1}", SW_E_FORMAT, "\"extra\""},
    {"{" V03 "," MATERIAL "," ENVELOPE "}x", SW_E_FORMAT, "bundle: "},
    {"{" V03 "," ENVELOPE "}", SW_E_FORMAT, "no verificationMaterial"},
    {"{" V03 ",\"verificationMaterial\":[]," ENVELOPE "}", SW_E_FORMAT, "not an object"},
    {"{" V03 ",\"verificationMaterial\":{}," ENVELOPE "}", SW_E_FORMAT, "neither"},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":null}," ENVELOPE "}", SW_E_FORMAT,
        "neither"},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":\"x\"}," ENVELOPE "}", SW_E_FORMAT,
        "publicKey is not an object"},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":{\"hint\":1}}," ENVELOPE "}", SW_E_FORMAT,
        "hint"},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":{\"rawBytes\":\"*\"}}," ENVELOPE "}",
        SW_E_FORMAT, "rawBytes"},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":{\"hint\":\"h\"},\"certificate\":"
     "{\"rawBytes\":\"AA==\"}}," ENVELOPE "}",
        SW_E_FORMAT, "more than one"},
    {"{" V03 ",\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":[]}}," ENVELOPE
     "}",
        SW_E_FORMAT, "no certificates"},
    {"{" V03 ",\"verificationMaterial\":{\"x509CertificateChain\":{}}," ENVELOPE "}", SW_E_FORMAT,
        "no certificates"},
    {"{" V03
     ",\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":[{}]}}," ENVELOPE "}",
        SW_E_FORMAT, "no rawBytes"},
    {"{" V03 ",\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":[{},{},{},{},"
     "{},{},{},{},{},{},{},{},{},{},{},{},{}]}}," ENVELOPE "}",
        SW_E_LIMIT, "17 items"},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":{},\"tlogEntries\":{}}," ENVELOPE "}",
        SW_E_FORMAT, "tlogEntries"},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":{},\"tlogEntries\":[1]}," ENVELOPE "}",
        SW_E_FORMAT, "a log entry is not an object"},
    {KEY_WITH("\"tlogEntries\":[{}]"), SW_E_FORMAT, "no logId"},
    {KEY_WITH("\"tlogEntries\":[{\"extra\":1," ENTRY "}]"), SW_E_FORMAT, "\"extra\""},
    {KEY_WITH("\"tlogEntries\":[{\"logIndex\":-1," ENTRY "}]"), SW_E_FORMAT, "logIndex"},
    {KEY_WITH("\"tlogEntries\":[{\"integratedTime\":\"9223372036854775807\"," ENTRY "}]"),
        SW_E_FORMAT, "integratedTime"},
    {KEY_WITH("\"tlogEntries\":[{\"inclusionPromise\":{}," ENTRY "}]"), SW_E_FORMAT,
        "no signedEntryTimestamp"},
    {KEY_WITH("\"tlogEntries\":[{\"inclusionProof\":{\"rootHash\":\"AA==\",\"hashes\":"
              "[\"AA==\"]}," ENTRY "}]"),
        SW_E_FORMAT, "has 1 bytes, not 32"},
    {KEY_WITH("\"tlogEntries\":[{\"inclusionProof\":{\"rootHash\":\"AA==\",\"checkpoint\":"
              "{\"envelope\":1}}," ENTRY "}]"),
        SW_E_FORMAT, "envelope"},
    {KEY_WITH("\"tlogEntries\":[" MANY "]"), SW_E_LIMIT, "33 items"},
    {KEY_WITH("\"timestampVerificationData\":{\"rfc3161Timestamps\":[" MANY "]}"), SW_E_LIMIT,
        "33 items"},
    {KEY_WITH("\"tlogEntries\":[{\"inclusionProof\":{\"rootHash\":\"AA==\",\"hashes\":[" MANY
              "," MANY "]}," ENTRY "}]"),
        SW_E_LIMIT, "66 items"},
    {"{" V03 ",\"verificationMaterial\":{\"publicKey\":{},\"timestampVerificationData\":"
     "{\"rfc3161Timestamps\":[\"AA==\"]}}," ENVELOPE "}",
        SW_E_FORMAT, "a timestamp is not an object"},
    {"{" V03 "," MATERIAL "}", SW_E_FORMAT, "no dsseEnvelope"},
    {"{" V03 "," MATERIAL ",\"messageSignature\":{}}", SW_E_FORMAT, "message digest"},
    {"{" V03 "," MATERIAL "," ENVELOPE ",\"messageSignature\":{}}", SW_E_FORMAT, "message digest"},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{" SIGNATURES "}}", SW_E_FORMAT, "no payload"},
    {"{" V03 "," MATERIAL
     ",\"dsseEnvelope\":{\"payloadType\":\"t\",\"payload\":\"e30\\n\"," SIGNATURES "}}",
        SW_E_FORMAT, "payload is not base64"},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{\"payloadType\":\"t\",\"payload\":{}," SIGNATURES
     "}}",
        SW_E_FORMAT, "payload is not base64"},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{" TYPE_AND_PAYLOAD "}}", SW_E_FORMAT,
        "no signatures"},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{" TYPE_AND_PAYLOAD ",\"signatures\":[]}}",
        SW_E_FORMAT, "no signatures"},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{" TYPE_AND_PAYLOAD
     ",\"signatures\":[{\"sig\":\"AA==\"},{\"sig\":\"AA==\"}]}}",
        SW_E_FORMAT, "2 signatures"},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{" TYPE_AND_PAYLOAD ",\"signatures\":[{}]}}",
        SW_E_FORMAT, "no sig"},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{" TYPE_AND_PAYLOAD
     ",\"signatures\":[{\"sig\":\"AA==\",\"cert\":\"x\"}]}}",
        SW_E_FORMAT, "\"cert\""},
    {"{" V03 "," MATERIAL ",\"dsseEnvelope\":{" TYPE_AND_PAYLOAD
     ",\"signatures\":[{\"sig\":\"AA==\",\"keyid\":1}]}}",
        SW_E_FORMAT, "keyid"},
};

static void malformed_bundles_are_refused_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(refused); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_bundle bundle = {.version = 99};
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        enum sw_code rc = sw_bundle_parse(&arena, text_bytes(refused[i].text), &bundle, &err);
        if (rc != refused[i].code || strstr(err.text, refused[i].words) == NULL) {
            fail_msg("%s gives %d \"%s\"", refused[i].text, (int)rc, err.text);
        }
        assert_int_equal(bundle.version, 99);
    }
}

static void a_deep_bundle_is_over_the_limit(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_bundle bundle;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(sw_buf_puts(&text, "{\"a\":"), SW_OK);
    }
    assert_int_equal(sw_bundle_parse(&arena, sw_buf_bytes(&text), &bundle, NULL), SW_E_LIMIT);
}

static void a_big_payload_takes_little_more_than_itself(void **state)
{
    (void)state;
    const size_t size = (size_t)8 << 20;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = new_key(SW_KEY_P256);
    struct sw_bundle bundle;
    struct sw_signer signer = {.key = key};
    assert_int_equal(sw_buf_reserve(&payload, size), SW_OK);
    memset(payload.data, ' ', size);
    payload.len = size;
    sw_arena_init(&arena, size + 4096);
    assert_int_equal(sw_bundle_sign(&signer, sw_buf_bytes(&payload), &out, NULL), SW_OK);
    assert_int_equal(sw_bundle_parse(&arena, sw_buf_bytes(&out), &bundle, NULL), SW_OK);
    assert_true(sw_bytes_equal(bundle.payload, sw_buf_bytes(&payload)));
    assert_int_equal(check(&bundle, key), SW_OK);
}

static void running_out_of_arena_is_an_error(void **state)
{
    (void)state;
    for (size_t limit = 16; limit < 160; limit += 16) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_bundle bundle = {.version = 99};
        sw_arena_init(&arena, limit);
        enum sw_code rc = sw_bundle_parse(&arena, text_bytes(accepted[0].text), &bundle, NULL);
        assert_true(rc == SW_OK || (rc == SW_E_NOMEM && bundle.version == 99));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_bundle_reads_back_and_verifies),
        cmocka_unit_test(what_is_written_is_what_the_reference_tool_writes),
        cmocka_unit_test(a_chain_is_written_and_read),
        cmocka_unit_test(signing_with_what_does_not_fit_leaves_the_output_alone),
        cmocka_unit_test(every_spelling_of_a_bundle_is_read),
        cmocka_unit_test(malformed_bundles_are_refused_with_the_reason),
        cmocka_unit_test(a_deep_bundle_is_over_the_limit),
        cmocka_unit_test(a_big_payload_takes_little_more_than_itself),
        cmocka_unit_test(running_out_of_arena_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
