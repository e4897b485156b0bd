#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The published fixtures of OpenSSF Model Signing, by tools from 0.2.0 to 1.1.0. Only the claim is
 * looked at here: bundle, signature, chain, statement. */
#define OMS SW_CORPORA "/oms/"
#define FIXTURE_TIME ((int64_t)1767225600) /* 2026-01-01, inside the certificates' validity */
#define HINT "e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e"

enum needs { NOTHING, MISSING_HINT, LEGACY };

static const struct {
    const char *name;
    enum needs needs;
    const char *predicate;
    const char *identity;
    size_t subjects;
} fixtures[] = {
    {"v0.2.0-certificate", LEGACY, SW_PREDICATE_OMS_V02, "cn:intermediate-ca", 2},
    {"v0.3.1-certificate", NOTHING, SW_PREDICATE_OMS, "cn:intermediate-ca", 1},
    {"v0.3.1-elliptic-key", MISSING_HINT, SW_PREDICATE_OMS, "key:" HINT, 1},
    {"v1.0.0-certificate", NOTHING, SW_PREDICATE_OMS, "cn:intermediate-ca", 1},
    {"v1.0.0-elliptic-key", MISSING_HINT, SW_PREDICATE_OMS, "key:" HINT, 1},
    {"v1.0.1-certificate", NOTHING, SW_PREDICATE_OMS, "cn:intermediate-ca", 1},
    {"v1.0.1-elliptic-key", MISSING_HINT, SW_PREDICATE_OMS, "key:" HINT, 1},
    {"v1.1.0-certificate", NOTHING, SW_PREDICATE_OMS, "cn:intermediate-ca", 1},
    {"v1.1.0-elliptic-key", NOTHING, SW_PREDICATE_OMS, "key:" HINT, 1},
};

static const char *const keyless[] = {
    "v0.3.1-sigstore", "v1.0.0-sigstore", "v1.0.1-sigstore", "v1.1.0-sigstore"};

static void need_corpus(void)
{
    if (!sw_dir_exists(OMS)) {
        print_message("skipped: the OMS fixtures are not at " OMS "\n");
        skip();
    }
}

static void read_corpus(const char *name, struct sw_buf *out)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const char *path = sw_path_join(&arena, OMS, name);
    assert_int_equal(sw_file_read(path, 1 << 20, out, NULL), SW_OK);
}

static void read_bundle(const char *fixture, struct sw_buf *out)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s/model.sig", fixture);
    read_corpus(name, out);
}

static struct sw_trust *fixture_trust(void)
{
    struct sw_trust *trust = NULL;
    struct sw_roots *roots = NULL;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf ca = SW_BUF_INIT;
    read_corpus("keys/signing-key-pub.pem", &pem);
    read_corpus("keys/ca-cert.pem", &ca);
    assert_int_equal(sw_key_read_public(sw_buf_bytes(&pem), &key, NULL), SW_OK);
    assert_int_equal(sw_roots_new(&roots), SW_OK);
    assert_int_equal(sw_roots_add_pem(roots, sw_buf_bytes(&ca), NULL), SW_OK);
    assert_int_equal(sw_trust_new(&trust), SW_OK);
    assert_int_equal(sw_trust_add_key(trust, "by key", key), SW_OK);
    assert_int_equal(sw_trust_add_roots(trust, "by certificate", roots, NULL), SW_OK);
    return trust;
}

static struct sw_verify_options options_for(enum needs needs)
{
    return (struct sw_verify_options){
        .now = FIXTURE_TIME,
        .allow_missing_hint = needs == MISSING_HINT,
        .legacy = needs == LEGACY,
    };
}

