/* A Sigstore bundle. What is read and can be written must read back the same; nothing verifies
 * against a key that nobody has. */
#include "claim/claim.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void expect_same(const struct sw_bundle *a, const struct sw_bundle *b)
{
    expect(a->method == b->method && a->certificate_count == b->certificate_count);
    expect(sw_str_equal(a->hint, b->hint) || a->method == SW_BUNDLE_CHAIN);
    expect(sw_bytes_equal(a->payload, b->payload));
    expect(sw_str_equal(a->payload_type, b->payload_type));
    expect(sw_bytes_equal(a->signature, b->signature));
    expect(sw_str_equal(a->keyid, b->keyid));
    for (size_t i = 0; i < a->certificate_count; i++) {
        expect(sw_bytes_equal(a->certificates[i], b->certificates[i]));
    }
}

static void round_trip(struct sw_arena *arena, const struct sw_bundle *bundle)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_bundle again;
    if (sw_bundle_write(bundle, &text) != SW_OK) {
        return;
    }
    expect(sw_bundle_parse(arena, sw_buf_bytes(&text), &again, NULL) == SW_OK);
    expect_same(bundle, &again);
}

static void verify(struct sw_arena *arena, struct sw_bytes text)
{
    /* RFC 8032 section 7.1, test 1: no input carries a statement signed by it. */
    static const uint8_t raw[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b,
        0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf,
        0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    const struct sw_verify_options options = {
        .now = 1767225600, .allow_missing_hint = true, .legacy = true};
    struct sw_claim claim;
    struct sw_error err = {0};
    expect(sw_key_from_raw_ed25519(raw, &key, NULL) == SW_OK);
    expect(sw_trust_new(&trust) == SW_OK);
    expect(sw_trust_add_key(trust, "k", key) == SW_OK);
    expect(sw_claim_verify(arena, trust, text, &options, &claim, &err) != SW_OK);
    expect(err.text[0] != '\0' || err.code == SW_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_bundle bundle;
    sw_arena_init(&arena, (size_t)64 << 20);
    if (sw_bundle_parse(&arena, sw_bytes(data, size), &bundle, NULL) == SW_OK) {
        round_trip(&arena, &bundle);
        verify(&arena, sw_bytes(data, size));
    }
    return 0;
}
