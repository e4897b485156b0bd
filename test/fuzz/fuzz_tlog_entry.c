/* One log entry of a bundle, in JSON. It is checked over a log whose key nobody has, so it never
 * holds. The entries that the corpus begins with are about the signature here, so that the bodies
 * of others are compared to their end. */
#include "claim/keyless_private.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* RFC 8032 section 7.1, test 1. */
static const uint8_t raw_key[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b,
    0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02,
    0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};

static void check(
    struct sw_arena *arena, const struct sw_tlog_entry *entry, const struct sw_key *key)
{
    static const char id[] = "12345678901234567890123456789012";
    struct sw_key *log_key = NULL;
    expect(sw_key_from_raw_ed25519(raw_key, &log_key, NULL) == SW_OK);
    struct sw_root_log log = {.url = "https://log.example.com",
        .id = sw_bytes(id, 32),
        .checkpoint_id = sw_bytes(id, 32),
        .key = log_key,
        .valid = {0, INT64_MAX}};
    const struct sw_trusted_root root = {.tlogs = &log, .tlog_count = 1};
    const struct sw_bundle bundle = {.version = 3,
        .method = SW_BUNDLE_KEY,
        .payload_type = sw_str("t"),
        .payload = sw_bytes("{}", 2),
        .signature = sw_bytes("sig", 3)};
    const struct sw_logged logged = {&bundle, key};
    struct sw_tlog_finding finding;
    struct sw_error err = {0};
    expect(sw_tlog_entry_check(arena, &root, entry, &logged, &finding, &err) != SW_OK);
    sw_key_free(log_key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    struct sw_json json;
    struct sw_tlog_entry entry;
    sw_arena_init(&arena, (size_t)64 << 20);
    expect(sw_key_from_raw_ed25519(raw_key, &key, NULL) == SW_OK);
    if (sw_json_parse(&arena, sw_bytes(data, size), NULL, &json, NULL) == SW_OK &&
        sw_tlog_entry_read(&arena, &json, &entry, NULL) == SW_OK) {
        expect(entry.hash_count <= SW_MERKLE_PROOF_MAX);
        check(&arena, &entry, key);
    }
    return 0;
}