static void every_key_and_certificate_fixture_verifies(void **state)
{
    (void)state;
    need_corpus();
    SW_CLEANUP(trust) struct sw_trust *trust = fixture_trust();
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
        struct sw_verify_options options = options_for(fixtures[i].needs);
        struct sw_claim claim;
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        read_bundle(fixtures[i].name, &bundle);
        if (sw_claim_verify(&arena, trust, sw_buf_bytes(&bundle), &options, &claim, &err) !=
            SW_OK) {
            fail_msg("%s: %s", fixtures[i].name, err.text);
        }
        assert_true(sw_str_is(claim.statement.predicate_type, fixtures[i].predicate));
        assert_string_equal(claim.identity, fixtures[i].identity);
        assert_int_equal(claim.statement.subject_count, fixtures[i].subjects);
        assert_string_equal(
            claim.signer, claim.bundle.method == SW_BUNDLE_KEY ? "by key" : "by certificate");
    }
}

static void what_a_fixture_needs_must_be_asked_for(void **state)
{
    (void)state;
    need_corpus();
    SW_CLEANUP(trust) struct sw_trust *trust = fixture_trust();
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
        struct sw_verify_options options = options_for(NOTHING);
        struct sw_claim claim;
        sw_arena_init(&arena, 0);
        read_bundle(fixtures[i].name, &bundle);
        assert_int_equal(
            sw_claim_verify(&arena, trust, sw_buf_bytes(&bundle), &options, &claim, NULL),
            fixtures[i].needs == NOTHING ? SW_OK : SW_E_REFUSED);
        options.legacy = true; /* asks for the hint too */
        assert_int_equal(
            sw_claim_verify(&arena, trust, sw_buf_bytes(&bundle), &options, &claim, NULL), SW_OK);
    }
}

static void fixtures_by_another_signer_are_refused(void **state)
{
    (void)state;
    need_corpus();
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    SW_CLEANUP(key) struct sw_key *other = NULL;
    assert_int_equal(sw_trust_new(&trust), SW_OK);
    assert_int_equal(sw_key_generate(SW_KEY_P384, &other, NULL), SW_OK);
    assert_int_equal(sw_trust_add_key(trust, "other", other), SW_OK);
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
        struct sw_verify_options options = options_for(LEGACY);
        struct sw_claim claim;
        sw_arena_init(&arena, 0);
        read_bundle(fixtures[i].name, &bundle);
        assert_int_equal(
            sw_claim_verify(&arena, trust, sw_buf_bytes(&bundle), &options, &claim, NULL),
            SW_E_REFUSED);
    }
}

/* Changes one byte of a decoded payload or signature and writes the bundle again. */
static enum sw_code verify_with_change(const struct sw_trust *trust, const struct sw_buf *text,
    enum needs needs, size_t at, bool *past_end)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf changed = SW_BUF_INIT;
    struct sw_verify_options options = options_for(needs);
    struct sw_bundle bundle;
    struct sw_claim claim;
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_bundle_parse(&arena, sw_buf_bytes(text), &bundle, NULL), SW_OK);
    assert_int_equal(sw_buf_append(&payload, bundle.payload.ptr, bundle.payload.len), SW_OK);
    assert_int_equal(sw_buf_append(&signature, bundle.signature.ptr, bundle.signature.len), SW_OK);
    *past_end = at >= payload.len + signature.len;
    if (*past_end) {
        return SW_E_REFUSED;
    }
    uint8_t *byte = at < payload.len ? payload.data + at : signature.data + (at - payload.len);
    *byte ^= 0x01;
    bundle.payload = sw_buf_bytes(&payload);
    bundle.signature = sw_buf_bytes(&signature);
    if (bundle.method == SW_BUNDLE_KEY) {
        bundle.hint = sw_str(HINT);
    }
    assert_int_equal(sw_bundle_write(&bundle, &changed), SW_OK);
    return sw_claim_verify(&arena, trust, sw_buf_bytes(&changed), &options, &claim, NULL);
}

