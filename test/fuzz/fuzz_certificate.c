/* A chain of certificates: each is two bytes of length (big-endian) and DER; the first is the root.
 * A chain that passes must give a key and a name of a known kind, and must not pass any more with
 * another name pinned or in another age. Then the input as PEM text. */
#include "claim/claim.h"

#include <stdlib.h>

#define NOW ((int64_t)1767225600)
#define YEARS_1000 ((int64_t)31556952000)

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static size_t split(struct sw_bytes input, struct sw_bytes *out, size_t max)
{
    struct sw_cursor cur = sw_cursor(input);
    size_t count = 0;
    uint16_t len;
    while (count < max && sw_cur_u16be(&cur, &len) == SW_OK &&
           sw_cur_bytes(&cur, len, &out[count]) == SW_OK) {
        count++;
    }
    return count;
}

static enum sw_code add_der(struct sw_roots *roots, struct sw_bytes der)
{
    SW_CLEANUP(buf) struct sw_buf base64 = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_TRY(sw_base64_encode(&base64, der));
    SW_TRY(sw_buf_puts(&pem, "-----BEGIN CERTIFICATE-----\n"));
    for (size_t at = 0; at < base64.len; at += 64) {
        size_t len = base64.len - at < 64 ? base64.len - at : 64;
        SW_TRY(sw_buf_append(&pem, base64.data + at, len));
        SW_TRY(sw_buf_putc(&pem, '\n'));
    }
    SW_TRY(sw_buf_puts(&pem, "-----END CERTIFICATE-----\n"));
    return sw_roots_add_pem(roots, sw_buf_bytes(&pem), NULL);
}

static enum sw_code verify(struct sw_arena *arena, const struct sw_bytes *chain, size_t count,
    const struct sw_chain_rules *rules)
{
    struct sw_chain_result result = {0};
    struct sw_error err = {0};
    enum sw_code rc = sw_chain_verify(arena, chain, count, rules, &result, &err);
    expect((rc == SW_OK) == (result.key != NULL));
    expect(rc != SW_OK || strchr(result.identity, ':') != NULL);
    expect(rc == SW_OK || err.text[0] != '\0');
    sw_key_free(result.key);
    return rc;
}

static void chain(struct sw_arena *arena, struct sw_bytes input)
{
    struct sw_bytes certificates[SW_BUNDLE_MAX_CERTIFICATES + 1];
    SW_CLEANUP(roots) struct sw_roots *roots = NULL;
    size_t count = split(input, certificates, SW_COUNT(certificates));
    expect(sw_roots_new(&roots) == SW_OK);
    if (count < 2 || add_der(roots, certificates[0]) != SW_OK) {
        return;
    }
    struct sw_chain_rules rules = {.roots = roots, .time = NOW};
    if (verify(arena, certificates + 1, count - 1, &rules) != SW_OK) {
        return;
    }
    rules.identity = "email:nobody@nowhere.invalid";
    expect(verify(arena, certificates + 1, count - 1, &rules) == SW_E_REFUSED);
    rules.identity = NULL;
    rules.time = NOW - YEARS_1000;
    expect(verify(arena, certificates + 1, count - 1, &rules) == SW_E_REFUSED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_bytes out[4];
    size_t count = 0;
    sw_arena_init(&arena, (size_t)64 << 20);
    chain(&arena, sw_bytes(data, size));
    if (sw_certificates_from_pem(&arena, sw_bytes(data, size), out, SW_COUNT(out), &count, NULL) ==
        SW_OK) {
        expect(count >= 1 && count <= SW_COUNT(out));
    }
    return 0;
}
