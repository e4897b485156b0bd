/* Sigstore's trusted_root.json: what is read, and what is refused. */
#include "unit/claim/scene.h"

static struct scene_world world;

static int make_world(void **state)
{
    (void)state;
    scene_world_make(&world);
    return 0;
}

static int end_world(void **state)
{
    (void)state;
    scene_world_release(&world);
    return 0;
}

/* The first place of `from` in a trusted root that is good becomes `to`; NULL: none does. */
static void make_text(const char *from, const char *to, struct sw_buf *out)
{
    struct scene scene = scene_begin(&world);
    struct sw_buf text = SW_BUF_INIT;
    scene_trusted_root(&scene, &text);
    const char *start = sw_buf_cstr(&text);
    const char *at = from == NULL ? start : strstr(start, from);
    assert_non_null(at);
    scene_put(out, start, (size_t)(at - start));
    if (from != NULL) {
        scene_put(out, to, strlen(to));
        at += strlen(from);
    }
    scene_put(out, at, strlen(at));
    sw_buf_release(&text);
}

static enum sw_code parse(
    const char *from, const char *to, struct sw_trusted_root **out, struct sw_error *err)
{
    struct sw_buf text = SW_BUF_INIT;
    make_text(from, to, &text);
    enum sw_code rc = sw_trusted_root_parse(sw_buf_bytes(&text), out, err);
    sw_buf_release(&text);
    return rc;
}

static void logs_and_authorities_are_read(void **state)
{
    (void)state;
    SW_CLEANUP(trusted_root) struct sw_trusted_root *root = NULL;
    struct sw_error err = {0};
    assert_int_equal(parse(NULL, NULL, &root, &err), SW_OK);
    assert_int_equal(root->tlog_count, SCENE_LOGS);
    assert_int_equal(root->ctlog_count, SCENE_CTLOGS);
    assert_int_equal(root->authority_count, 1);
    assert_int_equal(root->stamper_count, SCENE_STAMPERS);
    assert_int_equal(root->stampers[1].certificate_count, 2);
    assert_string_equal(root->tlogs[0].url, "https://rekor.example.com");
    assert_memory_equal(root->tlogs[1].id.ptr, world.logs[1].id, 32);
    assert_int_equal(root->tlogs[0].valid.start, PKI_2021);
    assert_true(root->tlogs[0].valid.end == INT64_MAX);
    assert_true(sw_key_equal(root->tlogs[SCENE_V2].key, world.logs[SCENE_V2].key));
    assert_true(sw_validity_covers(&root->tlogs[0].valid, PKI_2021));
    assert_false(sw_validity_covers(&root->tlogs[0].valid, PKI_2021 - 1));
}

static void other_spellings_are_read(void **state)
{
    static const char *const changes[][2] = {
        {"trustedroot+json;version=0.1", "trustedroot.v0.2+json"},
        {"\"hashAlgorithm\"", "\"operator\":\"example.com\",\"hashAlgorithm\""},
        {"\"hashAlgorithm\"", "\"checkpointKeyId\":{\"keyId\":\"AAAAAA==\"},\"hashAlgorithm\""},
        {"\"start\":\"2021-01-01T00:00:00Z\"",
            "\"start\":\"2021-01-01T00:00:00.5Z\",\"end\":\"2021-01-01T00:00:00.999Z\""},
        {"\"subject\":{\"organization\":\"example.com\"},", ""},
        {"\"baseUrl\":\"https://rekor.example.com\",", ""},
    };
    (void)state;
    for (size_t i = 0; i < SW_COUNT(changes); i++) {
        SW_CLEANUP(trusted_root) struct sw_trusted_root *root = NULL;
        struct sw_error err = {0};
        if (parse(changes[i][0], changes[i][1], &root, &err) != SW_OK) {
            fail_msg("%s: %s", changes[i][1], err.text);
        }
    }
}