/* With sanitizers every third byte, each fixture from another start; without them every one. */
static void any_changed_byte_of_payload_or_signature_is_refused(void **state)
{
    (void)state;
    need_corpus();
    SW_CLEANUP(trust) struct sw_trust *trust = fixture_trust();
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        bool past_end = false;
        read_bundle(fixtures[i].name, &text);
        for (size_t at = SW_SANITIZED ? i % 3 : 0; !past_end; at += SW_SANITIZED ? 3 : 1) {
            assert_int_equal(
                verify_with_change(trust, &text, fixtures[i].needs, at, &past_end), SW_E_REFUSED);
        }
    }
}

/* Some bytes of the file are not signed (white space, keyid): what still verifies must be the same
 * claim. Each fixture gives every ninth byte (with sanitizers every 27th), from another start. */
static void no_changed_byte_of_the_file_makes_another_claim(void **state)
{
    (void)state;
    need_corpus();
    SW_CLEANUP(trust) struct sw_trust *trust = fixture_trust();
    for (size_t i = 0; i < SW_COUNT(fixtures); i++) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        SW_CLEANUP(arena) struct sw_arena kept;
        struct sw_verify_options options = options_for(fixtures[i].needs);
        struct sw_claim good;
        sw_arena_init(&kept, 0);
        read_bundle(fixtures[i].name, &text);
        assert_int_equal(
            sw_claim_verify(&kept, trust, sw_buf_bytes(&text), &options, &good, NULL), SW_OK);
        for (size_t at = i; at < text.len; at += SW_COUNT(fixtures) * (SW_SANITIZED ? 3 : 1)) {
            SW_CLEANUP(arena) struct sw_arena arena;
            struct sw_claim claim;
            sw_arena_init(&arena, 0);
            text.data[at] ^= 0x01;
            if (sw_claim_verify(&arena, trust, sw_buf_bytes(&text), &options, &claim, NULL) ==
                SW_OK) {
                assert_true(sw_bytes_equal(claim.bundle.payload, good.bundle.payload));
                assert_true(sw_bytes_equal(claim.bundle.signature, good.bundle.signature));
                assert_string_equal(claim.identity, good.identity);
            }
            text.data[at] ^= 0x01;
        }
    }
}

/* test/interop/keyless.sh verifies them, over the trusted root that they need. */
static void keyless_fixtures_are_read_and_pass_for_nobody_here(void **state)
{
    (void)state;
    need_corpus();
    SW_CLEANUP(trust) struct sw_trust *trust = fixture_trust();
    for (size_t i = 0; i < SW_COUNT(keyless); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        struct sw_verify_options options = options_for(LEGACY);
        struct sw_bundle bundle;
        struct sw_claim claim;
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        read_bundle(keyless[i], &text);
        assert_int_equal(sw_bundle_parse(&arena, sw_buf_bytes(&text), &bundle, NULL), SW_OK);
        assert_int_equal(bundle.method, SW_BUNDLE_CERTIFICATE);
        assert_int_equal(bundle.entry_count, 1);
        assert_int_equal(
            sw_claim_verify(&arena, trust, sw_buf_bytes(&text), &options, &claim, &err),
            SW_E_REFUSED);
        assert_non_null(strstr(err.text, "no trusted signer has a trusted-root"));
    }
}

static void the_hint_is_that_of_the_reference_tool(void **state)
{
    (void)state;
    need_corpus();
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    char hint[SW_KEY_HINT_SIZE];
    read_corpus("keys/signing-key-pub.pem", &pem);
    assert_int_equal(sw_key_read_public(sw_buf_bytes(&pem), &key, NULL), SW_OK);
    sw_key_hint(key, hint);
    assert_string_equal(hint, HINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_and_certificate_fixture_verifies),
        cmocka_unit_test(what_a_fixture_needs_must_be_asked_for),
        cmocka_unit_test(fixtures_by_another_signer_are_refused),
        cmocka_unit_test(any_changed_byte_of_payload_or_signature_is_refused),
        cmocka_unit_test(no_changed_byte_of_the_file_makes_another_claim),
        cmocka_unit_test(keyless_fixtures_are_read_and_pass_for_nobody_here),
        cmocka_unit_test(the_hint_is_that_of_the_reference_tool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