static void malformed_roots_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        enum sw_code code;
        const char *words;
    } bad[] = {
        {"{", "", SW_E_FORMAT, "trusted root: "},
        {"\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\",", "",
            SW_E_FORMAT, "no mediaType"},
        {"version=0.1", "version=0.9", SW_E_UNSUPPORTED, "version=0.9"},
        {"\"tlogs\":", "\"extra\":1,\"tlogs\":", SW_E_FORMAT, "\"extra\""},
        {"\"baseUrl\":", "\"extra\":1,\"baseUrl\":", SW_E_FORMAT, "\"extra\""},
        {"\"rawBytes\":", "\"extra\":1,\"rawBytes\":", SW_E_FORMAT, "\"extra\""},
        {"\"organization\":", "\"extra\":1,\"organization\":", SW_E_FORMAT, "\"extra\""},
        {"\"tlogs\":", "\"tlogs\":[],\"tlogs\":", SW_E_FORMAT, "tlogs"},
        {"\"tlogs\":[", "\"tlogs\":[1,", SW_E_FORMAT, "a log is not an object"},
        {"SHA2_256", "SHA2_512", SW_E_FORMAT, "hashAlgorithm"},
        {"\"hashAlgorithm\":\"SHA2_256\",", "", SW_E_FORMAT, "hashAlgorithm"},
        {"PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519", SW_E_FORMAT, "not of its keyDetails"},
        {"\"start\":\"2021-01-01T00:00:00Z\"", "", SW_E_FORMAT, "validFor has no start"},
        {"\"validFor\":", "\"validFor\":null,\"operator\":", SW_E_FORMAT, "operator"},
        {"2021-01-01T00:00:00Z", "yesterday", SW_E_FORMAT, "start is no time"},
        {"\"start\":", "\"end\":\"2020-12-31T23:59:59Z\",\"start\":", SW_E_FORMAT,
            "ends before it starts"},
        {"\"logId\":{", "\"logId\":{\"extra\":1,", SW_E_FORMAT, "\"extra\""},
        {"\"hashAlgorithm\"", "\"checkpointKeyId\":{\"keyId\":\"AAA=\"},\"hashAlgorithm\"",
            SW_E_FORMAT, "less than 4 bytes"},
        {"\"certificates\":[", "\"certificates\":[],\"x\":[", SW_E_FORMAT, "\"x\""},
        {"\"certificates\":[", "\"certificates\":[{},{},{},{},{},{},{},{},", SW_E_LIMIT, "9 items"},
        {"\"rawBytes\":\"", "\"rawBytes\":\"*", SW_E_FORMAT, "not base64"},
        {"\"rawBytes\":\"", "\"rawBytes\":\"AAAA", SW_E_FORMAT, "publicKey"},
    };
    (void)state;
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_trusted_root *root = NULL;
        struct sw_error err = {0};
        enum sw_code code = parse(bad[i].from, bad[i].to, &root, &err);
        if (code != bad[i].code || strstr(err.text, bad[i].words) == NULL || root != NULL) {
            fail_msg("%s: %d (%s)", bad[i].to, (int)code, err.text);
        }
    }
}

/* --- one log under two entries (CVE-2026-49834) ----------------------------------------------- */

static void expect_twice(struct scene_world *changed)
{
    struct scene scene = scene_begin(changed);
    struct sw_buf text = SW_BUF_INIT;
    struct sw_trusted_root *root = NULL;
    struct sw_error err = {0};
    scene_trusted_root(&scene, &text);
    assert_int_equal(sw_trusted_root_parse(sw_buf_bytes(&text), &root, &err), SW_E_FORMAT);
    assert_non_null(strstr(err.text, "would count twice"));
    sw_buf_release(&text);
}

/* RFC 5480 section 2.2: a point on P-256 with both coordinates, and with the first one alone. */
static void compress_key(const struct sw_buf *spki, uint8_t out[59])
{
    static const uint8_t head[] = {0x30, 0x39, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x22, 0x00};
    assert_int_equal(spki->len, 91);
    memcpy(out, head, sizeof(head));
    out[26] = 2 + ((uint8_t)spki->data[90] & 1);
    memcpy(out + 27, spki->data + 27, 32);
}

static void nothing_may_be_there_twice(void **state)
{
    (void)state;
    struct scene_world changed = world;
    changed.logs[1] = world.logs[0];
    expect_twice(&changed);
    memcpy(changed.logs[1].id, world.logs[1].id, 32); /* the same key by another id */
    expect_twice(&changed);
    uint8_t compressed[59];
    compress_key(&world.logs[0].spki, compressed);
    changed.logs[1].spki = (struct sw_buf){.data = (void *)compressed, .len = sizeof(compressed)};
    expect_twice(&changed); /* and in another encoding */
    changed = world;
    memcpy(changed.logs[1].id, world.logs[0].id, 32); /* another key by the same id */
    expect_twice(&changed);
    changed = world;
    changed.ctlogs[1] = world.ctlogs[0];
    expect_twice(&changed);
    changed = world;
    changed.stampers[1] = world.stampers[0];
    expect_twice(&changed);
}

static void a_key_that_is_not_checked_is_read(void **state)
{
    (void)state;
    SW_CLEANUP(trusted_root) struct sw_trusted_root *root = NULL;
    SW_CLEANUP(buf) struct sw_buf base64 = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf old = SW_BUF_INIT;
    struct sw_error err = {0};
    unsigned char *der = NULL;
    EVP_PKEY *rsa = EVP_RSA_gen(2048);
    int len = i2d_PUBKEY(rsa, &der);
    assert_int_equal(sw_base64_encode(&base64, sw_bytes(der, (size_t)len)), SW_OK);
    assert_int_equal(sw_base64_encode(&old, sw_buf_bytes(&world.logs[0].spki)), SW_OK);
    assert_int_equal(parse(sw_buf_cstr(&old), sw_buf_cstr(&base64), &root, &err), SW_OK);
    assert_null(root->tlogs[0].key);
    assert_non_null(root->tlogs[1].key);
    OPENSSL_free(der);
    EVP_PKEY_free(rsa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_and_authorities_are_read),
        cmocka_unit_test(other_spellings_are_read),
        cmocka_unit_test(malformed_roots_are_refused_with_the_reason),
        cmocka_unit_test(nothing_may_be_there_twice),
        cmocka_unit_test(a_key_that_is_not_checked_is_read),
    };
    return cmocka_run_group_tests(tests, make_world, end_world);
}
